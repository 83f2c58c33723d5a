"""The logistic regressions, with odds that can be worked out by hand, and the weights that are shipped."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.features import FEATURES
from rag.answer.rank import WEIGHTS, Logistic, Models, found_features, models, probabilities

LOG3 = math.log(3)
EXTRA = 5  # what `found_features` adds to the features of the best sentence


def logistic(intercept: float = LOG3, weights: tuple[float, ...] = (LOG3, -LOG3)) -> Logistic:
    return Logistic(np.array([1.0, 2.0]), np.array([2.0, 0.5]), np.array(weights), intercept)


@pytest.mark.parametrize(
    ("row", "odds"),
    [
        ((1, 2), 3),  # at the centre only the intercept speaks
        ((3, 2), 9),  # one scale above in the first: three times that
        ((-1, 2), 1),
        ((1, 2.5), 1),  # one scale above in the second: a third
        ((3, 2.5), 3),
    ],
)
def test_logistic(row: tuple[float, float], odds: float) -> None:
    assert logistic()(np.array([row])) == pytest.approx([odds / (odds + 1)])


def test_logistic_takes_rows() -> None:
    assert logistic()(np.array([[1, 2], [3, 2]])) == pytest.approx([0.75, 0.9])


def test_extreme_rows_neither_overflow_nor_reach_certainty() -> None:
    with np.errstate(all="raise"):
        low, high = logistic()(np.array([[-1e9, 0], [1e9, 0]]))
    assert 0 < low < 1e-12
    assert 1 - 1e-12 < high < 1


FITTED = Models(own=logistic(), other=logistic(intercept=0.0), found=logistic(), threshold=0.5)


def test_a_sentence_is_judged_by_the_model_of_its_language() -> None:
    rows = np.array([[1.0, 2.0], [1.0, 2.0]])
    assert probabilities(rows, [True, False], FITTED) == pytest.approx([0.75, 0.5])


def test_no_sentences() -> None:
    assert probabilities(np.zeros((0, 2)), [], FITTED).shape == (0,)


def test_the_decision_looks_at_the_best_sentence_and_at_the_rest() -> None:
    rows = np.array([[0.2, 0.7], [0.4, 0.1]])
    chances = np.array([0.5, 0.9])  # odds 1 and 9
    found = found_features(rows, chances, [False, True])
    assert found.shape == (1, 2 + EXTRA)
    assert found[0] == pytest.approx([0.4, 0.1, math.log(9), math.log(9) - math.log(1), 0.4, 0.7, 1.0])


def test_one_certain_sentence_gives_finite_numbers() -> None:
    assert np.isfinite(found_features(np.array([[0.2, 0.7]]), np.array([1.0]), [True])).all()
    assert np.isfinite(found_features(np.array([[0.2, 0.7]]), np.array([0.0]), [False])).all()


def weights_file(path: Path, features: tuple[str, ...]) -> Path:
    part = {"centre": [0.0], "scale": [1.0], "weights": [2.0], "intercept": 0.5}
    stored = {"features": list(features), "own": part, "other": part, "found": part, "threshold": 0.25}
    path.write_text(json.dumps(stored), encoding="utf-8")
    return path


def test_weights_are_read(tmp_path: Path) -> None:
    fitted = models(weights_file(tmp_path / "weights.json", FEATURES))
    assert fitted.threshold == 0.25
    assert (fitted.own.weights.tolist(), fitted.found.intercept) == ([2.0], 0.5)


def test_weights_for_other_features_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"other\.json was fitted for other features; run python -m"):
        models(weights_file(tmp_path / "other.json", FEATURES[::-1]))


def test_the_shipped_weights_fit_the_features() -> None:
    if not WEIGHTS.exists():
        pytest.skip(f"{WEIGHTS.name} is not there yet; run python -m eval.benchmarks.fit_answers")
    fitted = models()
    for part, width in (
        (fitted.own, len(FEATURES)),
        (fitted.other, len(FEATURES)),
        (fitted.found, len(FEATURES) + EXTRA),
    ):
        assert part.centre.shape == part.scale.shape == part.weights.shape == (width,)
        assert np.isfinite(part.weights).all()
        assert (part.scale > 0).all()
    assert 0 < fitted.threshold < 1


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 2, st.booleans()), min_size=1, max_size=8))
def test_every_row_gets_a_probability(found: list[tuple[float, float, bool]]) -> None:
    rows = np.array([row[:2] for row in found])
    same = [row[2] for row in found]
    chances = probabilities(rows, same, FITTED)
    assert chances.shape == (len(found),)
    assert ((chances > 0) & (chances < 1)).all()
    assert np.isfinite(found_features(rows, chances, same)).all()
