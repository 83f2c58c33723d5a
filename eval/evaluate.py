"""One evaluation from the suite's name to its report files. What the command line, the gate and programs call."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from eval import adapters, exports
from eval import suite as suites
from eval.archives import read_articles
from eval.cases import Case
from eval.cases import check as problems_of
from eval.judge.agreement import Labelled, agreement, decisions
from eval.judge.judge import Judge
from eval.judge.labels import TWINS, of_claims, of_twins
from eval.metrics.usage import PRICES, load_prices
from eval.records import Record, Records, found
from eval.report import data, html, markdown
from eval.run import TIMEOUT, ArchiveSystem, Progress, System, default_out, default_workers, describe, run
from eval.score import Scored, Scorer
from eval.suite import Library, Suite
from eval.twins import load as load_twins
from rag.errors import UsageError
from rag.newsqa import NewsQA
from rag.sample import SAMPLE
from rag.settings import Settings

RESULTS = Path("eval-results")
AGREEMENTS = RESULTS / "judge"
ARTICLES = "articles.jsonl"
MARKDOWN = "report.md"


def _unheard(step: str) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of an evaluation. `out` None: a folder named after the run, below `eval-results`.

    `trec` and `datasets` are folders for what other tools read.
    """

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
    llamaindex: bool = False
    trec: Path | None = None
    datasets: Path | None = None


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
    on_step: Callable[[str], None] = _unheard,
    system_of: Callable[[NewsQA], System] | None = None,
) -> Evaluation:
    """Asks, scores and reports. `system_of` gives something else to ask than the archive itself; `on_step` hears what
    is being done while nothing is asked.

    Raises UsageError for a suite, folder or price table that cannot be used, SettingsError where no model is set.
    """
    suite = suites.find(options.suite, options.articles)
    prices = load_prices(options.prices)
    cases = suites.chosen(suite.cases, split=options.split, limit=options.limit, seed=options.seed)
    if not cases:
        raise UsageError(f"{suite.name} has no cases" + (f" of the split {options.split}" if options.split else ""))
    on_step("the archive is brought up to date")
    with suites.open_archive(suite, settings, RESULTS / "archives") as qa:
        # Before anything is asked: a model that is not configured is told at once.
        evaluator = qa.model if options.llamaindex else None
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
        judge = judge_of(qa)
        scorer = Scorer(
            library, judge, prices, told["model"], lambda number, total: on_step(f"scored {number}/{total}")
        )
        scored = scorer.score(cases, asked)
        if evaluator is not None:
            from eval.llamaindex import with_evaluators

            scored = with_evaluators(
                scored, evaluator, lambda number, total: on_step(f"LlamaIndex judged {number}/{total}")
            )
        told = {
            **records.run,
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "split": options.split,
            "limit": options.limit,
            "seed": options.seed,
            "judge": judge.name,
        }
        report = data.report(told, scored, agreement=agreement_with_twins(judge, told, on_step), seed=options.seed)
    write(folder, report, library)
    if options.trec:
        exports.write_trec(options.trec, cases, asked, library)
    if options.datasets:
        exports.write_datasets(options.datasets, cases, asked, library)
    return Evaluation(report, folder)


def scored_case(qa: NewsQA, case: Case, engine: str | None = None) -> Scored:
    """One case, asked and scored: for tests over cases. A failing answer raises what it raises."""
    system = ArchiveSystem(qa, engine)
    began = time.perf_counter()
    answer = system.ask(case)
    record = Record(case.id, answer, found(system.retrieve(case)), time.perf_counter() - began)
    library = gather(qa, [case], [record])
    return Scorer(library, judge_of(qa), load_prices(), answer.model).score([case], [record])[0]


def judge_of(qa: NewsQA) -> Judge:
    """Who decides whether quotes support a claim: the product's own check."""
    from eval.judge.verifier import open_verifier

    return open_verifier(qa)


def gather(qa: NewsQA, cases: Sequence[Case], records: Iterable[Record]) -> Library:
    """The articles that the cases and what was answered are about."""
    listed = list(records)
    ids = {hit.article_id for record in listed for hit in record.found}
    ids |= {quote.article_id for record in listed if record.answer for quote in record.answer.citations}
    return Library.gather(qa, cases, ids)


def agreement_with_twins(
    judge: Judge, told: Mapping[str, Any], on_step: Callable[[str], None] = _unheard
) -> dict[str, Any]:
    """How the judge does on the project's own pairs, those of the test split: what it was not fitted on.

    Kept for the next run with the same code, archive and settings, since it takes as long as many answers.
    """
    parts = [judge.name, told["code"], told["archive"], told["settings"], TWINS.read_text(encoding="utf-8")]
    name = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
    kept = AGREEMENTS / f"{name}.json"
    if not kept.is_file():
        found = judged(judge, list(_twins("test")), on_step, "the judge against labels")
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(".part")
        unfinished.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(kept)
    measured: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return measured


def judge_report(
    settings: Settings,
    paths: Sequence[Path] = (),
    split: str | None = "test",
    on_step: Callable[[str], None] = _unheard,
    *,
    limit: int | None = None,
    seed: int = 0,
) -> list[dict[str, Any]]:
    """The judge against the project's own pairs of a split, then against each public judge set, of which at most
    `limit` claims are drawn by `seed`.

    Raises UsageError where a pair or a set is wrong.
    """
    suite = Suite("judge", (), SAMPLE)
    with suites.open_archive(suite, settings, RESULTS / "archives") as qa:
        sets = {"twins": list(_twins(split))}
        for path in paths:
            public = adapters.read(path)
            if not public.claims:
                raise UsageError(f"{path} holds no claims that people judged; its questions are for: rag eval {path}")
            size = min(limit or len(public.claims), len(public.claims))
            drawn = random.Random(seed).sample(public.claims, size)  # noqa: S311 - a sample, no secret
            sets[public.name] = list(of_claims(drawn))
        judge = judge_of(qa)
        return [{"set": name, **judged(judge, claims, on_step, name)} for name, claims in sets.items()]


def _twins(split: str | None) -> Iterator[Labelled]:
    library = Library(read_articles([SAMPLE]))
    return of_twins([twin for twin in load_twins(TWINS) if split is None or twin.split == split], library)


def judged(
    judge: Judge, claims: Sequence[Labelled], on_step: Callable[[str], None] = _unheard, name: str = "twins"
) -> dict[str, Any]:
    done = count(1)
    return agreement(
        judge.name, decisions(judge, claims, lambda: on_step(f"{name}: judged {next(done)}/{len(claims)}"))
    )


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
    """The suite and what is wrong with it, a line each: lines that are no cases, then cases that their articles do not
    bear out.
    """
    problems: list[str] = []
    suite = suites.find(options.suite, options.articles, problems)
    with suites.open_archive(suite, settings, RESULTS / "archives") as qa:
        articles = list(Library.gather(qa, suite.cases).articles.values())
    for number, case in enumerate(suite.cases):
        place = f"{suite.places[number]}: " if suite.places else ""
        problems += [f"{place}{problem}" for problem in problems_of([case], articles)]
    return suite, problems
