"""Rich text as content systems keep it in JSON: trees of blocks -> paragraphs. Pure.

Read are Editor.js, ProseMirror and TipTap, Contentful, Slate, Draft.js, Sanity's Portable Text, Arc's content elements
and lists of strings: what they share is that a block has a type, and its text, or children, or both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rag.readers.tables import Cell, table_lines

# What a block's text and its children are called.
_TEXTS = ("text", "value", "content", "html", "rendered", "body", "raw", "basic")
_CHILDREN = (
    "content",
    "children",
    "blocks",
    "content_elements",
    "items",
    "nodes",
    "data",
    "body",
    "paragraphs",
    "root",
)
# Runs of letters inside a paragraph, by type; and those that have a text and nothing around it.
_INLINE = frozenset({"text", "span", "link", "a", "hyperlink", "entry-hyperlink", "mention", "emoji", "linebreak"})
_BREAKS = frozenset({"hard_break", "hardbreak", "linebreak", "br"})
# No text of the article: pictures with their captions, advertising, what is embedded or only linked.
_LEFT_OUT = frozenset({
    "image", "img", "picture", "photo", "figure", "gallery", "slideshow", "video", "audio", "embed", "oembed_response",
    "iframe", "ad", "advert", "advertisement", "interstitial_link", "related", "reference", "story", "divider",
    "delimiter", "horizontal_rule", "horizontalrule", "hr", "attaches", "linktool", "raw_html", "custom_embed",
    "simpleimage", "code", "script", "style",
})  # fmt: skip
_DEEPEST = 60


def is_rich_text(value: Any) -> bool:
    """Whether a field holds blocks: an object or a list of objects with types or children."""
    if isinstance(value, Mapping):
        return bool(_type(value)) or any(isinstance(value.get(name), list) for name in _CHILDREN)
    return isinstance(value, list) and any(
        isinstance(one, Mapping) and (_type(one) or is_rich_text(one)) for one in value
    )


def paragraphs(value: Any, plain: Callable[[str], str]) -> list[str]:
    """The paragraphs of rich text; `plain` takes the markup out of a string."""
    return [text for block in _blocks(value, plain, 0) if (text := block.strip())]


def _blocks(value: Any, plain: Callable[[str], str], depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        yield plain(value)
    elif isinstance(value, list):
        if any(_is_inline(one) for one in value):
            yield "".join(_inline(one, depth) for one in value)
            return
        for one in value:
            yield from _blocks(one, plain, depth + 1)
    elif isinstance(value, Mapping) and _type(value) not in _LEFT_OUT:
        yield from _block(value, plain, depth)


def _block(block: Mapping[str, Any], plain: Callable[[str], str], depth: int) -> Iterator[str]:
    kind = _type(block)
    inner = block.get("data") if isinstance(block.get("data"), Mapping) else block
    assert isinstance(inner, Mapping)
    if kind == "table":
        yield from _table(inner, plain, depth)
        return
    text = next((inner[name] for name in _TEXTS if isinstance(inner.get(name), str) and inner[name].strip()), None)
    if text is not None:
        yield plain(text)
    children = next(
        (inner[name] for name in _CHILDREN if isinstance(inner.get(name), list | Mapping) and inner[name]), None
    )
    if children is not None:
        marker = "- " if kind in ("list", "checklist") else ""
        yield from (f"{marker}{one}" for one in _blocks(children, plain, depth + 1))


def _table(table: Mapping[str, Any], plain: Callable[[str], str], depth: int) -> Iterator[str]:
    """Rows of cells in a list of lists, as blocks inside blocks, or as Arc's header and rows."""
    rows: list[Any] = next(
        (table[name] for name in ("content", "rows", "children") if isinstance(table.get(name), list)), []
    )
    header = table.get("header")
    cells = [list(_cells(row, plain, depth)) for row in ([header] if isinstance(header, list) else []) + rows]
    headings = 1 if isinstance(header, list) or table.get("withHeadings") else None
    yield from table_lines([row for row in cells if row], headings=headings)


def _cells(row: Any, plain: Callable[[str], str], depth: int) -> Iterator[Cell]:
    if isinstance(row, Mapping):
        row = next((row[name] for name in ("content", "children", "cells") if isinstance(row.get(name), list)), [])
    for cell in row if isinstance(row, list) else []:
        text = " ".join(" ".join(_blocks(cell, plain, depth + 1)).split())
        yield Cell(text, is_heading=isinstance(cell, Mapping) and "header" in _type(cell))


def _is_inline(node: Any) -> bool:
    """A run of letters: named so, or a text without a type and without children."""
    if not isinstance(node, Mapping):
        return False
    kind = _type(node)
    has_text = any(isinstance(node.get(name), str) for name in ("text", "value"))
    return (kind in _INLINE or not kind) and (has_text or kind in _BREAKS)


def _inline(node: Any, depth: int) -> str:
    if isinstance(node, str):
        return node
    if not isinstance(node, Mapping) or depth > _DEEPEST or _type(node) in _LEFT_OUT:
        return ""
    if _type(node) in _BREAKS:
        return "\n"
    if _is_struck(node.get("marks")) or node.get("strikethrough") is True or node.get("strike") is True:
        return ""
    text = next((node[name] for name in ("text", "value") if isinstance(node.get(name), str)), "")
    children: list[Any] = next((node[name] for name in _CHILDREN if isinstance(node.get(name), list)), [])
    return text + "".join(_inline(one, depth + 1) for one in children)


def _is_struck(marks: Any) -> bool:
    listed: Sequence[Any] = marks if isinstance(marks, list) else []
    names = (mark.get("type") if isinstance(mark, Mapping) else mark for mark in listed)
    return any(name in ("strike", "strike-through", "strikethrough", "s") for name in names)


def _type(block: Mapping[str, Any]) -> str:
    kind = next((block[name] for name in ("type", "nodeType", "_type") if isinstance(block.get(name), str)), "")
    return kind.replace("-", "_").lower() if kind != "entry-hyperlink" else kind
