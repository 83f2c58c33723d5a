"""From retrieved passages to what is read: the likeliest sentences, each with its neighbours, and what may be quoted.

Pure. Reading costs more than all else, so only some windows of each passage are read, the likeliest first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.answer.extent import extent
from rag.read.reader import Text
from rag.types import Article, Hit, Passage, Span

# A credit or a scrap has no room for a statement.
MIN_WORDS = 4
# Characters of a window, and how many of them are read for a question.
WINDOW = 440
WINDOWS = 8


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences of a hit's passage, `places` first and last, that are read at once as `text`.

    `start` is where the text begins in the article.
    """

    hit: Hit
    first: int
    last: int
    start: int
    text: Text


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that was read and may be quoted; `place` is its index among the passage's sentences.

    `span` may reach beyond it, over a list that it announces.
    """

    hit: Hit
    place: int
    span: Span
    language: str
    text: str
    before: str


def windows_of(hits: Sequence[Hit], articles: Mapping[str, Article]) -> list[Window]:
    """What to read: no sentence twice, at most `WINDOWS`, the likeliest sentences' first."""
    ordered = sorted(
        ((hit, place) for hit in hits for place in range(len(hit.passage.sentences))),
        key=lambda item: -(item[0].score + item[0].sentence_scores[item[1]]),
    )
    taken: set[tuple[str, int]] = set()
    found: list[Window] = []
    for hit, place in ordered:
        if len(found) == WINDOWS:
            break
        passage = hit.passage
        if (passage.id, place) in taken:
            continue
        free = {at for at in range(len(passage.sentences)) if (passage.id, at) not in taken}
        first, last = _grown(passage, place, free)
        taken |= {(passage.id, at) for at in range(first, last + 1)}
        found.append(_window(hit, first, last, articles[passage.article_id]))
    return found


def _grown(passage: Passage, place: int, free: set[int]) -> tuple[int, int]:
    """First and last sentence of the window around `place`: neighbours in turn, the one before first."""
    sentences = passage.sentences
    first = last = place
    grew = True
    while grew:
        grew = False
        for before in (True, False):
            left, right = (first - 1, last) if before else (first, last + 1)
            if (left if before else right) in free and sentences[right].end - sentences[left].start <= WINDOW:
                first, last, grew = left, right, True
    return first, last


def _window(hit: Hit, first: int, last: int, article: Article) -> Window:
    sentences = hit.passage.sentences[first : last + 1]
    start = sentences[0].start
    spans = tuple(Span(sentence.start - start, sentence.end - start) for sentence in sentences)
    text = Text(article.title or "", article.text[start : sentences[-1].end], spans)
    return Window(hit, first, last, start, text)


def candidate(hit: Hit, place: int, article: Article) -> Candidate | None:
    """The sentence as a quote; None where it cannot stand as one."""
    passage = hit.passage
    sentence = passage.sentences[place]
    span = extent(passage.sentences, place, article.text)
    text = article.text[span.start : span.end]
    if len(text.split()) < MIN_WORDS or text == article.title:
        return None
    previous = passage.sentences[place - 1] if place else None
    return Candidate(
        hit=hit,
        place=place,
        span=span,
        language=sentence.language if sentence.language != "und" else passage.language,
        text=text,
        before=article.text[previous.start : previous.end] if previous else "",
    )
