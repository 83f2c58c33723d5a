"""The evaluation: the latest runs, one run in figures, and one case with its answer and evidence."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import gradio as gr

from rag.answer.messages import shown_date
from rag.text.normalise import fold
from rag.types import AnswerLanguage, Article, Span
from ui import charts
from ui.chat import SKIP
from ui.conversation import citations_of
from ui.desk import Desk
from ui.excerpts import Excerpt, excerpts
from ui.form import Form
from ui.numbers import DASH
from ui.reader import Mark
from ui.refusals import UNKNOWN_RUN, Refused
from ui.render import render
from ui.run_report import Case, Figure, Report
from ui.runs import Unreadable
from ui.texts import named
from ui.toast import toast
from ui.view import answer_view

# Shown large, in this order where a run has them.
HEADLINES = ("correct", "answered", "refusal recall", "passage recall@5", "citation recall", "faithfulness")
# What a row of a grouping shows.
COLUMNS = ("correct", "passage recall@5", "citation recall", "faithfulness", "answered", "seconds")
# Cases shown at first, and at most: for more there are the filters.
PAGE, MOST = 50, 1000
_NONE = Figure(None, None, None, 0)


class Evaluation:
    """The handlers of the evaluation's events; each gives the HTML of what changes."""

    def __init__(self, desk: Desk, language: AnswerLanguage) -> None:
        self._desk, self._language = desk, language

    def opened(self, event: gr.EventData) -> tuple[Any, ...]:
        """evaluation, cases, toast: the run that was chosen among the latest, else the newest."""
        listed = self._desk.runs.list()
        key = Form.of(event._data).text("run") or next((run.key for run in listed if isinstance(run, Report)), "")
        try:
            report = self._desk.runs.report(key) if key else None
        except Refused as error:
            return SKIP, SKIP, self._toast(error)
        return self.overview(listed, report), self.list(report, Form({})) if report else "", SKIP

    def filtered(self, event: gr.EventData) -> tuple[Any, ...]:
        """cases, toast."""
        form = Form.of(event._data)
        try:
            return self.list(self._desk.runs.report(form.text("run")), form), SKIP
        except Refused as error:
            return SKIP, self._toast(error)

    def case(self, event: gr.EventData) -> tuple[Any, ...]:
        """reader, toast: one case beside the list."""
        form = Form.of(event._data)
        try:
            report = self._desk.runs.report(form.text("run"))
            case = next((case for case in report.cases if case.id == form.text("case", 2000)), None)
            if case is None:
                raise Refused(UNKNOWN_RUN)
        except Refused as error:
            return SKIP, self._toast(error)
        return self.case_page(report, case, secrets.token_hex(4)), SKIP

    def overview(self, listed: Sequence[Report | Unreadable], report: Report | None) -> str:
        """The HTML of the runs and of one of them."""
        kinds = sorted({case.kind for case in report.cases}) if report else []
        pairs = sorted({case.pair for case in report.cases}) if report else []
        return render(
            "evaluation", self._language, listed=listed, report=report, headlines=HEADLINES, columns=COLUMNS,
            bar=charts.bar, stretches=charts.stretches, dots=charts.dots, side=charts.SIDE, kinds=kinds, pairs=pairs,
            is_report=_is_report, none_found=_NONE, named=self._named, moment=partial(moment, self._language),
        )  # fmt: skip

    def list(self, report: Report, form: Form) -> str:
        """The HTML of the cases that a form asks for."""
        wanted = {name: form.text(name) for name in ("outcome", "kind", "pair")}
        words = fold(form.text("search")).split()
        matching = [
            case
            for case in report.cases
            if all(not value or getattr(case, name) == value for name, value in wanted.items())
            and all(word in fold(f"{case.question} {case.id}") for word in words)
        ]
        shown = matching[: min(form.number("count") or PAGE, MOST)]
        return render(
            "cases", self._language, report=report, shown=shown, matching=len(matching), most=MOST, page=PAGE,
            wanted={**wanted, "search": form.text("search")}, named=self._named,
        )  # fmt: skip

    def case_page(self, report: Report, case: Case, ticket: str = "") -> str:
        """The HTML of one case, its evidence out of the run's own articles."""
        return render(
            "case", self._language, report=report, case=case, ticket=ticket, named=self._named,
            answer=answer_view(case.answer, self._language) if case.answer else None,
            evidence=[self._evidence(report, case, article_id) for article_id in _articles(case)],
        )  # fmt: skip

    def _evidence(self, report: Report, case: Case, article_id: str) -> Evidence:
        cited = [item for item in citations_of(case.answer or {}) if item.article_id == article_id]
        marks: list[Mark] = [(Span(item.start, item.end), "quote", item.marker) for item in cited]
        marks += [(place.span, "expected", None) for place in case.gold if place.article_id == article_id]
        article = self._desk.runs.article(report.key, article_id)
        return Evidence(article_id, article, tuple(item.marker for item in cited), excerpts(article, marks))

    def _named(self, kind: str, name: str) -> str:
        return named(self._language, kind, name)

    def _toast(self, error: Refused) -> str:
        return toast(self._language, error.said[self._language], failed=True)


@dataclass(frozen=True, slots=True)
class Evidence:
    """An article that an answer quotes (`markers`) or ought to; None where the run did not keep it."""

    article_id: str
    article: Article | None
    markers: tuple[int, ...]
    excerpts: tuple[Excerpt, ...]


def _articles(case: Case) -> list[str]:
    """The ids of those that are quoted or expected, the quoted first."""
    quoted = [item.article_id for item in citations_of(case.answer or {})]
    return list(dict.fromkeys([*quoted, *(place.article_id for place in case.gold)]))


def moment(language: AnswerLanguage, written: str) -> str:
    """When a run began, as it is read; an ISO time in UTC."""
    try:
        began = datetime.fromisoformat(written)
    except ValueError:
        return DASH
    return f"{shown_date(f'{began:%Y-%m-%d}', language)}, {began:%H:%M} UTC"


def _is_report(run: Report | Unreadable) -> bool:
    return isinstance(run, Report)
