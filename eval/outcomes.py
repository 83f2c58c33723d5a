"""What became of a case: whether the answer is right, or why it is not. Pure."""

from __future__ import annotations

from typing import Literal

from eval.cases import Case
from eval.metrics import answers
from eval.metrics.text import without_markers
from eval.records import Record
from rag.types import Answer

Outcome = Literal[
    "right", "rightly refused", "wrong", "needlessly refused", "should have refused", "failed", "not judged"
]
OUTCOMES: tuple[Outcome, ...] = (
    "right", "rightly refused", "wrong", "needlessly refused", "should have refused", "failed", "not judged",
)  # fmt: skip
RIGHT: tuple[Outcome, ...] = ("right", "rightly refused")
NOT_WRONG: tuple[Outcome, ...] = (*RIGHT, "not judged")
FAILED = "the answer failed"


def outcome_of(case: Case, record: Record) -> tuple[Outcome, str]:
    """What became of a case, and the line that says why it is not right."""
    answer = record.answer
    if answer is None:
        return "failed", record.error or FAILED
    if not answer.found:
        if case.answerable:
            return "needlessly refused", "refused, though the archive answers"
        return "rightly refused", ""
    if not case.answerable:
        return "should have refused", "answered, though the archive does not say"
    if not case.expected:
        return "not judged", ""
    missing = answers.missing_parts(said(answer), case.expected)
    if not missing:
        return "right", ""
    wanted = "; ".join(
        " or ".join(f"“{accepted}”" for accepted in dict.fromkeys(case.expected[part])) for part in missing
    )
    return "wrong", f"does not say {wanted}"


def is_judged(case: Case) -> bool:
    """Whether the case says what a right answer is; others ask only what is retrieved."""
    return bool(case.expected) or not case.answerable


def said(answer: Answer) -> str:
    """The answer's own sentences: outlets, dates and labels around them answer nothing."""
    return " ".join(without_markers(sentence.text) for sentence in answer.sentences) or without_markers(answer.text)
