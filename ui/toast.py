"""The line that says what just happened, with a way back where there is one. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from rag.types import AnswerLanguage
from ui.render import render


def toast(
    language: AnswerLanguage, message: str, *, undo: Mapping[str, str] | None = None, failed: bool = False
) -> str:
    """The HTML; `undo` names what to bring back: its `kind` and `key`, and the `search` and `order` of the list."""
    return render("toast", language, message=message, undo=undo, failed=failed)
