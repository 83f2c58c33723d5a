"""From an article to its passages: consecutive quotable sentences of one language, about a paragraph long. Pure.

Paragraphs are kept whole where they fit, short ones are joined, a heading stays with what follows it.
Nothing overlaps, and every quotable sentence is in exactly one passage.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from rag.text.language import detect
from rag.text.sentences import sentences
from rag.types import Article, Passage, Sentence, Span, merge_spans

# Characters. With its title, a passage of MAXIMUM stays about inside the 512 tokens that the embedder reads at once.
TARGET = 900
MAXIMUM = 1400
# A smaller passage joins its neighbour even beyond TARGET.
_LEAST = 250
_HEADING = 120
# So many characters in another language are a change of language; fewer are a quotation, a name or a heading.
_CHANGE = 160

_ENDS_SENTENCE = re.compile(r"[.!?…:;,][”’\"')\]]*$")
_LIST_ITEM = re.compile(r"[-*•–+]|\d+[.)]\s")

_Group = list[Span]


def chunk(article: Article) -> list[Passage]:
    """The passages of an article in order; none if nothing in it can be quoted."""
    text, holes = article.text, merge_spans(article.unquotable)
    quotable = quotable_sentences(article)
    language_at = {
        span.start: language
        for span, language in zip(quotable, _languages(text, quotable, article.language), strict=True)
    }

    def is_apart(left: Span, right: Span) -> bool:
        between = Span(left.end, right.start)
        return language_at[left.start] != language_at[right.start] or bool(_overlapping(between, holes))

    def is_new_line(left: Span, right: Span) -> bool:
        return "\n" in text[left.end : right.start]

    return [
        _passage(article.id, group, language_at[group[0].start])
        for run in _split(quotable, is_apart)
        for group in _packed(text, [piece for line in _split(run, is_new_line) for piece in _pieces(line)])
    ]


def quotable_sentences(article: Article) -> list[Span]:
    """The sentences that may be quoted, in order.

    What is not quotable is cut off at either end of a sentence; with a hole in its middle, or without a letter
    or a digit, a sentence is no quote.
    """
    text, holes = article.text, merge_spans(article.unquotable)
    cut = (_cut(text, span, _overlapping(span, holes)) for span in sentences(text))
    return [span for span in cut if span and any(map(str.isalnum, text[span.start : span.end]))]


def _cut(text: str, span: Span, holes: Sequence[Span]) -> Span | None:
    start, end = span.start, span.end
    for hole in holes:
        if hole.start <= start:
            start = hole.end
        elif hole.end >= end:
            end = hole.start
        else:
            return None
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _overlapping(span: Span, holes: Sequence[Span]) -> Sequence[Span]:
    """`holes` are in order and apart from each other."""
    first = bisect_right(holes, span.start, key=lambda hole: hole.end)
    last = bisect_right(holes, span.end - 1, key=lambda hole: hole.start)
    return holes[first:last]


def _languages(text: str, spans: Sequence[Span], fallback: str) -> list[str]:
    """The language of each sentence; what is too short or too odd to tell goes with what stands before it."""
    told = [detect(text[span.start : span.end]) for span in spans]
    known: list[str | None] = [language if language != "und" else None for language in told]
    for index in range(1, len(known)):
        known[index] = known[index] or known[index - 1]
    runs: list[tuple[str | None, _Group]] = []
    for language, span in zip(known, spans, strict=True):
        if not runs or runs[-1][0] != language:
            runs.append((language, []))
        runs[-1][1].append(span)
    settled: list[str] = []
    waiting = 0
    for language, run in runs:
        if language and _length(run) >= _CHANGE:
            settled += [language] * (waiting + len(run))
            waiting = 0
        elif settled:
            settled += [settled[-1]] * len(run)
        else:
            waiting += len(run)
    return settled or [_most(known, spans) or fallback] * len(spans)


def _most(languages: Sequence[str | None], spans: Sequence[Span]) -> str | None:
    characters: Counter[str] = Counter()
    for language, span in zip(languages, spans, strict=True):
        if language:
            characters[language] += span.end - span.start
    return characters.most_common(1)[0][0] if characters else None


def _split(spans: Sequence[Span], between: Callable[[Span, Span], bool]) -> Iterator[_Group]:
    group: _Group = []
    for span in spans:
        if group and between(group[-1], span):
            yield group
            group = []
        group.append(span)
    if group:
        yield group


def _pieces(line: _Group) -> Iterator[_Group]:
    """A line that is too long for one passage in pieces of about equal length."""
    if _length(line) <= MAXIMUM:
        yield line
        return
    share = _length(line) / -(-_length(line) // TARGET)
    piece: _Group = []
    part = 0
    for span in line:
        # A sentence belongs to the part in which its middle lies.
        its_part = int(((span.start + span.end) / 2 - line[0].start) / share)
        if piece and (its_part > part or _length([piece[0], span]) > MAXIMUM):
            yield piece
            piece = []
        part = its_part
        piece.append(span)
    yield piece


def _packed(text: str, pieces: Sequence[_Group]) -> Iterator[_Group]:
    """Paragraphs joined to passages of about TARGET, at most MAXIMUM characters."""
    group: _Group = []
    for unit in _with_headings(text, pieces):
        limit = MAXIMUM if group and min(_length(group), _length(unit)) < _LEAST else TARGET
        if group and _length([group[0], unit[-1]]) > limit:
            yield group
            group = []
        group = group + unit
    if group:
        yield group


def _with_headings(text: str, pieces: Sequence[_Group]) -> Iterator[_Group]:
    """The pieces, each with the headings that stand before it."""
    headings: _Group = []
    for piece in pieces:
        if headings and _length([headings[0], piece[-1]]) > MAXIMUM:
            yield headings
            headings = []
        if _is_heading(text, piece) and _length([*headings[:1], *piece]) < _LEAST:
            headings = headings + piece
        else:
            yield headings + piece
            headings = []
    if headings:
        yield headings


def _is_heading(text: str, piece: _Group) -> bool:
    line = text[piece[0].start : piece[-1].end]
    return len(line) <= _HEADING and not _ENDS_SENTENCE.search(line) and not _LIST_ITEM.match(line)


def _length(group: Sequence[Span]) -> int:
    return group[-1].end - group[0].start


def _passage(article_id: str, group: _Group, language: str) -> Passage:
    start, end = group[0].start, group[-1].end
    quotes = tuple(Sentence(span.start, span.end, language) for span in group)
    return Passage(f"{article_id}:{start}-{end}", article_id, start, end, language, quotes)
