"""What a web page holds and its reader does not see: scripts, templates, and text made invisible by its style.

Hidden text is where commands to language models are put; none of it becomes part of an article.
"""

from __future__ import annotations

import re
from typing import Any

_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:[;!]|$)"
    r"|font-size\s*:\s*(?:0(?:\.0+)?(?:px|pt|r?em|%)?|[12](?:\.\d+)?(?:px|pt))\s*(?:[;!]|$)"
    r"|(?:left|right|top|bottom|text-indent|margin(?:-left|-top)?)\s*:\s*-(?:\d{4,}|999)px"
    r"|clip(?:-path)?\s*:\s*(?:rect\(\s*0|inset\(\s*(?:50|100)%)"
)
_INVISIBLE_COLOUR = re.compile(
    r"(?:^|[;\s])color\s*:\s*(?:#f{3}(?:f{3})?\b|white\b|transparent\b"
    r"|rgba?\(\s*255[\s,]+255[\s,]+255\b|rgba\([^)]*[,/]\s*0?\.?0\s*\))"
)
_HIDDEN_CLASS = re.compile(r"(?:^|\s)(?:sr-only|visually-hidden|screen-reader-text|d-none|hidden|is-hidden)(?:\s|$)")
_DROPPED_TAGS = ("script", "style", "template", "noscript", "iframe", "object", "svg")
_STRUCK_TAGS = ("del", "s", "strike")
_STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through")
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# What holds the story is not dropped for a style sheet's sake: a script may show it once the page is loaded.
_HOLDERS = ("html", "body", "main", "article")
# A rule for print, for small screens or for one browser says nothing of what is seen.
_CONDITIONAL = re.compile(r"@[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"(?P<selectors>[^{}]+)\{(?P<style>[^{}]*)\}")
_NAMED = re.compile(r"\s*[a-z0-9]*(?P<name>[.#][\w-]+)\s*")


def drop_hidden(tree: Any) -> None:
    """Takes out what a reader of the page does not see, in place; text behind an element stays."""
    names = _hidden_names(tree)
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        is_data = element.tag == "script" and "ld+json" in (element.get("type") or "")
        if (element.tag in _DROPPED_TAGS and not is_data) or _is_hidden(element, names):
            element.drop_tree()


def drop_struck(tree: Any) -> None:
    """Takes out what the page shows as deleted, in place; text behind it stays."""
    for element in list(tree.iter("del", "s", "strike", "span", "font", "p", "li")):
        is_struck = element.tag in _STRUCK_TAGS or _STRUCK_STYLE.search((element.get("style") or "").lower())
        if is_struck and element.getparent() is not None:
            element.drop_tree()


def _hidden_names(tree: Any) -> frozenset[str]:
    """The classes (".note") and ids ("#note") that the page's own style sheets hide, whatever stands around them."""
    found: set[str] = set()
    for sheet in tree.iter("style"):
        plain = _CONDITIONAL.sub("", _STYLE_COMMENT.sub("", sheet.text or ""))
        for rule in _RULE.finditer(plain):
            if _HIDDEN_STYLE.search(rule["style"].lower()):
                named = (_NAMED.fullmatch(selector) for selector in rule["selectors"].split(","))
                found.update(match["name"] for match in named if match)
    return frozenset(found)


def _is_hidden(element: Any, names: frozenset[str]) -> bool:
    style = (element.get("style") or "").lower()
    own = {f".{name}" for name in (element.get("class") or "").split()} | {f"#{element.get('id')}"}
    return (
        (bool(own & names) and element.tag not in _HOLDERS)
        or element.get("hidden") is not None
        or bool(style and _HIDDEN_STYLE.search(style))
        or bool(style and _INVISIBLE_COLOUR.search(style) and not _has_background(element))
        or bool(_HIDDEN_CLASS.search(element.get("class") or ""))
        or (element.tag == "input" and element.get("type") == "hidden")
    )


def _has_background(element: Any) -> bool:
    """White letters are readable where the element or one around it has a background of its own."""
    return any(
        "background" in (one.get("style") or "").lower() or one.get("bgcolor")
        for one in (element, *element.iterancestors())
    )
