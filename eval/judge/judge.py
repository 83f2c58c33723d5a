"""Whoever decides whether quotes support a claim, and the one that needs no model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from eval.metrics.faithfulness import exact_check
from rag.types import Citation, Verdict


class Judge(Protocol):
    """Safe from several threads. `name` says in a report who decided."""

    @property
    def name(self) -> str: ...
    def verdict(self, claim: str, language: str, quotes: Sequence[Citation]) -> Verdict:
        """Whether the quotes, taken together, support the claim; "unchecked" where that cannot be told."""
        ...


class ExactJudge:
    """Word for word, or by the figures and dates: `exact_check`."""

    name = "exact"

    def verdict(self, claim: str, language: str, quotes: Sequence[Citation]) -> Verdict:
        return exact_check(claim, [(quote.quote, quote.language) for quote in quotes], language)


def remembered(judge: Judge, language: str) -> Callable[[str, Sequence[Citation]], Verdict]:
    """The judge's verdicts on claims in one language, each decided once: metrics ask again and again."""
    known: dict[tuple[str, tuple[tuple[str, int, str], ...]], Verdict] = {}

    def verdict(claim: str, quotes: Sequence[Citation]) -> Verdict:
        key = claim, tuple((quote.article_id, quote.start, quote.quote) for quote in quotes)
        if key not in known:
            known[key] = judge.verdict(claim, language, quotes)
        return known[key]

    return verdict
