"""Retrieval at 10,000 to 1,000,000 passages: latency by part, memory, disk, start-up, what is found.

    python -m eval.benchmarks.scale --data ../shared/data --passages 10000,100000 --folder /tmp/scale --out scale.json

The embedding of the question is left out. Archives stay in --folder and are used again; a smaller one is not grown
into a larger one. `--sweep` also builds the index with other settings of HNSW, and searches words with other budgets,
and says what each costs and finds.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.benchmarks import datasets, scale_archive, scale_index, scale_words
from eval.benchmarks.cached import CachedEmbedding
from eval.benchmarks.speed import disk_megabytes, sizes, warm_questions
from eval.benchmarks.table import figure, render, write_json
from rag.embed import default_embedder
from rag.store.catalogue import Catalogue
from rag.store.vectors import open_index
from rag.types import Article

Figures = dict[str, float]

QUESTIONS = 200
# Questions whose article is known, in archives that hold it among all others.
KNOWN = 500
# Milliseconds on two cores, of `ArchiveRetriever.search` without the model, at the 95th percentile.
TARGETS = {100_000: 60.0, 1_000_000: 150.0}
RECALL = 0.98
PARTS = ("search", "lexical", "dense", "passages", "state", "scoring", "a month's search", "three years' search")


def build(
    home: Path,
    pool: scale_archive.Pool,
    known: Sequence[Article],
    embedder: CachedEmbedding,
    passages: int,
    url: str | None = None,
) -> Figures:
    """The archive in `home` with its index, made where they are not; seconds that were spent, 0 for what was there.

    With `url` the catalogue is that database.
    """
    began = time.perf_counter()
    with Catalogue.open(home, url=url) as catalogue:
        scale_archive.add(catalogue, known, embedder)
        scale_archive.fill(catalogue, pool, embedder.identity, passages)
        written = time.perf_counter()
        index = open_index(catalogue, None)
        index.sync()
        index.close()
    return {"write s": written - began, "index s": time.perf_counter() - written}


def measure(home: Path, questions: Path, url: str | None = None) -> Figures:
    """The figures of `scale_child`. Raises subprocess.CalledProcessError."""
    command = [sys.executable, "-m", "eval.benchmarks.scale_child", str(home), str(questions)]
    done = subprocess.run(command, check=True, input=url or "", stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout.strip().splitlines()[-1])
    return {**figures, "chroma MB": disk_megabytes(home / "chroma")}


def report(archives: Mapping[int, Figures]) -> str:
    latency = [
        [f"{size:,} {part}", figure(row.get(f"{part} p50 ms")), figure(row.get(f"{part} p95 ms"))]
        for size, row in archives.items()
        for part in PARTS
    ]
    columns = {"start-up s": ("start s", 2), "memory MB": ("memory MB", 0), "catalogue MB": ("catalogue MB", 0),
               "Chroma MB": ("chroma MB", 0), "write s": ("write s", 0), "index s": ("index s", 0),
               "index recall@10": ("index recall@10", 3), "recall@5": ("recall@5", 3)}  # fmt: skip
    cost = [
        [f"{size:,}", *(figure(row.get(key), digits) for key, digits in columns.values())]
        for size, row in archives.items()
    ]
    return "\n\n".join(
        [
            render(["passages, part", "p50 ms", "p95 ms"], latency),
            render(["passages", *columns], cost),
            render(["target", "measured", "limit", ""], targets(archives)),
        ]
    )


def targets(archives: Mapping[int, Figures]) -> list[list[str]]:
    """What was wanted of the sizes that were measured."""
    rows = []
    for size, row in archives.items():
        if size in TARGETS:
            fast = row["search p95 ms"] < TARGETS[size]
            told = [figure(row["search p95 ms"]), figure(TARGETS[size]), "PASS" if fast else "below"]
            rows.append([f"search p95 in ms, {size:,} passages", *told])
        recall = row["index recall@10"]
        found = "PASS" if recall >= RECALL else "below"
        rows.append([f"the index's recall@10, {size:,} passages", figure(recall, 3), figure(RECALL, 2), found])
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.scale", description="Measure large archives.")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds vietnews/ and vinewsqa/")
    parser.add_argument("--passages", type=sizes, default=[10_000, 100_000], help="archive sizes, by commas")
    parser.add_argument("--folder", type=Path, help="keep the archives here and use them again")
    parser.add_argument("--url", help="keep the catalogue of one size in this empty PostgreSQL database")
    parser.add_argument("--sweep", action="store_true", help="also try other settings of the indexes")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    given = parser.parse_args(arguments)
    if line := datasets.missing(given.data, ["vietnews", "vinewsqa"]):
        print(line, file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory(prefix="trich-dan-bench-") as name:
        folder = given.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        embedder = CachedEmbedding(default_embedder(), folder)
        pool = scale_archive.pool(given.data, embedder)
        known = datasets.vinewsqa(given.data).limited(KNOWN)
        gold = {question.text["vi"]: question.gold["vi"] for question in known.questions}
        asked = warm_questions(pool.titles, list(gold), QUESTIONS)
        vectors = embedder.embed(asked, query=True)
        embedder.embed(list(gold), query=True)
        questions = folder / "questions.json"
        questions.write_text(json.dumps({"asked": asked, "gold": gold}), encoding="utf-8")
        archives: dict[int, Figures] = {}
        sweeps: dict[int, dict[str, list[dict[str, Any]]]] = {}
        for size in given.passages:
            print(f"archive of {size:,} passages ...", file=sys.stderr)
            home = folder / (f"{size}-shared" if given.url else str(size))
            spent = build(home, pool, known.articles, embedder, size, given.url)
            embedder.save()
            archives[size] = {**measure(home, questions, given.url), **spent, "load": os.getloadavg()[0]}
            if given.sweep:
                index = scale_index.sweep(home, vectors, folder / "sweep")
                sweeps[size] = {"index": index, "words": scale_words.sweep(home, gold, embedder)}
    print(report(archives))
    for size, tried in sweeps.items():
        print(f"\n{size:,} passages\n{scale_index.report(tried['index'])}\n\n{scale_words.report(tried['words'])}")
    if given.out:
        content = {"cores": os.cpu_count(), "archives": archives, "settings": sweeps}
        write_json(given.out, {**content, "targets": targets(archives)})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
