"""The product's own check of written sentences, as a judge: it is measured like any other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from eval.suite import Library
from rag.answer.evidence import Evidence, Judgement, key_of
from rag.types import Citation, Verdict

# Texts with their languages -> centred unit vectors [n, d].
Embed = Callable[[Sequence[tuple[str, str]]], NDArray[np.float32]]
CONTEXT = 300
_VERDICTS: dict[str, Verdict] = {verdict: verdict for verdict in ("supported", "unsupported", "unchecked")}


class Verifier(Protocol):
    """`rag.answer.verify.verifier.Verifier`, as far as a judge needs it."""

    def verify(self, claim: str, language: str, cited: Sequence[int], evidence: Sequence[Evidence]) -> Judgement: ...


class VerifierJudge:
    """Gives the verifier the quotes as its evidence, all of them cited."""

    name = "verifier"

    def __init__(self, verifier: Verifier, embed: Embed, library: Library) -> None:
        self._verifier, self._embed, self._library = verifier, embed, library

    def verdict(self, claim: str, language: str, quotes: Sequence[Citation]) -> Verdict:
        evidence = [self._evidence(quote) for quote in quotes]
        return _VERDICTS[self._verifier.verify(claim, language, range(len(evidence)), evidence).verdict]

    def _evidence(self, quote: Citation) -> Evidence:
        article = self._library.articles.get(quote.article_id)
        before = article.text[max(0, quote.start - CONTEXT) : quote.start] if article else ""
        return Evidence(
            key_of(quote.article_id, quote.start), quote.article_id, quote.start, quote.end, quote.quote,
            quote.language, before, quote.title, quote.source, quote.published, quote.score,
            self._embed([(quote.quote, quote.language)])[0],
        )  # fmt: skip
