"""CSV files and spreadsheets: exports with an article a row, or a table that is one article itself.

A row becomes fields, read as those of a JSON object are. Rows of figures under column names are no articles: such a
sheet is stored as a table, each row of which can be quoted.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from rag.errors import ReadError
from rag.readers.encoding import decode, wide_codec
from rag.readers.fields import role_of
from rag.readers.listed import Entry
from rag.readers.record import Draft
from rag.text.rows import cell_text, row_line

MAX_BYTES = 50_000_000
_DELIMITERS = ",;\t|"
# A row goes on over so many lines at most; an opening quotation mark that is never closed must not swallow the file.
_MOST_LINES, _MOST_CHARACTERS = 2_000, 2_000_000
_LOOKED_AT, _LONG_TEXT = 20, 150
_MOST_TABLE_CHARACTERS = 5_000_000

# The line of a row, and its cells or why it cannot be read.
Row = tuple[int, Sequence[Any] | ReadError]


def entries_of_csv(path: Path, field_map: Mapping[str, str] | None = None) -> Iterator[Entry]:
    """The rows of a CSV file of any size as (":line", fields). Raises ReadError for what is none."""
    with path.open("rb") as file:
        codec = _codec(file.read(65_536))
        if codec is None and path.stat().st_size > MAX_BYTES:
            raise ReadError(f"over {MAX_BYTES // 1_000_000} MB in an old encoding; save it as UTF-8")
        file.seek(0)
        text = io.TextIOWrapper(file, codec, "replace", newline="") if codec else io.StringIO(decode(file.read()))
        lines = _lines(text)
        first = list(islice(lines, _LOOKED_AT))
        delimiter = "\t" if path.suffix.lower() == ".tsv" else _delimiter(first)
        yield from _entries(_csv_rows(_chained(first, lines), delimiter), field_map)


def entries_of_sheets(data: bytes, field_map: Mapping[str, str] | None = None) -> Iterator[Entry]:
    """The rows of every sheet of a spreadsheet as ("[sheet:row]", fields). Raises ReadError for a broken file."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
    except python_calamine.PasswordError:
        raise ReadError("protected by a password; save it without one") from None
    except python_calamine.CalamineError as error:
        raise ReadError("a broken spreadsheet; open it and save it again") from error
    for name in names:
        try:
            rows = book.get_sheet_by_name(name).iter_rows()
            numbered = ((number, [_cell(cell) for cell in row]) for number, row in enumerate(rows, start=1))
            for place, fields in _entries(numbered, field_map):
                yield f"[{name}{place}]", fields
        except python_calamine.CalamineError as error:
            yield (
                f"[{name}]",
                ReadError(f"a sheet that cannot be read ({error}); open the file and save it again"[:300]),
            )


def _cell(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value


def _entries(rows: Iterable[Row], field_map: Mapping[str, str] | None) -> Iterator[Entry]:
    """The rows below the column names as fields; a table without a column of texts as one draft."""
    numbered = iter(rows)
    first = [row for row in islice(numbered, _LOOKED_AT) if isinstance(row[1], ReadError) or any(map(_filled, row[1]))]
    good = [cells for _, cells in first if not isinstance(cells, ReadError)]
    if not good:
        yield from ((f":{number}", cells) for number, cells in first if isinstance(cells, ReadError))
        return
    place = _heading(good)
    names = _names(good[place])
    named = _with_text(names, good[place + 1 :], field_map)
    rest = (row for row in _chained(first, numbered) if row[1] is not good[place])
    above = {id(cells) for cells in good[:place]}
    body = (row for row in rest if id(row[1]) not in above)
    if named is None:
        yield "", _table(good[:place], names, body)
        return
    for number, cells in body:
        if isinstance(cells, ReadError):
            yield f":{number}", cells
        elif any(map(_filled, cells)):
            yield f":{number}", _fields(named, cells)


def _fields(names: Sequence[str], cells: Sequence[Any]) -> Mapping[str, Any] | ReadError:
    filled = max((i for i, cell in enumerate(cells, start=1) if _filled(cell)), default=0)
    if filled > len(names):
        return ReadError(
            f"{filled} cells where {len(names)} columns are named; put texts with commas in quotation marks"
        )
    return {name: cell for name, cell in zip(names, cells, strict=False) if _filled(cell)}


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _heading(rows: Sequence[Sequence[Any]]) -> int:
    """The row of the column names: the first with two names of fields in it, else the first with several cells."""
    for place, row in enumerate(rows[:10]):
        if sum(role_of(cell) is not None for cell in row if isinstance(cell, str)) >= 2:
            return place
    return next((i for i, row in enumerate(rows) if sum(map(_filled, row)) > 1), 0)


def _names(row: Sequence[Any]) -> list[str]:
    """Column names, each once; one without a name is called by its number."""
    names: list[str] = []
    for number, cell in enumerate(row, start=1):
        name = " ".join(str(cell).split())[:100] if _filled(cell) else f"column {number}"
        names.append(name if name not in names else f"{name} {number}")
    return names


def _with_text(
    names: Sequence[str], rows: Sequence[Sequence[Any]], field_map: Mapping[str, str] | None
) -> list[str] | None:
    """The names with one that tells the text; None where no column holds texts."""
    if (field_map and "text" in field_map) or any(role_of(name) in ("text", "abstract") for name in names):
        return list(names)
    longest = [
        sorted(len(row[i]) if i < len(row) and isinstance(row[i], str) else 0 for row in rows)[len(rows) // 2]
        for i in range(len(names))
        if rows
    ]
    best = max(range(len(longest)), key=longest.__getitem__, default=-1)
    if best < 0 or longest[best] < _LONG_TEXT:
        return None
    return ["text" if i == best else name for i, name in enumerate(names)]


def _table(above: Sequence[Sequence[Any]], names: Sequence[str], rows: Iterable[Row]) -> Draft | ReadError:
    """The whole sheet as one article: what stands above the column names, then a line for each row."""
    lines = [" ".join(str(cell).strip() for cell in row if _filled(cell)) for row in above]
    size = 0
    for _, cells in rows:
        if isinstance(cells, ReadError):
            return cells
        line = row_line(
            [(name, cell_text(str(cell))) for name, cell in zip(names, cells, strict=False) if _filled(cell)]
        )
        lines.append(line)
        size += len(line)
        if size > _MOST_TABLE_CHARACTERS:
            return ReadError("a table over 5 million characters; split it, or name the column of its texts")
    return Draft(text="\n".join(filter(None, lines)))


def _codec(head: bytes) -> str | None:
    """UTF-8 or a wide one; None for what only the whole file tells."""
    wide = wide_codec(head)
    if wide:
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None
    return "utf-8-sig"


def _lines(text: io.TextIOBase) -> Iterator[str]:
    while line := text.readline(_MOST_CHARACTERS + 1):
        if "\x00" in line:
            raise ReadError("a binary file, not text; convert it to text, HTML, PDF or DOCX first")
        yield line


def _delimiter(lines: Sequence[str]) -> str:
    """What parts the cells: the character that gives the first rows most columns of equal number."""

    def columns(delimiter: str) -> tuple[int, int]:
        counts = [len(next(csv.reader([line], delimiter=delimiter), [])) for line in lines[:1]]
        quoted = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        same = sum(count == counts[0] for count in quoted) if counts and counts[0] > 1 else 0
        return (same, counts[0] if counts else 0)

    csv.field_size_limit(_MOST_CHARACTERS)
    try:
        return max(_DELIMITERS, key=columns)
    except csv.Error:
        return ","


def _csv_rows(lines: Iterator[str], delimiter: str) -> Iterator[Row]:
    """Rows with the number of their first line. A quotation mark that is never closed costs its own line only."""
    waiting: deque[str] = deque()
    number = 1
    width = 0
    while True:
        taken, cells = _row(waiting, lines, delimiter)
        if not taken:
            return
        broken = cells is None or (taken > 1 and width and len(cells) != width)
        if broken:
            # What was read with it is read again, line by line.
            yield number, ReadError("a quotation mark that is not closed; close it or take it out")
            waiting.popleft()
            number += 1
            continue
        for _ in range(taken):
            waiting.popleft()
        width = width or (len(cells or ()) if any(map(_filled, cells or ())) else 0)
        yield number, cells or []
        number += taken


def _row(waiting: deque[str], lines: Iterator[str], delimiter: str) -> tuple[int, list[str] | None]:
    """How many lines the next row takes, all of them in `waiting`, and its cells; None for one that has no end."""
    taken = quotes = size = 0
    parts: list[str] = []
    while taken < _MOST_LINES and size <= _MOST_CHARACTERS:
        if taken == len(waiting):
            line = next(lines, None)
            if line is None:
                break
            waiting.append(line)
        parts.append(waiting[taken])
        taken += 1
        size += len(parts[-1])
        quotes += parts[-1].count('"')
        if quotes % 2 == 0:
            try:
                return taken, next(csv.reader(parts, delimiter=delimiter, strict=False), [])
            except csv.Error:
                return taken, None
    return taken, None


def _chained(first: Iterable[Any], rest: Iterator[Any]) -> Iterator[Any]:
    yield from first
    yield from rest
