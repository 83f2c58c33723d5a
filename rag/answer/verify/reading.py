"""What of a text can be compared with another: figures, dates, names, content words, negations. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from rag.answer.verify import amounts, entities, moments, polarity, wording
from rag.answer.verify.amounts import Amount
from rag.answer.verify.entities import Known, Name
from rag.answer.verify.moments import Moments
from rag.answer.verify.polarity import Polarity


@dataclass(frozen=True)
class Reading:
    """One NFC text, each part of it read once and only when it is asked for.

    `published` dates its "19/6" and "hôm qua".
    """

    text: str
    language: str
    published: str | None

    @cached_property
    def amounts(self) -> tuple[Amount, ...]:
        return tuple(amounts.amounts(self.text, self.language))

    @cached_property
    def clocks(self) -> frozenset[tuple[int, int]]:
        return frozenset(amounts.clock_times(self.text))

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(amounts.codes(self.text))

    @cached_property
    def digits(self) -> str:
        """The text as codes are written, where it has any digit."""
        return amounts.joined(self.text) if any(map(str.isdigit, self.text)) else ""

    @cached_property
    def moments(self) -> Moments:
        return moments.moments(self.text, self.published)

    @cached_property
    def names(self) -> tuple[Name, ...]:
        return tuple(entities.names(self.text))

    @cached_property
    def known(self) -> Known:
        return entities.known(self.text)

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(wording.content(self.text, self.language))

    @cached_property
    def polarity(self) -> Polarity:
        return polarity.polarity(self.text, self.language)


@lru_cache(maxsize=4_096)
def read(text: str, language: str, published: str | None = None) -> Reading:
    """The reading of a text, the same object while it is remembered."""
    return Reading(text, language, published)
