"""Full-text search with several budgets over one archive: what is found of articles that are known, and the time.

    python -m eval.benchmarks.scale_words FOLDER/1000000 FOLDER/questions.json [--budgets 3000,9500] [--questions 250]

FOLDER is that of `eval.benchmarks.scale`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.benchmarks.cached import CachedEmbedding
from eval.benchmarks.datasets import spread
from eval.benchmarks.speed import sizes
from eval.benchmarks.table import figure, render
from rag.embed import default_embedder
from rag.retrieve.query import ArchiveQuery
from rag.retrieve.retriever import ArchiveRetriever
from rag.store import fulltext
from rag.store.catalogue import Catalogue
from rag.store.vectors import open_index

# Passages that may be scored; the last is every passage, as in a small archive.
BUDGETS = (1_500, 3_000, 6_000, 12_000, 10**9)
RANKS = (1, 5)


def sweep(
    home: Path, gold: Mapping[str, str], embedder: CachedEmbedding, budgets: Sequence[int] = BUDGETS
) -> list[dict[str, Any]]:
    """Figures of each budget; `gold` are questions and the ids of the articles that answer them.

    The budgets take turns, question by question, so that a busy machine is busy for all of them.
    """
    places: dict[int, list[int]] = {budget: [] for budget in budgets}
    words: dict[int, list[float]] = {budget: [] for budget in budgets}
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
        usual = fulltext.budget
        try:
            for question, article_id in gold.items():
                for budget in budgets:
                    fulltext.budget = lambda _, budget=budget: budget  # type: ignore[misc]
                    found = [hit.passage.article_id for hit in retriever.search(ArchiveQuery(question))]
                    places[budget].append(found.index(article_id) if article_id in found else len(found))
                    words[budget].append(1000 * spent[0])
        finally:
            fulltext.budget = usual
        index.close()
    return [
        {
            "budget": budget,
            **{f"recall@{rank}": float(np.mean(np.array(places[budget]) < rank)) for rank in RANKS},
            "CPU p50 ms": float(np.percentile(words[budget], 50)),
            "CPU p95 ms": float(np.percentile(words[budget], 95)),
        }
        for budget in budgets
    ]


def report(rows: Sequence[dict[str, Any]]) -> str:
    digits = {**{f"recall@{rank}": 3 for rank in RANKS}, "CPU p50 ms": 1, "CPU p95 ms": 1}
    return render(
        ["passages scored", *digits],
        [
            [
                "all" if row["budget"] >= BUDGETS[-1] else f"{row['budget']:,}",
                *(figure(row[key], places) for key, places in digits.items()),
            ]
            for row in rows
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.scale_words", description="Budgets of words.")
    parser.add_argument("home", type=Path)
    parser.add_argument("asked", type=Path, help="the questions.json beside it")
    parser.add_argument("--budgets", type=sizes, default=BUDGETS, help="passages that may be scored, by commas")
    parser.add_argument("--questions", type=int, default=500)
    given = parser.parse_args()
    gold = json.loads(given.asked.read_text(encoding="utf-8"))["gold"]
    some = {question: gold[question] for question in spread(list(gold), given.questions)}
    embedder = CachedEmbedding(default_embedder(), given.asked.parent)
    print(report(sweep(given.home, some, embedder, given.budgets)))


if __name__ == "__main__":
    main()
