"""A follow-up made a question of its own by a language model, and the check of what it wrote. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answer.prompts import CONVERSATION, REWRITE, SPEAKERS, TURN
from rag.text.language import detect
from rag.text.names import names
from rag.text.normalise import normalise
from rag.text.terms import folded_terms
from rag.types import Turn

# Asks the model: the messages in order (roles "system" and "user") -> what it writes.
Write = Callable[[Sequence[Turn]], str]

# Characters of one turn that the model is shown, and how long a question may become beside those it is made of.
TURN_LENGTH = 400
LONGER = 60

_LABEL = re.compile(
    r"^(?:(?:standalone|rewritten|last|full) )?(?:question|câu hỏi(?: độc lập| viết lại| đầy đủ)?)\s*:\s*",
    re.IGNORECASE,
)
_QUOTES = " \t\"'“”«»`*"


def rewrite(question: str, history: Sequence[Turn], write: Write) -> str | None:
    """The question as one that stands on its own; None where what the model wrote may not be trusted.

    Trusted is one line in the question's language, not much longer than the questions it is made of, with all names
    and figures of the question and none that the conversation does not hold. Errors of `write` pass through.
    """
    written = _cleaned(write(_messages(question, history)))
    return written if written and _is_faithful(written, question, history) else None


def _messages(question: str, history: Sequence[Turn]) -> list[Turn]:
    turns = [
        TURN.format(speaker=SPEAKERS[turn.role], content=" ".join(turn.content.split())[:TURN_LENGTH])
        for turn in history
        if turn.role in SPEAKERS and turn.content.strip()
    ]
    return [
        Turn("system", REWRITE),
        Turn("user", CONVERSATION.format(turns="\n".join(turns), question=" ".join(question.split()))),
    ]


def _cleaned(written: str) -> str:
    """The one line that was written, without a label or quotation marks; "" where there are several."""
    lines = [line for line in normalise(written).splitlines() if line.strip()]
    if len(lines) != 1:
        return ""
    return _LABEL.sub("", lines[0].strip(_QUOTES)).strip(_QUOTES)


def _is_faithful(written: str, question: str, history: Sequence[Turn]) -> bool:
    earlier = [turn.content for turn in history]
    asked = [turn.content for turn in history if turn.role == "user"]
    if len(written) > len(question) + max(map(len, asked), default=0) + LONGER:
        return False
    if question.rstrip().endswith("?") and not written.endswith("?"):
        return False
    if "und" not in (detect(question), detect(written)) and detect(question) != detect(written):
        return False
    held = set(folded_terms("\n".join([*earlier, question])))
    return names(written) <= held and names(question) <= set(folded_terms(written))
