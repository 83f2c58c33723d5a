"""Figures, clock times and codes of a claim beside those of its evidence. Pure.

"50 tỷ" = "50 billion", "ba" = "three" = "3"; a rounding is accepted where the claim says so ("khoảng", "about") or
writes a scale the source spells out ("6,7 triệu" for 6.712.345).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
_CODE = re.compile(
    r"(?<![\p{L}\d])(?=[\p{L}\d/:.-]*\d)(?:\p{Lu}\p{L}*[-/]?\d[\p{L}\d]*|\d+(?:[-–:/]\d+)+)(?![\p{L}\d])"
)
# "Passage 2", "đoạn 3": where something stands, not how many there are.
_POINTER = re.compile(
    r"\b(?:passages?|sources?|articles?|sentences?|quotes?|đoạn|nguồn|bài|câu)\s+(?:số\s+)?$", re.IGNORECASE
)
# The second half of "1038–40".
_YEAR_TO = re.compile(r"(?<!\d)[12]\d{3}[-–]$")
_COUNTED = re.compile(
    r"(?:[^\S\n]?(?!(?:and|but|in|on|at|for|from|of|to|by|with|và|là|ở|tại|trong|so|của|với|cho)\b)\p{L}+){1,4}"
)
_CLOSE = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Amount:
    """A value with its unit ("%", a unit of both languages, or "") and what it counts, up to four folded words.

    `text` is what was written, `approximate` whether a word like "about" stands before it, `scaled` whether a word
    like "million" is part of it, `sure` whether it certainly counts something.
    """

    text: str
    value: Decimal
    unit: str
    counted: frozenset[str]
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
        before = text[max(0, figure.start - 16) : figure.start]
        if _POINTER.search(before) or _YEAR_TO.search(before):
            continue
        written = text[figure.start : figure.end]
        found.append(
            Amount(
                written,
                figure.value,
                "%" if figure.unit == "%" else _unit(text, figure.start, figure.end),
                _counted(text, figure.end),
                _is_approximate(text, figure.start),
                any(char.isalpha() for char in written),
            )
        )
    for numeral in numerals(text, language):
        unit = _unit(text, numeral.start, numeral.end)
        found.append(
            Amount(
                text[numeral.start : numeral.end],
                Decimal(numeral.value).normalize(),
                unit,
                _counted(text, numeral.end),
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
    """Amounts of a claim that its source gives to other things, while it gives another amount to all they count."""
    found = []
    for amount in claimed:
        same = [other for other in stated if other.value == amount.value]
        if (
            not same
            or not amount.counted
            or any(amount.counted <= other.counted or not other.counted for other in same)
        ):
            continue
        if any(amount.counted <= other.counted for other in stated):
            found.append(amount)
    return found


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
        joined(match.group())
        for match in _CODE.finditer(text)
        if not any(start < match.end() and match.start() < end for start, end in taken)
    }


def wrong_codes(claimed: Iterable[str], texts: Sequence[str]) -> list[str]:
    """The codes of a claim that no text (as `joined` writes it) has.

    Numbers with marks between them ("3-1", "1-2 pounds") are also read as amounts: as a code they are wrong only
    where a text has the same numbers in another order.
    """
    found = []
    for code in sorted(claimed):
        if any(re.search(rf"(?<![\p{{L}}\d]){re.escape(code)}(?!\d)", text) for text in texts):
            continue
        numbers = sorted(re.findall(r"\d+", code))
        others = [other for text in texts for other in re.findall(r"\d+(?:-\d+)+", text)]
        if not code[0].isdigit() or any(sorted(other.split("-")) == numbers for other in others):
            found.append(code)
    return found


def joined(text: str) -> str:
    """Text in which a code has one writing: "F-16", "F16" -> "f16"; "3–1", "3/1" -> "3-1"."""
    return re.sub(r"(?<=\d)[–/:](?=\d)", "-", re.sub(r"(?<=\p{L})[-–/](?=\d)", "", text.casefold()))


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


def _counted(text: str, end: int) -> frozenset[str]:
    match = _COUNTED.match(text, end)
    words = fold(match.group()).split() if match else []
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words)


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
