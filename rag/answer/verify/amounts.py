"""Figures, clock times and codes of a claim beside those of its evidence. Pure.

"50 tỷ" = "50 billion", "ba" = "three" = "3"; a rounding is accepted where the claim says so ("khoảng", "about") or
writes a scale the source spells out ("6,7 triệu" for 6.712.345).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

import regex as re

from rag.answer.verify.numerals import numerals
from rag.text.dates import find_dates
from rag.text.figures import figures
from rag.text.normalise import fold

_APPROXIMATE = re.compile(
    r"\b(?:about|around|roughly|approximately|some|nearly|almost|over|more than|at least|under|less than|fewer than|"
    r"up to|close to|an estimated|khoảng|gần|hơn|xấp xỉ|chừng|ước chừng|ước tính|trên|dưới|tầm|ít nhất|"
    r"hơn chừng|độ|đến gần|tới|ngót|chưa đến|chưa đầy)\s+(?:[$€£¥]|US\$)?$",
    re.IGNORECASE,
)
_CURRENCY_BEFORE = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy"}
# Units by their writings in both languages; those of one row are one unit.
_UNITS = {
    writing: unit
    for unit, writings in {
        "usd": "usd|đô la|đô-la|dollar|dollars|us dollars|đô",
        "vnd": "đồng|vnd|vnđ|dong",
        "eur": "euro|euros|eur",
        "jpy": "yên|yen",
        "cny": "nhân dân tệ|yuan",
        "rub": "rúp|rúp|ruble|rubles|rouble|roubles",
        "krw": "won",
        "km": "km|ki-lô-mét|kilomet|kilometre|kilometres|kilometer|kilometers",
        "m": "m|mét|metre|metres|meter|meters",
        "cm": "cm|centimetre|centimetres|centimeter|centimeters",
        "mm": "mm|milimét|millimetre|millimetres|millimeter|millimeters",
        "mile": "dặm|mile|miles",
        "ha": "ha|héc-ta|hecta|hectare|hectares",
        "kg": "kg|ki-lô-gam|kilo|kilogram|kilograms",
        "tonne": "tấn|tonne|tonnes|ton|tons",
        "second": "giây|second|seconds",
        "minute": "phút|minute|minutes",
        "hour": "giờ|tiếng|hour|hours",
        "day": "ngày|day|days",
        "week": "tuần|week|weeks",
        "month": "tháng|month|months",
        "year": "năm|year|years|year-old|tuổi",
        "decade": "thập kỷ|thập niên|decade|decades",
        "degree": "độ|độ c|°c|degree|degrees",
        "litre": "lít|litre|litres|liter|liters",
        "person": "người|people|persons|person",
        "time": "lần|times",
    }.items()
    for writing in writings.split("|")
}  # fmt: skip
_UNIT = re.compile(
    r"[\s-]*(" + "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True)) + r")(?![\p{L}\d])", re.IGNORECASE
)
_CLOCK = re.compile(
    r"(?<![\d.,:/])(?P<h>[0-2]?\d)(?:\s?(?:h|giờ|:)\s?(?P<m>[0-5]\d)?(?!\d)(?:\s?phút)?|(?:[.:](?P<m2>[0-5]\d))?(?=\s?[ap]\.?m\b))"
    r"\s?(?P<half>a\.?m\.?|p\.?m\.?|sáng|trưa|chiều|tối|đêm|rạng sáng)?",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![\p{L}\d])(?=[\p{L}\d/:.-]*\d)(?:[\p{L}]+[-/]?\d[\p{L}\d]*|\d+(?:[-–:/]\d+)+)(?![\p{L}\d])")
_NOUN = re.compile(r"[^\S\n]?(\p{L}+)")
_CLOSE = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Amount:
    """A value with its unit ("%", a unit of both languages, or "") and the folded noun behind it.

    `text` is what was written, `approximate` whether a word like "about" stands before it, `scaled` whether a word
    like "million" is part of it, `sure` whether it certainly counts something.
    """

    text: str
    value: Decimal
    unit: str
    noun: str
    approximate: bool
    scaled: bool
    sure: bool = True


def amounts(text: str, language: str) -> list[Amount]:
    """The figures of NFC `text`, in digits and in words; clock times are none."""
    taken = [match.span() for match in _clocks(text)]
    found = []
    for figure in figures(text, language):
        if any(start < figure.end and figure.start < end for start, end in taken):
            continue
        written = text[figure.start : figure.end]
        found.append(
            Amount(
                written,
                figure.value,
                "%" if figure.unit == "%" else _unit(text, figure.start, figure.end),
                figure.unit,
                _is_approximate(text, figure.start),
                any(char.isalpha() for char in written),
            )
        )
    for numeral in numerals(text, language):
        unit = _unit(text, numeral.start, numeral.end)
        noun = _NOUN.match(text, numeral.end)
        found.append(
            Amount(
                text[numeral.start : numeral.end],
                Decimal(numeral.value).normalize(),
                unit,
                fold(noun[1]) if noun else "",
                _is_approximate(text, numeral.start),
                numeral.value >= 1_000,
                numeral.sure,
            )
        )
    return found


def unmatched(claimed: Sequence[Amount], known: Sequence[Amount], years: frozenset[int]) -> list[Amount]:
    """The amounts of a claim that no amount of the evidence stands for. `years` are those the evidence names."""
    return [
        amount
        for amount in claimed
        if amount.sure
        and not any(agrees(amount, other) for other in known)
        and not (not amount.unit and amount.value in years)
    ]


def misplaced(claimed: Sequence[Amount], stated: Sequence[Amount]) -> list[Amount]:
    """Amounts of a claim that its source gives to another thing, while it gives that thing another amount."""
    nouns: dict[str, set[Decimal]] = {}
    for amount in stated:
        nouns.setdefault(_singular(amount.noun), set()).add(amount.value)
    values = {amount.value for amount in stated if not _singular(amount.noun)}
    return [
        amount
        for amount in claimed
        if (noun := _singular(amount.noun)) in nouns
        and noun not in ("", "%")
        and amount.value not in nouns[noun] | values
        and any(amount.value in other for other in nouns.values())
        and not amount.approximate
    ]


def _singular(noun: str) -> str:
    return noun[:-1] if len(noun) > 3 and noun.endswith("s") else noun


def agrees(claimed: Amount, other: Amount) -> bool:
    """Whether the source's `other` says what the claim says, as exactly as the claim says it."""
    if (claimed.unit == "%") != (other.unit == "%") or (claimed.unit and other.unit and claimed.unit != other.unit):
        return False
    if claimed.value == other.value:
        return True
    respelled = claimed.scaled and not other.scaled and _digits(claimed.value) >= 2
    return (claimed.approximate or respelled) and not other.approximate and _rounds_to(other.value, claimed.value)


def clock_times(text: str) -> set[tuple[int, int]]:
    """Times of day as (hour on a 12-hour face, minute): "7h30", "7.30pm", "19 giờ 30" are all (7, 30)."""
    return {(int(match["h"]) % 12, int(match["m"] or match["m2"] or 0)) for match in _clocks(text)}


def codes(text: str) -> set[str]:
    """What is written with digits and counts nothing, in one writing: "f16", "covid19", "3-1"."""
    dates, clocks = find_dates(text), _clocks(text)
    taken = [(date.start, date.end) for date in dates] + [match.span() for match in clocks]
    return {
        re.sub(r"[-–/]", "-" if match.group()[0].isdigit() else "", match.group().casefold())
        for match in _CODE.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end in taken)
    }


def _clocks(text: str) -> list[re.Match[str]]:
    """Clock times. A bare "3 giờ" may last three hours: it is one only with minutes, a part of the day or "lúc"."""
    found = []
    for match in _CLOCK.finditer(text):
        told = match["m"] or match["m2"] or match["half"] or re.match(r"\s?[ap]\.?m\b", text[match.end("h") :])
        if int(match["h"]) <= 24 and (told or "h" in match.group() or text[: match.start()].endswith("lúc ")):
            found.append(match)
    return found


def _is_approximate(text: str, start: int) -> bool:
    return bool(_APPROXIMATE.search(text[max(0, start - 24) : start]))


def _unit(text: str, start: int, end: int) -> str:
    if (sign := text[max(0, start - 1) : start]) in _CURRENCY_BEFORE:
        return _CURRENCY_BEFORE[sign]
    if text[start:end][:1] in _CURRENCY_BEFORE:
        return _CURRENCY_BEFORE[text[start]]
    match = _UNIT.match(text, end)
    return _UNITS[match[1].casefold()] if match else ""


def _digits(value: Decimal) -> int:
    """Significant digits."""
    return len(value.normalize().as_tuple().digits)


def _rounds_to(exact: Decimal, rounded: Decimal) -> bool:
    digits = _digits(rounded)
    if exact == 0 or digits >= _digits(exact) or abs(rounded - exact) > _CLOSE * abs(exact):
        return False
    step = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    steps = exact / step
    return rounded in {steps.to_integral_value(mode) * step for mode in (ROUND_FLOOR, ROUND_CEILING, ROUND_HALF_UP)}
