"""Fits rag/answer/verify/weights.json: how likely a written sentence is to be supported.

    python -m eval.benchmarks.fit_verify --data ../shared/data [--every N] [--write]

Only the half of each set that `Source.fit` names is looked at; `make bench-verify` reports on the other.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.cached import CachedEmbedding
from eval.benchmarks.datasets import missing
from eval.benchmarks.fit_answers import fit, stored
from eval.benchmarks.verify_sets import Written, bump, ragtruth, sentence_embed, translations, vihallu, wice
from rag.answer.verify import Embed, Verifier
from rag.answer.verify.features import AGAINST, FEATURES
from rag.answer.verify.model import WEIGHTS, Fitted, Models, models
from rag.embed import default_embedder

# Which sentences of evidence are weighed depends on the model: it is fitted on what its predecessor chose.
ROUNDS = 2
# How much each set counts. BUMP's errors are minimal edits, which mostly the hard checks can see.
SETS = {"vihallu": 1.0, "ragtruth": 1.0, "bump": 0.5, "wice": 0.5, "translations": 1.0}
# What a supported sentence that is withheld costs beside one that is shown without support: its quote is shown instead,
# so little is lost. Across languages the errors that matter (figures, dates, names) have checks of their own.
COST_OF_WITHHELD = {"own": 0.5, "other": 1.0}


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence as the verifier weighed it.

    `group` is the text it belongs to and `origin` the set; `truth` is None where only the whole text was judged.
    """

    features: NDArray[np.float64]
    own: bool
    hard: bool
    truth: bool | None
    group: str
    origin: str


def observe(verifier: Verifier, embed: Embed, origin: str, texts: Iterable[Written]) -> list[Row]:
    rows = []
    for written in texts:
        evidence = written.source.evidence(embed)
        for claim, truth in zip(written.claims, written.truth, strict=True):
            weighed = verifier.weigh(claim, written.language, (), evidence)
            rows.append(Row(weighed.features, weighed.own, bool(weighed.findings), truth, written.id, origin))
    return rows


def with_guesses(rows: Sequence[Row], fitted: Models) -> list[Row]:
    """Where only the whole of an unsupported text was judged, its least likely sentence is taken to be the cause."""
    least: dict[str, tuple[float, int]] = {}
    for place, row in enumerate(rows):
        if row.truth is None:
            chance = (fitted.own if row.own else fitted.other).chance(row.features)
            least[row.group] = min(least.get(row.group, (2.0, -1)), (chance, place))
    causes = {place for _, place in least.values()}
    return [
        row if row.truth is not None else replace(row, truth=False)
        for place, row in enumerate(rows)
        if row.truth is not None or place in causes
    ]


def importance(rows: Sequence[Row]) -> NDArray[np.float64]:
    """A weight for each row [n], 1 on average: each set counts as much as `SETS` says, half of it for what is
    supported, so that no model learns which set a sentence comes from."""
    cells = Counter((row.origin, row.truth) for row in rows)
    weights = np.array([SETS[row.origin] / cells[row.origin, row.truth] for row in rows])
    return np.asarray(weights / weights.mean())


def fitted_on(rows: Sequence[Row], *, own: bool) -> Fitted:
    """The model of sentences whose grounds do or do not share their language, with the threshold of the least cost."""
    chosen = [row for row in rows if row.own == own]
    matrix = np.stack([row.features for row in chosen])
    truth = np.array([bool(row.truth) for row in chosen])
    balance = importance(chosen)
    logistic = fit(matrix, truth, FEATURES, balance, AGAINST)
    chances = logistic(matrix)
    hard = np.array([row.hard for row in chosen])
    thresholds = np.linspace(0.1, 0.9, 81)
    cost = [
        balance[~truth & ~hard & (chances >= at)].sum()
        + COST_OF_WITHHELD["own" if own else "other"] * balance[truth & ~hard & (chances < at)].sum()
        for at in thresholds
    ]
    return Fitted(logistic, float(thresholds[int(np.argmin(cost))]))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="look at one source in N only")
    parser.add_argument("--write", action="store_true", help=f"replace {WEIGHTS.name}")
    args = parser.parse_args(argv)
    if reason := missing(args.data, ("vihallu", "ragtruth", "bump", "wice", "xquad")):
        print(reason)
        return 0
    embed = sentence_embed(CachedEmbedding(default_embedder()))
    texts = {
        "vihallu": vihallu(args.data),
        "ragtruth": ragtruth(args.data, "QA") + ragtruth(args.data, "Summary"),
        "bump": [text for pair in bump(args.data) for text in pair],
        "wice": wice(args.data),
        "translations": translations(args.data),
    }
    seen = {
        name: [text for text in listed if text.source.fit and text.source.among(args.every)]
        for name, listed in texts.items()
    }
    fitted = models()
    for _ in range(ROUNDS):
        verifier = Verifier(embed, fitted=fitted)
        rows = [row for name, listed in seen.items() for row in observe(verifier, embed, name, listed)]
        rows = with_guesses(rows, fitted)
        fitted = Models(fitted_on(rows, own=True), fitted_on(rows, own=False))
        _show(rows, fitted)
    if args.write:
        WEIGHTS.write_text(json.dumps(_document(fitted), indent=1) + "\n", encoding="utf-8")
        print(f"wrote {WEIGHTS}")
    return 0


def _document(fitted: Models) -> dict[str, Any]:
    return {
        "fitted_by": "python -m eval.benchmarks.fit_verify",
        "features": list(FEATURES),
        **{
            name: stored(model.logistic) | {"threshold": round(model.threshold, 3)}
            for name, model in (("own", fitted.own), ("other", fitted.other))
        },
    }


def _show(rows: Sequence[Row], fitted: Models) -> None:
    for name, model, own in (("own", fitted.own, True), ("other", fitted.other, False)):
        count = sum(row.own == own for row in rows)
        weights = sorted(zip(FEATURES, model.logistic.weights, strict=True), key=lambda pair: -abs(pair[1]))
        listed = ", ".join(f"{feature} {value:+.2f}" for feature, value in weights if value)
        print(f"{name} ({count} sentences, threshold {model.threshold:.2f}): {listed}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
