"""Dates named in Vietnamese and English text, with the precision they are given in. Pure; no clock is read.

Patterns run over `flatten`ed text, so "tháng 9/2023" and "thang 9/2023" are one expression. They are ordered from
the most to the least specific; what one has claimed, a later one cannot read again. Numbers are day first
("5/3/2024" is 5 March), as Vietnam and most of the world write them; month first is read where nothing else
is possible ("06/17/2024"), or where the caller knows the text as American.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rag.errors import UsageError
from rag.text.normalise import flatten

Precision = Literal["day", "week", "month", "quarter", "year", "decade", "day-month"]


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date expression at `[start, end)`.

    `first` and `last` are the days it covers, both inclusive. Where the text names no year, all of `year`, `first`
    and `last` are None and the precision is "day-month" or "month".
    """

    start: int
    end: int
    precision: Precision
    first: date | None = None
    last: date | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None


_VI_MONTHS = {
    "gieng": 1, "mot": 1, "hai": 2, "ba": 3, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12,
}  # fmt: skip
_EN_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EN_MONTHS = {name: i for i, name in enumerate(_EN_NAMES, start=1)}
_QUARTERS = {"1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4,
             "first": 1, "second": 2, "third": 3, "fourth": 4}  # fmt: skip
_YEAR_SHIFT = {"nay": 0, "ngoai": -1, "kia": -2, "toi": 1}

_LEFT = r"(?<![\w/.,-])"
_RIGHT = r"(?![\w/]|[.,-]\d)"
_D = r"(?P<d>\d{1,2})"
_Y = r"(?P<y>1\d{3}|2[01]\d{2})(?!\d|[.,/]\d|-\d{1,2}(?!\d))"
_MW = r"(?P<mw>muoi mot|muoi hai|gieng|chap|mot|hai|ba|tu|nam|sau|bay|tam|chin|muoi)\b"
_VM = rf"(?:thang|thg)\s*(?:(?P<m>\d{{1,2}})(?!\d)|{_MW})"
_EM = rf"(?P<em>{'|'.join(_EN_NAMES)})(?:uary|ruary|ch|il|e|y|ust|t(?:ember)?|ember|ober)?\b\.?"
_Y2 = _Y.replace("?P<y>", "?P<y2>")
_TO_YEAR = rf"(?:\s?[/-]\s?{_Y}|\s*,?\s+(?:nam\s+)?{_Y2}|\s+nam\s+(?P<rel>nay|ngoai|kia|toi)\b)"
_TH = r"(?:st|nd|rd|th)?"
_DASH = r"\s*(?:-|–|—|den|toi|va|and|to)\s*"
_TO_DAY = rf"{_DASH}(?:ngay\s+)?(?P<d2>\d{{1,2}})"
_DAY_WORD = r"(?:hom|ngay|sang|chieu|toi|trua|dem|mung|mong|tu|den|vao|truoc|sau|rang sang|thu \w+|chu nhat)\s*,?\s+"

# One pattern a line: the most specific first. Groups: d, d2 days; m, mw, em months; y, y2, rel years; q quarters.
_PATTERNS: tuple[tuple[Precision, str], ...] = (
    ("day", rf"{_LEFT}(?P<y>1\d{{3}}|2[01]\d{{2}})(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s){_D}(?!\d|[-/.]\d)"),
    ("day", rf"{_LEFT}{_D}{_TO_DAY}\s?/\s?(?P<m>\d{{1,2}})\s?/\s?{_Y}"),
    ("day", rf"{_LEFT}{_D}{_TO_DAY}\s+{_VM}{_TO_YEAR}"),
    ("day", rf"{_LEFT}{_D}\s?(?P<s>[/.-])\s?(?P<m>\d{{1,2}})\s?(?P=s)\s?{_Y}"),
    ("day", rf"{_LEFT}{_D}\s*/\s*(?P<m>\d{{1,2}})\s*,?\s+nam\s+(?:{_Y}|(?P<rel>nay|ngoai|kia|toi)\b)"),
    ("day", rf"{_LEFT}{_D}\s+{_VM}{_TO_YEAR}"),
    ("day", rf"\b{_EM}\s+{_D}{_TH}(?:{_DASH}(?P<d2>\d{{1,2}}){_TH})?(?!\d),?\s+{_Y}"),
    ("day", rf"{_LEFT}{_D}{_TH}(?:{_DASH}(?P<d2>\d{{1,2}}){_TH})?[\s-]+(?:of\s+)?{_EM},?[\s-]+{_Y}"),
    ("quarter", rf"\b(?:quy|q)\.?\s*(?P<q>[1-4]|i{{1,3}}|iv){_TO_YEAR}"),
    ("quarter", rf"\b(?P<q>first|second|third|fourth)[\s-]+quarter(?:\s+of)?\s+{_Y}"),
    ("month", rf"\b{_VM}{_TO_YEAR}"),
    ("month", rf"{_LEFT}(?P<m>\d{{1,2}})\s?/\s?{_Y}"),
    ("month", rf"{_LEFT}(?P<y>1\d{{3}}|2[01]\d{{2}})[-/](?P<m>\d{{2}})(?!\d|[-/.]\d)"),
    ("month", rf"\b{_EM},?(?:\s+of)?\s+{_Y}"),
    ("decade", r"\b(?:nhung nam|thap nien|thap ky)\s+(?P<y>(?:1[89]|20)\d0)\b"),
    ("decade", r"\b(?P<y>(?:1[89]|20)\d0)s\b"),
    ("year", rf"\b(?:nam|in|since|by|until|till|through|during|from|before|after|year|of|early|late)\s+{_Y}{_RIGHT}"),
    ("day-month", rf"{_LEFT}(?P<sure>{_DAY_WORD}|\()?{_D}{_TO_DAY}\s?/\s?(?P<m>\d{{1,2}}){_RIGHT}"),
    ("day-month", rf"{_LEFT}(?P<sure>{_DAY_WORD}|\()?{_D}\s?/\s?(?P<m>\d{{1,2}}){_RIGHT}"),
    ("day-month", rf"{_LEFT}(?P<sure>(?:hom|ngay)\s+){_D}-(?P<m>\d{{1,2}}){_RIGHT}"),
    ("day-month", rf"{_LEFT}{_D}(?:{_DASH}(?P<d2>\d{{1,2}}))?\s+{_VM}"),
    ("day-month", rf"\b{_EM}\s+{_D}{_TH}(?:{_DASH}(?P<d2>\d{{1,2}}){_TH})?(?![\w/]|[.,:]\d)"),
    ("day-month", rf"{_LEFT}{_D}{_TH}\s+(?:of\s+)?{_EM}(?!\w)"),
    ("month", rf"\b{_VM}"),
    ("month", rf"\b(?:in|last|since|by|until|of|next|this|early|late|mid|from|during|through)[\s-]+{_EM}(?!\w)"),
    ("year", rf"{_LEFT}(?<![$€£])(?P<y>19\d\d|20\d\d){_RIGHT}(?!\s*(?:%|\w*\s*(?:nguoi|tan|dong|usd|km|met|ca|ty|trieu|"
     r"nghin|ngan|vu|can|xe|lan|ho|people|dollars?|tonn?e?s|miles|cases|votes|points)\b))"),
)  # fmt: skip


def _compiled(pattern: str) -> re.Pattern[str]:
    """Only ASCII digits (`\\d` reads those of other scripts), and bounded white space: matching stays linear."""
    for loose, bounded in ((r"\d", "[0-9]"), (r"\s*", r"\s{0,4}"), (r"\s+", r"\s{1,4}")):
        pattern = pattern.replace(loose, bounded)
    return re.compile(pattern)


# The flag: the pattern cannot match in a text without four digits in a row.
_RULES = tuple(
    (precision, _compiled(pattern), "(?P<y>" in pattern and "(?P<rel>" not in pattern)
    for precision, pattern in _PATTERNS
)
_FOUR_DIGITS = re.compile(r"[12][0-9]{3}")

# "hai tuần trước" and "10 năm trước" are distances, not the last week or year.
_NO_COUNT = r"(?<!\d )(?<!hai )(?<!ba )(?<!vai )(?<!may )(?<!mot )(?<!nhieu )(?<!chuc )"
_RELATIVE: tuple[tuple[str, int, str], ...] = (
    ("day", 0, r"(?:hom|ngay|sang|trua|chieu|toi|dem) nay|today|tonight|this (?:morning|afternoon|evening)"),
    ("day", -1, r"hom qua|toi qua|dem qua|yesterday|last night"),
    ("day", -2, r"hom kia|the day before yesterday"),
    ("day", 1, r"ngay mai|tomorrow"),
    ("week", 0, r"tuan nay|this week"),
    ("week", -1, rf"{_NO_COUNT}tuan (?:truoc|qua|vua qua)|last week"),
    ("week", 1, r"tuan (?:toi|sau)|next week"),
    ("month", 0, r"thang nay|this month"),
    ("month", -1, rf"{_NO_COUNT}thang (?:truoc|qua|vua qua)|last month"),
    ("month", 1, r"thang toi|next month"),
    ("year", 0, r"(?<!viet )nam nay|this year"),
    ("year", -1, r"nam ngoai|last year"),
    ("year", -2, r"nam kia"),
    ("year", 1, r"(?<!viet )nam toi|next year"),
)  # fmt: skip
_RELATIVE_RULES = tuple((unit, shift, _compiled(rf"\b(?:{pattern})\b")) for unit, shift, pattern in _RELATIVE)

_FINEST: tuple[Precision, ...] = ("day", "month", "year", "quarter")
_MONTH_FIRST = re.compile(r"(?<![\d/.-])(?P<m>\d{1,2})(?P<s>[/-])(?P<d>\d{1,2})(?P<s2>(?P=s))(?=\d{4}(?!\d))", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?\d{4,6}Z?)?", re.ASCII)


def find_dates(text: str, today: date | None = None) -> list[DateMention]:
    """The date expressions of NFC `text` in order, not overlapping.

    Relative ones ("hôm qua", "năm ngoái", "last week") are read only when `today` says what they are relative to.
    """
    flat = flatten(text)
    found: list[DateMention] = []
    claimed = bytearray(len(flat))
    names_a_year = bool(_FOUR_DIGITS.search(flat))
    for precision, pattern, needs_year in _RULES:
        if needs_year and not names_a_year:
            continue
        for match in pattern.finditer(flat):
            start, end = match.span()
            if any(claimed[start:end]):
                continue
            mention = _mention(precision, match, text, today)
            groups = match.groupdict()
            # A full date that does not exist ("31/2/2024") must not be read again as the month it names.
            if mention or groups.get("y") or groups.get("y2"):
                claimed[start:end] = b"\1" * (end - start)
            if mention:
                found.append(mention)
    if today is not None:
        found.extend(mention for mention in _relative(flat, today) if not any(claimed[mention.start : mention.end]))
    return sorted(found, key=lambda mention: mention.start)


def parse_date(value: str, *, month_first: bool = False) -> str | None:
    """The one date that `value` (a metadata field, a dateline) names: "YYYY-MM-DD", "YYYY-MM", "YYYY" or None.

    `month_first`: it was written in the United States, where "03/04/2026" is 4 March.

    The date is the one printed: "2024-06-17T23:30:00Z" is 17 June whatever the reader's time zone.
    """
    value = value.strip()
    if compact := _COMPACT.fullmatch(value):
        year, month, day = map(int, compact.groups())
        return f"{year:04d}-{month:02d}-{day:02d}" if _is_day(year, month, day) else None
    value = month_second(value[:200]) if month_first else value[:200]
    mentions = [mention for mention in find_dates(value) if mention.year and mention.precision in _FINEST]
    return iso(min(mentions, key=lambda mention: _FINEST.index(mention.precision))) if mentions else None


def month_second(text: str) -> str:
    """American numeric dates ("03/14/2026") as the rest of the world writes them, at the same places."""
    return _MONTH_FIRST.sub(r"\g<d>\g<s>\g<m>\g<s2>", text)


def iso(mention: DateMention) -> str | None:
    """A mention as `Article.published` has it; a range of days is given as its month, a quarter as its year."""
    if mention.year is None or mention.first is None or mention.precision == "decade":
        return None
    if mention.precision == "day" and mention.first == mention.last:
        return mention.first.isoformat()
    return f"{mention.year:04d}" if mention.precision in ("year", "quarter") else f"{mention.first:%Y-%m}"


def bounds(published: str) -> tuple[date, date]:
    """First and last day of an ISO date, month or year. Raises UsageError for anything else."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", published.strip(), re.ASCII)
    try:
        if match is None:
            raise ValueError
        year, month, day = (int(part) if part else None for part in match.groups())
        return _days(year or 0, month, day, day)
    except ValueError:
        raise UsageError(f"{published!r} is not a date; write it as 2024-06-19, 2024-06 or 2024") from None


def _mention(precision: Precision, match: re.Match[str], text: str, today: date | None) -> DateMention | None:
    group = match.groupdict()
    start, end = match.span()
    year = _year(group, today)
    if group.get("rel") and year is None:
        return None
    if precision == "decade" and year:
        return DateMention(start, end, precision, date(year, 1, 1), date(year + 9, 12, 31), year)
    if precision == "quarter" and year:
        last_month = _QUARTERS[group["q"]] * 3
        first, last = date(year, last_month - 2, 1), date(year, last_month, monthrange(year, last_month)[1])
        return DateMention(start, end, precision, first, last, year)
    month, day = _month(group), int(group["d"]) if group.get("d") else None
    last_day = int(group["d2"]) if group.get("d2") else day
    if year and month and day and month > 12 >= day:
        month, day, last_day = day, month, month
    if year is None:
        real = _exists(month, day) and _exists(month, last_day) and (last_day or 0) >= (day or 0)
        if not real or not _is_yearless(match, text, last_day):
            return None
        return DateMention(match.end("sure") if group.get("sure") else start, end, precision, month=month, day=day)
    try:
        first, last = _days(year, month, day, last_day)
    except ValueError:
        return None
    return DateMention(start, end, precision, first, last, year, month, day) if first <= last else None


def _year(group: dict[str, str | None], today: date | None) -> int | None:
    if written := group.get("y") or group.get("y2"):
        return int(written)
    relative = group.get("rel")
    return today.year + _YEAR_SHIFT[relative] if relative and today else None


def _month(group: dict[str, str | None]) -> int | None:
    if number := group.get("m"):
        return int(number)
    if word := group.get("mw"):
        return _VI_MONTHS[word]
    return _EN_MONTHS[name] if (name := group.get("em")) else None


def _is_yearless(match: re.Match[str], text: str, last_day: int | None) -> bool:
    """Whether a day and month without a year are a date, and not a fraction ("2/3"), a rate or an ordinary word."""
    group = match.groupdict()
    if group.get("mw"):  # "một tháng hai lần", "tháng sau": only a capital or a day makes these words a month.
        return last_day is not None or text[match.start("mw")].isupper() or group["mw"] in ("gieng", "chap")
    if group.get("em"):
        return group["em"] not in ("may", "mar") or text[match.start("em")].isupper()
    return "sure" not in group or bool(group["sure"]) or ((last_day or 0) > 12 and match.group() != "24/7")


def _exists(month: int | None, day: int | None) -> bool:
    return month is not None and 1 <= month <= 12 and (day is None or _is_day(2000, month, day))


def _days(year: int, month: int | None, day: int | None, last_day: int | None) -> tuple[date, date]:
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is None:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, month, day), date(year, month, last_day or day)


def _is_day(year: int, month: int, day: int) -> bool:
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _relative(flat: str, today: date) -> Iterator[DateMention]:
    for unit, shift, pattern in _RELATIVE_RULES:
        for match in pattern.finditer(flat):
            start, end = match.span()
            if unit == "day":
                first = last = today + timedelta(days=shift)
                yield DateMention(start, end, "day", first, last, first.year, first.month, first.day)
            elif unit == "week":
                first = today - timedelta(days=today.weekday() - 7 * shift)
                yield DateMention(start, end, "week", first, first + timedelta(days=6), first.year)
            elif unit == "month":
                year, month = divmod(today.year * 12 + today.month - 1 + shift, 12)
                first, last = _days(year, month + 1, None, None)
                yield DateMention(start, end, "month", first, last, year, month + 1)
            else:
                year = today.year + shift
                yield DateMention(start, end, "year", date(year, 1, 1), date(year, 12, 31), year)
