"""A run in the terminal: what it is, its figures, what to look at next. Pure; the caller makes text safe to print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eval.benchmarks.table import render
from eval.outcomes import NOT_WRONG
from eval.report import shown

# The columns of a grouping; the others are in the files.
_COLUMNS = (
    "correct",
    "answer recall",
    "figure accuracy",
    "passage recall@5",
    "faithfulness",
    "refusal recall",
    "seconds",
)
_WORST = 10


def summary(report: Mapping[str, Any]) -> str:
    """The whole summary, in lines of at most about 120 characters."""
    return "\n".join(_lines(report))


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield shown.title(report["run"])
    yield ", ".join(f"{count} {name}" for name, count in report["outcomes"].items() if count)
    yield ""
    yield metrics_table(report["metrics"])
    yield ""
    yield from unmeasured(report["metrics"])
    yield f"claims by the judge: {shown.claims(report['claims']['judge'])}"
    yield f"claims without a judge: {shown.claims(report['claims']['exact'])}"
    yield shown.agreement(report["agreement"])
    if by_language := shown.agreement_by_language(report["agreement"]):
        yield by_language
    calibration = report["calibration"]
    for name in ("AURC", "ECE"):
        yield f"{name} {_with_interval(calibration[name])}"
    yield f"time: {shown.times(report['latency'])}"
    yield f"use: {shown.costs(report)}"
    for group in report["groups"]:
        if len(group["rows"]) > 1:
            yield ""
            yield group_table(group)
    worst = [case for case in report["cases"] if case["outcome"] not in NOT_WRONG]
    if worst:
        yield ""
        yield f"not right ({len(worst)}), the first {min(_WORST, len(worst))}:"
        yield from (f"  {case['id']}  {case['outcome']}: {case['question']} - {case['why']}" for case in worst[:_WORST])


def metrics_table(metrics: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [
            f"{metric['name']}{'' if metric['higher'] else ' (lower is better)'}",
            shown.value(metric["value"], share=metric["share"]),
            shown.interval(metric, share=metric["share"]),
            str(metric["n"]),
        ]
        for metric in metrics
    ]
    return render(["metric (shares in %)", "mean", "95% interval", "n"], rows)


def unmeasured(metrics: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"{metric['name']}: {shown.missing(metric)}" for metric in metrics if metric["missing"]]


def group_table(group: Mapping[str, Any]) -> str:
    names = [name for name in shown.columns(group["rows"]) if name in _COLUMNS]
    rows = [
        [row["name"], str(row["n"]), *(_cell(row["figures"].get(name), name) for name in names)]
        for row in group["rows"]
    ]
    return render([group["by"], "n", *names], rows)


def judge_table(found: Mapping[str, Any]) -> str:
    """The judge against the labels of one set."""
    return f"{found['set']}, judge: {found['judge']}\n{render(*shown.agreement_table(found))}\n{shown.AGREEMENT}"


def _cell(figure: Mapping[str, Any] | None, name: str) -> str:
    return shown.value(figure["value"], share=name != "seconds") if figure else ""


def _with_interval(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return f"was not computed: {', '.join(figure['missing'])}"
    return f"{shown.value(figure['value'], share=False)} ({shown.interval(figure, share=False)}), n {figure['n']}"
