"""Logistic regression, applied: what the fits in `eval` store is read here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Logistic:
    """P = 1 / (1 + exp(-(x - centre) / scale · weights - intercept)) for rows x [n, d]."""

    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    intercept: float

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Logistic:
        return cls(
            np.array(stored["centre"]),
            np.array(stored["scale"]),
            np.array(stored["weights"]),
            float(stored["intercept"]),
        )

    def __call__(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        logits = (rows - self.centre) / self.scale @ self.weights + self.intercept
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))
