"""How fast the archive is: ingestion, cold and warm answers, memory and disk, beside LlamaIndex's starter.

    python -m eval.benchmarks.speed --data ../shared/data [--articles 500,3000] [--out report.json]

Articles are Vietnamese news (vietnews); half of the questions are their titles, half are of ViNewsQA. Everything
runs in a process of its own. Cold starts and their yardsticks take turns, so that a busy machine slows all alike:
quote the ratios. Tokens are those the model reads, which for the archive include every sentence a second time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.benchmarks import datasets
from eval.benchmarks.table import figure, percent, render, write_json
from rag.types import Article

Figures = dict[str, float]

# How many articles LlamaIndex's starter is given; the archive is measured at that size, too.
STARTER_ARTICLES = 100
WARM_QUESTIONS = 100
COLD_TIMEOUT_SECONDS = 300
BARE_IMPORT = "import llama_index.core, chromadb"

# Name -> (figure, worst allowed value); the last is about the largest archive.
COLD_ASK, HELP, REST, WARM = 1.5, 0.1, 0.1, 300.0


class ChildFailed(Exception):
    """A measured process failed or took too long; the message is one line."""


def child(command: Sequence[str], timeout: float) -> tuple[str, float]:
    """What a process prints, and its seconds from start to end. Raises ChildFailed; then the process is gone."""
    name = " ".join([Path(command[0]).name, *command[1:4]])
    began = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        raise ChildFailed(f"{name} took more than {timeout:.0f} s; allow more with --timeout") from None
    seconds = time.perf_counter() - began
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ChildFailed(f"{name} ended with status {done.returncode}: {last}")
    return done.stdout, seconds


def task(name: str, folder: Path, timeout: float) -> Figures:
    """One task of `speed_child`. Raises ChildFailed."""
    printed, _ = child([sys.executable, "-m", "eval.benchmarks.speed_child", name, str(folder)], timeout)
    figures: Figures = json.loads(printed.strip().splitlines()[-1])
    return figures


def rag_command() -> list[str]:
    """The installed console script; without one, its module."""
    script = Path(sys.executable).with_name("rag")
    return [str(script)] if script.exists() else [sys.executable, "-m", "rag.cli"]


def cold(home: Path, question: str, rounds: int) -> Figures:
    """Median seconds of whole processes, and their ratios. Raises ChildFailed."""
    commands = {
        "rag ask": [*rag_command(), "ask", question, "--home", str(home)],
        "bare import": [sys.executable, "-c", BARE_IMPORT],
        "rag --help": [*rag_command(), "--help"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    # The first round brings files into the system's cache and is not counted.
    for number in range(rounds + 1):
        for name, command in commands.items():
            _, seconds = child(command, COLD_TIMEOUT_SECONDS)
            if number:
                taken[name].append(seconds)
    median = {name: statistics.median(values) for name, values in taken.items()}
    return {
        **{f"{name} seconds": seconds for name, seconds in median.items()},
        "ask / bare import": median["rag ask"] / median["bare import"],
        "help / bare import": median["rag --help"] / median["bare import"],
    }


def warm_questions(titles: Sequence[str], asked: Sequence[str], count: int) -> list[str]:
    """`count` questions, titles of articles in turn with `asked`; fewer where there are fewer."""
    half = (count + 1) // 2
    from_titles = [f"{title.rstrip(' .?!')}?" for title in datasets.spread(titles, half if asked else count)]
    others = datasets.spread(asked, count - len(from_titles))
    paired = [question for pair in zip(from_titles, others, strict=False) for question in pair]
    return [*paired, *from_titles[len(others) :], *others[len(from_titles) :]]


def disk_megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def prepare(folder: Path, articles: Sequence[Article], asked: Sequence[str]) -> str:
    """Writes what the child processes read; the first question."""
    folder.mkdir(parents=True)
    datasets.write_articles(articles, folder / "articles.jsonl")
    questions = warm_questions([article.title or article.text[:60] for article in articles], asked, WARM_QUESTIONS + 1)
    (folder / "questions.json").write_text(json.dumps(questions), encoding="utf-8")
    return questions[0]


def measure_archive(
    folder: Path, articles: Sequence[Article], asked: Sequence[str], rounds: int, timeout: float
) -> dict[str, Figures]:
    """Ingestion, warm and cold answers of one archive. Raises ChildFailed."""
    question = prepare(folder, articles, asked)
    ingestion = task("ingest", folder, timeout)
    ingestion["disk MB"] = disk_megabytes(folder / "home")
    return {
        "ingestion": ingestion,
        "warm": task("ask", folder, timeout),
        "cold": cold(folder / "home", question, rounds),
    }


def measure_starter(folder: Path, articles: Sequence[Article], asked: Sequence[str], timeout: float) -> Figures:
    """Raises ChildFailed."""
    prepare(folder, articles, asked)
    figures = task("starter", folder, timeout)
    figures["disk MB"] = disk_megabytes(folder / "chroma")
    return figures


def targets(archives: Mapping[int, Mapping[str, Figures]]) -> list[list[str]]:
    """The targets at the largest size that was measured: what, how much, the limit, PASS or below."""
    if not archives:
        return []
    size = max(archives)
    largest = archives[size]
    rest = 1 - largest["ingestion"]["embedding share"]
    rows = (
        (f"cold `rag ask` / bare import, {size:,} articles", largest["cold"]["ask / bare import"], COLD_ASK, 2),
        ("`rag --help` / bare import", largest["cold"]["help / bare import"], HELP, 3),
        (f"share of ingestion that is not embedding, {size:,} articles", rest, REST, 3),
        (f"warm answer p95 in ms, {size:,} articles", largest["warm"]["ask p95 ms"], WARM, 0),
    )
    return [
        [name, figure(value, digits), figure(limit, digits), "PASS" if value <= limit else "below"]
        for name, value, limit, digits in rows
    ]


def report(archives: Mapping[int, Mapping[str, Figures]], starter: Figures | None) -> str:
    ingestions = [("archive", figures["ingestion"]) for figures in archives.values()]
    answers = [("archive", size, {**all_["warm"], **all_["cold"]}) for size, all_ in archives.items()]
    if starter:
        ingestions.insert(0, ("LlamaIndex starter", starter))
        answers.insert(0, ("LlamaIndex starter", int(starter["articles"]), starter))
    return "\n\n".join(
        [
            _ingestion_table(ingestions),
            _answer_table(answers),
            render(["target", "measured", "at most", ""], targets(archives)),
        ]
    )


def _ingestion_table(rows: Iterable[tuple[str, Figures]]) -> str:
    headers = ["ingestion", "articles", "articles/s", "tokens/s", "tokens", "embedding %", "cores used",
               "peak MB", "disk MB", "second run s"]  # fmt: skip
    lines = [
        [
            name,
            figure(row["articles"], 0),
            figure(row["articles/s"], 2),
            figure(row["tokens/s"], 0),
            figure(row["tokens"], 0),
            percent(row["embedding share"]),
            figure(row["cores used"], 2),
            figure(row["peak memory MB"], 0),
            figure(row["disk MB"]),
            figure(row.get("second run seconds"), 2),
        ]
        for name, row in rows
    ]
    return render(headers, lines)


def _answer_table(rows: Iterable[tuple[str, int, Figures]]) -> str:
    columns = {
        "cold s": ("rag ask seconds", 2),
        "bare import s": ("bare import seconds", 2),
        "ratio": ("ask / bare import", 2),
        "help ratio": ("help / bare import", 3),
        "ask p50 ms": ("ask p50 ms", 0),
        "ask p95 ms": ("ask p95 ms", 0),
        "retrieve p50 ms": ("retrieve p50 ms", 0),
        "retrieve p95 ms": ("retrieve p95 ms", 0),
        "peak MB": ("peak memory MB", 0),
    }
    lines = [
        [name, figure(size, 0), *(figure(row.get(key), digits) for key, digits in columns.values())]
        for name, size, row in rows
    ]
    return render(["answers", "articles", *columns], lines)


def sizes(text: str) -> list[int]:
    """The numbers of "500,3000". Raises ValueError, which argparse shows."""
    return [int(part) for part in text.split(",")]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.speed", description="Measure speed.")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds vietnews/ and vinewsqa/")
    parser.add_argument("--articles", type=sizes, default=[500, 3000], help="archive sizes, separated by commas")
    parser.add_argument("--rounds", type=int, default=5, help="timed cold starts of each kind")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds that one measured process may take")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    given = parser.parse_args(arguments)
    if line := datasets.missing(given.data, ["vietnews", "vinewsqa"]):
        print(line, file=sys.stderr)
        return 0
    asked = [question.text["vi"] for question in datasets.vinewsqa(given.data).questions]
    archives: dict[int, dict[str, Figures]] = {}
    starter: Figures | None = None
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="trich-dan-bench-") as name:
        folder = Path(name)
        try:
            articles = datasets.vietnews(given.data, STARTER_ARTICLES)
            starter = measure_starter(folder / "starter", articles, asked, given.timeout)
        except ChildFailed as error:
            failures.append(f"LlamaIndex starter: {error}")
        for size in sorted({STARTER_ARTICLES, *given.articles}):
            print(f"archive of {size:,} articles ...", file=sys.stderr)
            articles = datasets.vietnews(given.data, size)
            try:
                archives[size] = measure_archive(folder / str(size), articles, asked, given.rounds, given.timeout)
            except ChildFailed as error:
                failures.append(f"{size:,} articles: {error}")
    print(report(archives, starter))
    for failure in failures:
        print(f"not measured: {failure}", file=sys.stderr)
    if given.out:
        content: dict[str, Any] = {"cores": os.cpu_count(), "starter": starter, "archives": archives}
        write_json(given.out, {**content, "targets": targets(archives), "not measured": failures})
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
