"""Dates and weekdays of a claim beside those of its evidence, with the day an article came out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import regex as re

from rag.errors import UsageError
from rag.text.dates import DateMention, Precision, bounds, find_dates

_WEEKDAYS = (
    ("thứ hai", "monday"), ("thứ ba", "tuesday"), ("thứ tư", "wednesday"), ("thứ năm", "thursday"),
    ("thứ sáu", "friday"), ("thứ bảy", "saturday"), ("chủ nhật", "sunday"),
)  # fmt: skip
_WEEKDAY = {word: number for number, words in enumerate(_WEEKDAYS) for word in words}
# "lần thứ hai" and "người thứ ba" are ordinals: in Vietnamese a weekday is written with a capital or after "hôm".
_WEEKDAY_PATTERN = re.compile(
    r"\b(?P<en>monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?\b"
    r"|(?:(?<=\b[Tt]hứ )(?P<vi>Hai|Ba|Tư|Năm|Sáu|Bảy)|(?P<sun>[Cc]hủ [Nn]hật)"
    r"|(?:hôm|ngày|sáng|trưa|chiều|tối|đêm|vào) (?P<low>thứ (?:hai|ba|tư|năm|sáu|bảy)))\b(?! (?:trong|của|liên tiếp))",
    re.IGNORECASE,
)
_ATTRIBUTED = re.compile(
    r"\b(?:theo|đưa tin|cho biết|đăng|according to|reported|published|said|wrote|announced)\b", re.IGNORECASE
)
_LEAD = re.compile(
    r"^(?:in|since|by|until|till|through|during|from|before|after|of|early|late|last|year)\s+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Moments:
    """The dates a text names, as ranges of days or days without a year, and its weekdays (0 is Monday)."""

    mentions: tuple[DateMention, ...]
    weekdays: frozenset[int]

    @property
    def years(self) -> frozenset[int]:
        return frozenset(year for mention in self.mentions for year in _years(mention))


def moments(text: str, published: str | None = None) -> Moments:
    """The moments of NFC `text`; `published` gives "19/6", "hôm qua" and "on Wednesday" their year and day."""
    day = _day(published)
    mentions = find_dates(text, today=day)
    weekdays = frozenset(_weekday(match) for match in _WEEKDAY_PATTERN.finditer(text) if _is_weekday(match))
    if published is not None:
        middle = _middle(published)
        mentions = [_dated(mention, middle) if middle else mention for mention in mentions]
    if day is not None:
        mentions += [_of_day(near) for weekday in weekdays for near in _near(weekday, day)]
    return Moments(tuple(mentions), weekdays)


def of_publication(published: str | None) -> Moments:
    if published is None:
        return Moments((), frozenset())
    try:
        first, last = bounds(published)
    except UsageError:
        return Moments((), frozenset())
    precision: Precision = "year" if len(published) == 4 else "month" if len(published) == 7 else "day"
    mention = DateMention(
        0,
        0,
        precision,
        first,
        last,
        first.year,
        first.month if precision != "year" else None,
        first.day if precision == "day" else None,
    )
    return Moments((mention,), frozenset({first.weekday()}) if precision == "day" else frozenset())


def unmatched(
    claim: str,
    claimed: Moments,
    stated: Sequence[DateMention],
    publication: Sequence[DateMention],
    numbers: Iterable[int],
) -> list[str]:
    """What the claim says of dates that the evidence does not.

    `stated` are the dates of the sentences and of what stands around them. The day of `publication` counts only
    where they name none, or where the claim says who reported it. `numbers` may be years that no word announces.
    """
    usable = [*stated, *publication] if not stated or _ATTRIBUTED.search(claim) else stated
    years = set(numbers)
    return [
        _LEAD.sub("", claim[mention.start : mention.end].strip())
        for mention in claimed.mentions
        if not any(_covers(mention, other) for other in usable)
        and not (mention.precision == "year" and mention.year in years)
    ]


def wrong_weekdays(claimed: Moments, known: Iterable[Moments]) -> bool:
    """Whether the claim names a weekday and the evidence, which also names or implies some, none of the same."""
    listed = list(known)
    named = {weekday for moment in listed for weekday in moment.weekdays}
    implied = {
        mention.first.weekday()
        for moment in listed
        for mention in moment.mentions
        if mention.day is not None and mention.first is not None
    }
    return bool(claimed.weekdays and (named or implied) and not claimed.weekdays <= named | implied)


def weekday_words(text: str) -> str:
    """The first weekday that `text` names, as it is written."""
    return next((match.group() for match in _WEEKDAY_PATTERN.finditer(text) if _is_weekday(match)), "")


def _covers(claimed: DateMention, other: DateMention) -> bool:
    """Whether `other` lies within what the claim names: a claim may be less exact than its source, never more."""
    if claimed.first is None or claimed.last is None:
        same_month = claimed.month == other.month
        return same_month and (claimed.day is None or claimed.day == other.day or _day_within(claimed, other))
    if other.first is None or other.last is None:
        # A source without a year or a known day of publication: what it does say must agree.
        return claimed.month == other.month and (claimed.day is None or claimed.day == other.day)
    if claimed.precision == "day" and claimed.first == claimed.last and other.precision == "day":
        return other.first <= claimed.first <= other.last
    return claimed.first <= other.first and other.last <= claimed.last


def _day_within(claimed: DateMention, other: DateMention) -> bool:
    if claimed.day is None or other.first is None or other.last is None or other.precision != "day":
        return False
    return other.first.month == claimed.month and other.first.day <= claimed.day <= other.last.day


def _years(mention: DateMention) -> Iterable[int]:
    if mention.first is None or mention.last is None:
        return ()
    return range(mention.first.year, mention.last.year + 1)


def _dated(mention: DateMention, published: date) -> DateMention:
    """A day or month without a year in the year that brings it nearest to the day of publication."""
    if mention.first is not None or mention.month is None:
        return mention
    options = [
        candidate
        for year in (published.year - 1, published.year, published.year + 1)
        if (candidate := _on(year, mention.month, mention.day or 15)) is not None
    ]
    nearest = min(options, key=lambda option: abs(option - published), default=None)
    if nearest is None:
        return mention
    if mention.day is None:
        first, last = bounds(f"{nearest.year:04d}-{mention.month:02d}")
    else:
        first = last = nearest
    precision: Precision = "day" if mention.day is not None else "month"
    return DateMention(mention.start, mention.end, precision, first, last, nearest.year, mention.month, mention.day)


def _on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_day(day: date) -> DateMention:
    return DateMention(0, 0, "day", day, day, day.year, day.month, day.day)


def _near(weekday: int, day: date) -> tuple[date, date]:
    """The last such weekday up to `day`, and the next behind it."""
    last = day - timedelta(days=(day.weekday() - weekday) % 7)
    return last, last + timedelta(days=7)


def _weekday(match: re.Match[str]) -> int:
    if match["en"]:
        return _WEEKDAY[match["en"].casefold()]
    if match["sun"]:
        return 6
    return _WEEKDAY[(match["low"] or f"thứ {match['vi']}").casefold()]


def _is_weekday(match: re.Match[str]) -> bool:
    return not match["vi"] or match["vi"][0].isupper()


def _day(published: str | None) -> date | None:
    if published is None or len(published) != 10:
        return None
    try:
        return bounds(published)[0]
    except UsageError:
        return None


def _middle(published: str) -> date | None:
    try:
        first, last = bounds(published)
    except UsageError:
        return None
    return first + (last - first) / 2
