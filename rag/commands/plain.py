"""What programs read: plain, stable, unwrapped lines, with neither colours nor a terminal's width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.commands import terminal
from rag.types import Answer, AnswerEvent, Article, IngestReport

if TYPE_CHECKING:
    from rag.doctor.check import Check
    from rag.store.rows import ArticleInfo


def answer(shown: Answer) -> None:
    """The answer, an empty line, then one line for each source or nearest title."""
    print(terminal.safe(shown.text))
    for line in terminal.doubts(shown):
        print(line)
    if shown.citations:
        print()
    for citation in shown.citations:
        described = terminal.described(citation, shown.language)
        quote = f" · “{terminal.safe_line(citation.quote)}”" if shown.model else ""
        print(f"[{citation.marker}] {described} · {terminal.place(citation)}{quote}")
    if shown.nearest:
        print(f"\n{terminal.nearest_label(shown.language)}")
    for title in shown.nearest:
        print(f"- {terminal.safe_line(title)}")


def stream(events: Iterator[AnswerEvent]) -> None:
    """Only what counts: the answer at the end."""
    for event in events:
        if isinstance(event, Answer):
            answer(event)


def articles(shown: Sequence[ArticleInfo]) -> None:
    """One line an article, with tabs between id, date, outlet, language and title; what is not known is empty."""
    for info in shown:
        print("\t".join(terminal.listed(info)))


def article(shown: Article) -> None:
    for name, value in terminal.facts(shown):
        print(f"{name}: {value}")
    print(f"\n{terminal.safe(shown.text)}")


def report(shown: IngestReport) -> None:
    print("  ".join(f"{name} {count}" for name, count in terminal.counts(shown).items()))


def checks(shown: Sequence[Check]) -> None:
    for check in shown:
        advice = f" -> {terminal.safe_line(check.advice)}" if check.advice else ""
        print(f"{check.status:<8} {check.name:<10} {terminal.safe_line(check.detail)}{advice}")
