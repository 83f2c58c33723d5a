"""An article beside the chat: its text with one quote highlighted and the others lightly marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.text.rows import tables
from rag.types import AnswerLanguage, Article, Citation, Span, merge_spans
from ui.markdown import is_address
from ui.render import render

# A span, how it is shown, and the citation it belongs to.
Mark = tuple[Span, str, int | None]

_PARAGRAPH = re.compile(r"[^\n]*\n*")
# A browser shows this many characters at once without a pause; of a longer article, a part around the quote.
MOST_SHOWN = 60_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters that is shown one way: "quote" (the one opened), "answer" (its words that answer), "other",
    "aside" or "" (plain).

    `marker` is the number of the citation it belongs to.
    """

    text: str
    kind: str = ""
    marker: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The pieces make up its text with the line ends after it; `is_close`: the next line follows without a gap."""

    pieces: tuple[Piece, ...]
    is_close: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that follow each other in the text: the names of the columns, and of each row the pieces of its cells."""

    names: tuple[str, ...]
    rows: tuple[tuple[tuple[Piece, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """The citation that is read, among those of its answer: that of a conversation's turn, None while it is made."""

    citation: Citation
    among: tuple[Citation, ...]
    conversation: str = ""
    turn: int | None = None

    @property
    def place(self) -> int:
        return self.among.index(self.citation)


def article_page(
    article: Article, opened: Opened | None, page: AnswerLanguage, ticket: str = "", start: int | None = None
) -> str:
    """The HTML of an article; `ticket` differs with each opening, so that opening it again scrolls again.

    Of a long article it is the part from `start`, by default the one around the quote.
    """
    span = quote_span(article, opened.citation) if opened else None
    marks = _marks(article, opened, span)
    shown = part(article.text, start if start is not None else span)
    return render(
        "reader", page,
        article=article,
        blocks=blocks(article, marks, shown),
        part=shown,
        most=MOST_SHOWN,
        opened=opened,
        moved=opened is not None and span is None,
        address=safe_address(article.url),
        ticket=ticket,
    )  # fmt: skip


def part(text: str, at: Span | int | None) -> Span:
    """At most MOST_SHOWN characters of the text: from a place on, or around a quote; all of it where it fits.

    It begins at a line's beginning where there is one near.
    """
    if len(text) <= MOST_SHOWN:
        return Span(0, len(text))
    wanted = (at.start - MOST_SHOWN // 2) if isinstance(at, Span) else at or 0
    start = max(0, min(wanted, len(text) - MOST_SHOWN))
    line = text.rfind("\n", max(0, start - MOST_SHOWN // 8), start) + 1
    return Span(line or start, min(len(text), start + MOST_SHOWN))


def gone_page(opened: Opened, page: AnswerLanguage, ticket: str = "") -> str:
    """What is left of a citation whose article was removed."""
    return render("gone", page, opened=opened, ticket=ticket)


def quote_span(article: Article, citation: Citation) -> Span | None:
    """Where the quote stands now: in its place, else at its one other place; None where it is nowhere."""
    if citation.quote and article.text[citation.start : citation.end] == citation.quote:
        return Span(citation.start, citation.end)
    start = article.text.find(citation.quote) if citation.quote else -1
    return Span(start, start + len(citation.quote)) if start >= 0 else None


def blocks(article: Article, marks: Sequence[Mark], shown: Span) -> list[Paragraph | Table]:
    """The paragraphs of `shown`, and in their place the tables whose rows stand in it."""
    found: list[Paragraph | Table] = []
    start = shown.start
    for table in tables(article.text):
        if table.span.start < start or table.span.end > shown.end:
            continue
        found += paragraphs(article, marks, Span(start, table.span.start)) if start < table.span.start else ()
        rows = tuple(tuple(_pieces(article, marks, cell) for cell in row) for row in table.rows)
        found.append(Table(table.names, rows))
        start = _line_after(article.text, table.span.end)
    return [*found, *(paragraphs(article, marks, Span(start, shown.end)) if start < shown.end else ())]


def _line_after(text: str, end: int) -> int:
    while text[end : end + 1] == "\n":
        end += 1
    return end


def _pieces(article: Article, marks: Sequence[Mark], cell: Span) -> tuple[Piece, ...]:
    runs = _runs(cell, [mark for mark in marks if mark[0].overlaps(cell)])
    return tuple(Piece(article.text[span.start : span.end], kind, marker) for span, kind, marker in runs)


def paragraphs(article: Article, marks: Sequence[Mark], shown: Span | None = None) -> tuple[Paragraph, ...]:
    """The text of `shown` (None: all) cut at its line ends; where `marks` overlap, the earlier one wins.

    All pieces joined are the text.
    """
    within = shown or Span(0, len(article.text))
    asides: list[Mark] = [(span, "aside", None) for span in merge_spans(article.unquotable)]
    runs = _runs(within, [mark for mark in (*marks, *asides) if mark[0].overlaps(within)])
    found: list[Paragraph] = []
    number = 0
    for match in _PARAGRAPH.finditer(article.text, within.start, within.end):
        start, end = match.span()
        pieces: list[Piece] = []
        while start < end:
            span, kind, marker = runs[number]
            upto = min(end, span.end)
            pieces.append(Piece(article.text[start:upto], kind, marker))
            start = upto
            number += upto == span.end
        if pieces:
            found.append(Paragraph(tuple(pieces), match.group().endswith("\n") and not match.group().endswith("\n\n")))
    return tuple(found)


def safe_address(url: str | None) -> str | None:
    """An http(s) address; anything else (javascript:, data:) is no link."""
    return url if url and is_address(url) else None


def _runs(within: Span, marks: Sequence[Mark]) -> list[Mark]:
    """`within` as touching spans in order, each of one kind; every mark overlaps it."""
    edges = (edge for span, _, _ in marks for edge in (span.start, span.end))
    cuts = sorted({within.start, within.end, *(edge for edge in edges if within.start < edge < within.end)})
    opening: dict[int, list[int]] = {}
    for number, (span, _, _) in enumerate(marks):
        opening.setdefault(max(span.start, within.start), []).append(number)
    runs: list[Mark] = []
    active: list[int] = []
    for start, end in pairwise(cuts):
        active = [number for number in active if marks[number][0].end > start] + opening.get(start, [])
        kind, marker = marks[min(active)][1:] if active else ("", None)
        runs.append((Span(start, end), kind, marker))
    return runs


def _marks(article: Article, opened: Opened | None, span: Span | None) -> list[Mark]:
    if opened is None:
        return []
    marks: list[Mark] = []
    if span:
        if answer := opened.citation.answer:
            words = Span(span.start + answer.start, span.start + answer.end)
            marks.append((words, "answer", opened.citation.marker))
        marks.append((span, "quote", opened.citation.marker))
    for citation in opened.among:
        other = quote_span(article, citation) if citation.article_id == article.id else None
        if other and citation != opened.citation:
            marks.append((other, "other", citation.marker))
    return marks
