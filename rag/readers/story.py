"""Where the stories of a page stand: their headlines, and the lines that belong to each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.readers.bylines import read_line
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
    """The lines of one article: its headline, the lines above it in its own box, and those below to its end.

    `before` is the line of the page over its box.
    """

    headline: Block | None
    above: tuple[Block, ...]
    lines: tuple[Block, ...]
    before: Block | None = None

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
    lines = _Lines(body)
    places = [place for head in heads if (place := lines.of_headline(head)) is not None]
    if not places:
        return [_without_headline(body, lines)]
    if not live:
        apart = sorted({*places, *_heads_of_others(body, lines, places)})
        several = [story for place in apart if (story := _own(lines, place, apart)) is not None]
        if len(several) < 2:
            several = _in_a_row(lines, sorted(places))
        if len(several) > 1:
            return several
    return [_only(lines, places[0])]


class _Lines:
    """The lines of a page, with what stands in which element: lines of one element follow each other."""

    def __init__(self, body: Any) -> None:
        self.all = blocks(body)
        self._ranges: dict[Any, tuple[int, int]] = {}
        self._told = [0]
        self._count = [0]
        for i, line in enumerate(self.all):
            for element in (line.element, *line.element.iterancestors()):
                self._ranges[element] = (self._ranges.get(element, (i, i))[0], i + 1)
            is_told = line.is_prose or line.is_row
            self._told.append(self._told[-1] + (len(line.text) if is_told else 0))
            self._count.append(self._count[-1] + is_told)

    def of(self, element: Any) -> tuple[int, int]:
        """The first line of an element and the one behind its last."""
        return self._ranges.get(element, (0, 0))

    def prose(self, start: int, end: int) -> int:
        """Characters of text in paragraphs and rows."""
        return self._told[max(start, end)] - self._told[start]

    def paragraphs(self, start: int, end: int) -> int:
        return self._count[max(start, end)] - self._count[start]

    def of_headline(self, head: Any) -> int | None:
        """The line that a headline is."""
        start, end = self.of(head)
        if start < end:
            return start
        # A headline inside a line: "<p><span class=title>".
        around = next((one for one in head.iterancestors() if one in self._ranges), None)
        start, end = self.of(around)
        return next((i for i in range(start, end) if self.all[i].text == _text(head)), None)


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


def _only(lines: _Lines, place: int) -> Story:
    """The one story below a headline: as far as its box, or the element that is marked as its body, reaches."""
    box = _box(lines, place)
    start, end = lines.of(box)
    end = _end_of_body(lines, box, place, end)
    # Below some headlines stands nothing, and above them all there is.
    below = lines.all[place + 1 : end] or lines.all[:place]
    before = lines.all[start - 1] if start else None
    return Story(lines.all[place], tuple(lines.all[start:place]), tuple(below), before)


def _box(lines: _Lines, place: int) -> Any:
    """The smallest element around the headline that holds the story, too."""
    total = lines.prose(place + 1, len(lines.all))
    innermost = lines.all[place].element
    box = innermost
    for box in (innermost, *innermost.iterancestors()):
        end = lines.of(box)[1]
        share = lines.prose(place + 1, end)
        if total and share * 2 > total:
            break
        is_whole = lines.paragraphs(place + 1, end) > 1 or (share and box.tag in ("article", "main"))
        if is_whole and not _goes_on(lines, box, share):
            break
    return box


def _goes_on(lines: _Lines, box: Any, share: int) -> bool:
    """Whether what comes next after the box holds much more text, and so the story that the box only begins."""
    following = box.getnext()
    while following is not None:
        if more := lines.prose(*lines.of(following)):
            return more > 3 * share
        following = following.getnext()
    return False


def _end_of_body(lines: _Lines, box: Any, place: int, end: int) -> int:
    """Behind the last line of what is marked as the body, where that holds most of the text below the headline."""
    total = lines.prose(place + 1, end)
    best, last = 0, end
    for element in box.iter("div", "section", "article", "main"):
        if not _is_body(element):
            continue
        first, behind = lines.of(element)
        share = lines.prose(max(first, place + 1), behind)
        if share * 2 > total and (share > best or (share == best and behind < last)):
            best, last = share, behind
    return last


def _is_body(element: Any) -> bool:
    if "articlebody" in (element.get("itemprop") or "").lower():
        return True
    return bool(_BODY.search(_CAMEL.sub("-", f"{element.get('class') or ''} {element.get('id') or ''}").lower()))


def _own(lines: _Lines, place: int, places: Sequence[int]) -> Story | None:
    """The story that a headline has to itself, among several; None where it heads nothing of its own."""
    start, end = place, place + 1
    for ancestor in (lines.all[place].element, *lines.all[place].element.iterancestors()):
        first, behind = lines.of(ancestor)
        if any(first <= other < behind for other in places if other != place):
            break
        start, end = first, behind
    story = Story(lines.all[place], tuple(lines.all[start:place]), tuple(lines.all[place + 1 : end]))
    return story if story.prose >= _LEAST_STORY else None


def _heads_of_others(body: Any, lines: _Lines, places: Sequence[int]) -> list[int]:
    """The headlines of further articles with an element and several paragraphs of their own, beside the page's own."""
    found = []
    for element in body.iter("article"):
        start, end = lines.of(element)
        head = next((i for i in range(start, end) if lines.all[i].is_heading and not lines.all[i].linked), None)
        is_other = head is not None and not any(start <= place < end for place in places)
        if head is not None and is_other and lines.paragraphs(head, end) > 1:
            found.append(head)
    return found


def _in_a_row(lines: _Lines, places: Sequence[int]) -> list[Story]:
    """Articles below each other in one box: each headline has a byline or a date of its own, else it is a section."""
    ends = [*places[1:], len(lines.all)]
    parts = [(place, lines.all[place + 1 : end]) for place, end in zip(places, ends, strict=True)]
    if len(parts) < 2 or not all(any(read_line(line.text) for line in part[:3]) for _, part in parts):
        return []
    found = [Story(lines.all[place], (), tuple(part)) for place, part in parts]
    return [story for story in found if story.prose >= _LEAST_STORY]


def _without_headline(body: Any, lines: _Lines) -> Story:
    """Where nothing is a headline: the innermost element that holds nearly all of the text."""
    box = body
    total = lines.prose(0, len(lines.all))
    while total:
        best = max(box, key=lambda child: lines.prose(*lines.of(child)), default=None)
        if best is None or lines.prose(*lines.of(best)) * 10 < total * 8 or best.tag in ("p", "table", "li"):
            break
        box = best
    start, end = lines.of(box)
    return Story(None, (), tuple(lines.all[start:end]))
