"""What an article says to a program that reads it, and not to its reader: orders to ignore, to answer, to reveal. Pure.

Nobody who asks a news archive wants such a line for an answer, and no language model should be shown it. It stays in
the text and is marked as not quotable. A line is addressed to a program from the words that show it to its end: what
they introduce ("... and the right figure is 12") is part of the order. The rules look at how a sentence begins, so
that a report *about* such orders ("The letter told chatbots to ignore their instructions") stays quotable. They are a
sieve and no proof: an order in words of its own passes, so what is written from it must still be checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.types import Span, merge_spans

# The beginning of a sentence: of a line, behind its list, heading or quotation marks, or behind a stop. Not behind an
# opening quotation mark: what somebody is reported to have said is news.
_START = r"(?:^[ \t>#*_•\[(-]*+(?:\d{1,2}[.)][ \t])?|(?<=[.!?…:”\"’)\]])[ \t]{1,4})"
_WORD = r"(?:[^\s.!?]+[ \t]+)"

# "AI" in capitals: "ai" is "who" in Vietnamese.
_KINDS = r"(?:assistants?|agents?|systems?|readers?|engines?|models?|bots?)"
_MODEL = (
    r"(?:(?-i:AIs?|LLMs?)|chat ?bots?|(?:large )?language models?"
    rf"|(?:(?-i:AI)|virtual|digital|answer|answering|reading)[ -]{_KINDS})"
)
_MODEL_VI = (
    r"(?:(?-i:AI|LLM)|chatbot|mô hình (?:ngôn ngữ|AI)(?: lớn)?|trợ lý (?:(?-i:AI)|ảo|số)|(?:hệ thống|công cụ) (?-i:AI)"
    r"|trí tuệ nhân tạo)"
)
_HIDDEN_WORDS = (
    r"(?:(?:system|hidden|initial|developer|secret) (?:prompts?|messages?|instructions?)|your (?:prompt|instructions)"
    r"|(?:openai_|llm_)?api[ _]keys?)"
)
_HIDDEN_WORDS_VI = (
    r"(?:(?:chỉ dẫn|câu lệnh|lời nhắc|hướng dẫn) (?:hệ thống|ẩn|ban đầu)|prompt|khóa API|(?:OPENAI_|LLM_)?API_KEY)"
)
_SAY = r"(?:answer|reply|respond|say|cite|quote|include|output|print|state|claim|repeat|append|add|write|tell)"
_SAY_VI = r"(?:trả lời|nói|ghi|thêm|chèn|nêu|dùng)"

_ORDERS = (
    # to forget what it was told
    rf"{_WORD}{{0,3}}(?:ignore|disregard|forget|override|bypass) {_WORD}{{0,3}}?(?:the (?:user|question)\b"
    rf"|(?:previous|prior|above|earlier|preceding|system|your|other)\b {_WORD}{{0,2}}?"
    r"(?:instructions?|prompts?|guidelines|rules|directions|orders))",
    r"(?:(?:hãy|xin|vui lòng) ){0,2}(?:bỏ qua|phớt lờ|quên|bất chấp)(?: hết| đi)?"
    r"(?: mọi| tất cả| toàn bộ| các| những){0,2} (?:chỉ dẫn|hướng dẫn|câu lệnh|chỉ thị|mệnh lệnh|quy tắc)"
    r"(?:,| (?:và|rồi|hệ thống|trước|ở trên|phía trên|bên trên|của bạn)\b)",
    # by name
    rf"{_WORD}{{0,2}}(?:note|notice|message|memo|instructions?)\b[^.!?:\n]{{0,40}} (?:to|for) (?:all |any )?{_MODEL}\b",
    rf"(?:attention|dear|hello|hey),? (?:all |any )?{_MODEL}\b",
    rf"(?:all |any |every )?{_MODEL}[^.!?:\n]{{0,40}}[:,] [^\n]{{0,200}}?\b(?:{_SAY}|ignore|forget|let)\b",
    rf"(?:{_MODEL}|assistants?)\b[^.!?\n]{{0,80}}\b(?:must|should|shall|have to|need to|are to) {_WORD}{{0,2}}?{_SAY}\b"
    r"[^.!?\n]{0,60}?(?:\b(?:this (?:line|page|sentence|article|text|source)|following|API)\b|\[\d|<|!\[|https?:)",
    rf"(?:if you are|as) (?:an? )?{_MODEL}\b",
    rf"{_WORD}{{0,5}}(?:lưu ý|thông báo|lệnh|chỉ dẫn|lời nhắn|tin nhắn|ghi chú) (?:dành |gửi )?(?:cho|tới|đến) "
    rf"(?:các |mọi )?{_MODEL_VI}\b",
    rf"(?:dành cho|gửi|kính gửi) (?:các |mọi )?{_MODEL_VI}[\]:]",
    rf"(?:từ (?:bây )?giờ,? )?(?:các |mọi )?(?:{_MODEL_VI}(?: này)? (?:hãy|phải|chỉ được|cần|bắt buộc)"
    r"|trợ lý(?: này)? hãy)\b",
    rf"(?:nếu )?bạn (?:đang )?là (?:một )?(?:{_MODEL_VI}|trợ lý)\b",
    rf"với tư cách (?:là )?(?:một )?{_MODEL_VI}\b",
    # to play a part
    r"you are now (?:an?|the|in \w+ mode|(?-i:[A-Z])\w+)\b",
    r"(?:pretend (?:to be|you are|that you)|act as (?:an?|if you)|role-?play as|stay in character"
    r"|imagine (?:that )?you are)\b",
    r"(?:bây giờ )?(?:bạn |hãy ){1,2}(?:đóng vai|vào vai|giả vờ|tưởng tượng bạn là|nhập vai)\b",
    # to answer as it says
    r"from now on,? (?:you|answer|reply|respond|always|every answer|all answers|end|begin|start)\b",
    r"từ (?:bây )?giờ(?: trở đi)?,? [^.!?\n]{0,80}trả lời\b",
    r"(?:(?:now|then|please|always|just|only|and) ){0,2}(?:answer|reply|respond)"
    r"(?: only| just| simply| always| instead)? (?:with|that|exactly)\b",
    r"(?:begin|start|end|prefix|preface|finish) (?:every|each|your|all|the) (?:\w+ )?"
    r"(?:answers?|repl(?:y|ies)|responses?)\b",
    r"when (?:you(?: are)? )?(?:asked|answer(?:ing)?|respond(?:ing)?|summari[sz]ing)\b[^.!?\n]{0,120}?, "
    rf"(?:always )?{_SAY}\b",
    r"you must (?:now |always |only )?(?:answer|respond|reply|say|output)\b",
    r"(?:(?:hãy|phải|chỉ được|chỉ) ){1,2}trả lời (?:rằng|là|bằng|đúng|hai|một|duy nhất)\b",
    r"khi (?:trả lời|được hỏi|có người hỏi)\b[^.!?:“\"\n]{0,120}?(?:,|chương trình|bạn|trợ lý) ?"
    rf"(?:hãy|phải|luôn|chỉ)\b[^.!?:“\"\n]{{0,20}}?\b{_SAY_VI}\b",
    r"(?:hãy )?(?:chèn|thêm|gắn) (?:vào|thêm vào)[^.!?\n]{0,20}câu trả lời\b",
    # to reveal or to decode
    rf"{_WORD}{{0,8}}(?:print|reveal|repeat|output|show|display|disclose|leak) {_WORD}{{0,6}}?{_HIDDEN_WORDS}",
    rf"{_WORD}{{0,12}}(?:in ra|tiết lộ|hiển thị|lặp lại|đọc ra|cho biết) {_WORD}{{0,3}}{_HIDDEN_WORDS_VI}",
    r"decode (?:this|the following)\b[^.!?\n]{0,60}(?:and|then) (?:follow|do|obey|execute)\b|decode this base64",
    r"(?:hãy )?(?:giải mã|đọc ngược)[^.!?\n]{0,60}(?:và|rồi) làm theo\b",
    # to begin anew
    r"(?:end of (?:context|evidence|documents?|article|sources)|new (?:task|instructions?)"
    r"|hết (?:bằng chứng|ngữ cảnh|tài liệu)|(?:nhiệm vụ|lệnh) mới)(?:[ \t]*:|[ \t-]*$)",
)
_ORDER = re.compile(rf"{_START}(?:{'|'.join(f'(?:{order})' for order in _ORDERS)})[^\n]*", re.IGNORECASE | re.MULTILINE)
# An order that speaks of its own line speaks for what stands before it as well.
_OWN_LINE = re.compile(r"\bthis (?:line|sentence|paragraph|passage)\b|\b(?:dòng|câu|đoạn) này\b", re.IGNORECASE)
_ONLY_THIS = re.compile(
    r"^[^\n]*\b(?:quote|cite|repeat|use) (?:only )?this (?:line|sentence|passage|paragraph) "
    r"(?:and no|only|as|instead)\b[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)

# The marks of message formats and of prompts, which no reader of news is meant to see. A line that holds one goes
# whole, and one that holds nothing else takes the next along.
_FORMAT = (
    r"(?:<\|[a-z_]{2,20}\|>(?:system|assistant|user)?|\[/?INST\]|<</?SYS>>"
    r"|</?(?:evidence|context|question|system|instructions?|documents?|sources?|prompt)(?:[ \t][^<>\n]{0,80})?>"
    r"|\[/?[bcdfghjkmnpqrstvwxz]{4,6}\]"
    r"|[\"']role[\"'][ \t]*:[ \t]*[\"'](?:system|assistant|user|developer)[\"'])"
)
_SPEAKER = (
    r"(?:#{1,6}[ \t]*(?:System|Assistant|User|Instruction|Response|Hệ thống|Trợ lý)"
    r"|SYSTEM|ASSISTANT|HỆ THỐNG)[ \t]*:"
)
_MESSAGE = re.compile(
    rf"^(?:[ \t>]*(?:{_FORMAT}|{_SPEAKER})[ \t]*\n?)+[^\n]*"
    rf"|^[^\n]*{_FORMAT}[^\n]*"
    r"|^[ \t>]*(?:Human|User|Người dùng)[ \t]*:[^\n]*\n+(?:Assistant|AI|Trợ lý)[ \t]*:[^\n]*",
    re.MULTILINE,
)


def addressed_spans(text: str) -> tuple[Span, ...]:
    """Spans of NFC `text` that speak to a program, in order, not overlapping, without white space at their ends."""
    return merge_spans(_found(text))


def _found(text: str) -> Iterator[Span]:
    for match in _ORDER.finditer(text):
        start = match.start()
        if _OWN_LINE.search(text, start, match.end()):
            start = text.rfind("\n", 0, start + 1) + 1
        yield _trimmed(text, start, match.end())
    for pattern in (_ONLY_THIS, _MESSAGE):
        yield from (_trimmed(text, *match.span()) for match in pattern.finditer(text))


def _trimmed(text: str, start: int, end: int) -> Span:
    line = text[start:end]
    return Span(start + len(line) - len(line.lstrip()), start + len(line.rstrip()))
