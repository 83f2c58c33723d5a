"""Numbers written in words, in Vietnamese and English ("ba người", "twenty-five"). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex as re

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_EN_UNITS = {word: value for value, word in enumerate(_UNITS.split())}
_EN_TENS = {word: 10 * place for place, word in enumerate(_TENS.split(), start=2)}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_EN = re.compile(
    rf"(?<![\p{{L}}\d-])(?:(?:{'|'.join([*_EN_TENS, *_EN_UNITS])}|a dozen|half a dozen|a hundred|a thousand)"
    rf"(?:[- ](?:and )?(?:{'|'.join([*_EN_UNITS, *_EN_TENS, *_SCALES])}))*)(?![\p{{L}}\d])",
    re.IGNORECASE,
)
_VI_DIGITS = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7,
    "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_VI_START = "hai|ba|bốn|năm|sáu|bảy|bẩy|tám|chín|một"
_VI = re.compile(
    rf"(?<![\p{{L}}\d])(?:"
    rf"(?:(?:{_VI_START}) (?:trăm|nghìn|ngàn|triệu|tỷ|tỉ))"
    rf"(?: (?:linh|lẻ|mươi|mười|trăm|nghìn|ngàn|triệu|{'|'.join(_VI_DIGITS)}))*"
    rf"|(?:{_VI_START}) mươi(?: (?:{'|'.join(_VI_DIGITS)}))?(?: (?:nghìn|ngàn|triệu|tỷ|tỉ))?"
    rf"|mười(?: (?:{'|'.join(_VI_DIGITS)}))?(?: (?:nghìn|ngàn|triệu|tỷ|tỉ))?"
    rf"|hai|ba|bốn|năm|sáu|bảy|tám|chín)(?![\p{{L}}\d])",
    re.IGNORECASE,
)
_VI_SCALES = {"trăm": 100, "nghìn": 1_000, "ngàn": 1_000, "triệu": 1_000_000, "tỷ": 10**9, "tỉ": 10**9}
# Words that count nothing although they look like it: "thứ ba", "tháng hai", "năm nay", "ông Ba", "ba mẹ".
_VI_NO_COUNT = re.compile(r"(?:thứ|tháng|ông|bà|anh|chị|cô|mồng|mùng|hạng|quý|lần thứ|số) $", re.IGNORECASE)
_COUNTED = (
    "người|nước|lần|ngày|tuần|tháng|năm|giờ|phút|vụ|chiếc|quả|tên|lý do|lí do|nguyên nhân|ông|bà|cô|em|học sinh|"
    "công nhân|con|cái|cuộc|đợt|bài|trận|đội|cầu thủ|xe|tàu|máy bay|căn|hộ|nhà|làn|chuyến|khoản|điểm|trường|phường|"
    "xã|huyện|tỉnh|thành phố|giai đoạn|bước|mục|loại|đồng|nhóm|quốc gia|công ty|trạm|ca|phần|tòa|cây|triệu|tỷ|nghìn|"
    "thập kỷ|thế kỷ|thập niên|bệnh nhân|trường hợp|mét|km|ki-lô-mét|tấn|kg|đôi|chục|vị|nhân viên|giáo viên|bác sĩ"
)
_VI_COUNT_BEHIND = re.compile(rf" (?:{_COUNTED})(?!\p{{L}})", re.IGNORECASE)
# "The two countries", "hai ông": a pair that was named needs no figure in the source.
_PAIR_VI = re.compile(r" (?:nước|bên|ông|bà|nhà lãnh đạo|quốc gia|phía|miền|người|vị|lãnh đạo|nguyên thủ)")
_PAIR_EN = re.compile(r"(?:\b(?:the|these|those|both|between|their|other|its) )$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in words at `[start, end)`; `sure` where it certainly counts something that a source must name."""

    start: int
    end: int
    value: int
    sure: bool


def numerals(text: str, language: str) -> list[Numeral]:
    """The numbers in words of NFC `text`, larger than one."""
    return list(_vietnamese(text) if language == "vi" else _english(text))


def _english(text: str) -> Iterator[Numeral]:
    for match in _EN.finditer(text):
        value = _english_value(match.group().casefold())
        if value > 1:
            pair = value == 2 and bool(_PAIR_EN.search(text[max(0, match.start() - 12) : match.start()]))
            yield Numeral(*match.span(), value, not pair)


def _english_value(words: str) -> int:
    if words.endswith("dozen"):
        return 6 if words.startswith("half") else 12
    total = current = 0
    for word in re.split(r"[- ]", words):
        if word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if _SCALES[word] >= 1_000:
                total, current = total + current, 0
        elif word == "a":
            current = 1
        else:
            current += _EN_UNITS.get(word, 0) + _EN_TENS.get(word, 0)
    return total + current


def _vietnamese(text: str) -> Iterator[Numeral]:
    for match in _VI.finditer(text):
        words = match.group().casefold().split()
        value = _vietnamese_value(words)
        before, behind = text[max(0, match.start() - 10) : match.start()], text[match.end() : match.end() + 14]
        if value < 2 or _VI_NO_COUNT.search(before):
            continue
        sure = len(words) > 1 or words[0] == "mười" or bool(_VI_COUNT_BEHIND.match(behind))
        if words == ["năm"] and (before.rstrip()[-1:].isdigit() or re.match(r" (?:nay|ngoái|qua|tới|sau|\d)", behind)):
            continue
        yield Numeral(*match.span(), value, sure and not (value == 2 and bool(_PAIR_VI.match(behind))))


def _vietnamese_value(words: list[str]) -> int:
    total = current = 0
    for word in words:
        if word in _VI_SCALES:
            scale = _VI_SCALES[word]
            current = max(current, 1) * scale
            if scale >= 1_000:
                total, current = total + current, 0
        elif word == "mươi":
            current = current // 10 * 10 + current % 10 * 10
        elif word == "mười":
            current += 10
        else:
            current += _VI_DIGITS.get(word, 0)
    return total + current
