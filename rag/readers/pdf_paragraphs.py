"""Lines and tables of a PDF's pages -> one text of paragraphs, and where each page begins in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from rag.readers.pdf_layout import Line, Table
from rag.readers.tables import Cell, table_lines
from rag.text.normalise import normalise

Block = Line | Table

_SENTENCE_END = re.compile(r"[.!?…:;][”\"’')\]]*$")
_STARTS_ITEM = re.compile(r"[-•*–◦▪]\s|\d{1,2}[.)]\s")
# Of the usual distance of lines: what parts paragraphs, and what no sentence goes on over.
_PARTED, _FAR = 1.35, 2.3


def text_of_pages(pages: Sequence[Sequence[Block]]) -> tuple[str, tuple[int, ...]]:
    """The text, and the character each page begins at; a page without text begins where the next one does.

    A sentence that goes on over a column's or a page's end is put together.
    """
    leading = _leading(pages)
    made = _Text()
    starts: list[int | None] = []
    above: Line | None = None
    for page in pages:
        start: int | None = None
        for text, line in _pieces(page):
            if line and above and not _breaks(above, line, leading):
                place = made.go_on(text)
            else:
                place = made.begin("\n\n" if start is None else "\n", text)
            start = place if start is None else start
            above = line
        starts.append(start)
    return made.text, _filled(starts, len(made.text))


class _Text:
    """A text in the making. What is added says where it begins."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def begin(self, edge: str, text: str) -> int:
        return self._add(edge if self._parts else "", text)

    def go_on(self, text: str) -> int:
        """The same paragraph; a word broken at the line's end is made whole, a name's hyphen ("Jong-un") kept."""
        head = self._parts[-1]
        if not head.endswith("-") or head.endswith(" -") or not text[0].islower():
            return self._add(" ", text)
        if not head[:-1].rsplit(" ", 1)[-1][:1].isupper():
            self._parts[-1] = head[:-1]
            self._length -= 1
        return self._add("", text)

    def _add(self, edge: str, text: str) -> int:
        self._parts += [edge, text]
        self._length += len(edge) + len(text)
        return self._length - len(text)


def _filled(starts: Sequence[int | None], end: int) -> tuple[int, ...]:
    filled: list[int] = []
    for start in reversed(starts):
        end = end if start is None else start
        filled.append(end)
    return tuple(reversed(filled))


def _pieces(page: Sequence[Block]) -> Iterator[tuple[str, Line | None]]:
    for block in page:
        if isinstance(block, Table):
            rows = [[Cell(_plain(text)) for text in row] for row in block.rows]
            yield from ((line, None) for line in table_lines(rows))
        elif text := _plain(block.text):
            yield text, block


def _plain(text: str) -> str:
    return " ".join(normalise(text).split())


def _leading(pages: Sequence[Sequence[Block]]) -> float:
    """The usual distance of two lines, in sizes of their letters."""
    steps = [
        (above.baseline - line.baseline) / line.size
        for page in pages
        for above, line in pairwise(page)
        if isinstance(above, Line) and isinstance(line, Line) and above.left == line.left
    ]
    near = [step for step in steps if 0.8 < step < 2]
    return median(near) if near else 1.3


def _breaks(above: Line, line: Line, leading: float) -> bool:
    """Whether a line begins a paragraph.

    The line above ends its paragraph when it ends a sentence and is clearly shorter than the column, or where there is
    more space than between lines; a short line without a stop is a heading.
    """
    if _STARTS_ITEM.match(line.text) or abs(above.size - line.size) > 0.12 * max(above.size, line.size):
        return True
    ends = bool(_SENTENCE_END.search(above.text))
    goes_on = line.text[0].islower()
    width = above.right - above.left
    filled = (above.end - above.left) / width if width > 0 else 1.0
    step = (above.baseline - line.baseline) / line.size
    if above.left != line.left or step <= 0:
        # The next column, or page.
        return ends or not (goes_on or filled > 0.8)
    if step > _FAR * leading or (step > _PARTED * leading and not goes_on):
        return True
    if goes_on:
        return False
    indented = line.start > above.start + 0.8 * line.size and above.start < above.left + 0.4 * line.size
    return filled < 0.6 or (ends and (filled < 0.9 or indented))
