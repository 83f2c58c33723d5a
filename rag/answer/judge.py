"""A language model asked whether evidence supports a sentence, and how its word is read. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import regex as re

from rag.answer.prompts import JUDGE
from rag.answer.verify import Judge
from rag.types import Turn

_MARKS = re.compile(r"</?\s*(?:sentences|claim)\s*>", re.IGNORECASE)
_ANSWER = re.compile(r"\b(yes|no|có|không|đúng|sai)\b", re.IGNORECASE)
# What a bare yes or no is taken to mean: a small model is wrong about every fourth time.
_CHANCE = {"yes": 0.75, "có": 0.75, "đúng": 0.75, "no": 0.25, "không": 0.25, "sai": 0.25}


def judging(say: Callable[[Sequence[Turn]], str]) -> Judge:
    """A judge that asks a language model: `say` takes the turns and gives what it says."""

    def judge(claim: str, evidence: Sequence[str]) -> float | None:
        return chance(say([Turn("user", prompt(claim, evidence))]))

    return judge


def prompt(claim: str, evidence: Sequence[str]) -> str:
    """The question about one claim; marks inside the texts are taken out."""
    lines = "\n".join(f"- {_MARKS.sub(' ', text)}" for text in evidence)
    return JUDGE.replace("{evidence}", lines).replace("{claim}", _MARKS.sub(" ", claim))


def chance(answer: str) -> float | None:
    """The probability of support that the first yes or no of an answer stands for; None where it has neither."""
    found = _ANSWER.search(answer[:200])
    return _CHANCE[found[1].casefold()] if found else None
