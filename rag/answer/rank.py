"""How likely each sentence is to answer, and how likely the archive is to answer at all.

Logistic regressions over `rag/answer/features.py`, fitted by `python -m eval.benchmarks.fit_answers` on the
first half of public question sets (figures come from the other half) and stored in `weights.json`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.answer.features import FEATURES

# The best sentence's own features, its chance (as log odds), and the best of each score among all candidates.
FOUND_FEATURES = (
    "chance",
    "best_sentence_dense",
    "best_passage_dense",
    "own_language",
    "aspect_dense",
    "residual_dense",
    "near_coverage",
    "new_coverage",
    "passage_coverage",
    "missing",
    "pair_coverage",
    "name_coverage",
    "name_missing",
    "kind_fit",
    "kind_unfit",
)

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Logistic:
    """P = 1 / (1 + exp(-(x - centre) / scale · weights - intercept)) for rows x [n, d]."""

    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    intercept: float

    def __call__(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        logits = (rows - self.centre) / self.scale @ self.weights + self.intercept
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))


@dataclass(frozen=True, slots=True)
class Models:
    """`own` and `other` rank quotes in the question's language and in another; `found` decides whether to answer."""

    own: Logistic
    other: Logistic
    found: Logistic
    threshold: float


@cache
def models(path: Path = WEIGHTS) -> Models:
    stored = json.loads(path.read_text(encoding="utf-8"))
    if (tuple(stored["features"]), tuple(stored.get("found_features", ()))) != (FEATURES, FOUND_FEATURES):
        raise ValueError(f"{path.name} was fitted for other features; run python -m eval.benchmarks.fit_answers")
    parts = {
        name: Logistic(
            np.array(stored[name]["centre"]),
            np.array(stored[name]["scale"]),
            np.array(stored[name]["weights"]),
            float(stored[name]["intercept"]),
        )
        for name in ("own", "other", "found")
    }
    return Models(threshold=float(stored["threshold"]), **parts)


def probabilities(rows: NDArray[np.float64], own_language: Sequence[bool], fitted: Models) -> NDArray[np.float64]:
    """P(the sentence answers) for each row [n, d]."""
    if not len(rows):
        return np.zeros(0)
    return np.where(np.asarray(own_language, dtype=bool), fitted.own(rows), fitted.other(rows))


def found_features(
    rows: NDArray[np.float64], chances: NDArray[np.float64], same: Sequence[bool]
) -> NDArray[np.float64]:
    """What the decision to answer looks at, `FOUND_FEATURES` [1, m]: the best sentence, and the best of each score."""
    best = int(np.argmax(chances))
    chance = float(np.clip(chances[best], 1e-6, 1 - 1e-6))
    at = {name: place for place, name in enumerate(FEATURES)}
    values = {name: float(rows[best, at[name]]) for name in FOUND_FEATURES if name in at}
    values |= {
        "chance": float(np.log(chance / (1 - chance))),
        "best_sentence_dense": float(rows[:, at["sentence_dense"]].max()),
        "best_passage_dense": float(rows[:, at["passage_dense"]].max()),
        "own_language": float(same[best]),
    }
    return np.array([[values[name] for name in FOUND_FEATURES]])
