"""One evaluation from the suite's name to its report files. What the command line, the gate and programs call."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import suite as suites
from eval.cases import Case
from eval.judge.agreement import agreement, decisions
from eval.judge.judge import ExactJudge, Judge
from eval.judge.twins import TWINS, labelled
from eval.judge.twins import load as load_twins
from eval.metrics.usage import PRICES, load_prices
from eval.records import Record, Records, found
from eval.report import data, html, markdown
from eval.run import TIMEOUT, ArchiveSystem, Progress, System, default_out, default_workers, describe, run
from eval.score import Scored, Scorer
from eval.suite import Library, Suite
from rag.errors import UsageError
from rag.newsqa import NewsQA
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.base.llms.base import BaseLLM

RESULTS = Path("eval-results")
ARTICLES = "articles.jsonl"
MARKDOWN = "report.md"


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of an evaluation. `out` None: a folder named after the run, below `eval-results`."""

    suite: str = suites.DEFAULT
    articles: Path | None = None
    engine: str | None = None
    split: str | None = None
    limit: int | None = None
    seed: int = 0
    out: Path | None = None
    workers: int | None = None
    timeout: float = TIMEOUT
    prices: Path = PRICES
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A finished evaluation: `report` is what `report.json` in `folder` holds."""

    report: dict[str, Any]
    folder: Path


def evaluate(
    options: Options,
    settings: Settings,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    system_of: Callable[[NewsQA], System] | None = None,
    llm: BaseLLM | None = None,
) -> Evaluation:
    """Asks, scores and reports. `system_of` gives something else to ask than the archive itself; `llm` is what
    LlamaIndex's evaluators judge with, where they are wanted.

    Raises UsageError for a suite, folder or price table that cannot be used, SettingsError where no model is set.
    """
    suite = suites.find(options.suite, options.articles)
    prices = load_prices(options.prices)
    cases = suites.chosen(suite.cases, split=options.split, limit=options.limit, seed=options.seed)
    if not cases:
        raise UsageError(f"{suite.name} has no cases of the split {options.split}")
    with suites.open_archive(suite, settings, RESULTS / "archives") as qa:
        told = describe(suite, qa, options.engine)
        folder = options.out or default_out(RESULTS, told)
        records = Records.open(folder, told)
        if options.retry:
            records.forget_failures()
        asked = run(
            system_of(qa) if system_of else ArchiveSystem(qa, options.engine),
            cases,
            records,
            workers=options.workers or default_workers(settings, options.engine),
            timeout=options.timeout,
            on_progress=on_progress,
        )
        library = gather(qa, cases, asked)
        judge = judge_of(qa, library)
        scorer = Scorer(library, judge, prices)
        scored = scorer.score(cases, asked)
        if llm is not None:
            from eval.llamaindex import with_evaluators

            scored = with_evaluators(scored, llm)
        told = {
            **records.run,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "split": options.split,
            "limit": options.limit,
            "seed": options.seed,
            "judge": judge.name,
        }
        report = data.report(told, scored, agreement=agreement_with_twins(judge, qa), seed=options.seed)
    write(folder, report, library)
    return Evaluation(report, folder)


def scored_case(qa: NewsQA, case: Case, engine: str | None = None) -> Scored:
    """One case, asked and scored: for tests over cases. A failing answer raises what it raises."""
    system = ArchiveSystem(qa, engine)
    began = time.perf_counter()
    answer = system.ask(case)
    record = Record(case.id, answer, found(system.retrieve(case)), time.perf_counter() - began)
    library = gather(qa, [case], [record])
    return Scorer(library, judge_of(qa, library), load_prices()).score([case], [record])[0]


def judge_of(qa: NewsQA, library: Library) -> Judge:
    """Who decides whether quotes support a claim."""
    return ExactJudge()


def gather(qa: NewsQA, cases: Sequence[Case], records: Iterable[Record]) -> Library:
    """The articles that the cases and what was answered are about."""
    listed = list(records)
    ids = {hit.article_id for record in listed for hit in record.found}
    ids |= {quote.article_id for record in listed if record.answer for quote in record.answer.citations}
    return Library.gather(qa, cases, ids)


def agreement_with_twins(judge: Judge, qa: NewsQA, twins: Path = TWINS) -> dict[str, Any] | None:
    """How the judge does on the project's own pairs; None where the archive does not hold their articles."""
    if not twins.is_file():
        return None
    pairs = load_twins(twins)
    library = Library(qa.article(info.id) for info in qa.articles())
    try:
        claims = list(labelled(pairs, library))
    except UsageError:
        return None
    return agreement(judge.name, decisions(judge, claims))


def judge_report(settings: Settings, twins: Path = TWINS) -> dict[str, Any]:
    """The judge against the project's own pairs over `corpus/`. Raises UsageError where a pair is wrong."""
    pairs = load_twins(twins)
    with suites.open_archive(Suite("twins", (), suites.CORPUS), settings, RESULTS / "archives") as qa:
        library = Library(qa.article(info.id) for info in qa.articles())
        judge = judge_of(qa, library)
        return agreement(judge.name, decisions(judge, labelled(pairs, library)))


def write(folder: Path, report: Mapping[str, Any], library: Library) -> None:
    """`report.json`, `report.html`, `report.md`, and the articles they show."""
    articles = library.articles
    lines = (json.dumps(article.to_dict(with_text=True), ensure_ascii=False) + "\n" for article in articles.values())
    files = {
        ARTICLES: "".join(lines),
        data.FILE: json.dumps(report, ensure_ascii=False, indent=1) + "\n",
        html.FILE: html.page(report, articles),
        MARKDOWN: markdown.page(report),
    }
    for name, content in files.items():
        # Lone surrogates of broken input have no UTF-8 form.
        unfinished = folder / f".{name}"
        unfinished.write_text(content, encoding="utf-8", errors="replace")
        unfinished.replace(folder / name)


def check(options: Options, settings: Settings) -> tuple[Suite, list[str]]:
    """The suite and what is wrong with its cases in its articles, a line each."""
    from eval.cases import check as problems_of

    suite = suites.find(options.suite, options.articles)
    with suites.open_archive(suite, settings, RESULTS / "archives") as qa:
        library = Library.gather(qa, suite.cases)
        return suite, problems_of(suite.cases, list(library.articles.values()))
