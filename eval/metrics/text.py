"""When an answer says what is expected: Vietnamese-aware comparison of texts. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rag.text.dates import DateMention, find_dates
from rag.text.figures import figures
from rag.text.normalise import normalise

PATTERN = "re:"
_MARKER = re.compile(r"\s*\[\d{1,3}\]")
_WORD = re.compile(r"[^\W_]+(?:[.,:/%-][^\W_]+)*%?|%")
_ENGLISH_ARTICLES = frozenset({"a", "an", "the"})
# The tone of an open "oa", "oe", "uy" is written on either vowel: "hoà" and "hòa".
_TONED = re.compile(r"(o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])(?![^\W\d_])")
_TONES = {
    f"{first}{toned}": f"{marked}{plain}"
    for first, plain, toned_vowels, marked_vowels in (
        ("o", "a", "àáảãạ", "òóỏõọ"),
        ("o", "e", "èéẻẽẹ", "òóỏõọ"),
        ("u", "y", "ỳýỷỹỵ", "ùúủũụ"),
    )
    for toned, marked in zip(toned_vowels, marked_vowels, strict=True)
}
_LANGUAGES = ("vi", "en")


def without_markers(text: str) -> str:
    return _MARKER.sub("", text)


def plain(text: str) -> str:
    """NFC, lower case, one space between words, tones where the older spelling puts them."""
    folded = " ".join(normalise(text).casefold().split())
    return _TONED.sub(lambda match: _TONES[match.group()], folded)


def words(text: str, language: str) -> list[str]:
    """The words of a text in which equal figures and dates are equal words, without punctuation or English articles.

    "7,09%" (vi) and "7.09%" (en), "50 tỷ" and "50 billion", "19/6/2024" and "19 June 2024" give the same words. A date
    is its day and month, then its year, so that "29 April" is part of "29 April 2026".
    """
    text = normalise(text)
    pieces: list[str] = []
    place = 0
    for start, end, written in _values(text, language):
        if start >= place:
            pieces += _WORD.findall(plain(text[place:start]))
            pieces += written
            place = end
    pieces += _WORD.findall(plain(text[place:]))
    return [piece for piece in pieces if piece not in _ENGLISH_ARTICLES]


def values(text: str, language: str) -> frozenset[str]:
    """Every figure and date of a text in one writing."""
    text = normalise(text)
    return frozenset(word for _, _, written in _values(text, language) for word in written)


def says(text: str, accepted: str) -> bool:
    """Whether `text` says the accepted answer: its pattern matches, or it stands there in one writing or the other."""
    if accepted.startswith(PATTERN):
        return re.search(accepted.removeprefix(PATTERN), normalise(text), re.IGNORECASE) is not None
    return _stands_in(plain(accepted), plain(text)) or any(
        _contains(words(text, language), words(accepted, read)) for language in _LANGUAGES for read in _LANGUAGES
    )


def _stands_in(accepted: str, text: str) -> bool:
    """Where a word begins; a figure must also end there ("5" does not stand in "15", "5.5" or "50")."""
    ending = r"(?![.,]?\d)" if accepted[-1:].isdigit() else ""
    beginning = r"(?<!\w)(?<!\d[.,])" if accepted[:1].isdigit() else r"(?<!\w)"
    return bool(accepted) and re.search(beginning + re.escape(accepted) + ending, text) is not None


def _contains(text: Sequence[str], part: Sequence[str]) -> bool:
    size = len(part)
    return bool(part) and any(text[at : at + size] == part for at in range(len(text) - size + 1))


def _values(text: str, language: str) -> list[tuple[int, int, list[str]]]:
    found = [(date.start, date.end, _date_words(date)) for date in find_dates(text)]
    taken = [(start, end) for start, end, _ in found]
    for figure in figures(text, language):
        if not any(start < figure.end and figure.start < end for start, end in taken):
            written = f"{_digits(figure.value)}{'%' if figure.unit == '%' else ''}"
            found.append((figure.start, figure.end, [written]))
    return sorted(found)


def _digits(value: Decimal) -> str:
    return f"{value:f}"


def _date_words(date: DateMention) -> list[str]:
    year = [] if date.year is None else [f"year {date.year}"]
    if date.precision in ("day", "day-month") and date.month and date.day:
        last = "" if date.first == date.last or date.last is None else f"-{date.last.day}"
        return [f"day {date.day}{last}/{date.month}", *year]
    if date.precision == "month" and date.month:
        return [f"month {date.month}", *year]
    if date.precision in ("quarter", "decade", "week") and date.first:
        return [f"{date.precision} from {date.first.isoformat()}"]
    return year
