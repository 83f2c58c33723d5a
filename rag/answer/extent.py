"""How far a quote reaches: a sentence, or a sentence with what it announces. Pure.

A list without its items, "two reasons" without the reasons, "earlier we reported" without the correction, a
question or a heading without what follows it would answer nothing, or mislead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.types import Sentence, Span

# Characters of a list with its announcement, and of anything else with what it announces.
MAX_LIST = 1200
MAX_ANNOUNCED = 600
# The sentences quoted behind one that announces them.
ANNOUNCED = 3
MAX_HEADING = 120

_LIST_ITEM = re.compile(r"(?:[-*•–+]|\d{1,2}[.)])\s")
_HEADING_MARKS = re.compile(r"#{1,6}\s+")
_REASONS = re.compile(
    r"\b(?:two|three|four|five|several|hai|ba|bốn|năm|nhiều)\s(?:main\s)?"
    r"(?:reasons?|causes?|factors?|lý do|lí do|nguyên nhân|yếu tố)\b[^.:]{0,40}[.:]$",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"\b(?:we|this paper|our report) (?:\w+ )?(?:reported|wrote|said|stated|published)\b"
    r"|\b(?:chúng tôi|bài báo|bài viết|tòa soạn)(?: \w+)? (?:đưa tin|viết|thông tin|nêu|đăng)\b",
    re.IGNORECASE,
)


def extent(sentences: Sequence[Sentence], place: int, text: str) -> Span:
    """The range to quote for the sentence at `place` of a passage of `text`.

    It never spans what must not be quoted: only sentences with nothing but space between them are joined.
    """
    start, end = sentences[place].start, sentences[place].end
    marks = _HEADING_MARKS.match(text, start, end)
    sentence = text[start:end]
    start = marks.end() if marks else start
    following = list(_joined(sentences[place:], text))
    if sentence.endswith(":") and following and _LIST_ITEM.match(text, following[0].start):
        for item in following:
            if not _LIST_ITEM.match(text, item.start) or item.end - start > MAX_LIST:
                break
            end = item.end
    elif marks or _announces(sentence) or _is_heading(sentences[place], text):
        for item in following[:ANNOUNCED]:
            if item.end - start > MAX_ANNOUNCED:
                break
            end = item.end
    return Span(start, end)


def _joined(sentences: Sequence[Sentence], text: str) -> Iterator[Sentence]:
    """The sentences behind the first, up to the first gap that holds anything."""
    for previous, following in pairwise(sentences):
        if text[previous.end : following.start].strip():
            return
        yield following


def _announces(sentence: str) -> bool:
    asks = sentence.rstrip('*"”’ ').endswith("?")
    return asks or bool(_REASONS.search(sentence) or _CORRECTS.search(sentence))


def _is_heading(sentence: Sentence, text: str) -> bool:
    """A short line of its own without a stop."""
    start, end = sentence.start, sentence.end
    alone = text[max(0, start - 1) : start] in ("", "\n") and text[end : end + 1] in ("", "\n")
    stopped = text[end - 1] in '.!?…:;"”’)»*'
    return alone and not stopped and end - start <= MAX_HEADING and not _LIST_ITEM.match(text, start)
