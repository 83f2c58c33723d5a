"""An article beside the chat: its text with one quote highlighted and the others lightly marked. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from rag.answer.messages import AnswerLanguage
from rag.types import Article, Citation, Span, merge_spans
from ui.markdown import is_address
from ui.render import render

# A span, how it is shown, and the citation it belongs to.
Mark = tuple[Span, str, int | None]

_PARAGRAPH = re.compile(r"[^\n]*\n*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters that is shown one way: "quote" (the one opened), "other", "aside" or "" (plain).

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
class Opened:
    """The citation that is read, among those of its answer."""

    citation: Citation
    among: tuple[Citation, ...]

    @property
    def place(self) -> int:
        return self.among.index(self.citation)


def article_page(article: Article, opened: Opened | None, page: AnswerLanguage, ticket: str = "") -> str:
    """The HTML of an article; `ticket` differs with each opening, so that opening it again scrolls again."""
    span = quote_span(article, opened.citation) if opened else None
    marks = _marks(article, opened, span)
    return render(
        "reader", page,
        article=article,
        paragraphs=paragraphs(article, marks),
        opened=opened,
        moved=opened is not None and span is None,
        address=safe_address(article.url),
        citations=_json(opened),
        ticket=ticket,
    )  # fmt: skip


def gone_page(opened: Opened, page: AnswerLanguage, ticket: str = "") -> str:
    """What is left of a citation whose article was removed."""
    return render("gone", page, opened=opened, citations=_json(opened), ticket=ticket)


def quote_span(article: Article, citation: Citation) -> Span | None:
    """Where the quote stands now: in its place, else at its one other place; None where it is nowhere."""
    if citation.quote and article.text[citation.start : citation.end] == citation.quote:
        return Span(citation.start, citation.end)
    start = article.text.find(citation.quote) if citation.quote else -1
    return Span(start, start + len(citation.quote)) if start >= 0 else None


def paragraphs(article: Article, marks: Sequence[Mark]) -> tuple[Paragraph, ...]:
    """The text cut at its line ends; where `marks` overlap, the earlier one wins. All pieces joined are the text."""
    asides: list[Mark] = [(span, "aside", None) for span in merge_spans(article.unquotable)]
    runs = _runs(len(article.text), [*marks, *asides])
    found: list[Paragraph] = []
    at = 0
    for match in _PARAGRAPH.finditer(article.text):
        start, end = match.span()
        pieces: list[Piece] = []
        while start < end:
            span, kind, marker = runs[at]
            upto = min(end, span.end)
            pieces.append(Piece(article.text[start:upto], kind, marker))
            start = upto
            at += upto == span.end
        if pieces:
            found.append(Paragraph(tuple(pieces), match.group().endswith("\n") and not match.group().endswith("\n\n")))
    return tuple(found)


def safe_address(url: str | None) -> str | None:
    """An http(s) address; anything else (javascript:, data:) is no link."""
    return url if url and is_address(url) else None


def _runs(length: int, marks: Sequence[Mark]) -> list[Mark]:
    """[0, length) as touching spans in order, each of one kind."""
    cuts = sorted(
        {0, length, *(edge for span, _, _ in marks for edge in (span.start, span.end) if 0 <= edge <= length)}
    )
    opening: dict[int, list[int]] = {}
    for number, (span, _, _) in enumerate(marks):
        opening.setdefault(span.start, []).append(number)
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
    marks: list[Mark] = [(span, "quote", opened.citation.marker)] if span else []
    for citation in opened.among:
        other = quote_span(article, citation) if citation.article_id == article.id else None
        if other and citation != opened.citation:
            marks.append((other, "other", citation.marker))
    return marks


def _json(opened: Opened | None) -> str:
    return json.dumps([asdict(citation) for citation in opened.among] if opened else [], ensure_ascii=True)
