"""Slides (PPTX): the text of each slide from top to bottom, its tables by row, its notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.errors import ReadError
from rag.readers.package import Package, member_at
from rag.readers.pdf import plausible_author, plausible_title
from rag.readers.record import Draft
from rag.readers.tables import Cell, table_lines

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PRESENTATION, _PROPERTIES = "ppt/presentation.xml", "docProps/core.xml"
# Placeholders that say the same on every slide.
_REPEATED = frozenset({"dt", "ftr", "sldNum", "hdr"})


def read_pptx(data: bytes) -> Draft:
    """The slides as one article, without hidden ones. Raises ReadError for a broken file or one without text."""
    package = Package(data, "PPTX")
    slides, titles = [], []
    for name in _slides(package):
        slide = package.xml(name)
        if slide.get("show") in ("0", "false"):
            continue
        shapes = sorted(slide.iter(f"{_P}sp", f"{_P}graphicFrame"), key=_place)
        titles += [text for shape in shapes if _role(shape) in ("title", "ctrTitle") and (text := _shape(shape))]
        lines = [line for shape in shapes if _role(shape) not in _REPEATED for line in _lines(shape)]
        slides.append("\n".join([*lines, *_notes(package, name)]))
    if not any(slides):
        raise ReadError("slides without text; put the article's text in them")
    core = package.xml(_PROPERTIES) if _PROPERTIES in package.names else None
    title, author = (core.findtext(f"{_DC}{name}") if core is not None else None for name in ("title", "creator"))
    first = " ".join(titles[0].split()) if titles else None
    return Draft(
        text="\n\n".join(filter(None, slides)),
        title=first or plausible_title(title),
        author=plausible_author(author),
    )


def _slides(package: Package) -> list[str]:
    """The slides' members in the order in which they are shown."""
    related = _related(package, _PRESENTATION)
    listed = package.xml(_PRESENTATION).iter(f"{_P}sldId")
    found = (related.get(slide.get(f"{_R}id")) for slide in listed)
    return [name for _, name in filter(None, found) if name in package.names]


def _related(package: Package, name: str) -> dict[str, tuple[str, str]]:
    """Relation id -> (type, member), of a member."""
    folder, _, file = name.rpartition("/")
    relations = f"{folder}/_rels/{file}.rels"
    if relations not in package.names:
        return {}
    return {
        one.get("Id"): (one.get("Type") or "", member_at(name, one.get("Target") or ""))
        for one in package.xml(relations).iter(f"{_REL}Relationship")
        if one.get("TargetMode") != "External"
    }


def _notes(package: Package, slide: str) -> Iterator[str]:
    for kind, name in _related(package, slide).values():
        if kind.endswith("/notesSlide") and name in package.names:
            shapes = package.xml(name).iter(f"{_P}sp")
            yield from (line for shape in shapes if _role(shape) == "body" for line in _lines(shape))


def _place(shape: Any) -> tuple[int, int, int]:
    """Titles first, then from top to bottom; what has no place of its own keeps its order."""
    offset = next(shape.iter(f"{_A}off", f"{_P}off"), None)
    is_title = _role(shape) in ("title", "ctrTitle")
    y, x = (0, 0) if offset is None else (_number(offset.get("y")), _number(offset.get("x")))
    return (0 if is_title else 1, y, x)


def _number(value: str | None) -> int:
    digits = (value or "").lstrip("-")
    return int(value or 0) if digits.isascii() and digits.isdigit() and len(digits) < 15 else 0


def _role(shape: Any) -> str:
    placeholder = next(shape.iter(f"{_P}ph"), None)
    return "" if placeholder is None else placeholder.get("type") or "body"


def _lines(shape: Any) -> Iterator[str]:
    tables = list(shape.iter(f"{_A}tbl"))
    for table in tables:
        first = next(table.iter(f"{_A}tblPr"), None)
        rows = [list(_cells(row, first, is_first=i == 0)) for i, row in enumerate(table.iter(f"{_A}tr"))]
        yield from table_lines(rows)
    if not tables:
        yield from filter(None, (_paragraph(paragraph) for paragraph in shape.iter(f"{_A}p")))


def _cells(row: Any, properties: Any, *, is_first: bool) -> Iterator[Cell]:
    is_heading = is_first and properties is not None and properties.get("firstRow") in ("1", "true")
    for cell in row.iter(f"{_A}tc"):
        if cell.get("hMerge") not in ("1", "true") and cell.get("vMerge") not in ("1", "true"):
            columns, rows = (max(1, _number(cell.get(name))) for name in ("gridSpan", "rowSpan"))
            yield Cell(" ".join(_shape(cell).split()), columns, rows, is_heading)


def _shape(shape: Any) -> str:
    return "\n".join(filter(None, (_paragraph(paragraph) for paragraph in shape.iter(f"{_A}p"))))


def _paragraph(paragraph: Any) -> str:
    pieces = []
    for element in paragraph.iter(f"{_A}t", f"{_A}br"):
        if element.tag == f"{_A}br":
            pieces.append("\n")
        elif not _is_struck(element.getparent()):
            pieces.append(element.text or "")
    return "".join(pieces).strip()


def _is_struck(run: Any) -> bool:
    properties = run.find(f"{_A}rPr")
    return properties is not None and properties.get("strike", "noStrike") != "noStrike"
