"""Whether an archive grows as fast at its end as at its beginning, and in bounded memory.

    python -m eval.benchmarks.ingestion --data ../shared/data [--articles 100000] [--embedder hash|local] [--out FILE]

Articles are mixed from sentences of vietnews, with other figures in them; one in twenty is a copy of an earlier one
with small edits, so that stories are looked for and found. `hash` embeds at no cost and shows what everything else
costs; `local` is the embedder that ships. Ingestion runs in a process of its own; there is a row for each tenth of the
articles. Other work on the machine slows single rows, but hardly their processor's time: look at the course of that.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import re
import resource
import sys
import tempfile
import time
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from eval.benchmarks import datasets
from eval.benchmarks.table import figure, percent, render, write_json
from rag.embed import default_embedder
from rag.embed.base import Embedder
from rag.embed.weights import Floats
from rag.ingest.pipeline import Progress, ingest
from rag.store.catalogue import Catalogue

Figures = dict[str, float]

PARTS = 10
A_FILE = 5_000
COPIES = 0.05
# Copies are made of one of the last so many articles, so that generating takes bounded memory, too.
REMEMBERED = 2_000
DIMENSION = 384

COLUMNS = {
    "articles": ("articles", 0),
    "articles/s": ("articles/s", 1),
    "ms each": ("milliseconds an article", 2),
    "without embedding": ("milliseconds an article without embedding", 2),
    "processor ms": ("processor milliseconds an article", 2),
    "memory MB": ("memory MB", 0),
    "catalogue MB": ("catalogue MB", 0),
    "log MB": ("log MB", 1),
}


class HashEmbedder(Embedder):
    """Unit vectors out of a table, by the checksum of the text: as many numbers as the local model's, for nothing."""

    @property
    def identity(self) -> str:
        return "benchmark-hash"

    @property
    def dimension(self) -> int:
        return DIMENSION

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        return _TABLE[[zlib.crc32(text.encode()) % len(_TABLE) for text in texts]]


class Watched(Embedder):
    """Another embedder with a stop watch."""

    seconds: float = 0.0
    inner: Embedder

    @property
    def identity(self) -> str:
        return self.inner.identity

    @property
    def dimension(self) -> int:
        return self.inner.dimension

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        began = time.perf_counter()
        vectors = self.inner.embed(texts, query=query)
        self.seconds += time.perf_counter() - began
        return vectors


def mixed(bodies: Sequence[str], titles: Sequence[str], count: int, seed: int = 0) -> Iterator[dict[str, str]]:
    """`count` records for `rag ingest`, the same for the same seed; each holds lines of several of the `bodies`."""
    chance = random.Random(seed)
    lines = [line for body in bodies for line in body.splitlines() if len(line) > 40]
    lengths = [sum(len(line) > 40 for line in body.splitlines()) or 1 for body in bodies]
    earlier: deque[dict[str, str]] = deque(maxlen=REMEMBERED)
    for number in range(count):
        if earlier and chance.random() < COPIES:
            record = dict(chance.choice(earlier))
            record["text"] = f"{_other_figures(chance.choice(lines), chance)}\n{record['text']}"
        else:
            chosen = chance.choices(lines, k=chance.choice(lengths))
            text = "\n".join(_other_figures(line, chance) for line in chosen)
            record = {"title": _other_figures(chance.choice(titles), chance), "text": text}
        record["id"] = f"m{number}"
        record["source"] = f"Báo {chance.randrange(40)}"
        record["date"] = f"{chance.randint(2014, 2024)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        earlier.append(record)
        yield record


def _other_figures(text: str, chance: random.Random) -> str:
    return re.sub(r"[1-9]", lambda _: str(chance.randint(1, 9)), text)


def write_files(records: Iterator[dict[str, str]], folder: Path) -> None:
    """JSONL files of at most `A_FILE` records each."""
    folder.mkdir(parents=True)
    number = 0
    for number, record in enumerate(records):
        name = f"{number // A_FILE:04}.jsonl"
        if number % A_FILE == 0:
            file = (folder / name).open("w", encoding="utf-8")
        file.write(json.dumps(record, ensure_ascii=False) + "\n")
        if number % A_FILE == A_FILE - 1:
            file.close()
    if number % A_FILE != A_FILE - 1:
        file.close()


def measure(folder: Path, articles: int, embedder: str, sender: Connection) -> None:
    """Ingests folder/news and sends a row for each part, then one with the second run; for a process of its own."""
    watched = Watched(model_name=embedder, inner=HashEmbedder(model_name=embedder) if embedder == "hash" else _local())
    home = folder / "home"
    done, since, used, embedding = 0, time.perf_counter(), time.process_time(), 0.0

    def row(stored: int) -> None:
        nonlocal done, since, used, embedding
        now, count, new = time.perf_counter(), stored - done, watched.seconds - embedding
        sender.send(
            {
                "articles": stored,
                "articles/s": count / (now - since),
                "milliseconds an article": 1_000 * (now - since) / count,
                "milliseconds an article without embedding": 1_000 * (now - since - new) / count,
                "processor milliseconds an article": 1_000 * (time.process_time() - used) / count,
                "embedding share": new / (now - since),
                "memory MB": _memory(),
                "catalogue MB": (home / "catalogue.sqlite3").stat().st_size / 1e6,
                "log MB": (home / "catalogue.sqlite3-wal").stat().st_size / 1e6,
            }
        )
        done, since, used, embedding = stored, time.perf_counter(), time.process_time(), watched.seconds

    def report(step: Progress) -> None:
        if step.articles > done and step.articles * PARTS // articles > done * PARTS // articles:
            row(step.articles)

    with Catalogue.open(home) as catalogue:
        first = ingest(catalogue, watched, [folder / "news"], on_progress=report)
        if first.added > done:
            row(first.added)
        second = ingest(catalogue, watched, [folder / "news"])
        stories = catalogue.query("SELECT count(DISTINCT story_id) FROM articles")[0][0]
    sender.send(
        {
            "seconds": first.seconds,
            "failed": len(first.failed),
            "stories": stories,
            "second run seconds": second.seconds,
            "second run added": second.added + second.updated,
        }
    )


def _local() -> Embedder:
    embedder = default_embedder()
    embedder.embed(["warm-up"])
    return embedder


def _memory() -> float:
    """Megabytes that this process takes now; where the system does not tell, the most that it took."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return pages * resource.getpagesize() / 1e6


def run(folder: Path, articles: int, embedder: str) -> Iterator[Figures]:
    """The rows as they come. Raises SystemExit when the process dies."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=measure, args=(folder, articles, embedder, sender))
    process.start()
    sender.close()
    try:
        while True:
            yield receiver.recv()
    except EOFError:
        process.join()
        if process.exitcode:
            raise SystemExit(f"ingestion ended with status {process.exitcode}") from None


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m eval.benchmarks.ingestion", description="Measure a long ingestion."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that holds vietnews/")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--embedder", choices=["hash", "local"], default="hash")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    given = parser.parse_args(arguments)
    if line := datasets.missing(given.data, ["vietnews"]):
        print(line, file=sys.stderr)
        return 0
    news = datasets.vietnews(given.data, 1_000_000)
    titles = [article.title or "" for article in news]
    rows: list[Figures] = []
    with tempfile.TemporaryDirectory(prefix="trich-dan-bench-") as name:
        folder = Path(name)
        write_files(mixed([article.text for article in news], titles, given.articles), folder / "news")
        for row in run(folder, given.articles, given.embedder):
            rows.append(row)
            # Told while it runs: it may take hours.
            print(" ".join(f"{key}={value:,.4g}" for key, value in row.items()), file=sys.stderr, flush=True)
    *parts, end = rows
    lines = [[figure(row[key], digits) for key, digits in COLUMNS.values()] for row in parts]
    shares = [percent(row["embedding share"]) for row in parts]
    print(render([*COLUMNS, "embedding %"], [[*line, share] for line, share in zip(lines, shares, strict=True)]))
    print(render(list(end), [[figure(value, 1) for value in end.values()]]))
    if given.out:
        write_json(given.out, {"embedder": given.embedder, "parts": parts, "end": end})
    return 0


_TABLE: Floats = np.random.default_rng(0).standard_normal((4_096, DIMENSION)).astype(np.float32)
_TABLE /= np.linalg.norm(_TABLE, axis=1, keepdims=True)


if __name__ == "__main__":
    raise SystemExit(main())
