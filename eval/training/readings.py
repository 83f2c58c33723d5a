"""What the reader learns from: a question, a passage, and the words that answer or none. Drawn anew in each pass.

A passage is a few whole sentences around the answer, as the program reads them; a near miss is the same article
without them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.text.sentences import sentences
from rag.types import Span

SHORTEST, LONGEST = 180, 620


@dataclass(frozen=True, slots=True)
class Reading:
    """`answer` is a range of `text`, None where the text does not answer; `title` stands before the text."""

    question: str
    text: str
    answer: Span | None
    title: str = ""


def window(reading: Reading, draws: random.Random) -> Reading | None:
    """The reading with some whole sentences of its text; None where an answer crosses more than fits."""
    spans = sentences_of(reading.text)
    if not spans:
        return None
    answer = reading.answer
    at = _holding(spans, answer) if answer else [draws.randrange(len(spans))]
    if not at:
        return None
    first, last, size = at[0], at[-1], draws.randint(SHORTEST, LONGEST)
    while spans[last].end - spans[first].start < size and (first or last + 1 < len(spans)):
        if last + 1 == len(spans) or (first and draws.random() < 0.5):
            first -= 1
        else:
            last += 1
    return cut(reading, spans[first].start, min(spans[last].end, spans[first].start + 2 * LONGEST))


def without_answer(reading: Reading, draws: random.Random) -> Reading | None:
    """A near miss: sentences of the same text, none of which holds the answering words."""
    assert reading.answer
    answer = reading.text[reading.answer.start : reading.answer.end]
    for _ in range(4):
        drawn = window(replace(reading, answer=None), draws)
        if drawn and answer not in drawn.text and answer not in drawn.title:
            return drawn
    return None


def cut(reading: Reading, start: int, end: int) -> Reading | None:
    answer = reading.answer
    if answer is None:
        return replace(reading, text=reading.text[start:end])
    if answer.start < start or answer.end > end:
        return None
    return replace(reading, text=reading.text[start:end], answer=Span(answer.start - start, answer.end - start))


@lru_cache(maxsize=20_000)
def sentences_of(text: str) -> tuple[Span, ...]:
    return tuple(sentences(text))


def _holding(spans: Sequence[Span], answer: Span) -> list[int]:
    return [at for at, span in enumerate(spans) if span.start < answer.end and answer.start < span.end]
