"""Rows of a table as lines of an article: "name: value | name: value". Written by readers, read by whoever shows them.

Pure; offsets are those of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.types import Span

ROW_EDGE = " | "
_LINE = re.compile(r"[^\n]+")


@dataclass(frozen=True, slots=True)
class TableLines:
    """Rows below each other with the same column names. `rows[i][j]` is where the value of `names[j]` stands."""

    span: Span
    names: tuple[str, ...]
    rows: tuple[tuple[Span, ...], ...]


def cell_text(text: str) -> str:
    """A cell's text as it can stand in a row: one line, without what divides cells."""
    return " ".join(text.split()).replace(" | ", " / ").strip("| ")


def row_line(cells: Sequence[tuple[str, str]]) -> str:
    """One row of (column name, value); a column without a name gives its value only, an empty value nothing."""
    return ROW_EDGE.join(f"{name.rstrip(':')}: {value}" if name else value for name, value in cells if value)


def tables(text: str) -> Iterator[TableLines]:
    """The tables of a text: two rows or more, of two columns or more, whose names are the same."""
    names: tuple[str, ...] = ()
    rows: list[tuple[Span, ...]] = []
    start = end = 0
    for line in _LINE.finditer(text):
        parsed = _row(line.group(), line.start()) if ROW_EDGE in line.group() else None
        if parsed and rows and parsed[0] == names and line.start() == end + 1:
            rows.append(parsed[1])
        else:
            if len(rows) > 1:
                yield TableLines(Span(start, end), names, tuple(rows))
            names, rows, start = (parsed[0], [parsed[1]], line.start()) if parsed else ((), [], 0)
        end = line.end()
    if len(rows) > 1:
        yield TableLines(Span(start, end), names, tuple(rows))


def _row(line: str, offset: int) -> tuple[tuple[str, ...], tuple[Span, ...]] | None:
    names, spans, at = [], [], 0
    for cell in line.split(ROW_EDGE):
        name, colon, value = cell.partition(": ")
        if not colon or not value:
            return None
        names.append(name)
        start = offset + at + len(name) + len(colon)
        spans.append(Span(start, start + len(value)))
        at += len(cell) + len(ROW_EDGE)
    return tuple(names), tuple(spans)
