"""Full-text search with several budgets over one archive: what is found of articles that are known, and the time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.benchmarks.cached import CachedEmbedding
from eval.benchmarks.table import figure, render
from rag.retrieve.query import ArchiveQuery
from rag.retrieve.retriever import ArchiveRetriever
from rag.store import fulltext
from rag.store.catalogue import Catalogue
from rag.store.vectors import open_index

# Passages that may be scored; the last is every passage, as in a small archive.
BUDGETS = (1_500, 3_000, 6_000, 12_000, 10**9)
RANKS = (1, 5)


def sweep(home: Path, gold: Mapping[str, str], embedder: CachedEmbedding) -> list[dict[str, Any]]:
    """Figures of each budget; `gold` are questions and the ids of the articles that answer them.

    The budgets take turns, question by question, so that a busy machine is busy for all of them.
    """
    places: dict[int, list[int]] = {budget: [] for budget in BUDGETS}
    words: dict[int, list[float]] = {budget: [] for budget in BUDGETS}
    with Catalogue.open(home) as catalogue:
        index = open_index(catalogue, None)
        retriever = ArchiveRetriever(catalogue, index, embedder)
        matching, spent = catalogue.lexical, [0.0]

        def timed(*arguments: Any) -> list[tuple[int, float]]:
            began = time.process_time()
            found = matching(*arguments)
            spent[0] = time.process_time() - began
            return found

        catalogue.lexical = timed  # type: ignore[method-assign, assignment]
        usual = fulltext.BUDGET
        try:
            for question, article_id in gold.items():
                for budget in BUDGETS:
                    fulltext.BUDGET = budget
                    found = [hit.passage.article_id for hit in retriever.search(ArchiveQuery(question))]
                    places[budget].append(found.index(article_id) if article_id in found else len(found))
                    words[budget].append(1000 * spent[0])
        finally:
            fulltext.BUDGET = usual
        index.close()
    return [
        {
            "budget": budget,
            **{f"recall@{rank}": float(np.mean(np.array(places[budget]) < rank)) for rank in RANKS},
            "CPU p50 ms": float(np.percentile(words[budget], 50)),
            "CPU p95 ms": float(np.percentile(words[budget], 95)),
        }
        for budget in BUDGETS
    ]


def report(rows: Sequence[dict[str, Any]]) -> str:
    digits = {**{f"recall@{rank}": 3 for rank in RANKS}, "CPU p50 ms": 1, "CPU p95 ms": 1}
    return render(
        ["passages scored", *digits],
        [
            [
                "all" if row["budget"] == BUDGETS[-1] else f"{row['budget']:,}",
                *(figure(row[key], places) for key, places in digits.items()),
            ]
            for row in rows
        ],
    )
