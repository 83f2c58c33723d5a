"""Fits rag/answer/weights.json: how likely a sentence that was read answers, and from when on it is shown.

    python -m eval.benchmarks.fit_answers --data ../shared/data [--homes DIR] [--write]

Only dev splits of questions that the reader was not trained on are looked at; `make bench-reading` reports on the
test splits. Archives are built in `--homes` and reused by the next run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.answer_sets import AnswerSet, AskedQuestion, build, corpus, newsroom, real_vietnamese
from eval.benchmarks.datasets import missing
from rag.answer.logistic import Logistic
from rag.answer.weigh import FEATURES, WEIGHTS, Calibration, Weighed, log_odds
from rag.conversation import understand
from rag.newsqa import NewsQA
from rag.retrieve.query import ArchiveQuery

# What a quote that does not answer costs beside a refusal of what the archive does answer, were both kinds of
# questions equally common. Below 1, because people mostly ask an archive for what it holds.
COST_OF_WRONG = 0.25
PENALTY = 1.0


@dataclass(frozen=True, slots=True)
class Observation:
    """One question as the engine saw it: features, and which candidates hold an accepted answer."""

    weighed: Weighed
    holds: NDArray[np.bool_]
    answerable: bool


def observe(qa: NewsQA, questions: Iterable[AskedQuestion]) -> list[Observation]:
    finder = qa.engine("quotes").finder
    seen = []
    for question in questions:
        query = ArchiveQuery.of(understand(question.text, question.history, qa.retriever))
        found = qa.retriever.found(query)
        articles = qa.catalogue.articles({hit.passage.article_id for hit in found.hits})
        weighed = finder.weigh(found, articles, _blank())
        holds = [question.is_answered_by(item.hit.passage.article_id, item.text) for item in weighed.candidates]
        if weighed.candidates:
            seen.append(Observation(weighed, np.array(holds, dtype=bool), question.answerable))
    return seen


def _blank() -> Calibration:
    width = len(FEATURES)
    flat = Logistic(np.zeros(width), np.ones(width), np.zeros(width), 0.0)
    return Calibration(flat, flat, 0.5)


def fit(
    rows: NDArray[np.float64],
    labels: NDArray[np.bool_],
    names: Sequence[str],
    weights: NDArray[np.float64] | None = None,
    against: Collection[str] = (),
) -> Logistic:
    """A logistic regression with an L2 penalty in which no weight may have the wrong sign.

    A feature that speaks for a sentence must never count against it where archives are smaller or stranger than
    those seen here.
    """
    from scipy.optimize import minimize

    centre, scale = rows.mean(axis=0), rows.std(axis=0)
    scale[scale == 0] = 1.0
    x, y = (rows - centre) / scale, np.where(labels, 1.0, -1.0)
    importance = np.ones(len(y)) if weights is None else weights

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = y * (x @ parameters[:-1] + parameters[-1])
        pull = -importance * y / (1 + np.exp(np.clip(margins, -30, 30)))
        value = float((importance * np.logaddexp(0, -margins)).sum() + PENALTY * (parameters[:-1] ** 2).sum())
        return value, np.append(x.T @ pull + 2 * PENALTY * parameters[:-1], pull.sum())

    bounds = [(None, 0.0) if name in against else (0.0, None) for name in names]
    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)])
    return Logistic(centre, scale, found.x[:-1], float(found.x[-1]))


def fit_chance(observations: Sequence[Observation]) -> Logistic:
    """Each question counts once, however many of its sentences were read."""
    rows = np.vstack([item.weighed.rows for item in observations])
    labels = np.concatenate([item.holds for item in observations])
    importance = np.concatenate([np.full(len(item.holds), 4 / len(item.holds)) for item in observations])
    return fit(rows, labels, FEATURES, importance)


@dataclass(frozen=True, slots=True)
class Best:
    """The likeliest sentence of each question: its chance, whether it answers, whether anything does; all [n]."""

    chances: NDArray[np.float64]
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]

    @classmethod
    def of(cls, observations: Sequence[Observation], chance: Logistic) -> Best:
        values = [chance(item.weighed.rows) for item in observations]
        return cls(
            np.array([some.max() for some in values]),
            np.array([item.holds[int(some.argmax())] for item, some in zip(observations, values, strict=True)]),
            np.array([item.answerable for item in observations]),
        )


def fit_found(best: Best) -> Logistic:
    return fit(log_odds(best.chances), best.right, ("log odds",))


def confidences(best: Best, found: Logistic) -> NDArray[np.float64]:
    return found(log_odds(best.chances))


def fit_threshold(best: Best, confidence: NDArray[np.float64]) -> float:
    thresholds = np.linspace(0.05, 0.95, 91)
    cost = [
        (best.right & (confidence < at)).sum() / best.answerable.sum()
        + COST_OF_WRONG * (~best.answerable & (confidence >= at)).sum() / (~best.answerable).sum()
        for at in thresholds
    ]
    return float(thresholds[int(np.argmin(cost))])


def told(name: str, observations: Sequence[Observation], fitted: Calibration) -> str:
    """How the fit does on what it saw; `make bench-reading` says how it does on what it did not."""
    best = Best.of(observations, fitted.chance)
    shown = confidences(best, fitted.found) >= fitted.threshold
    answerable = best.answerable
    read = np.mean([item.holds.any() for item in observations if item.answerable])
    return (
        f"{name}: {answerable.sum()} answerable, read {read:.3f}, "
        f"best sentence right {best.right[answerable].mean():.3f}, "
        f"... and shown {(best.right & shown)[answerable].mean():.3f}, refused {(~shown)[answerable].mean():.3f}; "
        f"{(~answerable).sum()} not, refused {(~shown)[~answerable].mean():.3f}"
    )


def stored(model: Logistic) -> dict[str, Any]:
    return {
        "centre": [round(float(value), 5) for value in model.centre],
        "scale": [round(float(value), 5) for value in model.scale],
        "weights": [round(float(value), 5) for value in model.weights],
        "intercept": round(model.intercept, 5),
    }


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--homes", type=Path, default=Path("bench-results/homes"))
    parser.add_argument("--write", action="store_true", help=f"replace {WEIGHTS.name}")
    args = parser.parse_args(argv)
    if reason := missing(args.data, ("vietnamese_mds",)):
        print(reason)
        return 0

    def seen(answer_set: AnswerSet) -> list[Observation]:
        with build(answer_set, args.homes) as qa:
            return observe(qa, answer_set.fit_half)

    by_set = {answer_set.name: seen(answer_set) for answer_set in (newsroom(), real_vietnamese(args.data), corpus())}
    observations = [item for some in by_set.values() for item in some]
    chance = fit_chance(observations)
    best = Best.of(observations, chance)
    found = fit_found(best)
    fitted = Calibration(chance, found, fit_threshold(best, confidences(best, found)))
    for name, seen_there in by_set.items():
        print(told(name, seen_there, fitted))
    weights = {
        "fitted_by": "python -m eval.benchmarks.fit_answers",
        "features": list(FEATURES),
        "chance": stored(chance),
        "found": stored(found),
        "threshold": round(fitted.threshold, 3),
    }
    print(", ".join(f"{name} {value:+.2f}" for name, value in zip(FEATURES, chance.weights, strict=True)))
    print("threshold", weights["threshold"])
    if args.write:
        WEIGHTS.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {WEIGHTS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
