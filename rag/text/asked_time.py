"""The time a question asks about: a period that it names, or simply the latest. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import regex as re

from rag.text.dates import find_dates
from rag.text.language import detect
from rag.text.normalise import flatten, has_diacritics

Period = tuple[date, date]


@dataclass(frozen=True, slots=True)
class AskedTime:
    """`periods` are first and last days, both inclusive; `latest` where what was published last is wanted."""

    periods: tuple[Period, ...] = ()
    latest: bool = False


ANY_TIME = AskedTime()

# "Today" is the day somebody asks; the archive knows no later day than that of its newest article on the matter.
_ENGLISH = re.compile(
    r"\b(?:latest|newest|most recent|recent|recently|lately|today|tonight|now|nowadays|currently|current|at present"
    r"|at the moment|up to date|as of now|these days)\b",
    re.IGNORECASE,
)
_VIETNAMESE = re.compile(
    r"\b(?:(?:mới|mới đây|gần đây|gần|vừa) nhất|gần đây|mới đây|(?:hôm|ngày|hiện|bữa) nay|hiện (?:tại|giờ|hành)"
    r"|bây giờ|lúc này|đến nay|tới nay|mới cập nhật)\b",
    re.IGNORECASE,
)
_FLAT = re.compile(flatten(_VIETNAMESE.pattern), re.IGNORECASE)
_TODAY = re.compile(r"(?:(?:hom|ngay|sang|trua|chieu|toi|dem) nay|today|tonight|this (?:morning|afternoon|evening))")


def asked_time(text: str, newest: date | None = None) -> AskedTime:
    """What NFC `text` asks for; relative periods ("last year") are counted from the archive's `newest` day."""
    named = [mention for mention in find_dates(text, today=newest) if mention.first and mention.last]
    today = [mention for mention in named if _TODAY.fullmatch(flatten(text[mention.start : mention.end]))]
    periods = tuple(
        (mention.first, mention.last) for mention in named if mention not in today and mention.first and mention.last
    )
    # A question that names a period wants that one: "the latest figure for March 2026".
    return AskedTime(periods, latest=not periods and (bool(today) or _wants_latest(text)))


def _wants_latest(text: str) -> bool:
    language = detect(text)
    if language != "vi" and _ENGLISH.search(text):
        return True
    return language != "en" and bool((_VIETNAMESE if has_diacritics(text) else _FLAT).search(text))
