"""Did anything get worse than the baseline, beyond noise? The baseline is a small file kept in the repository."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.compare import Comparison, compare, load
from eval.report import data, shown
from rag.errors import UsageError

# Time is no matter of the code alone, so the gate leaves it out.
GATED = (
    "correct", "answer recall", "figure accuracy", "refusal precision", "refusal recall", "article recall@5",
    "passage recall@5", "quote recall@3", "citation recall", "citation precision", "faithfulness, at least",
)  # fmt: skip
# These are promises: one broken quote is no noise.
PROMISES = ("quote exactness", "outlet accuracy", "date accuracy")
_RUN = ("suite", "engine", "model", "split", "limit", "seed", "cases", "archive")
_CASE = ("id", "question", "outcome", "why")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken` has a line for everything that got worse; the gate is open where it is empty."""

    comparison: Comparison
    broken: tuple[str, ...]


def baseline(report: Mapping[str, Any]) -> dict[str, Any]:
    """What of a report the gate needs: how it was run, and the gated scores of each case."""
    return {
        "version": data.VERSION,
        "run": {name: report["run"].get(name) for name in _RUN},
        "cases": [
            {
                **{name: case[name] for name in _CASE},
                "scores": {name: value for name, value in case["scores"].items() if name in (*GATED, *PROMISES)},
            }
            for case in report["cases"]
        ],
    }


def write(report: Mapping[str, Any], path: Path) -> None:
    """A line for each case, so that a changed baseline can be read in a diff."""
    kept = baseline(report)
    head = json.dumps({"version": kept["version"], "run": kept["run"]}, ensure_ascii=False)[:-1]
    cases = ",\n".join(json.dumps(case, ensure_ascii=False) for case in kept["cases"])
    path.write_text(f'{head}, "cases": [\n{cases}\n]}}\n', encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """Raises UsageError where there is none, saying how to write one."""
    if not path.is_file():
        raise UsageError(f"{path}: no baseline; write one by: rag eval gate --baseline {path} --write")
    return load(path)


def judged(before: Mapping[str, Any], after: Mapping[str, Any]) -> Verdict:
    """What the run `after` makes worse."""
    comparison = compare(before, after, [*GATED, *PROMISES])
    return Verdict(comparison, (*_worse(comparison), *_failures(before["cases"], after["cases"])))


def _worse(comparison: Comparison) -> list[str]:
    lines = []
    for change in comparison.changes:
        name, difference = change.metric.name, change.paired.difference
        promised = name in PROMISES and difference.value < 0
        if promised or change.verdict == "worse":
            fell = f"{shown.value(change.before, share=True)} to {shown.value(change.after, share=True)}"
            lines.append(f"{name} fell from {fell} over {difference.n} cases (p {change.p:.3f})")
    return lines


def _failures(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[str]:
    """Cases that crash or time out now and did not before."""
    failed = {case["id"] for case in before if case["outcome"] == "failed"}
    return [
        f"{case['id']} fails now: {case['why']}"
        for case in after
        if case["outcome"] == "failed" and case["id"] not in failed
    ]
