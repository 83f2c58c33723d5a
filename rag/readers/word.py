"""Word files (DOCX): paragraphs and tables in reading order, without deleted, moved away or hidden text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from rag.errors import ReadError
from rag.readers.pdf import plausible_author, plausible_title
from rag.readers.record import Draft

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
        blocks = [text for text in _blocks(body) if text.strip()]
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
            for row in _rows(element):
                cells = (" ".join(" ".join(_blocks(cell)).split()) for cell in row.iterchildren(f"{_W}tc"))
                yield " | ".join(cells)
        elif element.tag not in _NOT_READ:
            yield from _blocks(element)


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
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val") not in ("0", "false", "off")


def _titled(paragraph: Any) -> str | None:
    style = paragraph.style.name if paragraph.style is not None else ""
    return paragraph.text.strip() or None if style in ("Title", "Heading 1", "Tiêu đề") else None
