"""The line that may stand above quotes ("The sources give these figures:"), found again in an answer's text. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.answer.messages import CORRECTED, DATES_DISAGREE, DATES_UPDATED, DISAGREE, RECAP, UPDATED

# Under these the quotes stand in an order of their own; under the others they are to be put in that of their dates.
_ORDERED = tuple(line for said in (UPDATED, DATES_UPDATED, CORRECTED, RECAP) for line in said.values())
_UNORDERED = tuple(line for said in (DISAGREE, DATES_DISAGREE) for line in said.values())


def lead_of(answer: Mapping[str, Any]) -> str:
    """The lead of an answer (the object of `Answer.to_dict()`); "" where it has none. Only quotes have one."""
    first = str(answer.get("text") or "").partition("\n")[0]
    is_lead = answer.get("engine") == "quotes" and answer.get("sentences") and first in (*_ORDERED, *_UNORDERED)
    return first if is_lead else ""


def is_ordered(lead: str) -> bool:
    return lead in _ORDERED
