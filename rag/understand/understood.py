"""What a message asks for, once it is understood: the one object that everything behind takes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rag.types import AnswerLanguage, Filters, Intent

# Characters of a message. A longer one is a pasted document.
MAX_QUESTION = 2000


@dataclass(frozen=True, slots=True)
class Understood:
    """`question` is what is searched and read, without wrapping, made whole from the earlier ones where that is clear;
    `background` the earlier question that it else leans on, "" where it stands on its own.

    `focus` are the ids of the articles that the conversation is about; `talk` the kind of talk, where the intent is
    "talk"; `instructions` are codes of `rag.understand.hear.INSTRUCTIONS`; `usage` are the tokens that a model took.
    """

    message: str
    intent: Intent
    question: str
    language: AnswerLanguage
    filters: Filters = field(default_factory=Filters)
    background: str = ""
    focus: tuple[str, ...] = ()
    talk: str = "noted"
    instructions: frozenset[str] = frozenset()
    usage: Mapping[str, int] = field(default_factory=dict)
