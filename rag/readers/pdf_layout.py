"""The order in which a PDF page is read: columns one after the other, tables by row. Pure geometry, in points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, median_low

from rag.readers.pdf_glyphs import Word
from rag.readers.pdf_rules import Grid, Rule, grids

# In sizes of the letters: a gap that parts pieces of a line by itself, one that does where lines near by have it too,
# the narrowest gutter, the space between lines over which columns do not go on.
_ALWAYS, _SHARED, _GUTTER, _SPACE = 2.0, 0.85, 0.6, 3.9
# Lines above and below that are near; how much wider a gap is than those beside it where it parts pieces.
_NEAR, _SPREAD = 6, 1.8
# A column of text is at least this wide; narrower ones are a table's.
_COLUMN = 9.0
_MOST_CUTS, _DEEPEST = 60, 12

# Where a gap begins and ends.
_Gap = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text as far as it goes in one column, whose edges are `left` and `right`."""

    text: str
    start: float
    end: float
    baseline: float
    size: float
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each row as long as the others; "" is an empty cell."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of one line with no wide gap between them; or a ruled table, whose one word is as wide as it is."""

    words: tuple[Word, ...]
    table: Grid | None = None

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return self.words[-1].right

    @property
    def baseline(self) -> float:
        return self.words[0].baseline

    @property
    def bottom(self) -> float:
        """The baseline of its last line."""
        return self.table.bottom if self.table else self.baseline

    @property
    def size(self) -> float:
        return max(word.size for word in self.words)

    @property
    def width(self) -> float:
        """In sizes of its letters."""
        return (self.right - self.left) / self.size


def in_reading_order(rows: Sequence[Sequence[Word]], rules: Sequence[Rule] = ()) -> list[Line | Table]:
    """Lines and tables of a page, from its lines of words as `rows_of_words` gives them, and its rules."""
    ruled = grids(rules, rows) if rules else []
    free = [[word for word in row if not any(grid.holds(word) for grid in ruled)] for row in rows]
    pieces = _pieces([row for row in free if row])
    for grid in ruled:
        # It stands where its first line would.
        size = min(10.0, max(grid.top - grid.bottom, 1.0))
        piece = _Piece((Word("", grid.left, grid.right, grid.top - size, size),), grid)
        place = next((i for i, one in enumerate(pieces) if one.baseline < piece.baseline), len(pieces))
        pieces.insert(place, piece)
    return list(_ordered(pieces, 0))


def _pieces(rows: Sequence[Sequence[Word]]) -> list[_Piece]:
    # Before a line is a gap, too: where only the right column has a line, it begins as the others of that column do.
    gaps = [[(left.right, right.left) for left, right in pairwise(row)] for row in rows]
    before = [(row[0].left - row[0].size, row[0].left) for row in rows]
    pieces: list[_Piece] = []
    for number, row in enumerate(rows):
        others = [*range(max(0, number - _NEAR), number), *range(number + 1, min(len(rows), number + 1 + _NEAR))]
        near = [[before[other], *gaps[other]] for other in others]
        start = 0
        for place in range(len(gaps[number])):
            if _parts(gaps[number], place, row[place + 1].size, near):
                pieces.append(_Piece(tuple(row[start : place + 1])))
                start = place + 1
        pieces.append(_Piece(tuple(row[start:])))
    return pieces


def _parts(row: list[_Gap], place: int, size: float, near: Sequence[Sequence[_Gap]]) -> bool:
    """Whether a gap parts pieces: lines near by have it, or it is wide, and not because the whole line is spread."""
    left, right = row[place]
    if right - left <= _SHARED * size:
        return False
    beside = [b - a for a, b in row[max(0, place - 1) : place] + row[place + 1 : place + 2]]
    if right - left > _ALWAYS * size and (not beside or right - left > _SPREAD * min(beside)):
        return True
    shared = sum(
        any(b - a > _SHARED * size and min(right, b) - max(left, a) > _GUTTER * size for a, b in other)
        for other in near
    )
    return shared >= 2


def _ordered(pieces: list[_Piece], depth: int) -> Iterator[Line | Table]:
    """Pieces, topmost first, cut at the gutter that most of them stand beside; each part is ordered in turn."""
    cut = _best_cut(pieces) if depth < _DEEPEST else None
    if cut is None:
        yield from _lines(pieces)
        return
    above, beside, below, gutter = cut
    yield from _ordered(above, depth + 1)
    sides = [[one for one in beside if one.right <= gutter], [one for one in beside if one.right > gutter]]
    if all(median(one.width for one in side) >= _COLUMN for side in sides):
        for side in sides:
            yield from _ordered(side, depth + 1)
    else:
        yield from _grid(beside)
    yield from _ordered(below, depth + 1)


def _best_cut(pieces: Sequence[_Piece]) -> tuple[list[_Piece], list[_Piece], list[_Piece], float] | None:
    """Above, beside and below the gutter with most pieces beside it, and where that is; None where there is none."""
    runs = [(end - start, start, gutter) for gutter in _gutters(pieces) for start, end in _uncrossed(pieces, gutter)]
    if not runs:
        return None
    length, start, gutter = max(runs, key=lambda run: run[0])
    end = start + length
    return list(pieces[:start]), list(pieces[start:end]), list(pieces[end:]), gutter


def _gutters(pieces: Sequence[_Piece]) -> list[float]:
    """Places just before which lines begin, the most frequent first."""
    lefts = sorted(one.left for one in pieces)
    found: list[tuple[int, float]] = []
    i = 0
    while i < len(lefts):
        j = i
        while j < len(lefts) and lefts[j] - lefts[i] < 3:
            j += 1
        if j - i >= 2:
            found.append((j - i, lefts[i] - 0.5))
        i = j
    return [place for _, place in sorted(found, reverse=True)[:_MOST_CUTS]]


def _uncrossed(pieces: Sequence[_Piece], gutter: float) -> Iterator[tuple[int, int]]:
    """The runs [start, end) of pieces that none crosses the gutter in, with lines on both sides of it.

    A space over both columns ends them as a crossing line does.
    """
    start = 0
    for i, piece in enumerate(pieces):
        crosses = piece.left <= gutter and piece.right >= gutter - 0.3 * piece.size
        drop = pieces[i - 1].bottom - piece.baseline if i > start else 0.0
        if crosses or not -0.5 * piece.size <= drop <= _SPACE * piece.size:
            if _has_sides(pieces[start:i], gutter):
                yield start, i
            start = i + crosses
    if _has_sides(pieces[start:], gutter):
        yield start, len(pieces)


def _has_sides(pieces: Sequence[_Piece], gutter: float) -> bool:
    """Whether lines stand beside each other, at least two on each side."""
    left = [one.baseline for one in pieces if one.right <= gutter]
    right = [one.baseline for one in pieces if one.right > gutter]
    if len(left) < 2 or len(right) < 2:
        return False
    return min(max(left), max(right)) > max(min(left), min(right))


def _grid(pieces: Sequence[_Piece]) -> Iterator[Line | Table]:
    """Narrow columns: a table, unless hardly any of its lines has more than one cell."""
    rows = _by_line(pieces)
    if any(one.table for one in pieces):
        yield from _lines(pieces)
        return
    # A caption stands above, a note below: neither is a row.
    several = [i for i, row in enumerate(rows) if len(row) > 1]
    body = rows[several[0] : several[-1] + 1] if several else []
    columns = _columns(piece for row in body for piece in row)
    is_table = len(several) >= 2 and len(several) >= 0.6 * len(body) and len(columns) >= 2
    if not (is_table and all(_is_aligned([one for row in body for one in row], column) for column in columns)):
        yield from _lines(pieces)
        return
    yield from _lines([piece for row in rows[: several[0]] for piece in row])
    yield Table(tuple(_table_rows(body, columns)))
    yield from _lines([piece for row in rows[several[-1] + 1 :] for piece in row])


def _by_line(pieces: Iterable[_Piece]) -> list[list[_Piece]]:
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda one: -one.baseline):
        if rows and not (piece.table or rows[-1][0].table) and rows[-1][0].baseline - piece.baseline < 0.5 * piece.size:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [sorted(row, key=lambda one: one.left) for row in rows]


def _columns(pieces: Iterable[_Piece]) -> list[tuple[float, float]]:
    """The ranges that pieces cover from left to right; what touches is one column."""
    columns: list[tuple[float, float]] = []
    for piece in sorted(pieces, key=lambda one: one.left):
        if columns and piece.left < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], piece.right))
        else:
            columns.append((piece.left, piece.right))
    return columns


def _is_aligned(pieces: Sequence[_Piece], column: tuple[float, float]) -> bool:
    """Whether the cells of a column stand in line, by their left edges, their right ones or their middles."""
    cells = [one for one in pieces if column[0] <= one.left <= column[1]]
    for edges in (
        [one.left for one in cells],
        [one.right for one in cells],
        [(one.left + one.right) / 2 for one in cells],
    ):
        middle = median_low(edges)
        if sum(abs(edge - middle) < 0.7 * one.size for edge, one in zip(edges, cells, strict=True)) >= 0.7 * len(cells):
            return True
    return False


def _table_rows(rows: Sequence[Sequence[_Piece]], columns: Sequence[tuple[float, float]]) -> Iterator[tuple[str, ...]]:
    """The cells of each row; lines that go on with the cells above them, nearer than rows are, are no rows."""
    cells = [
        tuple(" ".join(one.text for one in row if left <= one.left <= right) for left, right in columns) for row in rows
    ]
    steps = [above[0].baseline - row[0].baseline for above, row in pairwise(rows)]
    between_rows = [step for step, row in zip(steps, cells[1:], strict=True) if row[0]]
    apart = median(between_rows) if between_rows else 0.0
    current = cells[0]
    for step, row in zip(steps, cells[1:], strict=True):
        if not row[0] and step < 0.95 * apart:
            current = tuple(" ".join(filter(None, pair)) for pair in zip(current, row, strict=True))
        else:
            yield current
            current = row
    yield current


def _lines(pieces: Sequence[_Piece]) -> Iterator[Line | Table]:
    """Pieces of one column by line."""
    if not pieces:
        return
    left, right = min(one.left for one in pieces), max(one.right for one in pieces)
    for row in _by_line(pieces):
        if row[0].table:
            yield Table(row[0].table.rows)
            continue
        text = " ".join(one.text for one in row)
        size = max(one.size for one in row)
        yield Line(text, row[0].left, row[-1].right, row[0].baseline, size, left, right)
