"""Sentences as character ranges of a text, for Vietnamese and English news.

`sentencex` proposes boundaries. Two habits of news text it does not know are mended here: abbreviations
(`TP.`, `PGS.`, initials) end no sentence, and a stop glued to the next sentence or behind a figure
("tháng 9/2023. Đồng thời", "Ukraine.QUẢNG CÁO") does. No sentence crosses a line end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.types import Span

_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"“'‘./-])"
    r"(?:TP|Tp|T\.P|TX|TT|PGS|GS|TS|ThS|Ths|BS|BSCK|KS|LS|NSND|NSƯT|ĐH"
    r"|St|Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Sgt|Capt|Sen|Rep|Gov|No|Nos|vs|Jr|Sr|Inc|Ltd|Co|Corp"
    r"|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|U\.S|U\.N|U\.K|a\.m|p\.m"
    r"|[A-ZĐ])\.$"
)
# The number of a list's item stays with the item.
_LIST_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-ZđĐ])[.)]")
_STOP = re.compile(r"[.!?…][”’\"')\]]?(?=(\s*)([“‘\"'(\[]?)(\S)(\S?))")
# What stands before and behind a stop inside a web address.
_ADDRESS = re.compile(r"(?:://|@|\bwww\.|\.[a-z]+/)\S*$")
_DOMAIN = re.compile(r"(?:com|net|org|vn)\b", re.IGNORECASE)
_GLUED = tuple("0123456789%)”")
_UNIT = re.compile(r"\d\s?(?:m|km|cm|mm|kg|g|ha|l|ml|km2|m2|m3)$")
_CLOSING = re.compile(r"[”’\"')\]]+")
_LINE = re.compile(r"[^\n]+")
# Past this a "sentence" is a table, a list without stops or garbage; it is cut at a space to stay quotable.
MAX_SENTENCE = 1000
# `sentencex` takes quadratic time over unclosed quotation marks; a line is given to it in pieces of this length.
_PIECE = 10_000


def sentences(text: str) -> list[Span]:
    """Non-overlapping, non-empty spans in order, trimmed of white space; together they hold every other character."""
    return [span for line in _LINE.finditer(text) for span in _line_sentences(text, line.start(), line.end())]


def _line_sentences(text: str, start: int, end: int) -> Iterator[Span]:
    line = text[start:end]
    if not line.strip():
        return
    cuts = {_after_closing(line, cut) for cut in _proposed(line)}
    cuts.update(_unseen_stops(line))
    left = 0
    for cut in sorted(cut for cut in cuts if 0 < cut < len(line)):
        if cut > left and _is_boundary(line, left, cut):
            yield from _bounded(line, left, cut, start)
            left = cut
    yield from _bounded(line, left, len(line), start)


def _proposed(line: str) -> Iterator[int]:
    from sentencex import get_sentence_boundaries

    for start in range(0, len(line), _PIECE):
        piece = line[start : start + _PIECE]
        yield from (start + found["end_index"] for found in get_sentence_boundaries("vi", piece)[:-1])


def _after_closing(line: str, cut: int) -> int:
    """A closing quotation mark or bracket belongs to the sentence it closes."""
    closing = _CLOSING.match(line, cut)
    return closing.end() if closing and not line[cut - 1].isspace() else cut


def _unseen_stops(line: str) -> Iterator[int]:
    """Stops behind a figure or "v.v.", "…", and stops with no space behind them, before a capitalised word."""
    for match in _STOP.finditer(line):
        space, _, first, second = match.groups()
        before = line[max(0, match.start() - 2) : match.start()]
        if not first.isupper() or not (second.islower() or (second.isupper() and not space)):
            continue
        if space:
            if match.group().startswith("…") or re.fullmatch(r"[\d/%]\d|\d%|\.v", before) or _is_unit(line, match):
                yield match.end()
        elif before[-1:].islower() or before[-1:] in _GLUED:
            yield match.end()


def _is_unit(line: str, stop: re.Match[str]) -> bool:
    """Whether a unit of measure behind a figure stands before the stop: "840 m."."""
    return bool(_UNIT.search(line, max(0, stop.start() - 6), stop.start()))


def _is_boundary(line: str, left: int, cut: int) -> bool:
    # A window is enough, and keeps a line of a megabyte linear.
    head, rest = line[max(left, cut - 80) : cut], line[cut : cut + 40]
    if head[-1:].strip() and rest[:1].strip() and (_ADDRESS.search(head) or _DOMAIN.match(rest)):
        return False
    head, rest = head.rstrip(), rest.lstrip()
    if _LIST_NUMBER.fullmatch(line[left : min(cut, left + 8)].strip()) or _ABBREVIATION.search(head):
        return False
    if rest.lstrip("\"'”’)] ")[:1].islower():
        return False
    return any(map(str.isalnum, head)) and any(map(str.isalnum, rest))


def _bounded(line: str, start: int, end: int, offset: int) -> Iterator[Span]:
    while True:
        while start < end and line[start].isspace():
            start += 1
        while end > start and line[end - 1].isspace():
            end -= 1
        if start == end:
            return
        if end - start <= MAX_SENTENCE:
            yield Span(offset + start, offset + end)
            return
        space = line.rfind(" ", start + MAX_SENTENCE // 2, start + MAX_SENTENCE)
        cut = space if space > 0 else start + MAX_SENTENCE
        yield Span(offset + start, offset + start + len(line[start:cut].rstrip()))
        start = cut
