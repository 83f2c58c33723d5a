"""What tells an answering sentence from its neighbours: a vector of numbers for each candidate. Pure.

Two models read these (rag/answer/rank.py): one for quotes in the question's language, where shared words
count, and one for quotes in the other, where only meaning, names and figures cross over.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.text.names import names
from rag.text.question import Question, answers_kind
from rag.text.terms import STOP_TERMS, folded_terms, terms
from rag.types import Hit, Span

FEATURES = (
    "sentence_dense",  # centred cosine of question and sentence
    "passage_dense",  # the same of its passage
    "residual_dense",  # ... once what the passage's sentences share is taken away
    "aspect_dense",  # ... of the question less its names
    "neighbour_dense",  # the better of the sentences before and behind
    "lead",  # how far the sentence is ahead of the best other sentence of its passage
    "prominence",  # how far the passage stands out lexically
    "article_behind",  # how far the article's best passage scores behind the best article's
    "passage_behind",  # how far the passage scores behind the article's best
    "coverage",  # share of the question's term weight found in the sentence
    "near_coverage",  # ... in the sentence or the one before
    "apart_coverage",  # ... in the sentence, where a term counts for how few sentences of the article have it
    "new_coverage",  # ... in the sentence or the one before, of the terms that title and opening leave open
    "passage_coverage",  # ... in the passage or the title
    "missing",  # the weight of the weightiest term that the passage and the title lack, beside the weightiest of all
    "pair_coverage",  # share of the question's neighbouring term pairs found in the sentence
    "name_coverage",  # share of the question's names and figures found in the passage or the title
    "name_missing",  # 1 where the question has names or figures and the passage has none of them
    "kind_fit",  # how the sentence's form fits what is asked
    "kind_unfit",  # 1 where it does not fit at all
    "opening",  # near 1 at the article's start
    "brevity",  # short sentences say little
    "question_like",  # the sentence itself asks
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with what is around it. Scores are centred cosines, as in `rag.types.Hit`.

    `place` is its index among the passage's sentences; `span` may reach beyond it, over a list that it announces.
    """

    hit: Hit
    place: int
    span: Span
    language: str
    text: str
    before: str
    passage: str
    title: str
    opening: str
    sentence_dense: float
    residual_dense: float
    aspect_dense: float
    neighbour_dense: float
    lead: float
    article_behind: float
    passage_behind: float
    position: int


# What a term of the earlier question counts for a follow-up that leans on it.
BACKGROUND_WEIGHT = 0.4


class QuestionTerms:
    """The question's terms with their weights, computed once for all candidates.

    `weight` gives the inverse document frequency of a term; `folded` compares without diacritics; `background` is
    the earlier question that a follow-up leans on.
    """

    def __init__(self, text: str, weight: Mapping[str, float], *, folded: bool, background: str = "") -> None:
        self._folded = cache(folded_terms)
        self._terms = self._folded if folded else cache(terms)
        words = self._terms(text)
        default = max(weight.values(), default=1.0)
        leant_on = {word: BACKGROUND_WEIGHT * weight.get(word, default) for word in _telling(self._terms(background))}
        self.weights = leant_on | {word: weight.get(word, default) for word in _telling(words)}
        self.pairs = set(pairwise(words))
        self.names = names(text) | names(background)

    def present(self, text: str) -> frozenset[str]:
        """The question's telling terms that `text` holds."""
        return frozenset(self.weights.keys() & set(self._terms(text)))

    def pair_coverage(self, text: str) -> float:
        words = self._terms(text)
        present = set(pairwise(words))
        return len(self.pairs & present) / len(self.pairs) if self.pairs else 0.0

    def name_coverage(self, text: str) -> float | None:
        """The share of the question's names and figures that `text` holds; None where it has none."""
        if not self.names:
            return None
        plain = set(self._folded(text))
        return sum(1 for name in self.names if name in plain) / len(self.names)


def _telling(words: Sequence[str]) -> Sequence[str]:
    return [word for word in words if word not in STOP_TERMS] or words


def feature_matrix(question: Question, asked: QuestionTerms, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """One row of `FEATURES` for each candidate: [n, len(FEATURES)]."""
    one_of_each = {candidate.hit.passage.id: candidate for candidate in candidates}
    around = {passage_id: _Around(asked, candidate) for passage_id, candidate in one_of_each.items()}
    apart = _apart_weights(asked, candidates)
    rows = [
        _row(question, asked, candidate, around[candidate.hit.passage.id], apart[candidate.hit.passage.article_id])
        for candidate in candidates
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))


def _apart_weights(asked: QuestionTerms, candidates: Sequence[Candidate]) -> dict[str, dict[str, float]]:
    """Article id -> the question's terms, weighed down by the share of the article's sentences that have them."""
    sentences: dict[str, list[frozenset[str]]] = defaultdict(list)
    for candidate in candidates:
        sentences[candidate.hit.passage.article_id].append(asked.present(candidate.text))
    return {
        article_id: {
            term: weight * math.log(1 + len(present) / (0.5 + sum(term in some for some in present)))
            for term, weight in asked.weights.items()
        }
        for article_id, present in sentences.items()
    }


class _Around:
    """What a passage and its title hold of the question, the same for all of the passage's sentences."""

    def __init__(self, asked: QuestionTerms, candidate: Candidate) -> None:
        text = f"{candidate.title}\n{candidate.passage}"
        present = asked.present(text)
        self.coverage = share(present, asked.weights)
        lacking = max((weight for term, weight in asked.weights.items() if term not in present), default=0.0)
        self.missing = lacking / max(asked.weights.values(), default=1.0)
        self.names = asked.name_coverage(text)


def share(present: Iterable[str], weights: Mapping[str, float]) -> float:
    """The share of the total weight that `present` terms have, 0 to 1."""
    total = sum(weights.values())
    return sum(weights[term] for term in present) / total if total else 0.0


def _new_coverage(asked: QuestionTerms, candidate: Candidate, present: frozenset[str]) -> float:
    """0.5 where the title and the article's opening hold all that is asked."""
    given = asked.present(f"{candidate.title}\n{candidate.opening}")
    open_terms = {term: 1.0 for term in asked.weights if term not in given}
    if not open_terms:
        return 0.5
    return share((present | asked.present(candidate.before)) & open_terms.keys(), open_terms)


def _row(
    question: Question, asked: QuestionTerms, candidate: Candidate, around: _Around, apart: Mapping[str, float]
) -> tuple[float, ...]:
    present = asked.present(candidate.text)
    fit = answers_kind(question, candidate.text)
    return (
        candidate.sentence_dense,
        candidate.hit.dense,
        candidate.residual_dense,
        candidate.aspect_dense,
        candidate.neighbour_dense,
        candidate.lead,
        candidate.hit.lexical,
        candidate.article_behind,
        candidate.passage_behind,
        share(present, asked.weights),
        share(present | asked.present(candidate.before), asked.weights),
        share(present, apart),
        _new_coverage(asked, candidate, present),
        around.coverage,
        around.missing,
        asked.pair_coverage(candidate.text),
        0.5 if around.names is None else around.names,
        float(around.names == 0),
        fit,
        float(fit == 0),
        1 / (1 + candidate.position / 200),
        min(1.0, len(candidate.text) / 120),
        float(candidate.text.rstrip("\"”’' ").endswith("?")),
    )
