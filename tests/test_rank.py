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
from rag.answer.rank import FOUND_FEATURES, Logistic, Models, found_features, models, probabilities

LOG3 = math.log(3)


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


def test_the_decision_looks_at_the_best_sentence_and_at_the_best_scores() -> None:
    rows = np.zeros((2, len(FEATURES)))
    at = {name: place for place, name in enumerate(FEATURES)}
    rows[0, at["sentence_dense"]], rows[1, at["sentence_dense"]] = 0.4, 0.2
    rows[0, at["passage_dense"]], rows[1, at["passage_dense"]] = 0.1, 0.7
    rows[1, at["near_coverage"]] = 0.6
    found = dict(zip(FOUND_FEATURES, found_features(rows, np.array([0.5, 0.9]), [False, True])[0], strict=True))
    assert found["chance"] == pytest.approx(math.log(9))  # odds of 9 to 1
    assert (found["best_sentence_dense"], found["best_passage_dense"]) == (0.4, 0.7)
    assert (found["near_coverage"], found["own_language"]) == (0.6, 1.0)


def test_one_certain_sentence_gives_finite_numbers() -> None:
    assert np.isfinite(found_features(np.zeros((1, len(FEATURES))), np.array([1.0]), [True])).all()
    assert np.isfinite(found_features(np.zeros((1, len(FEATURES))), np.array([0.0]), [False])).all()


def weights_file(path: Path, features: tuple[str, ...]) -> Path:
    part = {"centre": [0.0], "scale": [1.0], "weights": [2.0], "intercept": 0.5}
    names = {"features": list(features), "found_features": list(FOUND_FEATURES)}
    stored = {**names, "own": part, "other": part, "found": part, "threshold": 0.25}
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
    fitted = models()
    for part, width in (
        (fitted.own, len(FEATURES)),
        (fitted.other, len(FEATURES)),
        (fitted.found, len(FOUND_FEATURES)),
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
    wide = np.zeros((len(found), len(FEATURES)))
    wide[:, :2] = rows
    assert chances.shape == (len(found),)
    assert ((chances > 0) & (chances < 1)).all()
    assert np.isfinite(found_features(wide, chances, same)).all()
