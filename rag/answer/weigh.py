"""The judgement behind an answer: which retrieved sentences answer, and whether any does. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answer.candidates import candidates_of
from rag.answer.features import Candidate, QuestionTerms, feature_matrix
from rag.answer.rank import Models, found_features, probabilities
from rag.text.question import Question
from rag.types import Article, Hit


@dataclass(frozen=True, slots=True)
class Weighed:
    """Candidates [n] with their features [n, d] and the chance [n] that each answers."""

    candidates: list[Candidate]
    rows: NDArray[np.float64]
    own_language: list[bool]
    chances: NDArray[np.float64]

    def confidence(self, fitted: Models) -> float:
        """The probability that the archive answers the question; 0 without candidates."""
        if not self.candidates:
            return 0.0
        return float(fitted.found(found_features(self.rows, self.chances, self.own_language))[0])


def weigh(
    question: Question,
    asked: QuestionTerms,
    language: str,
    hits: Sequence[Hit],
    articles: Mapping[str, Article],
    fitted: Models,
) -> Weighed:
    """Every sentence of the hits with the chance that it answers a question in `language`."""
    candidates = candidates_of(hits, articles)
    rows = feature_matrix(question, asked, candidates)
    own_language = [candidate.language == language for candidate in candidates]
    return Weighed(candidates, rows, own_language, probabilities(rows, own_language, fitted))
