"""What `eval.benchmarks.speed` measures, each in a process of its own; prints one line of JSON.

    python -m eval.benchmarks.speed_child ingest  FOLDER
    python -m eval.benchmarks.speed_child ask     FOLDER
    python -m eval.benchmarks.speed_child starter FOLDER

FOLDER holds articles.jsonl (as `rag ingest` reads it) and questions.json, and gets the folder home or chroma.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import PrivateAttr

from eval.benchmarks.datasets import json_lines
from rag.embed import default_embedder
from rag.embed.base import Embedder
from rag.embed.engines import PASSAGE_PREFIX
from rag.embed.prepare import prepare
from rag.embed.tokeniser import Tokeniser
from rag.embed.weights import Floats, Weights
from rag.newsqa import NewsQA
from rag.settings import Settings
from rag.types import Article

Figures = dict[str, float]


class TimedEmbedding(Embedder):
    """`inner` with a stop watch. The texts go to a file, so that remembering them costs no memory."""

    seconds: float = 0.0
    noting_seconds: float = 0.0
    texts: int = 0
    _inner: Embedder = PrivateAttr()
    _notes: Path = PrivateAttr()

    def __init__(self, inner: Embedder, notes: Path) -> None:
        super().__init__(model_name=inner.identity, embed_batch_size=inner.embed_batch_size)
        self._inner = inner
        self._notes = notes
        notes.write_text("", encoding="utf-8")

    @classmethod
    def class_name(cls) -> str:
        return "TimedEmbedding"

    @property
    def identity(self) -> str:
        return self._inner.identity

    @property
    def dimension(self) -> int:
        return self._inner.dimension

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        began = time.perf_counter()
        vectors = self._inner.embed(texts, query=query)
        embedded = time.perf_counter()
        with self._notes.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(text) + "\n" for text in texts)
        self.texts += len(texts)
        self.seconds += embedded - began
        self.noting_seconds += time.perf_counter() - embedded
        return vectors

    def tokens(self) -> int:
        """Tokens of all texts as the model reads them: with prefix, start and end."""
        tokeniser = Tokeniser(Weights.installed().vocabulary())
        with self._notes.open(encoding="utf-8") as file:
            return sum(
                len(tokeniser.with_ends(tokeniser.ids(PASSAGE_PREFIX + prepare(json.loads(line))))) for line in file
            )


def ingest(folder: Path) -> Figures:
    """The first ingestion of articles.jsonl into an empty home, and a second one of the same file."""
    embedder = _embedder(folder)

    def run() -> int:
        with NewsQA(Settings(home=folder / "home")) as qa:
            qa.embedder = embedder
            report = qa.ingest([folder / "articles.jsonl"])
            if report.failed:
                raise SystemExit(f"{report.failed[0].path}: {report.failed[0].reason}")
            return report.added

    figures = _ingestion(embedder, run)
    embedded_texts, began = embedder.texts, time.perf_counter()
    run()
    figures["second run seconds"] = time.perf_counter() - began
    figures["second run texts embedded"] = embedder.texts - embedded_texts
    return figures


def ask(folder: Path) -> Figures:
    """Answers in an open archive; the first question warms it up and is not counted."""
    first, *questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    with NewsQA(Settings(home=folder / "home")) as qa:
        began = time.perf_counter()
        qa.ask(first)
        figures = {"first answer seconds": time.perf_counter() - began}
        found = [False] * len(questions)

        def answer(place: int) -> None:
            found[place] = qa.ask(questions[place]).found

        figures |= _latency("ask", answer, len(questions))
        figures |= _latency("retrieve", lambda place: qa.retrieve(questions[place]), len(questions))
    return figures | {"questions": len(questions), "found": sum(found), "peak memory MB": _peak_memory()}


def starter(folder: Path) -> Figures:
    """LlamaIndex's starter: the same articles, then the same questions with its default of two nodes."""
    from eval.benchmarks.baselines import LlamaIndexStarter

    embedder = _embedder(folder)
    articles = [
        Article(id=row["id"], text=row["text"], title=row.get("title")) for row in json_lines(folder / "articles.jsonl")
    ]
    opened: list[LlamaIndexStarter] = []

    def run() -> int:
        opened.append(LlamaIndexStarter(articles, embedder, folder / "chroma", top_k=2))
        return len(articles)

    figures = _ingestion(embedder, run)
    first, *questions = json.loads((folder / "questions.json").read_text(encoding="utf-8"))
    opened[0].ranking(first)
    figures |= _latency("retrieve", lambda place: opened[0].ranking(questions[place]), len(questions))
    opened[0].close()
    return figures


def _embedder(folder: Path) -> TimedEmbedding:
    """Loaded and warm, so that ingestion alone is timed."""
    inner = default_embedder()
    inner.embed(["warm-up"])
    return TimedEmbedding(inner, folder / "embedded.jsonl")


def _ingestion(embedder: TimedEmbedding, run: Callable[[], int]) -> Figures:
    """`run` ingests and says how many articles. Peak memory is taken before tokens are counted."""
    wall, processor = time.perf_counter(), time.process_time()
    articles = run()
    seconds = time.perf_counter() - wall - embedder.noting_seconds
    cores = (time.process_time() - processor) / (time.perf_counter() - wall)
    peak, tokens = _peak_memory(), embedder.tokens()
    return {
        "articles": articles,
        "seconds": seconds,
        "articles/s": articles / seconds,
        "tokens": tokens,
        "tokens/s": tokens / seconds,
        "embedding seconds": embedder.seconds,
        "embedding share": embedder.seconds / seconds,
        "cores used": cores,
        "peak memory MB": peak,
    }


def _latency(name: str, call: Callable[[int], object], count: int) -> Figures:
    taken = []
    for place in range(count):
        began = time.perf_counter()
        call(place)
        taken.append(1_000 * (time.perf_counter() - began))
    return {f"{name} p50 ms": float(np.percentile(taken, 50)), f"{name} p95 ms": float(np.percentile(taken, 95))}


def _peak_memory() -> float:
    """Megabytes; the system counts kilobytes on Linux and bytes on macOS."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def main(arguments: Sequence[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else list(arguments)
    tasks: dict[str, Callable[[Path], Any]] = {"ingest": ingest, "ask": ask, "starter": starter}
    if len(given) != 2 or given[0] not in tasks:
        print(f"give one of {', '.join(tasks)} and a folder", file=sys.stderr)
        return 2
    print(json.dumps(tasks[given[0]](Path(given[1]))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
