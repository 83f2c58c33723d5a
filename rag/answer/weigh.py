"""The judgement behind an answer: how likely each sentence that was read answers, and with which words.

What the reader makes of a sentence and how well the search found it go into one probability, fitted by
`python -m eval.benchmarks.fit_answers` on archives and questions that are not reported on. Pure but for the reader.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.answer.candidates import Candidate, candidate, windows_of
from rag.answer.logistic import Logistic
from rag.read.reader import Reader, ReadSentence
from rag.types import Article, Hit, Span

FEATURES = (
    "reader",  # log odds that the sentence answers rather than nothing of what was read with it
    "sentence",  # centred cosine of question and sentence
    "behind",  # how far its passage was found behind the best one
)
# Beyond this the reader is as sure as it gets.
SURE = 12.0

# The odds of a sentence that nothing read: they say nothing.
_UNREAD = ReadSentence(0.0, None)

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Calibration:
    """`chance` of rows of `FEATURES`; `found` makes of it the probability of the likeliest sentence, the best of many.

    Answers are shown from `threshold` on.
    """

    chance: Logistic
    found: Logistic
    threshold: float

    def __call__(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability that each of the sentences [n, d] answers."""
        return self.found(log_odds(self.chance(rows)))


@dataclass(frozen=True, slots=True)
class Weighed:
    """Candidates [n] with their features [n, d], the chance [n] that each answers, and the words that do.

    `answers` are ranges of the article's text inside the candidate's span, None where nothing read it.
    """

    candidates: list[Candidate]
    answers: list[Span | None]
    rows: NDArray[np.float64]
    chances: NDArray[np.float64]

    @property
    def confidence(self) -> float:
        """The probability that the likeliest sentence answers; 0 without candidates."""
        return float(self.chances.max(initial=0.0))


@cache
def calibration(path: Path = WEIGHTS) -> Calibration:
    stored = json.loads(path.read_text(encoding="utf-8"))
    if tuple(stored["features"]) != FEATURES:
        raise ValueError(f"{path.name} was fitted for other features; run python -m eval.benchmarks.fit_answers")
    return Calibration(
        Logistic.from_dict(stored["chance"]), Logistic.from_dict(stored["found"]), float(stored["threshold"])
    )


def log_odds(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """What `Calibration.found` reads of chances [n]: [n, 1]."""
    bounded = np.clip(chances, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(bounded / (1 - bounded))[:, None])


def weigh(
    reader: Reader | None,
    question: str,
    hits: Sequence[Hit],
    articles: Mapping[str, Article],
    fitted: Calibration,
) -> Weighed:
    """The sentences that were read for a question, in the order in which they were read.

    Without a reader the search alone decides.
    """
    windows = windows_of(hits, articles)
    texts = [window.text for window in windows]
    all_read = reader.read(question, texts) if reader else [[_UNREAD] * len(text.sentences) for text in texts]
    best = max((hit.score for hit in hits), default=0.0)
    candidates: list[Candidate] = []
    answers: list[Span | None] = []
    rows: list[list[float]] = []
    for window, read in zip(windows, all_read, strict=True):
        article = articles[window.hit.passage.article_id]
        for at, sentence in enumerate(read):
            found = candidate(window.hit, window.first + at, article)
            if found is None or sentence.log_odds == float("-inf"):
                continue
            answer = sentence.answer
            candidates.append(found)
            answers.append(answer and Span(window.start + answer.start, window.start + answer.end))
            rows.append(_row(found, sentence, window.hit.score - best))
    matrix = np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))
    return Weighed(candidates, answers, matrix, fitted(matrix))


def _row(found: Candidate, sentence: ReadSentence, behind: float) -> list[float]:
    return [
        float(np.clip(sentence.log_odds, -SURE, SURE)),
        found.hit.sentence_scores[found.place],
        behind,
    ]
