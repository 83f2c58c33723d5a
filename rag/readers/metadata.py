"""What an article's own text tells about it, for what neither front matter, fields nor HTML said. Pure.

Only the places where newspapers put such things are read: the first lines, the last lines, a line that gives the
source's address. A date further in the text is an event's, relative days are nobody's, and what is not told is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from rag.readers.bylines import Credit, credit_of_url, is_signature, read_line, read_mark
from rag.text.dates import DateMention, find_dates
from rag.text.normalise import flatten
from rag.text.rows import ROW_EDGE

HEAD_LINES = 6
TAIL_LINES = 4
_HEAD_CHARACTERS = 20_000
_TAIL_CHARACTERS = 4_000
_MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class Metadata:
    """`published` is an ISO date, year-month or year; all fields are single-line or None."""

    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A non-empty line and where it stands in its text."""

    start: int
    text: str


_LINE = re.compile(r"[^\n]+")
_SOURCE_URL = re.compile(
    r"^[ \t*_>(\[]{0,8}(?:Nguồn|Source|Link|Link gốc|Bài gốc|Nguồn tin|Original|Via|Theo)[ \t]?:?[ \t]{1,3}"
    r"(https?://[^\s<>\"')\]]{4,1000})[ \t)\]*_.]{0,8}$",
    re.IGNORECASE | re.MULTILINE,
)
_CAPTION = re.compile(
    r"\b(?:ảnh|photo|image|nguồn|đồ họa|đồ hoạ|video)\s*(?:minh họa\s*)?[:–-]|getty|\bảnh\)$", re.IGNORECASE
)
_INNER_STOP = re.compile(r"[^\W\dA-ZĐ]{2}[.!?…]\s+[\"“‘(]?[^\W\d_]")
_LIST_ITEM = re.compile(r"\s*(?:[-*•+–—>|]|\d{1,2}[.)])\s")
_DATE_LABEL = re.compile(r"\W*date\b", re.IGNORECASE)
_ANNIVERSARY = re.compile(r"ky niem|tuong niem|anniversary|years (?:ago|since|after)|nam truoc|nam sau")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
# The words that put a story on its day: "Hôm 13/9, ...", "HÀ NỘI - Sáng 13/9, ...", "On Sept. 13, ...".
_LEAD_DAY = re.compile(r"^.{0,60}\b(?:hom|ngay|sang|trua|chieu|toi|dem|on)\s+$")
_TITLE_MARKUP = re.compile(r"^#{1,6}\s+|\s+#+$|^[*_]{1,3}|[*_]{1,3}$")


def from_text(text: str) -> Metadata:
    """Title, outlet, author, date and address as far as the text itself tells them."""
    head, tail = head_lines(text), tail_lines(text)
    credits = [credit for line in head if (credit := read_line(line.text))]
    # At the foot, "Date: ..." announces an event.
    credits += [credit for line in tail if not _DATE_LABEL.match(line.text) and (credit := read_line(line.text))]
    credits += [credit for line in head[:4] if (credit := read_mark(line.text))]
    if source_url := _SOURCE_URL.search(text):
        credits.append(Credit(url=source_url[1]))
    if len(tail) > 1 and is_signature(tail[-1].text.strip(), tail[-2].text.strip()):
        credits.append(Credit(author=tail[-1].text.strip()))
    url = _first(credits, "url")
    if url:
        credits.append(credit_of_url(url))
    return Metadata(
        title=_first(credits, "title") or _title(head),
        source=_first(credits, "source"),
        author=_first(credits, "author"),
        published=_first(credits, "published") or _month_of_lead(head),
        url=url,
    )


def head_lines(text: str) -> list[Line]:
    """The first non-empty lines."""
    return list(islice(_lines(text[:_HEAD_CHARACTERS], 0), HEAD_LINES))


def tail_lines(text: str) -> list[Line]:
    """The last non-empty lines that are not among the first."""
    head = head_lines(text)
    offset = max(len(text) - _TAIL_CHARACTERS, 0)
    lines = list(_lines(text[offset:], offset))[-TAIL_LINES:]
    return [line for line in lines if head and line.start > head[-1].start]


def _lines(text: str, offset: int) -> Iterator[Line]:
    for match in _LINE.finditer(text):
        if not match.group().isspace():
            yield Line(offset + match.start(), match.group())


def is_caption(line: str) -> bool:
    """Whether a line carries a picture's credit."""
    return bool(_CAPTION.search(line))


def _first(credits: list[Credit], field: str) -> str | None:
    values = (getattr(credit, field) for credit in credits)
    return next((" ".join(value.split()) for value in values if value), None)


def _title(head: list[Line]) -> str | None:
    """The first line that is no byline or dateline, if it is a heading: short, no sentence, with text below it."""
    for i, line in enumerate(head[:5]):
        if line.text.lstrip().startswith("# "):
            return _plain_title(line.text)
        if read_line(line.text):
            continue
        is_title = i + 1 < len(head) and _reads_as_title(line.text)
        return _plain_title(line.text) if is_title else None
    return None


def _plain_title(line: str) -> str:
    return " ".join(_TITLE_MARKUP.sub("", _TITLE_MARKUP.sub("", line.strip())).split())


def _reads_as_title(line: str) -> bool:
    title = _plain_title(line)
    if len(title.split()) < 2 or len(title) > _MAX_TITLE or not any(map(str.isalpha, title)):
        return False
    if ROW_EDGE in title and ": " in title:
        # A row of a table.
        return False
    if title.endswith((".", ":", ";", ",", "…", "-", "–", "—")) or _INNER_STOP.search(title):
        return False
    return not (is_caption(title) or read_mark(line) or _LIST_ITEM.match(line) or title.startswith(("#", "(", "@")))


def _month_of_lead(head: list[Line]) -> str | None:
    """The month of a lead that names its day without a year ("Hôm 13/9") when a line near it gives that day's year.

    No more than the month follows: the article appeared on that day or soon after. An anniversary names an old year.
    """
    near = [line.text[:1000] for line in head[:4]]
    if not any(_YEAR.search(line) for line in near) or _ANNIVERSARY.search(flatten(" ".join(near))):
        return None
    mentions = [find_dates(line) for line in near]
    lead_days = {
        _day(found[0])
        for line, found in zip(near, mentions, strict=True)
        if found and found[0].precision == "day-month" and _LEAD_DAY.search(flatten(line[: found[0].start]))
    }
    dated = {m.first.strftime("%Y-%m") for found in mentions for m in found if m.first and _day(m) in lead_days}
    years = {m.year for found in mentions for m in found if m.year}
    month = dated.pop() if len(dated) == 1 else None
    return month if month and int(month[:4]) == max(years) >= 1995 else None


def _day(mention: DateMention) -> tuple[int | None, int | None]:
    return mention.month, mention.day
