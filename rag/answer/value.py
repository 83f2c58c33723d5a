"""The value of an answering span, so that what outlets say can be compared. Pure.

Days are compared with days and amounts with amounts, in either language; other words only within one language.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rag.answer.verify.amounts import amounts
from rag.text.dates import find_dates
from rag.text.terms import STOP_TERMS, folded_terms

ValueKind = Literal["dates", "figures", "words"]


@dataclass(frozen=True, slots=True)
class Value:
    """What a span says: days as (month, day), amounts, or the telling words, folded, of its language."""

    kind: ValueKind
    days: frozenset[tuple[int, int]] = frozenset()
    amounts: frozenset[Decimal] = frozenset()
    words: frozenset[str] = frozenset()
    language: str = ""


def value_of(words: str, language: str) -> Value:
    """The value of an answer's words; the first kind that they hold, dates before amounts before words."""
    days = frozenset((date.month, date.day) for date in find_dates(words) if date.month and date.day)
    if days:
        return Value("dates", days=days)
    found = frozenset(amount.value for amount in amounts(words, language))
    if found:
        return Value("figures", amounts=found)
    telling = frozenset(word for word in folded_terms(words) if word not in STOP_TERMS)
    return Value("words", words=telling, language=language)


def differ(one: Value, other: Value) -> bool:
    """Whether both certainly say something else; False where they cannot be compared."""
    if one.kind != other.kind:
        return False
    match one.kind:
        case "dates":
            return not one.days & other.days
        case "figures":
            return not one.amounts & other.amounts
        case "words":
            return one.language == other.language and not (one.words <= other.words or other.words <= one.words)


def agree(one: Value, other: Value) -> bool:
    """Whether both certainly say the same."""
    if one.kind != other.kind:
        return False
    match one.kind:
        case "dates":
            return bool(one.days & other.days)
        case "figures":
            return bool(one.amounts & other.amounts)
        case "words":
            return one.language == other.language and bool(one.words) and one.words == other.words
