"""A run of `rag eval` as the page shows it, read from the object of its `report.json`. Pure.

The file is another program's: what is missing or of another type is left out, never an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.types import Citation, Span
from ui.given import Given

VERSION = 1
# An accepted answer that is a regular expression, for programs; and how a report speaks of it.
PATTERN = "re:"
_PATTERNS = re.compile(r" or “re:[^”]*”")
# What is told apart by colour; any other outcome says neither.
GOOD = ("right", "rightly refused")
BAD = ("wrong", "needlessly refused", "should have refused", "failed")


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with its 95% interval over `n` cases; None where it was not computed, and `missing` says why."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    missing: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """`share`: from 0 to 1, shown in per cent; `higher`: more is better."""

    name: str
    group: str
    about: str
    share: bool
    higher: bool
    figure: Figure


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    n: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Group:
    by: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expected part of the answer stands in an article."""

    article_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Claim:
    text: str
    judge: str


@dataclass(frozen=True, slots=True)
class Case:
    """`answer` is the object of `Answer.to_dict()` with fields of the right types, None where there is no answer."""

    id: str
    question: str
    kind: str
    pair: str
    split: str
    note: str
    outcome: str
    why: str
    error: str
    answerable: bool
    seconds: float | None
    expected: tuple[tuple[str, ...], ...]
    history: tuple[tuple[str, str], ...]
    gold: tuple[Place, ...]
    answer: dict[str, Any] | None
    claims: tuple[Claim, ...]
    scores: tuple[tuple[str, float | None], ...]

    @property
    def is_good(self) -> bool:
        return self.outcome in GOOD

    @property
    def is_bad(self) -> bool:
        return self.outcome in BAD


@dataclass(frozen=True, slots=True)
class Report:
    """One run. `key` is the name of its folder, `bins` are (confidence, share that was right, cases), `median` and
    `slow` the seconds to an answer in the middle and at 95 of 100; `asked` is the number of cases.
    """

    key: str
    suite: str
    engine: str
    model: str
    started: str
    judge: str
    split: str
    articles: int
    settings: tuple[tuple[str, str], ...]
    metrics: tuple[Metric, ...]
    outcomes: tuple[tuple[str, int], ...]
    groups: tuple[Group, ...]
    bins: tuple[tuple[float, float, int], ...]
    median: float | None
    slow: float | None
    agreement: Figure | None
    asked: int
    cases: tuple[Case, ...]

    def figure(self, name: str) -> Figure | None:
        return next((metric.figure for metric in self.metrics if metric.name == name), None)


def read(key: str, value: Any) -> Report | None:
    """None where it is no report of this version."""
    given = Given.of(value)
    if given.fields.get("version") != VERSION or "run" not in given.fields or "cases" not in given.fields:
        return None
    run, latency = given.object("run"), given.object("latency")
    agreement = given.object("agreement").object("accuracy")
    return Report(
        key=key,
        suite=run.text("suite"),
        engine=run.text("engine"),
        model=run.text("model"),
        started=run.text("started"),
        judge=run.text("judge"),
        split=run.text("split"),
        articles=run.object("archive").count("articles"),
        settings=run.object("settings").shown(),
        metrics=tuple(_metric(item) for item in given.objects("metrics")),
        outcomes=tuple((name, int(count)) for name, count in given.object("outcomes").numbers() if count is not None),
        groups=tuple(_group(item) for item in given.objects("groups")),
        bins=tuple(_bins(given.object("calibration"))),
        median=latency.number("p50"),
        slow=latency.number("p95"),
        agreement=_figure(agreement) if agreement.fields else None,
        asked=len(given.items("cases")),
        cases=tuple(_case(item) for item in given.objects("cases")),
    )


def _metric(given: Given) -> Metric:
    return Metric(
        given.text("name"), given.text("group"), given.text("about"), given.flag("share"), given.flag("higher"),
        _figure(given),
    )  # fmt: skip


def _figure(given: Given) -> Figure:
    missing = tuple((reason, int(count or 0)) for reason, count in given.object("missing").numbers())
    return Figure(given.number("value"), given.number("low"), given.number("high"), given.count("n"), missing)


def _group(given: Given) -> Group:
    rows = []
    for row in given.objects("rows"):
        figures = row.object("figures")
        rows.append(
            Row(row.text("name"), row.count("n"), {name: _figure(figures.object(name)) for name in figures.fields})
        )
    return Group(given.text("by"), tuple(rows))


def _bins(calibration: Given) -> list[tuple[float, float, int]]:
    found = []
    for item in calibration.objects("bins"):
        confidence, correct = item.number("confidence"), item.number("correct")
        if confidence is not None and correct is not None:
            found.append((min(1.0, max(0.0, confidence)), min(1.0, max(0.0, correct)), item.count("n")))
    return found


def _case(given: Given) -> Case:
    answer = given.object("answer")
    texts = {name: given.text(name) for name in _CASE_TEXTS}
    return Case(
        **{**texts, "why": _PATTERNS.sub("", texts["why"])},
        answerable=given.flag("answerable"),
        seconds=given.number("seconds"),
        expected=tuple(
            _literals([text for text in part if isinstance(text, str)])
            for part in given.items("expected")
            if isinstance(part, list)
        ),
        history=tuple((turn.text("role"), turn.text("content")) for turn in given.objects("history")),
        gold=tuple(Place(item.text("article_id"), _span(item)) for item in given.objects("gold")),
        answer=_answer(answer) if answer.fields else None,
        claims=tuple(Claim(item.text("text"), item.text("judge")) for item in given.objects("claims")),
        scores=tuple(given.object("scores").numbers()),
    )


def _literals(accepted: list[str]) -> tuple[str, ...]:
    """What a person would write; patterns only where there is nothing else."""
    return tuple([text for text in accepted if not text.startswith(PATTERN)] or accepted)


_CASE_TEXTS = ("id", "question", "kind", "pair", "split", "note", "outcome", "why", "error")


def _span(given: Given) -> Span:
    start = given.count("start")
    return Span(start, max(start, given.count("end")))


def _answer(given: Given) -> dict[str, Any]:
    return {
        "text": given.text("text"),
        "found": given.flag("found"),
        "language": "vi" if given.text("language") == "vi" else "en",
        "engine": given.text("engine"),
        "model": given.text("model") or None,
        "notice": given.text("notice") or None,
        "nearest": given.texts("nearest"),
        "seconds": {"total": given.object("seconds").number("total")},
        "sentences": [_sentence(item) for item in given.objects("sentences")],
        "citations": [_citation(item) for item in given.objects("citations")],
    }


def _sentence(given: Given) -> dict[str, Any]:
    verdict = given.text("verdict")
    return {
        "text": given.text("text"),
        "citations": [marker for marker in given.items("citations") if type(marker) is int],
        "verdict": verdict if verdict in ("supported", "unsupported") else "unchecked",
        "reason": given.text("reason") or None,
    }


def _citation(given: Given) -> dict[str, Any]:
    span = _span(given)
    score = given.number("score")
    return Citation(
        marker=given.count("marker"),
        article_id=given.text("article_id"),
        title=given.text("title") or None,
        source=given.text("source") or None,
        published=given.date("published"),
        language=given.text("language"),
        path="",
        url=None,
        start=span.start,
        end=span.end,
        quote=given.text("quote"),
        score=-1.0 if score is None else score,
        page=given.count("page") or None,
    ).to_dict()
