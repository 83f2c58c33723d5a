"""Numbers as they are read in each language: 0.613 -> 61,3% or 61.3%. Pure."""

from __future__ import annotations

from rag.types import AnswerLanguage

DASH = "–"


def number(language: AnswerLanguage, value: float | None, digits: int = 2) -> str:
    if value is None:
        return DASH
    written = f"{value:,.{digits}f}"
    return written.translate(str.maketrans(",.", ".,")) if language == "vi" else written


def percent(language: AnswerLanguage, value: float | None, digits: int = 1) -> str:
    return DASH if value is None else f"{number(language, 100 * value, digits)}%"


def measured(language: AnswerLanguage, value: float | None, *, share: bool) -> str:
    """A metric's value: a share in per cent, anything else as it is."""
    return percent(language, value) if share else number(language, value, 2 if value is None or abs(value) < 10 else 0)
