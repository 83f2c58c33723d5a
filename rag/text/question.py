"""What a question asks for, read from its words: pure, for Vietnamese (with or without diacritics) and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import regex as re

from rag.text.figures import figures
from rag.text.language import detect
from rag.text.normalise import flatten, fold, has_diacritics
from rag.text.terms import STOP_TERMS, folded_terms, terms

Kind = Literal["who", "when", "where", "how_many", "why", "how", "list", "compare", "yes_no", "what"]
_Patterns = tuple[tuple[Kind, str], ...]

# The first pattern that matches decides. These are in lower case throughout (no \W, no \p{Lu}), because `flatten`
# makes of them the patterns for questions typed without diacritics.
_VIETNAMESE: _Patterns = (
    ("when", r"\b(khi|lúc|hồi) nào\b|\bbao giờ\b|\bthứ mấy\b(?<!(lần|hạng|đứng|xếp|trí) thứ mấy)|\bmấy giờ\b"),
    ("when", r"\b(ngày|tháng|năm|hôm|giờ|tuần|mùa|thời gian|thời điểm|giai đoạn|thế kỷ|thập niên) (nào|mấy)\b"),
    ("when", r"\b(vào|từ|đến|sinh|mất) năm bao nhiêu\b"),
    ("how_many", r"\bbao (nhiêu|lâu|xa)\b|\bthứ mấy\b|\b(mức (giá|phí|lương|thuế|phạt)|tỷ lệ|tỉ lệ|con số) nào\b"),
    (
        "how_many",
        r"\bmấy (người|ông|bà|em|trẻ|lần|ngày|tháng|tuần|tuổi|năm|phút|giây|tỷ|tỉ|triệu|nghìn|phần|con|cái|viên|bài"
        r"|trận|bàn thắng|chiếc|ca|vụ|đợt|điểm|loại|nhóm|cách|bước|nước|tỉnh|huy chương|tấn|mét|km|căn|ngôi|tòa|vòng"
        r"|tuyến|xe)\b",
    ),
    ("why", r"\b(vì|tại|do|bởi|cớ) sao\b|\b(vì|do|bởi) (đâu|lý do|lí do|cái gì)\b|\bsao lại\b"),
    ("compare", r"\bso (với|sánh)\b|\bkhác (nhau|gì|biệt)\b"),
    ("list", r"\b(những|các)( [^ ?,.]+){0,4} (nào|gì|ai)\b|\bnhững (ai|gì)\b|\bgồm( có)?( những)? (gì|ai|nào)\b"),
    ("list", r"\bliệt kê\b|\bkể tên\b"),
    ("who", r"\bai\b|\b(người|ông|bà|vị|nhà lãnh đạo|bác sĩ|quan chức|nhân vật|cầu thủ|ca sĩ|diễn viên) nào\b"),
    ("who", r"\b(người (phụ nữ|đàn ông)|tổ chức|cơ quan|đơn vị|đội|công ty) nào\b"),
    ("where", r"\b(ở|đến|tại|từ|đi|về|tới|vào|ra|lên|sang|nằm|sống|bán|mua) (đâu|nơi nào|chỗ nào)\b"),
    ("where", r"\b(nơi|chỗ|địa điểm|thành phố|nước|quốc gia|tỉnh|bệnh viện|vùng|khu vực|quận|huyện|xã|phường) nào\b"),
    ("why", r"\b(lý do|lí do|nguyên nhân)\b"),
    ("how", r"\bthế nào\b(?! là)|\bra sao\b|\blàm (sao|cách nào)\b|\bbằng cách\b|\bcách nào\b"),
    ("yes_no", r"\b(có|đã|phải|đúng) .*\b(không|chưa)[ ?.!]*$|(?<!hàng )\bkhông[ ?.!]*$"),
)
# "who", "where" and the like ask only where no other question word stands before them: "the city where ...".
_FIRST = r"^(?:(?!\b(?:who|whom|whose|what|which|where|why|how)\b).)*\b"
_ENGLISH: _Patterns = (
    # "When" before a subject only joins clauses: "What did he say when he left?".
    (
        "when",
        r"\bwhen(['’]s| exactly)?( (did|do|does|is|are|was|were|will|has|have|had|can|could|would|should)\b|\W*$)",
    ),
    ("when", r"\b(what|which) (\w+ )?(day|date|month|year|time|century|decade)\b|\bhow long ago\b"),
    ("how_many", r"\bhow (many|much|old|long|far|large|big|tall|fast|often|high|deep|heavy|wide|expensive)\b"),
    ("how_many", r"\bwhat (percentage|percent|number|amount|price|share|proportion|rate|fraction)\b"),
    ("how_many", r"\bwhat (did|does|do|will|would|is|are)\b.*\b(cost|weigh|earn)\b"),
    (
        "how_many",
        r"\bwhat (is|was|are|were) the (\w+ )?(percentage|number|amount|price|share|proportion|rate|total|cost"
        r"|population|budget|score|length|height|age)\b",
    ),
    ("why", rf"{_FIRST}why\b|\bwhat (led|caused|made)\b"),
    ("compare", r"\bcompare[ds]?\b|\bdifferences?\b|\bdiffer\b|\bversus\b|\bvs\b"),
    ("list", r"^\W*(please )?(list|name|enumerate)\b(?! of)|\bwhat (are|were)\b|\bwhich [a-z]+s(?<!ss|us|is)\b"),
    ("who", rf"{_FIRST}who(m|se|['’]s)?\b"),
    ("where", rf"{_FIRST}where\b|\b(what|which) (city|country|place|province|state|district|village|hospital)\b"),
    ("why", r"\b(reason|cause)s?\b"),
    ("how", rf"{_FIRST}how\b"),
    ("yes_no", r"^\W*(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b"),
)


def _compiled(patterns: _Patterns) -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern)) for kind, pattern in patterns)


_MARKED = _compiled(_VIETNAMESE)
_FLAT = _compiled(tuple((kind, flatten(pattern)) for kind, pattern in _VIETNAMESE))
_PLAIN = _compiled(_ENGLISH)
# A question is that long at most; what follows is a pasted text.
_LONGEST = 500

_WORDED_FIGURE = re.compile(
    r"\b(một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|nửa|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"dozen|half|hundred|thousand|million|billion|twice|once)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:1\d|20)\d\ds?\b|\b\d{1,2}[/-]\d{1,2}\b|\bmay \d{1,2}\b"
    r"|\b(?:ngày|tháng|năm|hôm|tuần|mùa|thứ|chủ nhật|sáng|chiều|tối|trưa|đêm|lúc|giờ|thế kỷ|quý|thập niên)\b"
    r"|\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
    r"|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b"
    r"|\b(?:day|week|month|year|today|yesterday|morning|evening|night|century|since|ago)\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\b(?:vì|bởi|do|nhờ|nên|khiến|nguyên nhân|lý do|dẫn đến|gây|nhằm|để|because|since|due|caused?|owing|after|"
    r"so that|in order|thanks to|as a result|reasons?|led to)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?i:ở|tại|đến|từ|về|tới|in|at|to|from|near)\s+(?:[\w.]+\s+){0,3}?\p{Lu}\w*"
    r"|\b(?i:thành phố|tỉnh|huyện|quận|xã|phường|bệnh viện|trường|nước|đường|quảng trường|sân bay|sân|cảng)\b"
    r"|\b(?i:city|street|hospital|airport|square)\b|\bTP\b"
)
_NAME = re.compile(r"(?<=[\w,;:)’”\"'] )\p{Lu}\w+")
_PERSON = re.compile(
    r"\b(?:ông|bà|anh|chị|cô|bác sĩ|BS|TS|PGS|GS|giám đốc|chủ tịch|tổng thống|bộ trưởng|phó|thủ tướng|Mr|Mrs|Ms|Dr|"
    r"president|minister|director|leader|chairman|chairwoman|spokes\w+|coach|mayor)\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(r"\b(?:bao nhi[êe]u|m[ấa]y|how many|how much)\s+([^\W\d_]+)", re.IGNORECASE)
# Words behind "how many" that are not what is counted: "là bao nhiêu vào năm ...", "how much did ...".
_NOT_MEASURED = (STOP_TERMS - {"người", "ông", "bà", "cái", "việc"}) | {"so", "nữa", "mỗi", "hết", "thêm"}
_FLAT_NOT_MEASURED = {fold(word) for word in _NOT_MEASURED}
# Over the folded question.
_ASKS_MONEY = re.compile(
    r"\b(gia|tien|chi phi|kinh phi|tong muc dau tu|luong|hoc phi|thiet hai|ton"
    r"|costs?|priced?|prices|fares?|fees?|salary|budget|worth|pay|paid|damage)\b"
)
_ASKS_CHANGE = re.compile(r"\b(tang|giam|rise|rose|risen|fall|fell|fallen|increased?|decreased?|drop(ped)?)\b")
_MONEY = re.compile(r"\b(?:đồng|dong|tỷ|triệu|USD|EUR|euros?|dollars?|đô la|yuan|rúp|roubles?)\b|[$€£]", re.IGNORECASE)
_PERCENT = re.compile(r"%|\bphần trăm\b|\bper ?cent\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """`measured` is the term whose number is asked ("bao nhiêu tuổi" -> "tuổi", "%" for a share, "money" for a price),
    or None.
    """

    text: str
    kind: Kind
    measured: str | None


def analyse(text: str) -> Question:
    """What the question NFC `text` asks for."""
    kind = _kind(text[:_LONGEST])
    measured = _measured(text[:_LONGEST]) if kind == "how_many" else None
    if kind == "how_many" and measured is None and _asks_money(fold(text[:_LONGEST])):
        measured = "money"
    return Question(text=text, kind=kind, measured=measured)


def _kind(text: str) -> Kind:
    language = detect(text)
    lowered = text.lower()
    # An English question may hold a Vietnamese name, whose marks say nothing about its other words.
    vietnamese = _MARKED if has_diacritics(text) else _FLAT
    patterns = _PLAIN if language == "en" else vietnamese if language == "vi" else vietnamese + _PLAIN
    return next((kind for kind, pattern in patterns if pattern.search(lowered)), "what")


def _asks_money(folded: str) -> bool:
    # How much a price rose may be told in money or in percent.
    return bool(_ASKS_MONEY.search(folded)) and not _ASKS_CHANGE.search(folded)


def _measured(text: str) -> str | None:
    match = _MEASURED.search(text)
    if match is None:
        return None
    word = match.group(1).lower()
    if word in (_NOT_MEASURED if has_diacritics(text) else _FLAT_NOT_MEASURED):
        return None
    return "%" if word in ("phần", "phan", "percent") else terms(word)[0]


def answers_kind(question: Question, sentence: str) -> float:
    """How well the form of `sentence` fits what is asked, 0 to 1; 0.5 where the form says nothing."""
    match question.kind:
        case "how_many":
            figure = 1.0 if figures(sentence) else 0.6 if _WORDED_FIGURE.search(sentence) else 0.0
            return figure if not question.measured or _measures(sentence, question.measured) else 0.7 * figure
        case "when":
            return 1.0 if _TIME.search(sentence) else 0.0
        case "why":
            return 1.0 if _CAUSE.search(sentence) else 0.0
        case "where":
            return 1.0 if _PLACE.search(sentence) else 0.0
        case "who":
            return 1.0 if _PERSON.search(sentence) else 0.7 if _NAME.search(sentence) else 0.0
        case _:
            return 0.5


def _measures(sentence: str, measured: str) -> bool:
    if measured == "money":
        return bool(_MONEY.search(sentence))
    if measured == "%":
        return bool(_PERCENT.search(sentence))
    return measured in (folded_terms(sentence) if measured.isascii() else terms(sentence))
