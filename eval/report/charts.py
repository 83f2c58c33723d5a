"""Charts as inline SVG, readable without scripts, in either colour scheme, by screen readers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 380
_LABEL, _RIGHT, _ROW = 102, 84, 24
_PLOT_HEIGHT, _MARGIN = 240, 40


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a value from 0 to `most` of its chart with its interval; None where there is nothing to show."""

    label: str
    value: float | None
    low: float = 0.0
    high: float = 0.0
    note: str = ""


def bars(title: str, rows: Sequence[Bar], most: float = 1.0) -> str:
    """Horizontal bars with their intervals as lines."""
    span = WIDTH - _LABEL - _RIGHT
    scale = span / (most or 1.0)
    parts = [
        f'<line class="axis" x1="{_LABEL + span * tick / 4:.1f}" x2="{_LABEL + span * tick / 4:.1f}" y1="0" '
        f'y2="{len(rows) * _ROW}"/>'
        for tick in range(5)
    ]
    for place, row in enumerate(rows):
        middle = place * _ROW + _ROW / 2
        parts.append(f'<text class="label" x="{_LABEL - 8}" y="{middle + 4:.1f}">{escape(row.label)}</text>')
        if row.value is not None:
            parts.append(
                f'<rect class="bar" x="{_LABEL}" y="{middle - 8:.1f}" width="{row.value * scale:.1f}" height="16"/>'
                f'<line class="interval" x1="{_LABEL + row.low * scale:.1f}" x2="{_LABEL + row.high * scale:.1f}" '
                f'y1="{middle:.1f}" y2="{middle:.1f}"/>'
            )
        parts.append(f'<text class="note" x="{WIDTH - _RIGHT + 8}" y="{middle + 4:.1f}">{escape(row.note)}</text>')
    told = "; ".join(f"{row.label}: {row.note}" for row in rows)
    return _svg(title, told, len(rows) * _ROW + 4, "".join(parts))


@dataclass(frozen=True, slots=True)
class Line:
    """A curve through (x, y) points; `kind` is its class: "curve", "dots" or "ideal"."""

    points: Sequence[tuple[float, float]]
    kind: str = "curve"


def plot(
    title: str, told: str, lines: Sequence[Line], across: str, up: str, *, most: tuple[float, float] = (1.0, 1.0)
) -> str:
    """Curves from (0, 0) to `most`; `told` says in words what they show."""
    width, height = WIDTH, _PLOT_HEIGHT
    inner, tall = width - 2 * _MARGIN, height - 2 * _MARGIN
    right, top = (value or 1.0 for value in most)

    def at(point: tuple[float, float]) -> str:
        return f"{_MARGIN + inner * point[0] / right:.1f},{height - _MARGIN - tall * point[1] / top:.1f}"

    parts = []
    for tick in range(5):
        x, y = _MARGIN + inner * tick / 4, height - _MARGIN - tall * tick / 4
        parts.append(
            f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{_MARGIN}" y2="{height - _MARGIN}"/>'
            f'<line class="axis" x1="{_MARGIN}" x2="{width - _MARGIN:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{x:.1f}" y="{height - _MARGIN + 16}">{_tick(right * tick / 4)}</text>'
            f'<text class="label" x="{_MARGIN - 6}" y="{y + 4:.1f}">{_tick(top * tick / 4)}</text>'
        )
    for line in lines:
        if line.kind == "dots":
            parts += [
                f'<circle class="dot" cx="{x}" cy="{y}" r="4"/>' for x, y in (at(p).split(",") for p in line.points)
            ]
        elif line.points:
            parts.append(f'<polyline class="{line.kind}" points="{" ".join(map(at, line.points))}"/>')
    parts.append(f'<text class="tick" x="{width / 2:.1f}" y="{height - 8}">{escape(across)}</text>')
    parts.append(f'<text class="tick" x="{width / 2:.1f}" y="{_MARGIN - 16}">{escape(up)}</text>')
    return _svg(title, told, height, "".join(parts), width)


def _tick(value: float) -> str:
    return f"{value:.2g}"


def _svg(title: str, told: str, height: float, content: str, width: float = WIDTH) -> str:
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 {width:.0f} {height:.0f}" '
        f'role="img" aria-label="{escape(f"{title}. {told}", quote=True)}">{content}</svg></figure>'
    )
