"""Where the parts of a chart stand; templates draw them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.run_report import Figure

# Sides of the square in which confidence and truth are compared.
SIDE = 200


@dataclass(frozen=True, slots=True)
class Bar:
    """From 0 to 100: how far the bar reaches, and where its interval begins and ends."""

    width: float
    low: float
    high: float


def bar(figure: Figure | None, most: float = 1.0) -> Bar | None:
    """None where there is nothing to draw."""
    if figure is None or figure.value is None:
        return None
    low = figure.value if figure.low is None else figure.low
    high = figure.value if figure.high is None else figure.high
    return Bar(*(_within(100 * value / most) for value in (figure.value, low, high)))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a bar from 0 to 100 that shows how a whole is made up."""

    name: str
    count: int
    start: float
    width: float


def stretches(counts: Sequence[tuple[str, int]]) -> list[Stretch]:
    total = sum(count for _, count in counts) or 1
    found, start = [], 0
    for name, count in counts:
        found.append(Stretch(name, count, round(100 * start / total, 2), round(100 * count / total, 2)))
        start += count
    return found


@dataclass(frozen=True, slots=True)
class Dot:
    """Within a square of SIDE, from its top left; the area is that of the cases."""

    x: float
    y: float
    radius: float


def dots(bins: Sequence[tuple[float, float, int]]) -> list[Dot]:
    most = max((n for _, _, n in bins), default=1) or 1
    return [Dot(round(SIDE * x, 1), round(SIDE * (1 - y), 1), round(3 + 7 * (n / most) ** 0.5, 1)) for x, y, n in bins]


def _within(value: float) -> float:
    return round(min(100.0, max(0.0, value)), 2)
