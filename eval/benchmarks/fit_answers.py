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
from rag.answer.features import FEATURES
from rag.answer.rank import WEIGHTS, Logistic, Models, found_features, probabilities
from rag.answer.weigh import Weighed
from rag.conversation import standalone
from rag.newsqa import NewsQA

# An answer that is not in the archive costs a reader's trust; a refusal costs a look elsewhere.
COST_OF_WRONG = 1.0
# The project's own cases are few but news as users bring it; each counts this many times.
OWN_WEIGHT = 2


@dataclass(frozen=True, slots=True)
class Observation:
    """One question as the engine saw it: features, and which candidates hold an accepted answer."""

    weighed: Weighed
    holds: NDArray[np.bool_]
    answerable: bool


def observe(qa: NewsQA, questions: Iterable[AskedQuestion]) -> list[Observation]:
    engine = qa.query_engine
    seen = []
    for question in questions:
        query = standalone(question.text, question.history, qa.retriever)
        hits = qa.retriever.search(query)
        articles = qa.catalogue.articles({hit.passage.article_id for hit in hits})
        weighed = engine.weigh(query, hits, articles, blank_models())
        holds = [question.is_answered_by(item.hit.passage.article_id, item.text) for item in weighed.candidates]
        if weighed.candidates:
            seen.append(Observation(weighed, np.array(holds, dtype=bool), question.answerable))
    return seen


def blank_models() -> Models:
    width = len(FEATURES)
    flat = Logistic(np.zeros(width), np.ones(width), np.zeros(width), 0.0)
    return Models(flat, flat, flat, 0.5)


def fit(rows: NDArray[np.float64], labels: NDArray[np.bool_], weights: NDArray[np.float64] | None = None) -> Logistic:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=0.3, max_iter=3000).fit(scaler.transform(rows), labels, sample_weight=weights)
    return Logistic(scaler.mean_, scaler.scale_, model.coef_[0], float(model.intercept_[0]))


def fit_ranking(observations: Sequence[Observation], *, own: bool) -> Logistic:
    chosen = [np.array(item.weighed.own_language, dtype=bool) == own for item in observations]
    rows = np.vstack([item.weighed.rows[kept] for item, kept in zip(observations, chosen, strict=True)])
    labels = np.concatenate([item.holds[kept] for item, kept in zip(observations, chosen, strict=True)])
    return fit(rows, labels)


def fit_found(observations: Sequence[Observation], ranking: Models) -> tuple[Logistic, float]:
    """The model of answerability, and the threshold with the least cost on what it was fitted on."""
    rows, labels = [], []
    for item in observations:
        chances = probabilities(item.weighed.rows, item.weighed.own_language, ranking)
        rows.append(found_features(item.weighed.rows, chances, item.weighed.own_language)[0])
        labels.append(item.answerable)
    matrix, truth = np.array(rows), np.array(labels, dtype=bool)
    balance = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))
    model = fit(matrix, truth, balance)
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


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--homes", type=Path, default=Path("bench-results/homes"))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="look at every Nth question only")
    parser.add_argument("--write", action="store_true", help=f"replace {WEIGHTS.name}")
    args = parser.parse_args(argv)
    if not args.data.is_dir():
        print(f"{args.data}: no evaluation data here; give --data DIR", file=sys.stderr)
        return 2

    def seen(answer_set: AnswerSet) -> list[Observation]:
        with build(answer_set, args.homes) as qa:
            out = observe(qa, answer_set.fit_half[:: 1 if answer_set.name == "corpus" else args.every])
        print(f"{answer_set.name}: {len(out)} questions, answer among the candidates of "
              f"{np.mean([item.holds.any() for item in out if item.answerable]):.3f}", flush=True)  # fmt: skip
        return out

    own = seen(corpus())
    ranked = seen(vinewsqa(args.data)) + seen(xquad(args.data)) + OWN_WEIGHT * own
    answerable = [item for item in ranked if item.answerable]
    ranking = Models(fit_ranking(answerable, own=True), fit_ranking(answerable, own=False), blank_models().found, 0.5)
    gapped = seen(vinewsqa_gapped(args.data)) + seen(xquad_gapped(args.data)) + OWN_WEIGHT * own
    found, threshold = fit_found(gapped, ranking)
    weights: dict[str, Any] = {
        "fitted_by": "python -m eval.benchmarks.fit_answers",
        "features": list(FEATURES),
        "own": stored(ranking.own),
        "other": stored(ranking.other),
        "found": stored(found),
        "threshold": round(threshold, 3),
    }
    for name in ("own", "other"):
        pairs = sorted(zip(FEATURES, weights[name]["weights"], strict=True), key=lambda pair: -abs(pair[1]))
        print(name, ", ".join(f"{feature} {value:+.2f}" for feature, value in pairs))
    print("threshold", weights["threshold"])
    if args.write:
        WEIGHTS.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {WEIGHTS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
