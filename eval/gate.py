"""Did anything get worse than the baseline, beyond noise? The baseline is a small file kept in the repository."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.compare import LEVEL, Comparison, compare, load
from eval.report import data, shown
from rag.errors import UsageError

# Time is no matter of the code alone, so the gate leaves it out.
GATED = (
    "correct", "answer recall", "figure accuracy", "refusal precision", "refusal recall", "article recall@5",
    "passage recall@5", "quote recall@3", "citation recall, at least", "citation precision, at least",
    "faithfulness, at least",
)  # fmt: skip
# These are promises: one broken quote is no noise.
PROMISES = ("quote exactness", "outlet accuracy", "date accuracy")
_RUN = ("suite", "engine", "model", "split", "limit", "seed", "cases", "archive")
_CHOICE = ("suite", "split", "limit", "seed")
_CASE = ("id", "question", "outcome", "why")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken` has a line for everything that got worse; the gate is open where it is empty. `notes` tell what else
    differs.
    """

    comparison: Comparison
    broken: tuple[str, ...]
    notes: tuple[str, ...] = ()


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
    broken = (
        *_worse(comparison),
        *_lost(comparison),
        *_failures(before["cases"], after["cases"]),
        *_not_asked(before, after),
    )
    return Verdict(comparison, broken, tuple(_notes(before["run"], after["run"])))


def _lost(comparison: Comparison) -> Iterator[str]:
    """Scores that this run could not compute."""
    for each in comparison.lost:
        if each.p < LEVEL and each.lost > each.gained:
            yield f"{each.name} could not be computed for {each.lost} cases that have it in the baseline"


def _not_asked(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Cases that went missing, unless fewer were asked for."""
    asked = {case["id"] for case in after["cases"]}
    gone = [case["id"] for case in before["cases"] if case["id"] not in asked]
    if gone and all(before["run"].get(name) == after["run"].get(name) for name in _CHOICE):
        yield f"{len(gone)} of its cases were not asked, the first {gone[0]}; where that is meant, --write it anew"


def _notes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    if before.get("archive") != after.get("archive"):
        yield "the articles are not those of the baseline"
    if before.get("model") != after.get("model"):
        yield f"the baseline was answered by {before.get('model')}, this run by {after.get('model')}"


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
