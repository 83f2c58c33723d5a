"""Figures in Vietnamese and English text as comparable values.

"7,09%" = "7.09%", "50 tỷ" = "50 billion", "6.700" = "6,700"; figures that are part of a date, a time or a name
("19/6", "10:30", "Covid-19", "F-16") are not figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import regex as re

from rag.text.dates import find_dates
from rag.text.normalise import fold

_SCALES = {
    "nghin": 3, "ngan": 3, "van": 4, "trieu": 6, "ty": 9, "ti": 9,
    "thousand": 3, "million": 6, "m": 6, "billion": 9, "bn": 9, "trillion": 12,
}  # fmt: skip
_NUMBER = re.compile(
    r"(?P<minus>(?<![\p{L}\d)])[-−])?(?<![\p{L}\d.,])(?P<number>[0-9]++(?:[.,][0-9]++)*+)(?!\d)"
    r"(?:[^\S\n]?(?P<scale>nghìn tỷ|nghìn|ngàn|vạn|triệu|tỷ|tỉ|thousand|million|billion|trillion|bn"
    r"|(?<=[$€£][0-9.,]+)m)\b)?"
    r"(?:[^\S\n]?(?P<percent>%|phần trăm\b|per ?cent\b))?"
    r"(?:[^\S\n]?(?P<noun>\p{L}+))?",
    re.IGNORECASE,
)
# Fractions, times, telephone numbers and names: what is written with digits and counts nothing.
_CODE = re.compile(
    r"(?<![0-9.,])[0-9]++(?:[.,][0-9]++)*+(?:[/:][0-9]++)++"
    r"|(?<![0-9-])[0-9]++(?:-[0-9]++){2,}+"
    r"|\b[0-9]{1,2}h(?:[0-9]{2})?\b"
    r"|(?<![\p{L}\d])\p{L}[\p{L}\d]*+[-/][0-9]++(?:[-/][0-9]++)*+"
)
# Longer digits are no amount of anything, and more than a Decimal holds.
_MOST_DIGITS = 40
_DATE, _NO_FIGURE = 1, 2


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its unit: "%" or the folded noun behind it, "" where there is none."""

    start: int
    end: int
    value: Decimal
    unit: str


def figures(text: str, language: str = "vi") -> list[Figure]:
    """The figures of NFC `text` in order. `language` decides an ambiguous separator ("1.234")."""
    marks = bytearray(len(text))
    for date in find_dates(text):
        marks[date.start : date.end] = bytes([_DATE]) * (date.end - date.start)
    for code in _CODE.finditer(text):
        marks[code.start() : code.end()] = bytes([_NO_FIGURE]) * (code.end() - code.start())
    found: list[Figure] = []
    for match in _NUMBER.finditer(text):
        start, digits_end = match.span("number")
        mark = max(marks[start:digits_end])
        # "Tháng 5 triệu" is no month of May.
        if mark == _NO_FIGURE or (mark == _DATE and not match["scale"] and not match["percent"]):
            continue
        if digits_end - start > _MOST_DIGITS:
            continue
        scale = fold(match["scale"] or "")
        value = number_value(match["number"], language) * Decimal(10) ** sum(_SCALES[word] for word in scale.split())
        unit = "%" if match["percent"] else fold(match["noun"] or "")
        end = max(digits_end, match.end("scale"), match.end("percent"))
        found.append(Figure(match.start(), end, (-value if match["minus"] else value).normalize(), unit))
    return found


def number_value(number: str, language: str) -> Decimal:
    """The value of digits with separators: groups of three digits are thousands, unless English writes `1.234`."""
    head, *groups = re.split(r"[.,]", number)
    separators = re.findall(r"[.,]", number)
    if not groups:
        return Decimal(head)
    thousands = all(len(group) == 3 for group in groups) and len(head) <= 3 and head != "0"
    if thousands and len(set(separators)) == 1 and not (language == "en" and separators == ["."]):
        return Decimal(head + "".join(groups))
    if len(groups) > 1 and separators[-1] == separators[0]:
        return Decimal(head + "".join(groups))
    return Decimal(head + "".join(groups[:-1]) + "." + groups[-1])
