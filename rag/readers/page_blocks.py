"""A page as the lines that its reader sees, one for each block and each row of a table, with where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.readers.tables import Cell, table_lines
from rag.text.rows import cell_text

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr",
    "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th",
    "thead", "tr", "ul",
})  # fmt: skip
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"script", "style", "template", "noscript", "head", "title", "svg", "iframe", "object", "button",
                     "select", "textarea", "option", "audio", "video", "canvas", "math-annotation"})  # fmt: skip
_RAISED = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
_STAMP = re.compile(r"(?:^|\s)(?:location-stamp|dateline(?:-location)?|story-dateline)(?:\s|$)")
_NOTE_MARK = re.compile(r"\W*\w{1,3}\W*")
_END_OF_SENTENCE = re.compile(r"[.!?…:;][”’\"')\]»]*$")
# A cell with more is part of a layout, not of a table.
_LONGEST_CELL = 600
_LEAST_PROSE = 40


@dataclass(frozen=True, slots=True)
class Block:
    """One line: the innermost block element that holds it; `linked` is how many of its characters are links."""

    element: Any
    text: str
    linked: int = 0
    is_row: bool = False

    @property
    def is_heading(self) -> bool:
        return self.element.tag in HEADINGS

    @property
    def is_prose(self) -> bool:
        """Whether it reads as text of a story and not as a label, a heading or a list of links."""
        if self.is_heading or self.is_row or self.linked * 2 > len(self.text):
            return False
        ends = bool(_END_OF_SENTENCE.search(self.text))
        return len(self.text) >= 80 or (ends and len(self.text) >= _LEAST_PROSE)


def blocks(root: Any) -> list[Block]:
    """The lines of `root` in reading order; its data tables as rows."""
    return list(_Walk(root))


class _Walk:
    """Goes through the tree once, without recursion: pages nest as deep as they like."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._pieces: list[str] = []
        self._linked = 0
        self._links = 0
        self._open: list[Any] = []

    def __iter__(self) -> Iterator[Block]:
        from lxml import etree

        walk = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "start":
                yield from self._start(walk, element, tag)
            else:
                if tag in _BLOCKS:
                    yield from self._line(self._open.pop() if self._open else element)
                elif tag == "a":
                    self._links -= 1
                if element is not self._root:
                    self._text(element.tail)
        yield from self._line(self._root)

    def _start(self, walk: Any, element: Any, tag: str) -> Iterator[Block]:
        if tag in _UNSEEN or (tag == "sup" and _is_note(element)):
            walk.skip_subtree()
            return
        if tag == "table" and is_data_table(element):
            yield from self._line(self._owner())
            self._open.append(element)
            caption = element.find("caption")
            if caption is not None and (name := _cell(caption)):
                yield Block(caption, name)
            for text in table_lines(_rows(element)):
                yield Block(element, text, is_row=True)
            walk.skip_subtree()
            return
        if tag == "br":
            yield from self._line(self._owner())
        elif tag in _BLOCKS:
            yield from self._line(self._owner())
            self._open.append(element)
        elif tag == "a":
            self._links += 1
        if _STAMP.search(element.get("class") or "") and tag not in _BLOCKS:
            # Sites set the place of a story apart from its first word by their style sheet alone.
            self._pieces += ["".join(element.itertext()).strip(), " - "]
            walk.skip_subtree()
            return
        if tag == "sup" and self._ends_in_digit():
            # "10<sup>6</sup>" is not 106.
            self._pieces.append("".join(element.itertext()).strip().translate(_RAISED))
            walk.skip_subtree()
            return
        self._text(element.text)

    def _owner(self) -> Any:
        return self._open[-1] if self._open else self._root

    def _ends_in_digit(self) -> bool:
        return bool(self._pieces) and self._pieces[-1][-1:].isdigit()

    def _text(self, text: str | None) -> None:
        if text:
            self._pieces.append(text)
            if self._links > 0:
                self._linked += len(text.strip())

    def _line(self, owner: Any) -> Iterator[Block]:
        text = " ".join("".join(self._pieces).split())
        linked = self._linked
        self._pieces, self._linked = [], 0
        if text:
            yield Block(owner, text, linked)


def is_data_table(table: Any) -> bool:
    """Whether a table holds data, and not the page's layout."""
    if (table.get("role") or "").lower() in ("presentation", "none") or table.find(".//table") is not None:
        return False
    if any(table.find(f".//{tag}") is not None for tag in ("h1", "article", "form")):
        return False
    rows = table.findall(".//tr")
    if len(rows) < 2 or max(len(row) for row in rows) < 2:
        return False
    return all(len("".join(cell.itertext())) <= _LONGEST_CELL for row in rows[:200] for cell in row)


def _rows(table: Any) -> list[list[Cell]]:
    found = []
    for row in table.iter("tr"):
        in_head = row.getparent() is not None and row.getparent().tag == "thead"
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        found.append([
            Cell(
                cell_text(_cell(cell)),
                _number(cell.get("colspan")),
                _number(cell.get("rowspan")),
                is_heading=in_head or cell.tag == "th",
            )
            for cell in cells
        ])  # fmt: skip
    return found


def _cell(cell: Any) -> str:
    return " ".join(block.text for block in blocks(cell))


def _number(value: str | None) -> int:
    return int(value) if value and value.strip().isascii() and value.strip().isdigit() and len(value) < 6 else 1


def _is_note(sup: Any) -> bool:
    """Whether a raised mark leads to a note: "[3]" as a link."""
    link = sup.find(".//a")
    text = "".join(sup.itertext()).strip()
    return link is not None and (link.get("href") or "").startswith("#") and bool(_NOTE_MARK.fullmatch(text))
