"""OpenDocument texts (ODT): paragraphs, lists, tables and notes, without tracked deletions and hidden text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.errors import ReadError
from rag.readers.package import Package
from rag.readers.pdf import plausible_author, plausible_title
from rag.readers.record import Draft
from rag.readers.tables import MAX_COLUMNS, Cell, table_lines

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _TABLE, _OFFICE = (f"{{{_NAMES}{name}:1.0}}" for name in ("text", "table", "office"))
_STYLE, _FO = f"{{{_NAMES}style:1.0}}", f"{{{_NAMES}xsl-fo-compatible:1.0}}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LEFT_OUT = frozenset({
    f"{_TEXT}tracked-changes", f"{_TEXT}note-citation", f"{_OFFICE}annotation", f"{_OFFICE}annotation-end",
    f"{_TEXT}hidden-text", f"{_TEXT}hidden-paragraph", f"{_TEXT}table-of-content", f"{_OFFICE}forms",
    f"{_TEXT}sequence-decls", f"{_TEXT}variable-decls",
})  # fmt: skip
_SPACES = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n", f"{_TEXT}s": " "}


def read_odt(data: bytes) -> Draft:
    """The article of an ODT file, its notes at the end. Raises ReadError for a broken file or one without text."""
    package = Package(data, "ODT")
    content = package.xml("content.xml")
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise ReadError("an OpenDocument file without text; put the article's text in it")
    reader = _Reader(_unseen(content))
    blocks = [block for block in reader.blocks(body) if block.strip()]
    blocks += [note for note in reader.notes if note.strip()]
    heading = next(("".join(element.itertext()).strip() for element in body.iter(f"{_TEXT}h")), None)
    meta = package.xml("meta.xml") if "meta.xml" in package.names else None
    title, author = (meta.findtext(f".//{_DC}{name}") if meta is not None else None for name in ("title", "creator"))
    return Draft(
        text="\n".join(blocks), title=plausible_title(title) or heading or None, author=plausible_author(author)
    )


def _unseen(content: Any) -> frozenset[str]:
    """The names of styles whose text is hidden or struck out."""
    names: set[str] = set()
    for style in content.iter(f"{_STYLE}style"):
        for properties in style.iter(f"{_STYLE}text-properties"):
            struck = properties.get(f"{_STYLE}text-line-through-style") or properties.get(
                f"{_STYLE}text-line-through-type"
            )
            if properties.get(f"{_TEXT}display") == "none" or (struck or "none") != "none":
                names.add(style.get(f"{_STYLE}name") or "")
    return frozenset(names)


class _Reader:
    """Reads elements in order; what stands in notes is collected in `notes`."""

    def __init__(self, unseen: frozenset[str]) -> None:
        self.notes: list[str] = []
        self._unseen = unseen

    def blocks(self, parent: Any) -> Iterator[str]:
        for element in parent:
            if element.tag in (f"{_TEXT}p", f"{_TEXT}h"):
                yield self._text(element)
            elif element.tag == f"{_TABLE}table":
                yield from table_lines(list(self._rows(element)))
            elif isinstance(element.tag, str) and element.tag not in _LEFT_OUT:
                yield from self.blocks(element)

    def _rows(self, table: Any) -> Iterator[list[Cell]]:
        for row in table.iter(f"{_TABLE}table-row"):
            is_heading = row.getparent().tag == f"{_TABLE}table-header-rows"
            cells = []
            for cell in row.iterchildren(f"{_TABLE}table-cell"):
                text = " ".join(" ".join(self.blocks(cell)).split())
                columns, rows = (_count(cell, f"number-{name}-spanned") for name in ("columns", "rows"))
                # Empty cells up to the edge of the sheet are written as one that is repeated.
                repeated = min(_count(cell, "number-columns-repeated"), MAX_COLUMNS) if text else 1
                cells += [Cell(text, columns, rows, is_heading)] * repeated
            yield cells

    def _text(self, element: Any) -> str:
        if element.get(f"{_TEXT}style-name") in self._unseen:
            return ""
        pieces = [element.text or ""]
        for child in element:
            if child.tag in _SPACES:
                pieces.append(_SPACES[child.tag])
            elif child.tag == f"{_TEXT}note":
                self.notes += self.blocks(child)
            elif child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
                pieces.append(f"\n{self._text(child)}\n")
            elif isinstance(child.tag, str) and child.tag not in _LEFT_OUT:
                pieces.append(self._text(child))
            pieces.append(child.tail or "")
        return "".join(pieces)


def _count(cell: Any, name: str) -> int:
    value = cell.get(f"{_TABLE}{name}") or "1"
    return min(int(value), 100_000) if value.isascii() and value.isdigit() and len(value) < 8 else 1
