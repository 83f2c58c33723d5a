"""Figures as a plain table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def render(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns two spaces apart; the first is aligned left, the others right."""
    lines = [list(headers), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headers))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]).rstrip()


def titled(title: str, rows: Sequence[Mapping[str, object]]) -> str:
    """Rows alike as a table below its title; shares in percent, a dash for what was not measured."""
    cells = [[_cell(value) for value in row.values()] for row in rows]
    return f"\n{title}\n{render(list(rows[0]), cells)}"


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return percent(value) if isinstance(value, float) and value <= 1 else str(value)


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


def figure(value: float | None, digits: int = 1) -> str:
    """A dash for what was not measured."""
    return "–" if value is None else f"{value:,.{digits}f}"


def write_json(path: Path, figures: Any) -> None:
    path.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
