"""How likely a claim is to be supported: logistic regressions over `features.py`.

Fitted by `python -m eval.benchmarks.fit_verify` on one half of public sets (figures come from the other half) and
stored in `weights.json`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.answer.logistic import Logistic
from rag.answer.verify.features import FEATURES

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model with the least probability that counts as support."""

    logistic: Logistic
    threshold: float

    def chance(self, row: NDArray[np.float64]) -> float:
        """P(supported) of one row [d]."""
        return float(self.logistic(row[None, :])[0])


@dataclass(frozen=True, slots=True)
class Models:
    """`own` where claim and grounds share a language, `other` across languages."""

    own: Fitted
    other: Fitted


@cache
def models(path: Path = WEIGHTS) -> Models:
    stored = json.loads(path.read_text(encoding="utf-8"))
    if tuple(stored["features"]) != FEATURES:
        raise ValueError(f"{path.name} was fitted for other features; run python -m eval.benchmarks.fit_verify")
    parts = {
        name: Fitted(Logistic.from_dict(stored[name]), float(stored[name]["threshold"])) for name in ("own", "other")
    }
    return Models(**parts)
