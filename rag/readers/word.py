"""Word files (DOCX): paragraphs and tables in reading order, then notes; no deleted, struck-out or hidden text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rag.errors import ReadError
from rag.readers.pdf import plausible_author, plausible_title
from rag.readers.record import Draft
from rag.readers.tables import MAX_SPAN, Cell, table_lines
from rag.text.rows import cell_text

MAX_UNPACKED_BYTES = 200_000_000

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOT_READ = (f"{_W}del", f"{_W}moveFrom", _FALLBACK, f"{_W}instrText", f"{_W}pPr", f"{_W}rPr")
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def read_docx(data: bytes) -> Draft:
    """The article of a DOCX file. Raises ReadError for a broken, swollen or foreign archive."""
    _check_archive(data)
    from docx import Document

    try:
        document = Document(io.BytesIO(data))
        properties = document.core_properties
        title, author = properties.title, properties.author
        body = document.element.body
        blocks = [text for text in (*_blocks(body), *_notes(document.part)) if text.strip()]
        heading = next(filter(None, (_titled(paragraph) for paragraph in document.paragraphs[:10])), None)
    except Exception as error:  # python-docx raises whatever a damaged package leads to
        raise ReadError(f"a broken DOCX file ({type(error).__name__}); open it and save it again") from error
    if not blocks:
        raise ReadError("a DOCX file without text; put the article's text in it")
    return Draft(text="\n".join(blocks), title=plausible_title(title) or heading, author=plausible_author(author))


def _check_archive(data: bytes) -> None:
    """Looks at the archive's directory before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise ReadError("a broken DOCX file; open it and save it again") from error
    if not any(member.filename == "word/document.xml" for member in members):
        raise ReadError("a zip archive that is no DOCX file; unpack it and ingest the folder")
    if any(member.flag_bits & 1 for member in members):
        raise ReadError("protected by a password; save it without one")
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise ReadError(f"over {MAX_UNPACKED_BYTES // 1_000_000} MB when unpacked; remove its pictures or split it")


def _blocks(parent: Any) -> Iterator[str]:
    """One text a paragraph and one a table row, at any depth of frames and content controls."""
    for element in parent:
        if element.tag == f"{_W}p":
            yield _text(element)
        elif element.tag == f"{_W}tbl":
            yield from table_lines(_cells(element))
        elif element.tag not in _NOT_READ:
            yield from _blocks(element)


def _cells(table: Any) -> list[list[Cell]]:
    """The rows of a table with what each cell spans."""
    found: list[list[Cell]] = []
    # By column, where the cell stands that goes on below.
    open_cells: dict[int, tuple[int, int]] = {}
    for row in _rows(table):
        is_heading = row.find(f"{_W}trPr/{_W}tblHeader") is not None
        cells: list[Cell] = [Cell("")] * _number(row.find(f"{_W}trPr/{_W}gridBefore"), least=0)
        column = len(cells)
        for cell in row.iterchildren(f"{_W}tc"):
            columns = _number(cell.find(f"{_W}tcPr/{_W}gridSpan"))
            merge = cell.find(f"{_W}tcPr/{_W}vMerge")
            if merge is not None and merge.get(f"{_W}val") != "restart" and column in open_cells:
                above, place = open_cells[column]
                found[above][place] = replace(found[above][place], rows=found[above][place].rows + 1)
            else:
                open_cells.pop(column, None)
                if merge is not None:
                    open_cells[column] = (len(found), len(cells))
                text = cell_text(" ".join(_blocks(cell)))
                cells.append(Cell(text, columns, is_heading=is_heading or (bool(text) and _is_bold(cell))))
            column += columns
        found.append(cells)
    return found


def _number(element: Any, *, least: int = 1) -> int:
    value = "" if element is None else element.get(f"{_W}val") or ""
    return max(least, min(int(value), MAX_SPAN)) if value.isascii() and value.isdigit() and len(value) < 6 else least


def _is_bold(cell: Any) -> bool:
    """Whether all that is written in a cell is bold, as the names of columns are."""
    runs = [run for run in cell.iter(f"{_W}r") if _text(run).strip()]
    return bool(runs) and all(_is_set(run, "b") for run in runs)


def _notes(part: Any) -> Iterator[str]:
    """The footnotes and endnotes, in their order, a line each."""
    from docx.oxml.parser import parse_xml

    for kind in ("footnote", "endnote"):
        notes = next((rel.target_part for rel in part.rels.values() if rel.reltype.endswith(f"/{kind}s")), None)
        if notes is None:
            continue
        for note in parse_xml(notes.blob).iterchildren(f"{_W}{kind}"):
            if note.get(f"{_W}type") in (None, "normal"):
                yield " ".join(" ".join(_blocks(note)).split())


def _rows(table: Any) -> Iterator[Any]:
    for element in table:
        if element.tag == f"{_W}tr":
            yield element
        elif element.tag not in _NOT_READ:
            yield from _rows(element)


def _text(element: Any) -> str:
    """The visible text of a paragraph, tracked insertions and links included."""
    pieces: list[str] = []
    for child in element:
        if child.tag == f"{_W}t":
            pieces.append(child.text or "")
        elif child.tag in _BREAKS:
            pieces.append(_BREAKS[child.tag])
        elif child.tag == f"{_W}p":
            pieces.append(f"\n{_text(child)}\n")
        elif child.tag not in _NOT_READ and not _is_hidden(child):
            pieces.append(_text(child))
    return "".join(pieces)


def _is_hidden(run: Any) -> bool:
    """Whether a run is not seen, or seen as deleted."""
    return any(_is_set(run, name) for name in ("vanish", "strike", "dstrike"))


def _is_set(run: Any, name: str) -> bool:
    found = run.find(f"{_W}rPr/{_W}{name}")
    return found is not None and found.get(f"{_W}val") not in ("0", "false", "off")


def _titled(paragraph: Any) -> str | None:
    style = paragraph.style.name if paragraph.style is not None else ""
    return paragraph.text.strip() or None if style in ("Title", "Heading 1", "Tiêu đề") else None
