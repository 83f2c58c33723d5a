"""Who wrote a page's article and when: what stands beside the headline, and nothing further away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from rag.readers.bylines import is_dateline_rest, is_of_date, is_person, is_reading_time, read_line
from rag.readers.outlets import is_outlet
from rag.readers.page_blocks import Block
from rag.readers.story import Story, is_live_entry
from rag.text.dates import find_dates, iso, month_second, parse_date
from rag.text.normalise import flatten

_LONGEST_LINE = 200
# Lines below the headline that are looked at, and paragraphs among them: a standfirst, then the story has begun.
_LINES_BELOW, _PARAGRAPHS = 14, 2
_LINES_ABOVE = 8
_AMERICAN_TIME = re.compile(r"\b[ECMP][SD]?T\b")
_UPDATED = re.compile(r"updat|modif|edited|revised|cap nhat|sua doi|chinh sua|\bsua\b")
_PUBLISHED = re.compile(r"publish|posted|issued|first|created|dang|xuat ban|phat hanh")
_LABEL_ONLY = re.compile(
    r"\W*(?:last|first|on|at|ngay|luc|lan cuoi|publish(?:ed)?(?: on| at)?|posted(?: on)?|updat(?:ed)?(?: on| at)?|"
    r"date|cap nhat|dang|xuat ban|da|authors?|by|written by|tac gia|nguoi viet|\W)+\W*"
)
_TODAY = re.compile(r"(?:^|[\s_-])(?:topbar|masthead|today|now|current|clock|weather|site|nav|hom-?nay)(?:[\s_-]|$)")
_HEADER = re.compile(r"(?:^|\s)header|(?:^|[\s_-])(?:site|page|main|top|global)[\s_-]*header")
_DATE_CLASS = re.compile(r"(?:^|[\s_-])(?:date|dates|time|posted|published|publish|timestamp|ngay)(?:[\s_-]|$)")
_TIME_OF_DAY = re.compile(r"\d{1,2}\s?[:hg]\s?\d{2}")
_AUTHOR_CLASS = re.compile(r"(?:^|[\s_-])(?:byline|author|authors|writer|reporter|tac-?gia|by)(?:[\s_-]|$)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BY = re.compile(
    r"(?:by|words by|written by|reported by|bởi|tác giả|người viết|thực hiện|bài|theo|pv)\s*:?\s+", re.IGNORECASE
)
# "Published on 3 June 2026 by Lan Chi in World"
_BY_WITHIN = re.compile(r"\s(?:by|bởi)\s+((?:[^\W\d_a-zà-ỹ][^\s,|•·]*\s?){2,5})(?=\s|[,|•·.]|$)")
_NAME_EDGE = re.compile(r"\s*[,;/|•·&]\s*|\s+(?:and|và|with)\s+|\s+[-–—]\s+")
_EPOCHS = range(315_532_800, 4_102_444_800)
_TIME_ATTRIBUTES = (
    "datetime",
    "data-datetime",
    "data-date",
    "data-time",
    "data-timestamp",
    "data-published",
    "content",
)


@dataclass(frozen=True, slots=True)
class Told:
    """What stands beside a headline; `lines` are the places (in `Story.lines`) of what told it, which is no story."""

    published: str | None = None
    updated: str | None = None
    author: str | None = None
    lines: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Stated:
    date: str
    kind: str  # "published", "updated" or ""


def told_beside(story: Story, *, american: bool) -> Told:
    """Date, update and author as the lines around the headline name them."""
    told = Told()
    zone = list(_zone(story))
    found = _stated(zone, american=american)
    used = {*found, *(i for i, line in zone if is_reading_time(line.text) or is_of_date(line.text))}
    stated = [one for dates in found.values() for one in dates]
    for i, line in zone:
        author = _author(line) or (_named_first(line) if i in used else None)
        if author and not told.author:
            told = replace(told, author=author)
            used.add(i)
    if told.author is None:
        beside = [(i, line) for i, line in zone if i not in used and {i - 1, i + 1} & used]
        named = next(((i, line.text) for i, line in beside if len(line.text.split()) > 1 and _people(line.text)), None)
        if named:
            told = replace(told, author=_people(named[1]))
            used.add(named[0])
    if not any(one.kind != "updated" for one in stated):
        stated = [*_above(story, american=american), *stated]
    first = next((one.date for kind in ("published", "", "updated") for one in stated if one.kind == kind), None)
    updated = next((one.date for one in stated if one.kind == "updated"), None)
    author = told.author or _author_above(story)
    signed = _signed(story)
    if signed and (author is None or signed[1] == author):
        used.add(signed[0])
        author = signed[1]
    return Told(first, updated, author, frozenset(used))


def _stated(lines: Iterable[tuple[int, Block]], *, american: bool) -> dict[int, list[_Stated]]:
    """The dates by the line that states them; a line that is only their label has none, and goes with the next."""
    found: dict[int, list[_Stated]] = {}
    label = ""
    for i, line in lines:
        flat = flatten(line.text)
        if len(flat) <= 40 and _LABEL_ONLY.fullmatch(flat):
            label = flat
            found[i] = []
        else:
            if dates := list(_dates(line, label, american=american)):
                found[i] = dates
            label = ""
    return found


def marked_dates(story: Story) -> tuple[str | None, str | None]:
    """Publication and update as microdata of the article itself mark them, among its lines."""
    published = updated = None
    for line in (*story.above, *story.lines):
        for element in line.element.iter():
            prop = (element.get("itemprop") or "").lower()
            if prop in ("datepublished", "datemodified") or element.get("pubdate") is not None:
                value = next(filter(None, map(_machine_date, _values(element))), None) or parse_date(_text(element))
                if prop == "datemodified":
                    updated = updated or value
                else:
                    published = published or value
    return published, updated


def _zone(story: Story) -> Iterator[tuple[int, Block]]:
    """The lines below the headline before the story has begun."""
    paragraphs = 0
    for i, line in enumerate(story.lines[:_LINES_BELOW]):
        if any(is_live_entry(one) for one in (line.element, *line.element.iterancestors())):
            return
        if line.is_prose and not _is_credit(line):
            paragraphs += 1
            if paragraphs == _PARAGRAPHS:
                return
        elif len(line.text) <= _LONGEST_LINE:
            yield i, line


def _is_credit(line: Block) -> bool:
    return read_line(line.text) is not None


def _above(story: Story, *, american: bool) -> list[_Stated]:
    """Dates above the headline within its own box: not in a strip over the page, which tells today."""
    lines = [line for line in story.above[-_LINES_ABOVE:] if not _is_strip(line)]
    # Above its box only where it says by its name that it is a date: the line over each post of a blog.
    if not story.above and story.before and _DATE_CLASS.search(_labels(story.before)) and not _is_strip(story.before):
        lines = [story.before]
    return [one for dates in _stated(enumerate(lines), american=american).values() for one in dates]


def _labels(line: Block) -> str:
    around = (line.element, *list(line.element.iterancestors())[:2])
    return " ".join(_label(one) for one in around if one.tag not in ("body", "html"))


def _is_strip(line: Block) -> bool:
    labels = _labels(line)
    # A strip seldom tells the time; the line above a headline does.
    return bool(_TODAY.search(labels) or (_HEADER.search(labels) and not _TIME_OF_DAY.search(line.text)))


def _dates(line: Block, label: str, *, american: bool) -> Iterator[_Stated]:
    """The dates of a line that is made of dates, names and the words between them; none of a line of the story."""
    times = [
        one for one in line.element.iter() if one.tag == "time" or any(one.get(name) for name in _TIME_ATTRIBUTES[:6])
    ]
    if line.is_prose and not times and not _is_credit(line):
        return
    text = line.text
    if american or _AMERICAN_TIME.search(text):
        text = month_second(text)
    mentions = [one for one in find_dates(text[:_LONGEST_LINE]) if one.year and one.precision in ("day", "month")]
    if mentions and is_dateline_rest(text, mentions):
        flat, end = flatten(text), 0
        for mention in mentions:
            published = iso(mention)
            if published:
                yield _Stated(published, _kind(f"{label} {flat[end : mention.start]}", line.element))
            end = mention.end
        return
    for time in times:
        if len(_text(time)) > 60 or (mentions and time.tag != "time"):
            continue
        published = next(filter(None, map(_machine_date, _values(time))), None)
        if published and not _has_other_words(line.text, _text(time)):
            yield _Stated(published, _kind(f"{label} {flatten(line.text)} {_label(time)}", time))


def _has_other_words(text: str, time: str) -> bool:
    """Whether a line with a time says "Born" or "Deadline:" rather than who wrote it and where."""
    rest = text.replace(time, " ", 1)
    return not is_dateline_rest(rest, [])


def _kind(before: str, element: Any) -> str:
    words = f"{before} {_label(element)} {(element.get('itemprop') or '').lower()}"
    updated, published = _UPDATED.search(words), _PUBLISHED.search(before)
    if published and not _UPDATED.search(before):
        return "published"
    return "updated" if updated else ""


def _values(element: Any) -> Iterator[str]:
    for name in _TIME_ATTRIBUTES:
        if value := element.get(name):
            yield value


def _machine_date(value: str) -> str | None:
    digits = value.strip()
    if digits.isascii() and digits.isdigit() and len(digits) in (10, 13):
        seconds = int(digits[:10])
        return datetime.fromtimestamp(seconds, UTC).date().isoformat() if seconds in _EPOCHS else None
    return parse_date(value)


def _author(line: Block) -> str | None:
    """The people that a line names as its writers."""
    text = _without_dates(line.text)
    if match := _BY.match(text):
        if match.group().lower().startswith(("theo", "bài")):
            return None
        return _people(text[match.end() :])
    if match := _BY_WITHIN.search(line.text):
        return _people(match[1])
    marked = next(
        (one for one in line.element.iter() if one.get("rel") == "author" or (one.get("itemprop") or "") == "author"),
        None,
    )
    if marked is not None:
        return _people(_BY.sub("", _text(marked), count=1))
    around = (line.element, *list(line.element.iterancestors())[:2])
    inner = [one for one in line.element.iter() if one is not line.element and _AUTHOR_CLASS.search(_label(one))]
    if inner:
        return _people(_BY.sub("", _without_dates(_text(inner[0])), count=1))
    if any(_AUTHOR_CLASS.search(_label(one)) for one in around):
        return _people(text)
    return None


def _named_first(line: Block) -> str | None:
    """The name before the date: "Lan Chi | 3/6/2026"; one word alone may be a place or a section."""
    if not find_dates(line.text[:_LONGEST_LINE]):
        return None
    first = re.split(r"\s*[|•·,]\s*|\s+[-–—]\s+", _without_dates(line.text))[0]
    return _people(first) if len(first.split()) > 1 else None


def _people(text: str) -> str | None:
    """Names all through, one or several, or None; the first part may be followed by an outlet or a place."""
    parts = [part.strip(" .:") for part in _NAME_EDGE.split(text.strip()) if part and part.strip(" .:")]
    people = []
    for part in parts:
        if not is_person(part) or is_outlet(part) or is_of_date(part) or _LABEL_ONLY.fullmatch(flatten(part)):
            break
        people.append(part)
    return ", ".join(people) or None


def _without_dates(text: str) -> str:
    mentions = find_dates(text[:_LONGEST_LINE])
    start = next((one.start for one in mentions if one.year), len(text))
    head = text[:start]
    return re.sub(
        r"[\s,;|•·–—-]+(?:(?:published|updated|posted|cập nhật|đăng)\b.*)?$", "", head, flags=re.IGNORECASE
    ).strip()


def _author_above(story: Story) -> str | None:
    for line in story.above[-_LINES_ABOVE:]:
        if len(line.text) <= _LONGEST_LINE and not line.is_prose and (author := _author(line) or _named_first(line)):
            return author
    return None


def _signed(story: Story) -> tuple[int, str] | None:
    """The author that a marked line at the story's foot names, and which line it is."""
    for i, line in list(enumerate(story.lines))[-3:]:
        elements = (line.element, *line.element.iter())
        if len(line.text) <= 60 and any(_AUTHOR_CLASS.search(_label(one)) for one in elements):
            people = _people(_BY.sub("", line.text, count=1))
            if people:
                return i, people
    return None


def _label(element: Any) -> str:
    return _CAMEL.sub("-", f"{element.get('class') or ''} {element.get('id') or ''}").lower()


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext("*")).split())
