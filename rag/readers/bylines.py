"""Lines that say who wrote an article, for whom and when, recognised one line at a time. Pure.

`read_line` takes a whole line ("Bởi An Bình, Reuters", "Thứ Hai, 17/6/2024, 10:05 (GMT+7)", "(Theo abc.vn - An Bình
tổng hợp)"); `read_mark` the outlet's mark before an article's first words ("HÀ NỘI (Reuters) - ", "TTO - ").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.readers.outlets import is_outlet, outlet_of, outlet_of_mark
from rag.text.dates import DateMention, find_dates, iso, parse_date
from rag.text.normalise import flatten

MAX_LINE = 200
MAX_DATELINE = 120


@dataclass(frozen=True, slots=True)
class Credit:
    """What a line tells about its article; a field it does not tell is None."""

    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: str | None = None
    url: str | None = None


_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_LABEL = re.compile(
    r"(?P<title>title|headline|tiêu đề|tít)|(?P<author>author|authors|tác giả|người viết|byline)"
    r"|(?P<published>date|published|publication date|ngày đăng|ngày xuất bản|đăng ngày)"
    r"|(?P<url>url|link|link gốc|bài gốc|đường dẫn)|(?P<source>source|nguồn|nguồn tin|outlet|publisher|"
    r"báo|toà soạn|tòa soạn)",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:By|BY|Bởi|Tác giả|Viết bởi|Written by|Người viết|Bài viết|Bài|PV)\s*:?\s+(?P<rest>\S.*)")
# "(Nguồn: AFP)" in brackets is a picture's credit, "Nguồn: AFP" and "(Theo AFP)" are the text's.
_ACCORDING = re.compile(
    r"(?:(?P<who>[^()]{2,40}?)\s*)?(?:[(\[]\s*Theo|Theo|THEO|Nguồn)\s*:?\s+(?P<outlet>[^()]{2,60}?)\s*[)\]]?\.?"
)
_COMPILED_BY = re.compile(r"\s+(?:tổng hợp|lược dịch|biên dịch|biên tập|dịch|ghi|thực hiện|lược ghi)$", re.IGNORECASE)
_COMPILER = re.compile(
    r"(?P<who>[^()]{2,40}?)\s*\(\s*(?:tổng hợp|t\s?/\s?h|dịch|lược dịch|biên dịch|ghi|thực hiện)\s*\)", re.IGNORECASE
)
_PARTICLES = frozenset(["de", "da", "del", "della", "van", "von", "der", "den", "la", "le", "bin", "al", "el", "ter"])

# What may stand in a dateline beside the date itself, flattened.
_DATELINE_WORD = re.compile(
    r"\b(?:da cap nhat|cap nhat|lan cuoi|sua doi|chinh sua|updated?|modified|edited|first|last|"
    r"published|posted|dang|xuat ban|date|luc|ngay|on|at|gio|phut|"
    r"thu (?:hai|ba|tu|nam|sau|bay|[2-7])|t[2-7]|chu nhat|cn|"
    r"(?:mon|tues?|wed|wednes|thu|thurs?|fri|sat|satur|sun)(?:day)?|a\.?m|p\.?m|sa|ch|gmt|utc|[ecmp][ds]?t|ict|bst|"
    r"[ce]es?t|ist|jst|kst|sgt|hkt|ae[ds]t|msk|am|pm)\b\.?|[+-]?\d{1,2}(?:[:hg.]\d{2}){0,2}\b|[|•·,:;()\-–—+]"
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_PUBLISHED_WORD = re.compile(r"published|posted|dang|xuat ban")
_DATE_WORD = re.compile(r"cap nhat|updat|publish|posted|dang|xuat ban|\bdate\b")
# Where the parts of a dateline are set apart from each other, and the label before a date.
_PART_EDGE = re.compile(r"\s*[|•·,;()/]\s*|\s+[-–—]\s+")
_DATE_OF = re.compile(r"([^\W\d_][^\d:|•·,;()]{0,40}?)\s*:(?!\d)")
_SAYS_PUBLISHED = re.compile(
    r"\b(?:publish(?:ed)?|posted|updated|modified|cap nhat|dang|xuat ban)\W{0,3}(?:on|at|ngay|luc|vao)?\W{0,3}$"
)
_COUNT = re.compile(r"\d[\d.,:]*")
_READING = re.compile(
    r"(?:\d+ )?(?:min(?:ute)?s?[ -]?(?: ?read)?|phut doc|views?|luot (?:xem|doc)|comments?|binh luan|read(?:ing time)?)"
)
_BRACKETED = re.compile(r"\(([^()]{2,30})\)")
_MARK = re.compile(
    r"\s*(?P<place>[^()\n]{0,60}?)\s*\(\s*(?P<outlet>[^()\n]{2,30}?)\s*\)\s*(?P<dash>[-–—:]+)?"
    r"|\s*(?:(?P<town>[^()\n–—-]{2,30}),?\s+)?(?P<bare>[\w.]{2,14})(?:\s+Online)?\s*(?P<rule>[-–—]+)(?=\s)"
)


@lru_cache(maxsize=256)
def read_line(line: str) -> Credit | None:
    """What a whole line credits, or None for a line of the story itself."""
    line = line.strip().strip("*_").strip()
    if not 3 <= len(line) <= MAX_LINE:
        return None
    return _labelled(line) or _byline(line) or _dateline(line) or _sign_off(line)


def read_mark(line: str) -> Credit | None:
    """The outlet (and the day, where it stands there) marked before the first words of a paragraph."""
    match = _MARK.match(line[:120])
    if match is None:
        return None
    if match["bare"]:
        source = outlet_of_mark(match["bare"])
        town = match["town"]
        return Credit(source=source) if source and (not town or town.isupper() or _is_place(town)) else None
    place, outlet = match["place"].strip(" ,-–—"), match["outlet"].strip()
    known = outlet_of_mark(outlet) or (outlet if is_outlet(outlet) else None)
    dashed = bool(match["dash"]) and match["dash"] != ":"
    if not known and not (dashed and outlet[0].isupper() and _is_plain(outlet)):
        return None
    if place and not (place.isupper() or (dashed and _is_place(place))):
        return None
    if not dashed and not line[match.end() :].lstrip()[:1].isupper():
        return None
    return Credit(source=known or outlet, published=parse_date(place))


def is_person(name: str) -> bool:
    """Whether `name` is written as a person's: one to six capitalised words, and no outlet."""
    words = name.split()
    if not 1 <= len(words) <= 6 or not _is_plain(name) or is_outlet(name):
        return False
    return all(word[0].isupper() or word in _PARTICLES for word in words)


def is_signature(line: str, previous: str) -> bool:
    """Whether a last line is the writer's name: two to four capitalised words below a line of prose."""
    words = line.split()
    named = 2 <= len(words) <= 4 and is_person(line) and all(word.isalpha() and word[1:].islower() for word in words)
    return named and len(previous) >= 60 and previous.rstrip("”\"') ").endswith((".", "!", "?", "…"))


def _labelled(line: str) -> Credit | None:
    name, colon, value = line.partition(":")
    label, value = _LABEL.fullmatch(name.strip().strip("*_")), value.strip().strip("*_").strip()
    if not colon or not label or not value:
        return None
    kind = label.lastgroup
    if url := _URL.fullmatch(value):
        return Credit(url=url[0]) if kind in ("url", "source") else None
    if kind == "published":
        published = parse_date(value)
        return Credit(published=published) if published else None
    if kind == "author":
        return _people(value) if len(value) <= 80 else None
    if kind == "source":
        return Credit(source=value) if len(value) <= 40 and not value.endswith(".") else None
    return Credit(title=value) if kind == "title" else None


def _byline(line: str) -> Credit | None:
    match = _BYLINE.fullmatch(line)
    if match is None or line.endswith((".", ":", "?", "!")):
        return None
    first, *others = re.split(r"\s*[|•·]\s*|\s+[-–—]\s+", match["rest"])
    credit = _people(first)
    if credit is None:
        return None
    source = credit.source or next((part for part in others if is_outlet(part)), None)
    return Credit(source=source, author=credit.author, published=next(filter(None, map(parse_date, others)), None))


def _people(names: str) -> Credit | None:
    """ "An Bình và Lan Chi, Reuters" -> authors and outlet; None where it is not names all through."""
    parts = [part.strip() for part in re.split(r"\s*[,;]\s*|\s+(?:và|and|&|for)\s+", names) if part.strip()]
    people = [part for part in parts if is_person(part)]
    outlets = [part for part in parts if is_outlet(part)]
    if not parts or len(people) + len(outlets) != len(parts):
        return None
    return Credit(author=", ".join(people) or None, source=outlets[0] if outlets else None)


def _sign_off(line: str) -> Credit | None:
    if compiler := _COMPILER.fullmatch(line):
        return Credit(author=compiler["who"]) if is_person(compiler["who"]) else None
    match = _ACCORDING.fullmatch(line)
    if match is None:
        return None
    who = match["who"]
    names = [_COMPILED_BY.sub("", part) for part in re.split(r"\s+[-–—]\s+|\s*[,;/]\s*", match["outlet"])]
    outlets = [name for name in names if is_outlet(name)] or names[:1]
    people = [name for name in names if name not in outlets]
    if (who and not is_person(who)) or not all(map(is_person, people)) or not _is_capitalised(outlets[0]):
        return None
    return Credit(source=outlets[0], author=who or ", ".join(people) or None)


def _is_capitalised(name: str) -> bool:
    return is_outlet(name) or all(word[0].isupper() or not word[0].isalpha() for word in name.split())


def _dateline(line: str) -> Credit | None:
    if not _YEAR.search(line) or len(line) > MAX_DATELINE:
        return None
    mentions = [mention for mention in find_dates(line) if mention.year and mention.precision in ("day", "month")]
    if not mentions:
        return None
    flat = flatten(line)
    outlet = next((found for found in _BRACKETED.findall(line) if not _DATELINE_WORD.match(flatten(found))), None)
    if mentions[0].precision == "month" and not outlet and not _DATE_WORD.search(flat):
        return None
    rest = line.replace(f"({outlet})", "") if outlet else line
    for mention in mentions:
        rest = rest.replace(line[mention.start : mention.end], "")
    left = _without(rest, _DATELINE_WORD)
    if left and not (is_outlet(left) or (_is_place(left) and _is_set_apart(left, line))):
        return None
    if _names_another_date(line, mentions):
        return None
    named = outlet or (left if left and is_outlet(left) else None)
    source = (outlet_of_mark(named) or named) if named else None
    return Credit(source=source, published=iso(_chosen(mentions, flat)))


def is_dateline_rest(line: str, mentions: Sequence[DateMention]) -> bool:
    """Whether a line, its dates aside, holds only what stands beside them: labels, names, outlets, places, read times.

    "Hà Nội, 12/3/2026 | An Bình" is such a line; "Born: 12 March 1961" and "Deadline 3 May" are not.
    """
    if _names_another_date(line, mentions):
        return False
    flat = flatten(line)
    if any(_SAYS_PUBLISHED.search(flat[: mention.start]) for mention in mentions):
        return True
    rest = list(line)
    for mention in mentions:
        rest[mention.start : mention.end] = "\0" * (mention.end - mention.start)
    # How often it was read, and the time of day.
    plain = _COUNT.sub(" ", "".join(rest))
    return all(_is_beside_date(part) for part in _PART_EDGE.split(plain))


def is_reading_time(line: str) -> bool:
    """Whether a line only says how long it takes to read, or how often it was: "3 minute read"."""
    return bool(_READING.fullmatch(flatten(line)))


def is_of_date(text: str) -> bool:
    """Whether a text is made of the words of datelines: weekdays, "Published", times."""
    return not _without(text, _DATELINE_WORD)


def _is_beside_date(part: str) -> bool:
    """Whether one part of a dateline says nothing of what happened on that date."""
    is_apart = "\0" not in part
    left = _without(part.replace("\0", " "), _DATELINE_WORD)
    if not left or _READING.fullmatch(flatten(left)) or is_outlet(left):
        return True
    if match := _BYLINE.fullmatch(left):
        left = match["rest"]
    named = is_person(left) and (is_apart or len(left.split()) > 1)
    return named or (
        is_apart and len(left.split()) <= 4 and not any(map(str.isdigit, left)) and left[-1:] not in ".!?:"
    )


def _names_another_date(line: str, mentions: Sequence[DateMention]) -> bool:
    """Whether a label before a date says what it is the date of, other than of the article."""
    for mention in mentions:
        *_, label = (None, *_DATE_OF.findall(line[: mention.start]))
        if label and not _LABEL.fullmatch(label.strip()) and _without(label, _DATELINE_WORD):
            return True
    return False


def _chosen(mentions: list[DateMention], flat: str) -> DateMention:
    """The date said to be of publication, else the first."""
    word = _PUBLISHED_WORD.search(flat)
    return next((mention for mention in mentions if word and mention.start > word.start()), mentions[0])


def _without(text: str, pattern: re.Pattern[str]) -> str:
    """`text` less what `pattern` matches in its flattened form."""
    kept, end = [], 0
    for match in pattern.finditer(flatten(text)):
        kept.append(text[end : match.start()])
        end = match.end()
    return " ".join(" ".join((*kept, text[end:])).split())


def _is_set_apart(place: str, line: str) -> bool:
    """Whether a place stands apart from the date: "Hanoi, 12/3/2026", "HANOI June 17", and not "Born 12 March 1961"."""
    at = line.find(place)
    around = line[max(0, at - 3) : at] + line[at + len(place) : at + len(place) + 3]
    return place.isupper() or not place.isascii() or at < 0 or any(char in ",-–—(|•·" for char in around)


def _is_place(text: str) -> bool:
    """One to five capitalised words, a date aside: "Hà Nội", "SEOUL, June 17"."""
    words = [word for word in re.split(r"[\s,.]+", text) if word.isalpha()]
    return 1 <= len(words) <= 5 and all(word[0].isupper() for word in words) and not text.endswith(".")


def _is_plain(name: str) -> bool:
    return not re.search(r"[\d:;!?()\[\]{}<>@#/\"“”]", name)


def credit_of_url(url: str) -> Credit:
    """The outlet and the day that a web address names, such as ".../2024/06/17/..." or "...-20240617101500.htm"."""
    return Credit(url=url, source=outlet_of(url), published=_date_in_url(url))


_URL_DATES = (
    re.compile(r"[/-](?P<y>(?:19|20)[0-9]{2})[/-](?P<m>[01]?[0-9])[/-](?P<d>[0-3]?[0-9])(?![0-9])"),
    re.compile(r"(?<![0-9])(?P<y>20[0-9]{2})(?P<m>[01][0-9])(?P<d>[0-3][0-9])(?:[0-9]{6}(?:[0-9]{3})?)?(?![0-9])"),
    re.compile(r"/(?P<y>(?:19|20)[0-9]{2})/(?P<m>[01][0-9])/"),
)


def _date_in_url(url: str) -> str | None:
    for pattern in _URL_DATES:
        if match := pattern.search(url):
            parsed = parse_date("-".join(part.zfill(2) for part in match.groupdict().values()))
            if parsed:
                return parsed
    return None
