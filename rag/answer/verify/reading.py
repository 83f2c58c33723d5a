"""What of a text can be compared with another: figures, dates, names, content words, negations. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rag.answer.verify import amounts, entities, moments, polarity, wording
from rag.answer.verify.amounts import Amount
from rag.answer.verify.entities import Known, Name
from rag.answer.verify.moments import Moments
from rag.answer.verify.polarity import Polarity


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, read once."""

    text: str
    language: str
    amounts: tuple[Amount, ...]
    clocks: frozenset[tuple[int, int]]
    codes: frozenset[str]
    moments: Moments
    names: tuple[Name, ...]
    known: Known
    words: tuple[str, ...]
    polarity: Polarity


@lru_cache(maxsize=4_096)
def read(text: str, language: str, published: str | None = None) -> Reading:
    """The reading of NFC `text`; `published` dates its "19/6" and "hôm qua"."""
    return Reading(
        text,
        language,
        tuple(amounts.amounts(text, language)),
        frozenset(amounts.clock_times(text)),
        frozenset(amounts.codes(text)),
        moments.moments(text, published),
        tuple(entities.names(text)),
        entities.known(text),
        tuple(wording.content(text, language)),
        polarity.polarity(text, language),
    )
