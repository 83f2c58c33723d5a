"""Systems that are damaged on purpose are flagged by exactly the metrics that should flag them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from eval_town import (
    CASES,
    LIBRARY,
    ChangedFigure,
    Honest,
    RandomPassages,
    ShiftedCitations,
    ShiftedQuotes,
)

from eval import gate
from eval.compare import compare
from eval.records import Records
from eval.report import data
from eval.run import System, run
from eval.score import Scorer

RETRIEVAL = {
    f"{level} {measure}"
    for level, measures in {
        "article": ("recall@1", "recall@5", "recall@10", "MRR", "nDCG@10", "MAP"),
        "passage": ("recall@1", "recall@5", "recall@10", "MRR", "nDCG@10", "MAP"),
    }.items()
    for measure in measures
}
QUOTED = {"quote recall@1", "quote recall@3", "quote MRR", "quote nDCG@3", "quote MAP"}
ANSWER = {"correct", "answer recall", "F1", "figure accuracy", "reliability", "Brier"}
CITED = {f"citation {name}{rest}" for name in ("recall", "precision") for rest in ("", ", at least")}
FAITHFUL = {"faithfulness", "faithfulness, at least", "faithfulness, no judge"}


@cache
def report(system: type[Honest]) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        told = {"suite": "towns", "engine": "quotes", "fingerprint": system.__name__, "archive": {"articles": 24}}
        asked: System = system()
        records = run(asked, CASES, Records.open(Path(folder), told))
        # Times differ from run to run, and are no matter of these tests.
        timeless = [type(one)(one.case_id, one.answer, one.found, 0.0, one.error) for one in records]
        return data.report({**told, "settings": {}}, Scorer(LIBRARY).score(CASES, timeless))


def flagged(system: type[Honest]) -> set[str]:
    changes = compare(report(Honest), report(system)).changes
    assert not [change.metric.name for change in changes if change.verdict == "better"]
    return {change.metric.name for change in changes if change.verdict == "worse"}


def test_the_honest_system_has_full_marks() -> None:
    values = {metric["name"]: metric["value"] for metric in report(Honest)["metrics"]}
    assert values.pop("Brier") == pytest.approx(0.01)
    assert values.pop("F1") < 1 > values.pop("exact match")
    for name in ("wrong source rate", "seconds", "tokens", "cost"):
        assert values.pop(name) == 0
    assert set(values.values()) == {1.0}, values
    assert flagged(Honest) == set()


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (RandomPassages, RETRIEVAL | QUOTED | ANSWER | {"wrong source rate"}),
        (ChangedFigure, ANSWER | CITED | FAITHFUL),
        (ShiftedCitations, CITED),
        (ShiftedQuotes, {"quote exactness"}),
    ],
)
def test_damage_is_flagged_by_the_metrics_it_concerns(system: type[Honest], expected: set[str]) -> None:
    assert flagged(system) == expected


@pytest.mark.parametrize("system", [RandomPassages, ChangedFigure, ShiftedCitations, ShiftedQuotes])
def test_the_gate_is_shut(system: type[Honest]) -> None:
    baseline = gate.baseline(report(Honest))
    assert gate.judged(baseline, report(Honest)).broken == ()
    assert gate.judged(baseline, report(system)).broken
