"""One archive in SQLite and in PostgreSQL: whether both quote the same, and how long they take.

    python -m eval.benchmarks.databases --url postgresql://user@host/empty_database [--questions 146]

corpus/ is ingested into both, into the database only where it is not there yet, and its test cases are asked in turns.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from eval.benchmarks.datasets import spread
from eval.benchmarks.table import figure, render
from eval.cases import load as load_cases
from rag import NewsQA
from rag.errors import RagError
from rag.settings import Settings
from rag.types import Answer

_ROOT = Path(__file__).resolve().parents[2]
CORPUS, CASES = _ROOT / "corpus", _ROOT / "eval" / "datasets" / "corpus.jsonl"


def measure(url: str, questions: Sequence[str]) -> tuple[dict[str, list[float]], int]:
    """Milliseconds an answer by database, and how many answers quote the same in the same order. Raises RagError."""
    taken: dict[str, list[float]] = {"SQLite": [], "PostgreSQL": []}
    same = 0
    with tempfile.TemporaryDirectory(prefix="trich-dan-bench-") as name:
        file = Settings(home=Path(name) / "file", engine="quotes")
        shared = replace(file, home=Path(name) / "shared", catalogue_url=url)
        with NewsQA(file) as first, NewsQA(shared) as second:
            archives = {"SQLite": first, "PostgreSQL": second}
            for qa in archives.values():
                qa.ingest([CORPUS])
                qa.ask(questions[0])
            for question in questions:
                answers: list[Answer] = []
                for database, qa in archives.items():
                    began = time.perf_counter()
                    answers.append(qa.ask(question))
                    taken[database].append(1000 * (time.perf_counter() - began))
                quotes = [[citation.quote for citation in answer.citations] for answer in answers]
                same += quotes[0] == quotes[1]
    return taken, same


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.databases", description="SQLite and PostgreSQL.")
    parser.add_argument("--url", required=True, help="an empty database: postgresql://user:password@host/name")
    parser.add_argument("--questions", type=int, default=146, help="how many of the cases are asked")
    given = parser.parse_args(arguments)
    questions = spread([case.question for case in load_cases(CASES) if case.question], given.questions)
    try:
        taken, same = measure(given.url, questions)
    except RagError as error:
        print(error, file=sys.stderr)
        return 1
    rows = [
        [database, figure(float(np.mean(spent))), figure(float(np.percentile(spent, 95)))]
        for database, spent in taken.items()
    ]
    print(render(["database", "mean ms", "p95 ms"], rows))
    ratio = sum(taken["PostgreSQL"]) / sum(taken["SQLite"])
    print(f"PostgreSQL takes {ratio:.2f} times as long; the same quotes in the same order: {same} of {len(questions)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
