"""Recall and nDCG of the archive beside two baselines, on public questions in Vietnamese and English.

    python -m eval.benchmarks.retrieval --data ../shared/data [--only xquad,mlqa,vinewsqa] [--out report.json]

What is ranked is articles: of several passages of one article the best-placed counts. In XQuAD and MLQA each given
passage is an article without a title. One article answers a question: in the mixed pool the one in the question's
own language (its translation is then a miss), or, with that one taken out of every ranking, the one in the other
language. All systems share one embedder and its vectors.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.benchmarks import datasets
from eval.benchmarks.datasets import Dataset, Question
from eval.benchmarks.table import percent, render, write_json
from rag.newsqa import NewsQA
from rag.settings import Settings
from rag.types import Article

if TYPE_CHECKING:
    from eval.benchmarks.cached import CachedEmbedding

# A question -> article ids, best first; an article may come several times.
Ranking = Callable[[str], list[str]]
Scores = dict[str, float]

MEASURES = ("recall@1", "recall@5", "nDCG@10")
# Passages asked of each system: ten articles are left even if one is taken out and others come several times.
DEPTH = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: questions in language `asked`, answered in language `gold`, over the languages `pool`."""

    name: str
    dataset: str
    pool: tuple[str, ...]
    asked: str
    gold: str
    target: float | None = None

    @property
    def removes_own(self) -> bool:
        return self.asked != self.gold


MIXED = ("vi", "en")
# Targets are of recall@5.
ROWS = (
    Row("XQuAD vi", "xquad", ("vi",), "vi", "vi", 0.99),
    Row("XQuAD en", "xquad", ("en",), "en", "en", 0.99),
    Row("XQuAD mixed, vi own", "xquad", MIXED, "vi", "vi", 0.99),
    Row("XQuAD mixed, en own", "xquad", MIXED, "en", "en", 0.99),
    Row("XQuAD mixed, vi->en", "xquad", MIXED, "vi", "en", 0.80),
    Row("XQuAD mixed, en->vi", "xquad", MIXED, "en", "vi", 0.85),
    Row("MLQA vi", "mlqa", ("vi",), "vi", "vi"),
    Row("MLQA en", "mlqa", ("en",), "en", "en"),
    Row("MLQA mixed, vi->en", "mlqa", MIXED, "vi", "en"),
    Row("MLQA mixed, en->vi", "mlqa", MIXED, "en", "vi"),
    Row("ViNewsQA", "vinewsqa", ("vi",), "vi", "vi"),
)


@contextmanager
def ours(articles: Sequence[Article], embedder: CachedEmbedding, folder: Path) -> Iterator[Ranking]:
    """The archive itself, fed through a file as a user's would be."""
    file = folder / "articles.jsonl"
    datasets.write_articles(articles, file)
    with NewsQA(Settings(home=folder / "home")) as qa:
        qa.embedder = embedder
        report = qa.ingest([file])
        if report.added != len(articles):
            reasons = "; ".join(failure.reason for failure in report.failed[:3])
            raise SystemExit(f"only {report.added} of {len(articles)} articles were ingested from {file}: {reasons}")
        yield lambda question: [hit.passage.article_id for hit in qa.retrieve(question, DEPTH)]


@contextmanager
def starter(articles: Sequence[Article], embedder: CachedEmbedding, folder: Path) -> Iterator[Ranking]:
    from eval.benchmarks.baselines import LlamaIndexStarter

    index = LlamaIndexStarter(articles, embedder, folder, DEPTH)
    try:
        yield index.ranking
    finally:
        index.close()


@contextmanager
def fusion(articles: Sequence[Article], embedder: CachedEmbedding, folder: Path) -> Iterator[Ranking]:
    from eval.benchmarks.baselines import RankFusion

    yield RankFusion(articles, embedder).ranking


OURS = "archive"
SYSTEMS: Mapping[str, Callable[[Sequence[Article], CachedEmbedding, Path], AbstractContextManager[Ranking]]] = {
    OURS: ours,
    "LlamaIndex starter": starter,
    "dense+BM25 RRF": fusion,
}


def distinct(ranking: Iterable[str], removed: str | None = None) -> list[str]:
    """Each article once, at its best place, without `removed`."""
    return [article_id for article_id in dict.fromkeys(ranking) if article_id != removed]


def scores(rankings: Mapping[str, Sequence[str]], gold: Mapping[str, str]) -> Scores:
    """Means over the questions of `gold`; a question without a ranking counts as a miss."""
    import ir_measures
    from ir_measures import R, nDCG

    found = ir_measures.calc_aggregate(
        [R @ 1, R @ 5, nDCG @ 10],
        [ir_measures.Qrel(question_id, article_id, 1) for question_id, article_id in gold.items()],
        [
            ir_measures.ScoredDoc(question_id, article_id, 1 / rank)
            for question_id, ranking in rankings.items()
            for rank, article_id in enumerate(ranking, start=1)
        ],
    )
    return dict(zip(MEASURES, (float(found[measure]) for measure in (R @ 1, R @ 5, nDCG @ 10)), strict=True))


def verdict(by_system: Mapping[str, Scores], target: float | None) -> str:
    """PASS where the target is met and no baseline is better on any measure; otherwise what is below."""
    own = by_system[OURS]
    below = [f"recall@5 under {percent(target)}"] if target is not None and own["recall@5"] < target else []
    below += [
        f"{measure} under {system}"
        for system, other in by_system.items()
        for measure in MEASURES
        if own[measure] < other[measure]
    ]
    return f"below: {', '.join(below)}" if below else "PASS"


def measure(dataset: Dataset, embedder: CachedEmbedding, folder: Path) -> list[dict[str, Any]]:
    """The rows of one data set, each with the scores of every system."""
    rows = [row for row in ROWS if row.dataset == dataset.name]
    for language in {row.asked for row in rows}:
        embedder.embed([question.text[language] for question in dataset.questions], query=True)
    by_row: dict[str, dict[str, Scores]] = {row.name: {} for row in rows}
    sizes: dict[tuple[str, ...], int] = {}
    for pool in dict.fromkeys(row.pool for row in rows):
        articles = dataset.pool(pool)
        sizes[pool] = len(articles)
        for system, build in SYSTEMS.items():
            began = time.monotonic()
            home = folder / dataset.name / "-".join(pool) / system.replace(" ", "-")
            home.mkdir(parents=True)
            with build(articles, embedder, home) as rank:
                for name, found in _rows(rank, [row for row in rows if row.pool == pool], dataset.questions):
                    by_row[name][system] = found
            seconds = time.monotonic() - began
            print(f"{dataset.name} {'+'.join(pool)}: {system} in {seconds:.0f} s", file=sys.stderr)
    return [
        {
            "row": row.name,
            "questions": len(dataset.questions),
            "articles": sizes[row.pool],
            "target recall@5": row.target,
            "systems": by_row[row.name],
            "verdict": verdict(by_row[row.name], row.target),
        }
        for row in rows
    ]


def _rows(rank: Ranking, rows: Sequence[Row], questions: Sequence[Question]) -> Iterator[tuple[str, Scores]]:
    """The scores of one system, each question ranked once for all rows of a pool."""
    rankings = {
        language: {question.id: rank(question.text[language]) for question in questions}
        for language in {row.asked for row in rows}
    }
    for row in rows:
        removed = {question.id: question.gold[row.asked] for question in questions} if row.removes_own else {}
        ranked = {name: distinct(ranking, removed.get(name)) for name, ranking in rankings[row.asked].items()}
        yield row.name, scores(ranked, {question.id: question.gold[row.gold] for question in questions})


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Percentages; one line a row and system, the verdict with the archive's own."""
    lines = []
    for row in rows:
        for system, found in row["systems"].items():
            own = system == OURS
            target = row["target recall@5"]
            lines.append(
                [
                    f"{row['row']} ({row['questions']} over {row['articles']})" if own else "",
                    system,
                    *(percent(found[measure]) for measure in MEASURES),
                    percent(target) if own and target is not None else "",
                    row["verdict"] if own else "",
                ]
            )
    return render(["row (questions over articles)", "system", *MEASURES, "target @5", "verdict"], lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.retrieval", description="Measure retrieval.")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds xquad/, mlqa/ and vinewsqa/")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--only", default=",".join(datasets.READERS), help="data sets, separated by commas")
    parser.add_argument("--limit", type=int, help="so many questions of each data set, over only their articles")
    parser.add_argument("--cache", type=Path, help="folder where embedded texts are kept for the next run")
    given = parser.parse_args(arguments)
    names = given.only.split(",")
    if unknown := set(names) - set(datasets.READERS):
        parser.error(f"--only {min(unknown)!r}: choose from {', '.join(datasets.READERS)}")
    if line := datasets.missing(given.data, names):
        print(line, file=sys.stderr)
        return 0
    from eval.benchmarks.cached import CachedEmbedding
    from rag.embed import default_embedder

    embedder = CachedEmbedding(default_embedder(), given.cache)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="trich-dan-bench-") as folder:
        for name in names:
            dataset = datasets.READERS[name](given.data)
            rows += measure(dataset.limited(given.limit) if given.limit else dataset, embedder, Path(folder))
            embedder.save()
    print(table(rows))
    if given.out:
        write_json(given.out, {"embedder": embedder.identity, "depth": DEPTH, "limit": given.limit, "rows": rows})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
