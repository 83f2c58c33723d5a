"""Two runs over the same cases: what changed, how sure that is, and which cases got better or worse. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.benchmarks.table import render
from eval.metrics import statistics
from eval.metrics.score import BY_NAME, Metric
from eval.metrics.statistics import Paired
from eval.outcomes import RIGHT
from eval.report import data, shown
from rag.errors import UsageError

LEVEL = 0.05
_LISTED = 20
Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One metric in both runs, over the cases where both have it (either, for a metric that is not `by_case`); `p` is
    corrected for the number of metrics.
    """

    metric: Metric
    before: float
    after: float
    paired: Paired
    p: float

    @property
    def verdict(self) -> str:
        """ "better", "worse", or "" where it may as well be chance."""
        change = self.paired.difference.value
        if self.p >= LEVEL or not change:
            return ""
        return "better" if (change > 0) == self.metric.higher else "worse"


@dataclass(frozen=True, slots=True)
class Lost:
    """In how many cases one run computed a metric and the other could not: `lost` those of A only, `gained` of B only;
    `p` is the chance of so uneven counts if neither run were worse at it.
    """

    name: str
    lost: int
    gained: int
    p: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """`better` and `worse` are pairs of the same case in both runs; `only_one` counts cases that one run lacks."""

    changes: tuple[Change, ...]
    lost: tuple[Lost, ...]
    better: tuple[tuple[Report, Report], ...]
    worse: tuple[tuple[Report, Report], ...]
    shared: int
    only_one: int


def load(path: Path) -> dict[str, Any]:
    """The report of a run's folder, or of its `report.json`. Raises UsageError."""
    file = path / data.FILE if path.is_dir() else path
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
        version = report["version"]
    except OSError:
        raise UsageError(f"{file} cannot be read; name the folder of a finished run") from None
    except (ValueError, LookupError, TypeError):
        raise UsageError(f"{file} is no report of an evaluation; name the folder of a finished run") from None
    if version != data.VERSION:
        raise UsageError(f"{file} is a report of version {version}, this program reads {data.VERSION}; run it again")
    return dict(report)


def compare(before: Report, after: Report, names: Sequence[str] | None = None, seed: int = 0) -> Comparison:
    """The change of each metric (default: of all). Raises UsageError where no case is in both runs."""
    first = {case["id"]: case for case in before["cases"]}
    second = {case["id"]: case for case in after["cases"]}
    ids = [case_id for case_id in first if case_id in second]
    if not ids:
        raise UsageError("the two runs share no case; compare runs of the same suite")
    pairs = [(first[case_id], second[case_id]) for case_id in ids]
    return Comparison(
        changes=tuple(_changes(pairs, names or list(BY_NAME), seed)),
        lost=tuple(_lost(pairs, names or list(BY_NAME), seed)),
        better=tuple(pair for pair in pairs if not _is_right(pair[0]) and _is_right(pair[1])),
        worse=tuple(pair for pair in pairs if _is_right(pair[0]) and not _is_right(pair[1])),
        shared=len(ids),
        only_one=len(first) + len(second) - 2 * len(ids),
    )


def _is_right(case: Report) -> bool:
    return case["outcome"] in RIGHT


def _changes(pairs: Sequence[tuple[Report, Report]], names: Sequence[str], seed: int) -> Iterator[Change]:
    measured = []
    for name in names:
        metric = BY_NAME[name]
        values = [(one["scores"].get(name), other["scores"].get(name)) for one, other in pairs]
        if metric.by_case:
            values = [(one, other) for one, other in values if one is not None and other is not None]
        before, after = ([side[place] for side in values if side[place] is not None] for place in (0, 1))
        if before and after:
            found = (
                statistics.paired(before, after, seed)
                if metric.by_case
                else statistics.means_apart([one for one, _ in values], [other for _, other in values], seed)
            )
            measured.append((metric, before, after, found))
    corrected = statistics.holm([found.p for *_, found in measured])
    for (metric, before, after, found), chance in zip(measured, corrected, strict=True):
        yield Change(metric, sum(before) / len(before), sum(after) / len(after), found, chance)


def _lost(pairs: Sequence[tuple[Report, Report]], names: Sequence[str], seed: int) -> Iterator[Lost]:
    """A score that could not be computed is there as None; one that says nothing about a case is not there.

    Failed answers are told as such.
    """
    for name in names:
        values = [
            (one["scores"][name] is None, other["scores"][name] is None)
            for one, other in pairs
            if name in one["scores"] and name in other["scores"]
            if "failed" not in (one["outcome"], other["outcome"])
        ]
        lost, gained = values.count((False, True)), values.count((True, False))
        if lost or gained:
            found = statistics.paired([0.0] * (lost + gained), [1.0] * lost + [-1.0] * gained, seed)
            yield Lost(name, lost, gained, found.p)


def text(comparison: Comparison, before: Report, after: Report) -> str:
    """For the terminal."""
    return "\n".join(_lines(comparison, before, after))


def _lines(comparison: Comparison, before: Report, after: Report) -> Iterator[str]:
    yield f"A: {shown.title(before['run'])}"
    yield f"B: {shown.title(after['run'])}"
    other = f"; {comparison.only_one} are in one run only" if comparison.only_one else ""
    yield f"{comparison.shared} cases in both{other}"
    yield ""
    rows = []
    for change in comparison.changes:
        share, difference = change.metric.share, change.paired.difference
        sides = (shown.value(value, share=share) for value in (change.before, change.after, difference.value))
        between = f"{shown.value(difference.low, share=share)} to {shown.value(difference.high, share=share)}"
        rows.append([change.metric.name, *sides, between, f"{change.p:.3f}", str(difference.n), change.verdict])
    yield render(["metric (shares in %)", "A", "B", "B - A", "95% interval", "p", "n", ""], rows)
    yield "p: paired permutation test, corrected for the number of metrics (Holm)"
    for each in comparison.lost:
        yield f"{each.name}: not computed in B though in A for {each.lost} cases, the other way round for {each.gained}"
    for name, pairs in (("better", comparison.better), ("worse", comparison.worse)):
        yield ""
        yield f"{len(pairs)} cases got {name}" + (f", the first {_LISTED}" if len(pairs) > _LISTED else "")
        for one, two in pairs[:_LISTED]:
            why = two["why"] or one["why"]
            yield f"  {two['id']}  {one['outcome']} -> {two['outcome']}: {two['question']} - {why}"


def to_dict(comparison: Comparison) -> dict[str, Any]:
    """For programs."""
    return {
        "shared": comparison.shared,
        "only_one": comparison.only_one,
        "metrics": [
            {
                "name": change.metric.name,
                "before": change.before,
                "after": change.after,
                "difference": change.paired.difference.value,
                "low": change.paired.difference.low,
                "high": change.paired.difference.high,
                "n": change.paired.difference.n,
                "p": change.p,
                "more": change.paired.more,
                "less": change.paired.less,
                "verdict": change.verdict,
            }
            for change in comparison.changes
        ],
        "lost": [{"name": each.name, "lost": each.lost, "gained": each.gained} for each in comparison.lost],
        "better": [pair[1]["id"] for pair in comparison.better],
        "worse": [pair[1]["id"] for pair in comparison.worse],
    }
