"""Only the places of an article that matter, each with some words around it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Article, Span, merge_spans
from ui.reader import Mark, Paragraph, paragraphs

# Characters shown on either side of a place.
AROUND = 240

# The paragraphs of one place and its surroundings.
Excerpt = tuple[Paragraph, ...]


def excerpts(article: Article | None, marks: Sequence[Mark]) -> tuple[Excerpt, ...]:
    """The surroundings of the marks in order; those that meet are one. None of an article that is not there."""
    if article is None:
        return ()
    within = [span for span, _, _ in marks if span.start < span.end <= len(article.text)]
    around = merge_spans(_widened(article.text, span) for span in within)
    return tuple(paragraphs(article, marks, span) for span in around)


def _widened(text: str, span: Span) -> Span:
    """Begins and ends between words."""
    start = max(0, span.start - AROUND)
    end = min(len(text), span.end + AROUND)
    if start:
        start = text.find(" ", start, span.start) + 1 or span.start
    if end < len(text):
        end = max(text.rfind(" ", span.end, end), span.end)
    return Span(start, end)
