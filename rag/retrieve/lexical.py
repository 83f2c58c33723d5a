"""Lexical evidence: the phrases of a question, and how far a BM25 score stands out."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from rag.store.rows import PhraseQuery
from rag.text.terms import STOP_TERMS, folded_terms, terms

# Scores are judged against the closest competitors, so that the measure does not depend on the archive's size.
COMPETITORS = 20
MAX_TERMS = 40


def phrase_query(question: str, *, folded: bool) -> PhraseQuery | None:
    """The question's terms and pairs of neighbouring terms; None without terms.

    `folded` searches the column without diacritics, for questions typed so.
    """
    words = (folded_terms(question) if folded else terms(question))[:MAX_TERMS]
    telling = [word for word in words if word not in STOP_TERMS] or words
    if not telling:
        return None
    phrases: list[tuple[str, ...]] = [(word,) for word in telling]
    phrases += pairwise(words)
    return PhraseQuery(tuple(dict.fromkeys(phrases)), folded)


def prominence(scores: Mapping[int, float]) -> dict[int, float]:
    """How far each BM25 score stands out among its closest competitors, at least 0, at most about 3.4.

    `scores` are positive, higher is better; those missing among the best `COMPETITORS` count as 0. The value is the
    score's distance from their mean, in standard deviations, less one: chance matches get nothing, so that they
    cannot push aside a passage in the other language.
    """
    best = np.zeros(COMPETITORS)
    top = sorted(scores.values(), reverse=True)[:COMPETITORS]
    best[: len(top)] = top
    mean, deviation = float(best.mean()), float(best.std())
    if deviation == 0:
        return dict.fromkeys(scores, 0.0)
    return {rowid: max(0.0, (score - mean) / deviation - 1) for rowid, score in scores.items()}
