"""Fits rag/answer/weights.json: which sentence answers, and whether any does.

    python -m eval.benchmarks.fit_answers --data ../shared/data [--homes DIR] [--write]

Only the first half of each set (by article) is looked at, and the dev split of the project's own cases;
`make bench-answers` reports on the rest.
Archives are built in `--homes` and reused by the next run.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.answer_sets import (
    AnswerSet,
    AskedQuestion,
    build,
    corpus,
    vinewsqa,
    vinewsqa_gapped,
    xquad,
    xquad_gapped,
)
from eval.benchmarks.datasets import missing
from rag.answer.features import FEATURES
from rag.answer.rank import FOUND_FEATURES, WEIGHTS, Logistic, Models, found_features, probabilities
from rag.answer.weigh import Weighed
from rag.conversation import standalone
from rag.newsqa import NewsQA

# What a quote that does not answer costs beside a refusal of what the archive does answer, were both kinds of
# questions equally common. Below 1, because people mostly ask an archive for what it holds.
COST_OF_WRONG = 0.6
# What speaks against a sentence; everything else speaks for it.
AGAINST = {"name_missing", "kind_unfit", "question_like", "missing"}
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
        query = standalone(question.text, question.history, qa.retriever)
        hits = qa.retriever.search(query)
        articles = qa.catalogue.articles({hit.passage.article_id for hit in hits})
        weighed = finder.weigh(query, hits, articles, blank_models())
        holds = [question.is_answered_by(item.hit.passage.article_id, item.text) for item in weighed.candidates]
        if weighed.candidates:
            seen.append(Observation(weighed, np.array(holds, dtype=bool), question.answerable))
    return seen


def blank_models() -> Models:
    width = len(FEATURES)
    flat = Logistic(np.zeros(width), np.ones(width), np.zeros(width), 0.0)
    return Models(flat, flat, flat, 0.5)


def fit(
    rows: NDArray[np.float64],
    labels: NDArray[np.bool_],
    names: Sequence[str],
    weights: NDArray[np.float64] | None = None,
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

    bounds = [(None, 0.0) if name in AGAINST else (0.0, None) for name in names]
    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)])
    return Logistic(centre, scale, found.x[:-1], float(found.x[-1]))


def fit_ranking(observations: Sequence[Observation], *, own: bool) -> Logistic:
    chosen = [np.array(item.weighed.own_language, dtype=bool) == own for item in observations]
    rows = np.vstack([item.weighed.rows[kept] for item, kept in zip(observations, chosen, strict=True)])
    labels = np.concatenate([item.holds[kept] for item, kept in zip(observations, chosen, strict=True)])
    return fit(rows, labels, FEATURES)


def fit_found(observations: Sequence[Observation], ranking: Models) -> tuple[Logistic, float]:
    """The model of answerability, and the threshold with the least cost on what it was fitted on."""
    rows, labels = [], []
    for item in observations:
        chances = probabilities(item.weighed.rows, item.weighed.own_language, ranking)
        rows.append(found_features(item.weighed.rows, chances, item.weighed.own_language)[0])
        labels.append(item.answerable)
    matrix, truth = np.array(rows), np.array(labels, dtype=bool)
    balance = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    model = fit(matrix, truth, FOUND_FEATURES, balance)
    confidence = model(matrix)
    thresholds = np.linspace(0.05, 0.95, 91)
    cost = [
        balance[truth & (confidence < at)].sum() + COST_OF_WRONG * balance[~truth & (confidence >= at)].sum()
        for at in thresholds
    ]
    return model, float(thresholds[int(np.argmin(cost))])


def stored(model: Logistic) -> dict[str, Any]:
    return {
        "centre": [round(float(value), 5) for value in model.centre],
        "scale": [round(float(value), 5) for value in model.scale],
        "weights": [round(float(value), 5) for value in model.weights],
        "intercept": round(model.intercept, 5),
    }


def _show(name: str, features: Sequence[str], weights: Sequence[float]) -> None:
    pairs = sorted(zip(features, weights, strict=True), key=lambda pair: -abs(pair[1]))
    print(f"{name}:", ", ".join(f"{feature} {value:+.2f}" for feature, value in pairs if value))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--homes", type=Path, default=Path("bench-results/homes"))
    parser.add_argument("--every", type=int, default=2, metavar="N", help="look at every Nth question only")
    parser.add_argument("--write", action="store_true", help=f"replace {WEIGHTS.name}")
    args = parser.parse_args(argv)
    if reason := missing(args.data, ("vinewsqa", "xquad")):
        print(reason)
        return 0

    def seen(answer_set: AnswerSet) -> list[Observation]:
        with build(answer_set, args.homes) as qa:
            out = observe(qa, answer_set.fit_half[:: 1 if answer_set.name == "corpus" else args.every])
        print(f"{answer_set.name}: {len(out)} questions, answer among the candidates of "
              f"{np.mean([item.holds.any() for item in out if item.answerable]):.3f}", flush=True)  # fmt: skip
        return out

    own = seen(corpus())
    ranked = seen(vinewsqa(args.data)) + seen(xquad(args.data)) + own
    answerable = [item for item in ranked if item.answerable]
    ranking = Models(fit_ranking(answerable, own=True), fit_ranking(answerable, own=False), blank_models().found, 0.5)
    gapped = seen(vinewsqa_gapped(args.data)) + seen(xquad_gapped(args.data)) + own
    found, threshold = fit_found(gapped, ranking)
    weights: dict[str, Any] = {
        "fitted_by": "python -m eval.benchmarks.fit_answers",
        "features": list(FEATURES),
        "found_features": list(FOUND_FEATURES),
        "own": stored(ranking.own),
        "other": stored(ranking.other),
        "found": stored(found),
        "threshold": round(threshold, 3),
    }
    for name in ("own", "other"):
        _show(name, FEATURES, weights[name]["weights"])
    _show("found", FOUND_FEATURES, weights["found"]["weights"])
    print("threshold", weights["threshold"])
    if args.write:
        WEIGHTS.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {WEIGHTS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
