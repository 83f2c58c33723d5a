"""Headers and footers of a PDF: what stands at one height on page after page is no part of its text. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.readers.pdf_glyphs import Word

Row = Sequence[Word]

# Lines at the top and at the foot of a page that may be running; a share of the pages that must have them; how far, in
# sizes of its letters, a line whose figures differ stands from the text.
_EDGE, _SHARE, _APART = 3, 0.3, 1.6
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"\W*(?:(?:page|trang|p\.|tr\.)\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:/|of|trên)\s*\d{1,4})?\W*", re.I
)


def without_running_lines(pages: Sequence[Sequence[Row]]) -> list[list[Row]]:
    """The rows of each page without page numbers, running footers, and running headers but for their first.

    The first header stays: it may name the newspaper and the day.
    """
    seen = Counter(key for rows in pages for key in {_key(rows, place) for place in _edges(rows)})
    least = max(2, _SHARE * len(pages))
    told: set[str] = set()
    kept = []
    for rows in pages:
        running = _running(rows, seen, least)
        for place in sorted(running):
            words = _NUMBER.sub("#", _text(rows[place]))
            if place < len(rows) / 2 and words not in told and not _PAGE_NUMBER.fullmatch(_text(rows[place])):
                running.discard(place)
            told.add(words)
        kept.append([row for place, row in enumerate(rows) if place not in running])
    return kept


def _running(rows: Sequence[Row], seen: Counter[tuple[str, int, bool]], least: float) -> set[int]:
    """The places of running lines: from each edge inward, as far as they reach."""
    found: set[int] = set()
    for edge in (range(min(_EDGE, len(rows))), range(len(rows) - 1, max(len(rows) - 1 - _EDGE, -1), -1)):
        for place in edge:
            if not (_PAGE_NUMBER.fullmatch(_text(rows[place])) or seen[_key(rows, place)] >= least):
                break
            found.add(place)
    return found


def _edges(rows: Sequence[Row]) -> list[int]:
    return sorted({*range(min(_EDGE, len(rows))), *range(max(len(rows) - _EDGE, 0), len(rows))})


def _key(rows: Sequence[Row], place: int) -> tuple[str, int, bool]:
    """What makes lines the same: words and height; figures, too, unless it is an outermost line apart."""
    text, word = _text(rows[place]), rows[place][0]
    inner = {0: 1, len(rows) - 1: len(rows) - 2}.get(place, -1)
    counts = 0 <= inner < len(rows) and abs(rows[inner][0].baseline - word.baseline) > _APART * word.size
    return (_NUMBER.sub("#", text) if counts else text, round(word.baseline / 3), counts)


def _text(row: Row) -> str:
    return " ".join(word.text for word in row)
