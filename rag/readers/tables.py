"""Tables as lines: each row tells its column names, so that it can be quoted alone. Pure.

    Trường: Lụa Trắng | Nguyện vọng 1: 41,75 | Nguyện vọng 2: 42,5

`rag.text.rows` reads such lines back, for those who show them as a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.rows import ROW_EDGE, cell_text, row_line

# More than any newspaper prints; a page that claims more is out to fill the memory.
MAX_COLUMNS, MAX_CELLS, MAX_SPAN = 200, 100_000, 2_000
_DIGIT = re.compile(r"[-−+]?\d")
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s?[-–/]\s?(?:19|20)?\d\d)?")
# "| a | b |" and the line "|---|:-:|" below the names.
_MARKDOWN_ROW = re.compile(r"^[ ]{0,3}\|?(?P<cells>[^\n]*\|[^\n]*?)\|?[ \t]*$", re.MULTILINE)
_MARKDOWN_RULE = re.compile(r"[ ]{0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_CELL_EDGE = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with what it spans; `is_heading` where the markup says that it names its column or its row."""

    text: str
    columns: int = 1
    rows: int = 1
    is_heading: bool = False


def table_lines(rows: Sequence[Sequence[Cell]], *, headings: int | None = None) -> list[str]:
    """One line a row below the headings, spanned cells repeated.

    `headings`: how many rows at the top name the columns, where that is known.
    """
    grid = _grid(rows)
    width = max(map(len, grid), default=0)
    if not width:
        return []
    texts = [[cell.text if cell else "" for cell in row] + [""] * (width - len(row)) for row in grid]
    count = _heading_rows(grid, texts) if headings is None else min(headings, len(texts) - 1)
    names = [_column_name([row[column] for row in texts[:count]]) for column in range(width)]
    if count:
        body = (_named(names, row) for row in texts[count:])
    elif width == 2 and _names_its_rows(grid, texts):
        body = (row_line([(row[0], row[1])]) for row in texts)
    else:
        body = (row_line([("", text) for text in row]) for row in texts)
    return [line for line in body if line]


def markdown_tables(text: str) -> str:
    """Markdown with its pipe tables as such lines; everything else as it was."""
    if "|" not in text:
        return text
    lines, out, i = text.split("\n"), [], 0
    while i < len(lines):
        if i + 1 < len(lines) and "|" in lines[i] and "-" in lines[i + 1] and _MARKDOWN_RULE.fullmatch(lines[i + 1]):
            end = i + 2
            while end < len(lines) and "|" in lines[end] and lines[end].strip():
                end += 1
            rows = [_cells(line) for line in (lines[i], *lines[i + 2 : end])]
            # A row of dashes below one cell is a heading or a rule.
            if len(rows[0]) > 1 or lines[i].lstrip().startswith("|"):
                out += table_lines(rows, headings=1) or lines[i:end]
                i = end
                continue
        out.append(lines[i])
        i += 1
    return "\n".join(out)


def _cells(line: str) -> list[Cell]:
    bare = line.strip().removeprefix("|")
    bare = bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare
    return [Cell(cell_text(re.sub(r"\*\*|__|`", "", cell).replace("\\|", "/"))) for cell in _CELL_EDGE.split(bare)]


def _grid(rows: Sequence[Sequence[Cell]]) -> list[list[Cell | None]]:
    """The cells by row and column, each repeated over what it spans."""
    grid: list[list[Cell | None]] = []
    below: dict[int, tuple[Cell, int]] = {}
    filled = 0
    for row in rows:
        line: list[Cell | None] = []

        def take_spans(line: list[Cell | None] = line) -> None:
            while len(line) in below:
                cell, left = below.pop(len(line))
                if left > 1:
                    below[len(line)] = (cell, left - 1)
                line.append(cell)

        for cell in row:
            take_spans()
            for _ in range(max(1, min(cell.columns, MAX_COLUMNS - len(line)))):
                if cell.rows > 1:
                    below[len(line)] = (cell, min(cell.rows, MAX_SPAN) - 1)
                line.append(cell)
            if len(line) >= MAX_COLUMNS:
                break
        take_spans()
        filled += len(line)
        if filled > MAX_CELLS:
            break
        grid.append(line)
    return [line for line in grid if any(cell and cell.text for cell in line)]


def _heading_rows(grid: Sequence[Sequence[Cell | None]], texts: Sequence[Sequence[str]]) -> int:
    """How many rows at the top name the columns: those marked so, else one of words above columns of figures."""
    marked = 0
    for row in grid[:-1]:
        if not all(cell is None or cell.is_heading or not cell.text for cell in row):
            break
        marked += 1
    if marked or len(texts) < 2:
        return marked
    first, rest = texts[0], texts[1:]
    # The corner above the rows' names is often empty.
    are_names = all(_names_a_column(text) for text in first[1:]) and (not first[0] or _names_a_column(first[0]))
    figures = any(sum(map(_is_figure, column)) > len(rest) / 2 for column in list(zip(*rest, strict=True))[1:])
    is_wide = len(first) > 2 or not any(cell and cell.is_heading for row in grid for cell in row[:1])
    return int(are_names and len(set(first)) > 1 and figures and is_wide and (len(rest) > 1 or len(first) > 2))


def _names_a_column(text: str) -> bool:
    """A few words, or a year: "Votes", "Q1 2026", "2025"."""
    return 0 < len(text) <= 60 and (_YEAR.fullmatch(text) is not None or not _is_figure(text))


def _is_figure(text: str) -> bool:
    """Whether a cell is a figure and little else: "1.204", "42 m", "−3,5 %"."""
    letters = sum(map(str.isalpha, text))
    return sum(map(str.isdigit, text)) > letters or (bool(_DIGIT.match(text)) and letters <= 4)


def _names_its_rows(grid: Sequence[Sequence[Cell | None]], texts: Sequence[Sequence[str]]) -> bool:
    """Whether the first of two columns names what stands in the second."""
    headed = sum(bool(row and row[0] and row[0].is_heading) for row in grid)
    short = all(0 < len(row[0]) <= 60 for row in texts)
    return headed > len(texts) / 2 or (short and len({row[0] for row in texts}) == len(texts))


def _column_name(names: Sequence[str]) -> str:
    """ "Kết quả", "Phiếu" -> "Kết quả – Phiếu"; a name that spans the rows is said once."""
    return " – ".join(dict.fromkeys(name for name in names if name))


def _named(names: Sequence[str], row: Sequence[str]) -> str:
    filled = [(name, text) for name, text in zip(names, row, strict=True) if text]
    # A cell over the whole row is a heading among the rows.
    if len(row) > 1 and len(filled) == len(row) and len(set(row)) == 1:
        return row[0]
    return row_line(filled)


__all__ = ["ROW_EDGE", "Cell", "markdown_tables", "table_lines"]
