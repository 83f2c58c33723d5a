"""One conversation, its exchanges and their ratings, as plain immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.types import Citation, Filters, Turn


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer (the object of `Answer.to_dict()`). `turn` counts from 1, `asked` is UTC.

    `up` is the rating: True, False, or None where there is none.
    """

    turn: int
    question: str
    answer: dict[str, Any]
    filters: Filters
    asked: str
    up: bool | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """`created` and `updated` are UTC, as 2026-05-01T09:30:00Z. The title is the first question's until renamed."""

    id: str
    title: str
    created: str
    updated: str
    exchanges: tuple[Exchange, ...] = ()

    def history(self) -> tuple[Turn, ...]:
        """What a next question may lean on, as `NewsQA.ask` takes it."""
        return tuple(turn for exchange in self.exchanges for turn in _turns(exchange.question, exchange.answer))


@dataclass(frozen=True, slots=True)
class ConversationInfo:
    """A conversation in the list; `turns` is its number of questions."""

    id: str
    title: str
    created: str
    updated: str
    turns: int


@dataclass(frozen=True, slots=True)
class Rating:
    """A thumb up or down with all that it was given to; it outlives the exchange, not the conversation."""

    user: str
    conversation_id: str
    turn: int
    number: int
    up: bool
    reason: str
    rated: str
    question: str
    answer: dict[str, Any]
    filters: Filters
    history: tuple[Turn, ...]


def citations_of(answer: Mapping[str, Any]) -> tuple[Citation, ...]:
    """Those of a kept answer, perhaps of another version: what is unknown is left out, what lacks is blank."""
    return tuple(_citation(item) for item in answer.get("citations") or ())


def _citation(item: Mapping[str, Any]) -> Citation:
    known: dict[str, Any] = {name: item.get(name) for name in Citation.__dataclass_fields__}
    known["path"] = known["path"] or ""
    known["score"] = -1.0 if known["score"] is None else known["score"]
    return Citation(**known)


def _turns(question: str, answer: Mapping[str, Any]) -> tuple[Turn, Turn]:
    # An answer that was not found says nothing a follow-up could lean on.
    return Turn("user", question), Turn("assistant", str(answer.get("text", "")) if answer.get("found") else "")
