"""Tables that a PDF draws with lines: the grid of their rules, and the words in its cells. Geometry in points."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.readers.pdf_glyphs import Word

# Points: how near rules meet, the shortest one. A page with more rules is a map or a drawing.
_NEAR, _SHORTEST, _MOST_RULES = 2.5, 4.0, 4_000
_MOST_COLUMNS, _MOST_ROWS = 100, 1_000
# Characters; what is longer on average is text between rules, as newspapers set their columns.
_LONGEST_CELL = 160


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line across the page (`is_level`) or down it, at `place` from `start` to `end`."""

    is_level: bool
    place: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its edges, and the text of each cell; what spans several cells stands in each of them."""

    left: float
    bottom: float
    right: float
    top: float
    rows: tuple[tuple[str, ...], ...]

    def holds(self, word: Word) -> bool:
        return self.left <= (word.left + word.right) / 2 <= self.right and self.bottom <= _middle(word) <= self.top


def rules_of(page: Any) -> list[Rule]:
    """The rules of a pypdfium2 page; none of one that draws more than tables have."""
    import pypdfium2.raw as pdfium

    found: list[Rule] = []
    for drawn in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=3):
        for start, end in _segments(drawn):
            if len(found) > _MOST_RULES:
                return []
            found += _rule(start, end)
    return found


_Point = tuple[float, float]


def _segments(drawn: Any) -> Iterator[tuple[_Point, _Point]]:
    """The straight pieces of a path, where the page shows them."""
    import ctypes

    import pypdfium2.raw as pdfium

    matrix = drawn.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    first = last = None
    for i in range(min(pdfium.FPDFPath_CountSegments(drawn.raw), _MOST_RULES)):
        segment = pdfium.FPDFPath_GetPathSegment(drawn.raw, i)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_MOVETO:
            first = point
        elif last and pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_LINETO:
            yield last, point
        if first and pdfium.FPDFPathSegment_GetClose(segment):
            yield point, first
        last = point


def _rule(start: _Point, end: _Point) -> list[Rule]:
    if not all(map(math.isfinite, (*start, *end))):
        return []
    wide, high = abs(start[0] - end[0]), abs(start[1] - end[1])
    if high < 1 and wide >= _SHORTEST:
        return [Rule(True, (start[1] + end[1]) / 2, min(start[0], end[0]), max(start[0], end[0]))]
    if wide < 1 and high >= _SHORTEST:
        return [Rule(False, (start[0] + end[0]) / 2, min(start[1], end[1]), max(start[1], end[1]))]
    return []


def grids(rules: Sequence[Rule], rows: Sequence[Sequence[Word]]) -> list[Grid]:
    """The tables that the rules draw and that hold short texts."""
    found = (_grid(group, rows) for group in _touching(rules))
    return [grid for grid in found if grid]


def _touching(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    """Rules that meet, directly or by others."""
    left = set(range(len(rules)))
    level = sorted((i for i in left if rules[i].is_level), key=lambda i: rules[i].place)
    upright = sorted((i for i in left if not rules[i].is_level), key=lambda i: rules[i].place)
    while left:
        group, waiting = [], [left.pop()]
        while waiting:
            one = rules[waiting.pop()]
            group.append(one)
            met = [i for i in (upright if one.is_level else level) if i in left and _meet(one, rules[i])]
            left.difference_update(met)
            waiting += met
        yield group


def _meet(one: Rule, other: Rule) -> bool:
    return one.start - _NEAR <= other.place <= one.end + _NEAR and other.start - _NEAR <= one.place <= other.end + _NEAR


def _grid(rules: Sequence[Rule], rows: Sequence[Sequence[Word]]) -> Grid | None:
    xs = _places(rule.place for rule in rules if not rule.is_level)
    ys = _places(rule.place for rule in rules if rule.is_level)[::-1]
    if not (3 <= len(xs) <= _MOST_COLUMNS and 3 <= len(ys) <= _MOST_ROWS):
        return None
    labels = _cells(rules, xs, ys)
    texts: dict[int, list[str]] = {}
    for row in rows:
        for word in row:
            column, line = _between((word.left + word.right) / 2, xs), _between(-_middle(word), [-y for y in ys])
            if column is not None and line is not None:
                texts.setdefault(labels[line][column], []).append(word.text)
    joined = {label: " ".join(words) for label, words in texts.items()}
    if len(joined) < 4 or sum(map(len, joined.values())) > _LONGEST_CELL * len(joined):
        return None
    lines = (tuple(joined.get(label, "") for label in line) for line in labels)
    return Grid(xs[0], ys[-1], xs[-1], ys[0], tuple(line for line in lines if any(line)))


def _places(values: Iterable[float]) -> list[float]:
    """The different ones, in order; both edges of a thick rule are one."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _NEAR:
            places.append(value)
    return places


def _between(value: float, edges: Sequence[float]) -> int | None:
    return next((i for i in range(len(edges) - 1) if edges[i] <= value < edges[i + 1]), None)


def _cells(rules: Sequence[Rule], xs: Sequence[float], ys: Sequence[float]) -> list[list[int]]:
    """A number for each square of the grid; squares that no rule parts have the same one."""
    upright = [[rule for rule in rules if not rule.is_level and abs(rule.place - x) <= _NEAR] for x in xs]
    level = [[rule for rule in rules if rule.is_level and abs(rule.place - y) <= _NEAR] for y in ys]
    labels = [[0] * (len(xs) - 1) for _ in range(len(ys) - 1)]
    number = 0
    for i in range(len(ys) - 1):
        for j in range(len(xs) - 1):
            if j and not _covered(upright[j], (ys[i] + ys[i + 1]) / 2):
                labels[i][j] = labels[i][j - 1]
            elif i and not _covered(level[i], (xs[j] + xs[j + 1]) / 2):
                labels[i][j] = labels[i - 1][j]
            else:
                number += 1
                labels[i][j] = number
    return labels


def _covered(rules: Sequence[Rule], at: float) -> bool:
    return any(rule.start - _NEAR <= at <= rule.end + _NEAR for rule in rules)


def _middle(word: Word) -> float:
    return word.baseline + 0.3 * word.size
