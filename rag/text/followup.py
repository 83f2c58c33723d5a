"""Whether a question leans on what was said before, read from its words. Pure.

Vietnamese patterns are written with diacritics and match them: "thế" ("and so") is not English "the", "họ" ("they")
not the "Hồ" of a name. For a question typed without diacritics there are patterns of their own, which ask for more
context, because "do" may then be "đó" ("that"), "do" ("by") or "đỏ" ("red").
"""

from __future__ import annotations

import regex as re

from rag.text.language import detect
from rag.text.normalise import has_diacritics
from rag.text.terms import content_terms


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_VI_POINTING = _pattern(
    r"\b(?:ông|bà|anh|chị|cô|ngài|cậu|em|bọn|hắn) (?:ấy|ta)\b",
    r"\b(?<!(?:trong|nào|gì|ai|đâu|khi|sau|trước|do) )(?:đó|ấy|này)\b(?! (?:đây|nọ))|\b(?:sau|trước) đó\W*$",
    r"\b(?:nó|hắn|như vậy|như thế(?! nào))\b",
    r"\b(?<!(?:dòng|cùng|gia|trưởng|bầu|đại|nhà) )họ\b(?! (?:tên|và tên|hàng|tộc|đạo|nhà|mạc)\b| (?-i:\p{Lu}))",
    r"\b(?:hai (?:ông|bà|bên|người|nước|vị|nhà lãnh đạo)|cả hai)\b(?! (?-i:\p{Lu}))",
    # A bare word of kinship is a pronoun where it does something: "Cô bị bệnh gì?", "Vì sao anh bị bắt?".
    r"(?:^\W*|, |\b(?:vì sao|tại sao|khi nào|bao giờ|lúc nào) )(?:ông|bà|anh|chị|cô|em|cậu|ngài) "
    r"(?:đã|đang|sẽ|có|bị|được|là|ở|làm|nói|đi|đến|phải|muốn|vẫn|không|chưa|sinh|mất|sống|thấy|nghĩ)\b",
)
_VI_CONTINUING = _pattern(
    r"^\W*còn\b(?! (?:bao nhiêu|mấy|lại|nhiều|ít|những|gì|nữa|ai|nợ))",
    r"^\W*thế\b(?! (?:giới|kỷ|kỉ|hệ|lực|vận|chiến|nào|mạnh|cục|trận|đứng|chấp|năng|tục))",
    r"^\W*(?:vậy|và|rồi|ngoài ra|tiếp theo|sau đó|trước đó)\b",
    r"\bthì sao\W*$",
)
_FLAT_POINTING = _pattern(
    r"\b(?:ong|ba|anh|chi|co|ngai|cau) (?:ay|ta)\b",
    r"\b(?:ong|anh|chi|co|dieu|viec|su kien|noi|cho|luc|khi|nguoi|vu|con so|bai|loai|benh|chuyen) nay\b",
    r"\b(?:dieu|viec|su kien|con so|chuyen|luc|hom|nguoi|vu|noi|khi|o|tai|sau|truoc) do\b(?=\W*$"
    r"| (?:la|o|co|bi|duoc|da|se|the nao|ra sao|khi nao|bao nhieu|thi|ong|ba|anh|chi|ho|di|den|xay ra|ai|vi sao)\b)",
    r"^\W*(?:no|ho) (?:la|o|co|bi|duoc|da|se|lam|noi|di|den|dang|khong)\b",
    r"\bho (?:da|se|dang|noi|lam|di|den|bi|duoc)\b|\b(?:nhu vay|ca hai|cua ho|cua no)\b",
    r"\bhai (?:ong|ba|ben|nguoi|nuoc|vi|nha lanh dao)\b(?! (?-i:\p{Lu}))",
)
_FLAT_CONTINUING = _pattern(
    r"^\W*(?:the |vay )?con (?:(?-i:\p{Lu})|(?:nam|thang|o|tai|voi|ve|ong|ba|gia|phia)\b)",
    r"^\W*the (?:con|thi|ai|ong|ba|anh|chi|co|ho|khi nao|vi sao|tai sao|sao|o|bao nhieu)\b",
    r"^\W*(?:vay|va|roi)\b|\bthi sao\W*$",
)
_EN_POINTING = _pattern(
    r"\b(?:he|she|they|him|her|them|his|its|their|theirs|hers|afterwards|the latter|thereafter)\b",
    # "It" that stands for nothing: "How long does it take to ...", "What time is it ...", "Is it true that ...".
    r"\bit\b(?! (?:take|took|true|possible|necessary|rain|snow)\b)",
    r"\b(?:this|these)\b(?! (?:year|month|week|weekend|morning|afternoon|evening|time|summer|winter|season|days)\b)",
    r"\bthose\b(?! who\b)",
    # "That" joins clauses more often than it points: "the ship that sank", "say that ...".
    r"^\W*(?:(?:is|was|did|does|has|why|how|when) )?that\b",
    r"\b(?:about|after|before|of|in|on|at|for|from|to|with|by|like|than|did|does|was|is|do|has|have) that\b",
    r"\bthat\W*$",
    r"(?<!\b(?:is|are|was|were|be|been|will|has|have) )\bthere\b(?! (?:is|are|was|were|will|be|been|has|have)\b)",
    r"\bthere\W*$",
    r"\bboth\b(?!.* and )|\bthe former (?:is|was|did|say|said|do|does)\b|\bthe former\W*$",
    r"\bthen\b(?!-)|\b(?:who|what|where|when|why|how|anyone|anything|anybody) else\b",
)
_EN_CONTINUING = _pattern(r"^\W*(?:and|but|so|or|then|also|what about|how about)\b(?!-)")

# A name: capitalised inside the question, several capitalised words in a row, or capitals inside a word ("nCoV").
_NAME = re.compile(r"(?<!^\W*)\b\p{Lu}\p{L}+|\p{Lu}[\p{L}.]*[ -]\p{Lu}|\p{L}+\p{Lu}")
# A capitalised first word of several syllables is no Vietnamese one: "Arden có bao nhiêu dân?".
_FOREIGN_FIRST = re.compile(r"^\W*(?=\p{Lu})\p{L}*?(?i:[aeiouy][b-df-hj-np-tv-xz]+[aeiouy])")
# Behind a name in the same question these mean it: "What did Lan Vy say about her win?", "when she won".
_NAMED_BEFORE = _pattern(
    r"\b(?:his|her|its|their)\b(?= \w)|\b(?:when|while|that|because) (?:he|she|it|they)\b",
    r"\b(?:của|khi|lúc|rằng|vì) (?:họ|nó|(?:ông|bà|anh|chị|cô) (?:ấy|ta))\b",
)
# A question is that long at most; what follows is a pasted text.
_LONGEST = 500
# A question with fewer telling words than this cannot stand on its own.
_FEW_TERMS = 3


def leans_back(question: str) -> bool:
    """Whether the question needs an earlier one to be understood ("Sau đó ông ấy đi đâu?", "And in 2023?")."""
    question = question[:_LONGEST]
    if _continues(question) or _points_back(question):
        return True
    return len(content_terms(question)) < _FEW_TERMS and not _is_named(question)


def _is_named(question: str) -> bool:
    return bool(_NAME.search(question) or (_FOREIGN_FIRST.match(question) and detect(question) == "vi"))


def _continues(question: str) -> bool:
    return _matches(question, _EN_CONTINUING, _VI_CONTINUING, _FLAT_CONTINUING)


def _points_back(question: str) -> bool:
    name = _NAME.search(question)
    if name:
        question = question[: name.end()] + _NAMED_BEFORE.sub("", question[name.end() :])
    return _matches(question, _EN_POINTING, _VI_POINTING, _FLAT_POINTING)


def _matches(question: str, english: re.Pattern[str], vietnamese: re.Pattern[str], flat: re.Pattern[str]) -> bool:
    language = detect(question)
    if language != "vi" and english.search(question):
        return True
    # An English question may hold a Vietnamese name, whose marks say nothing about its other words.
    return language != "en" and bool((vietnamese if has_diacritics(question) else flat).search(question))
