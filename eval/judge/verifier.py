"""The product's own check of written sentences, as a judge: it is measured like any other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from eval.judge.judge import ExactJudge
from rag.answer.evidence import Evidence
from rag.answer.verify import Embed, Verifier
from rag.text.normalise import normalise
from rag.text.sentences import sentences
from rag.types import Citation, Verdict

if TYPE_CHECKING:
    from rag.newsqa import NewsQA

_VERDICTS: dict[str, Verdict] = {
    "supported": "supported",
    "unsupported": "unsupported",
    "unchecked": "unchecked",
}


class VerifierJudge:
    """Holds each sentence of a claim against the sentences of the quotes, all of them cited.

    What stands in a quote word for word needs no model. A claim is supported where all its sentences are, and
    unsupported where one is not.
    """

    name = "verifier"

    def __init__(self, verifier: Verifier, embed: Embed) -> None:
        self._verifier = verifier
        self._evidence = lru_cache(maxsize=4096)(lambda quote: tuple(evidence_of(quote, embed)))
        self._exact = ExactJudge()

    def verdict(self, claim: str, language: str, quotes: Sequence[Citation]) -> Verdict:
        if self._exact.verdict(claim, language, quotes) == "supported":
            return "supported"
        evidence = [each for quote in quotes for each in self._evidence(quote)]
        text = normalise(claim)
        found = {
            _VERDICTS[self._verifier.verify(text[span.start : span.end], language, (), evidence).verdict]
            for span in sentences(text)
        }
        worst: tuple[Verdict, ...] = ("unsupported", "unchecked", "supported")
        return next((verdict for verdict in worst if verdict in found), "unchecked")


def open_verifier(qa: NewsQA) -> VerifierJudge:
    """The check as the archive uses it: its embedder, and its language means."""
    from rag.retrieve.dense import centred

    means = qa.retriever.means().sentences

    def embed(texts: Sequence[tuple[str, str]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        vectors = np.asarray(qa.embedder.get_text_embedding_batch([text for text, _ in texts]), dtype=np.float32)
        rows = [centred(row, means.get(language)) for row, (_, language) in zip(vectors, texts, strict=True)]
        return np.asarray(rows, dtype=np.float32)

    return VerifierJudge(Verifier(embed), embed)


def evidence_of(quote: Citation, embed: Embed) -> list[Evidence]:
    """The sentences of a quote, each with the one before it as context."""
    spans = sentences(quote.quote)
    texts = [quote.quote[span.start : span.end] for span in spans]
    vectors = embed([(text, quote.language) for text in texts]) if texts else ()
    return [
        Evidence(
            f"{quote.marker}-{place}", quote.article_id, quote.start + span.start, quote.start + span.end, text,
            quote.language, texts[place - 1] if place else "", quote.title, quote.source, quote.published, 1.0, vector,
        )
        for place, (span, text, vector) in enumerate(zip(spans, texts, vectors, strict=True))
    ]  # fmt: skip
