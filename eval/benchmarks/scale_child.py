"""What `eval.benchmarks.scale` measures of one archive, in a process of its own; prints one line of JSON.

    python -m eval.benchmarks.scale_child HOME QUESTIONS.json

QUESTIONS.json holds "asked", the questions that are timed, and "gold", questions with the ids of the articles that
answer them; their embeddings stand in its folder (`CachedEmbedding`). The address of a shared catalogue comes through
standard input, where no list of processes shows its password.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from eval.benchmarks.cached import CachedEmbedding
from rag.embed import default_embedder
from rag.retrieve.query import ArchiveQuery
from rag.retrieve.retriever import ArchiveRetriever
from rag.store.catalogue import Catalogue
from rag.store.vectors import Index, open_index
from rag.types import Filters

# Questions before the clock starts: the file cache and Chroma's first search are not what is measured.
WARMING = 20
# Questions limited by date, of an archive over eleven years.
LIMITS = {"a month's": Filters(since="2020-05", until="2020-05"), "three years'": Filters(since="2020", until="2022")}
# Compared with exact search.
NEAREST = 10
# Hits among which the article that answers should be.
FIRST = 5


class StopWatch:
    """Milliseconds that each part of each question took; scoring is what no other part claims."""

    def __init__(self) -> None:
        self.rounds: list[dict[str, float]] = []
        self._parts: dict[str, float] = defaultdict(float)

    def timed(self, part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return call(*arguments, **named)
            finally:
                self._parts[part] += 1000 * (time.perf_counter() - began)

        return measured

    def round(self, call: Callable[[], Any]) -> None:
        self._parts.clear()
        began = time.perf_counter()
        call()
        total = 1000 * (time.perf_counter() - began) - self._parts.pop("model", 0.0)
        self.rounds.append({**self._parts, "scoring": total - sum(self._parts.values()), "search": total})

    def percentiles(self) -> dict[str, float]:
        """ "search p50 ms", "lexical p95 ms" and so on."""
        parts = dict.fromkeys(part for row in self.rounds for part in row)
        columns = {part: [row.get(part, 0.0) for row in self.rounds] for part in parts}
        return {
            f"{part} p{share} ms": float(np.percentile(column, share))
            for part, column in columns.items()
            for share in (50, 95)
        }


def measure(home: Path, questions: Path, url: str | None = None) -> dict[str, float]:
    """Start-up, latency by part, memory, recall of the index and of articles. The index is built already."""
    embedder = CachedEmbedding(default_embedder(), questions.parent)
    told = json.loads(questions.read_text(encoding="utf-8"))
    asked: list[str] = told["asked"]
    embedder.embed([*asked, *told["gold"]], query=True)
    before = resident_megabytes()
    began = time.perf_counter()
    with Catalogue.open(home, url=url) as catalogue:
        index = open_index(catalogue, None)
        retriever = ArchiveRetriever(catalogue, index, embedder)
        retriever.search(ArchiveQuery(asked[0]))
        started = time.perf_counter() - began
        for question in asked[:WARMING]:
            retriever.search(ArchiveQuery(question))
        watch = _watch(retriever)
        for question in asked:
            watch.round(lambda question=question: retriever.search(ArchiveQuery(question)))  # type: ignore[misc]
        figures = watch.percentiles()
        for name, filters in LIMITS.items():
            watch.rounds.clear()
            for question in asked:
                limited = ArchiveQuery(question, filters=filters)
                watch.round(lambda limited=limited: retriever.search(limited))  # type: ignore[misc]
            figures |= {
                f"{name} {key}": value for key, value in watch.percentiles().items() if key.startswith("search")
            }
        figures |= {
            "start s": started,
            "catalogue MB": size(catalogue, home) / 1e6,
            "memory MB": resident_megabytes() - before,
            "index is Chroma": float(index.backend == "chroma"),
        }
        figures["recall@5"] = answered(retriever, told["gold"])
        figures["index recall@10"] = recall(index, catalogue, embedder.embed(asked, query=True))
        index.close()
        return figures


def _watch(retriever: ArchiveRetriever) -> StopWatch:
    watch, catalogue = StopWatch(), retriever.catalogue
    retriever.embedder = _Timed(retriever.embedder, watch)  # type: ignore[assignment]
    retriever.index.search = watch.timed("dense", retriever.index.search)  # type: ignore[method-assign]
    for name, part in {
        "lexical": "lexical",
        "passages": "passages",
        "count": "state",
        "means": "state",
        "date_range": "state",
    }.items():
        setattr(catalogue, name, watch.timed(part, getattr(catalogue, name)))
    return watch


class _Timed:
    """The embedder, with its time apart: a model's speed is measured elsewhere."""

    def __init__(self, inner: Any, watch: StopWatch) -> None:
        self.identity = inner.identity
        self.get_query_embedding = watch.timed("model", inner.get_query_embedding)


def size(catalogue: Catalogue, home: Path) -> int:
    """Bytes on disk."""
    if catalogue.driver.kind == "postgresql":
        return int(catalogue.query("SELECT pg_database_size(current_database())")[0][0])
    return sum(path.stat().st_size for path in home.glob("catalogue.sqlite3*"))


def answered(retriever: ArchiveRetriever, gold: Mapping[str, str]) -> float:
    """Share of the questions whose article is among the first `FIRST` hits."""
    found = [
        article_id in {hit.passage.article_id for hit in retriever.search(ArchiveQuery(question))[:FIRST]}
        for question, article_id in gold.items()
    ]
    return float(np.mean(found))


def recall(index: Index, catalogue: Catalogue, vectors: Any) -> float:
    """Share of the `NEAREST` that the index gives too, among as many as the retriever asks it for."""
    from rag.retrieve.retriever import DENSE_CANDIDATES
    from rag.store.exact import ExactIndex

    exact = ExactIndex(catalogue)
    mean = catalogue.means()["vi"][1]
    shares = []
    for vector in vectors - mean:
        wanted = {rowid for rowid, _ in exact.search(vector, "vi", NEAREST)}
        found = {rowid for rowid, _ in index.search(vector, "vi", DENSE_CANDIDATES)[:NEAREST]}
        shares.append(len(wanted & found) / len(wanted))
    return float(np.mean(shares))


def resident_megabytes() -> float:
    """Memory that this process holds now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def main() -> None:
    home, questions = map(Path, sys.argv[1:])
    print(json.dumps(measure(home, questions, sys.stdin.read().strip() or None)))


if __name__ == "__main__":
    main()
