"""Where the stories of a page stand: their headlines, and the lines that belong to each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.readers.page_blocks import Block, blocks
from rag.readers.page_data import PageData, likeness
from rag.text.normalise import fold

_BODY = re.compile(
    r"(?:^|[\s_-])(?:(?:article|story|post|entry|news|detail|main|page|body|singular|content)[\s_-]*"
    r"(?:body|content|text|detail|copy|main|cmain)|articlebody|fck_detail|wysiwyg|rich-?text|knc-content|"
    r"cms-body|maincontent|the-content|noi-?dung|chi-?tiet)(?:[\s_-]|$)"
)
_HEADLINE_CLASS = re.compile(r"(?:^|[\s_-])(?:headline|title|tieu-?de|heading)(?:[\s_-]|$)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LIVE_ENTRY = re.compile(r"live[\s_-]*(?:blog)?[\s_-]*(?:post|entry|update|item|block|event)|liveblogupdate")
# Lines below a headline with more words are a story and not a teaser.
_LEAST_STORY = 60
_LIKE = 0.6


@dataclass(frozen=True, slots=True)
class Story:
    """The lines of one article: its headline, the lines above it in its own box, and those below to its end."""

    headline: Block | None
    above: tuple[Block, ...]
    lines: tuple[Block, ...]

    @property
    def prose(self) -> int:
        """Characters of text in paragraphs and rows."""
        return sum(len(line.text) for line in self.lines if line.is_prose or line.is_row)


def headlines(tree: Any, data: PageData) -> list[Any]:
    """The elements that head the page's articles, the page's own article first; [] where nothing heads it."""
    titles = [item.headline for item in data.objects if item.headline and not item.is_page] + list(data.titles)
    site = fold(data.site or "")
    heads = [one for one in tree.iter("h1") if _is_headline(one, site)]
    best = max(heads, key=lambda one: _likeness(one, titles), default=None)
    if best is None or _likeness(best, titles) < _LIKE:
        others = [one for one in tree.iter("h2", "h3", "div", "p", "span", "strong") if _heads(one)]
        like = max(others, key=lambda one: _likeness(one, titles), default=None)
        if like is not None and _likeness(like, titles) >= _LIKE:
            best = like
    if best is None:
        return []
    return [best, *(one for one in heads if one is not best)] if best in heads else [best]


def stories(body: Any, heads: Sequence[Any], *, live: bool) -> list[Story]:
    """The articles of a page whose furniture is gone: several where several headlines have a text of their own."""
    lines = blocks(body)
    places = [place for head in heads for place in [_place(lines, head)] if place is not None]
    if not places:
        return [_without_headline(body, lines)]
    if not live and len(places) > 1:
        several = [story for place in sorted(places) if (story := _own(lines, place, places)) is not None]
        if len(several) > 1:
            return several
    return [_only(lines, places[0])]


def is_live_entry(element: Any) -> bool:
    """Whether an element is an entry of a live blog by its markup."""
    label = f"{element.get('class') or ''} {element.get('itemprop') or ''} {element.get('data-component') or ''}"
    return bool(_LIVE_ENTRY.search(_CAMEL.sub("-", label).lower()))


def _is_headline(element: Any, site: str) -> bool:
    text = _text(element)
    if not text or (site and fold(text) == site):
        return False
    link = element.find(".//a")
    leads_home = link is not None and re.fullmatch(r"(?:https?://[^/]+)?/?", link.get("href") or "#") is not None
    return not leads_home


def _heads(element: Any) -> bool:
    if element.tag in ("h2", "h3"):
        return element.find(".//a") is None
    label = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
    return bool(_HEADLINE_CLASS.search(_CAMEL.sub("-", label).lower())) and len(_text(element)) <= 300


def _likeness(element: Any, titles: Sequence[str]) -> float:
    text = _text(element)
    return max((likeness(text, title) for title in titles), default=0.0)


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext("*")).split())


def _place(lines: Sequence[Block], head: Any) -> int | None:
    """The line that the headline is."""
    inside = set(head.iter())
    return next((i for i, line in enumerate(lines) if line.element in inside or line.element is head), None) or next(
        (i for i, line in enumerate(lines) if head in set(line.element.iter()) and line.text == _text(head)), None
    )


def _only(lines: Sequence[Block], place: int) -> Story:
    """The one story below a headline: as far as its box, or the element that is marked as its body, reaches."""
    head = lines[place]
    box = _box(lines, place)
    inside = [i for i, line in enumerate(lines) if _is_in(line.element, box)]
    end = _end_of_body(lines, box, place, inside[-1] + 1)
    above = tuple(lines[i] for i in inside if i < place)
    return Story(head, above, tuple(lines[place + 1 : end]))


def _box(lines: Sequence[Block], place: int) -> Any:
    """The smallest element around the headline that holds the story, too."""
    prose = {i: len(line.text) for i, line in enumerate(lines) if i > place and (line.is_prose or line.is_row)}
    total = sum(prose.values())
    box = lines[place].element
    for box in (lines[place].element, *lines[place].element.iterancestors()):
        within = [i for i in prose if _is_in(lines[i].element, box)]
        share = sum(prose[i] for i in within)
        if not total or share * 2 > total:
            break
        if len(within) > 1 and not _goes_on(lines, prose, box, share):
            break
        if within and box.tag in ("article", "main") and not _goes_on(lines, prose, box, share):
            break
    return box


def _goes_on(lines: Sequence[Block], prose: dict[int, int], box: Any, share: int) -> bool:
    """Whether what comes next after the box holds much more text, and so the story that the box only begins."""
    following = box.getnext()
    while following is not None:
        more = sum(size for i, size in prose.items() if _is_in(lines[i].element, following))
        if more:
            return more > 3 * share
        following = following.getnext()
    return False


def _end_of_body(lines: Sequence[Block], box: Any, place: int, end: int) -> int:
    """Behind the last line of what is marked as the body, where that holds most of the text below the headline."""
    total = sum(len(line.text) for line in lines[place + 1 : end] if line.is_prose or line.is_row)
    best, last = 0, end
    for element in box.iter("div", "section", "article", "main"):
        if not _is_body(element):
            continue
        within = [i for i in range(place + 1, end) if _is_in(lines[i].element, element)]
        share = sum(len(lines[i].text) for i in within if lines[i].is_prose or lines[i].is_row)
        if share * 2 > total and (share > best or (share == best and within[-1] + 1 < last)):
            best, last = share, within[-1] + 1
    return last


def _is_body(element: Any) -> bool:
    if "articlebody" in (element.get("itemprop") or "").lower():
        return True
    return bool(_BODY.search(_CAMEL.sub("-", f"{element.get('class') or ''} {element.get('id') or ''}").lower()))


def _own(lines: Sequence[Block], place: int, places: Sequence[int]) -> Story | None:
    """The story that a headline has to itself, among several; None where it heads nothing of its own."""
    others = {lines[other].element for other in places if other != place}
    box = lines[place].element
    for ancestor in box.iterancestors():
        if any(_is_in(other, ancestor) for other in others):
            break
        box = ancestor
    inside = [i for i, line in enumerate(lines) if _is_in(line.element, box)]
    story = Story(
        lines[place],
        tuple(lines[i] for i in inside if i < place),
        tuple(lines[i] for i in inside if i > place),
    )
    return story if story.prose >= _LEAST_STORY else None


def _without_headline(body: Any, lines: Sequence[Block]) -> Story:
    """Where nothing is a headline: the innermost element that holds nearly all of the text."""
    box = body
    total = sum(len(line.text) for line in lines if line.is_prose or line.is_row)
    while total:
        shares = {
            child: sum(len(x.text) for x in lines if (x.is_prose or x.is_row) and _is_in(x.element, child))
            for child in box
        }
        best = max(shares, key=lambda child: shares[child], default=None)
        if best is None or shares[best] * 10 < total * 8 or best.tag in ("p", "table", "li"):
            break
        box = best
    return Story(None, (), tuple(line for line in lines if _is_in(line.element, box)))


def _is_in(element: Any, box: Any) -> bool:
    return element is box or any(one is box for one in element.iterancestors())
