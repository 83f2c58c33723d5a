"""How figures are written in every report: one way for people, whatever the medium. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from eval.metrics.score import BY_NAME

DASH = "–"
# Control characters, line separators, bidirectional overrides, lone surrogates: what steers or reorders what is read.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """Text that is shown as it is read; as long as `text`."""
    return _UNSAFE.sub("\ufffd", text)


def value(found: float | None, *, share: bool) -> str:
    """A share in per cent with one decimal; other values with three decimals, very small ones with two digits."""
    if found is None:
        return DASH
    if share:
        return f"{100 * found:.1f}"
    if 0 < abs(found) < 0.01:
        return f"{found:.2g}"
    return f"{found:.3f}" if abs(found) < 10 else f"{found:,.0f}"


def interval(figure: Mapping[str, Any], *, share: bool) -> str:
    if figure["value"] is None:
        return DASH
    return f"{value(figure['low'], share=share)} to {value(figure['high'], share=share)}"


def missing(figure: Mapping[str, Any]) -> str:
    """Nothing where everything was computed, else how many were not and why."""
    return "; ".join(f"{count} not computed: {reason}" for reason, count in figure["missing"].items())


def title(run: Mapping[str, Any]) -> str:
    """What was run, in a few words."""
    model = f" ({run['model']})" if run.get("model") else ""
    return f"{run['suite']}, {run['cases']} cases, engine {run['engine']}{model}"


def agreement(found: Mapping[str, Any] | None) -> str:
    """How far the faithfulness figure can be trusted."""
    if not found:
        return "The judge was not measured against human labels here; see: rag eval judge"
    return (
        f"The judge ({found['judge']}) against {found['n']} labelled claims: "
        f"right on {value(found['accuracy']['value'], share=True)}% "
        f"({interval(found['accuracy'], share=True)}), balanced {value(found['balanced'], share=True)}%, "
        f"undecided on {value(found['undecided'], share=True)}%"
    )


def agreement_by_language(found: Mapping[str, Any] | None) -> str:
    """The same for each pair of languages; nothing where that was not measured."""
    rows = [row for row in found["by"] if row["by"] == "languages"] if found else []
    told = ", ".join(f"{row['name']} {value(row['accuracy']['value'], share=True)}% of {row['n']}" for row in rows)
    return f"By language, claim→quote: {told}" if told else ""


def agreement_table(found: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """The judge against labels as headers and rows: over everything, by error, by languages."""
    headers = ["claims (shares in %)", "n", "accuracy", "95% interval", "balanced", "kept", "caught", "undecided"]
    named = [("all", found), *((f"{row['by']}: {row['name']}", row) for row in found["by"])]
    rows = [
        [
            name,
            str(row["n"]),
            value(row["accuracy"]["value"], share=True),
            interval(row["accuracy"], share=True),
            *(value(row[part], share=True) for part in ("balanced", "kept", "caught", "undecided")),
            value(row["kappa"], share=False),
        ]
        for name, row in named
    ]
    return [*headers, "kappa"], rows


AGREEMENT = (
    "accuracy and balanced: of the decided; kept: supported claims called supported; caught: unsupported ones "
    "called unsupported; undecided count as neither"
)


def claims(found: Mapping[str, int]) -> str:
    return f"{found['supported']} supported, {found['unsupported']} unsupported, {found['unchecked']} unchecked"


def costs(report: Mapping[str, Any]) -> str:
    tokens, cost = report["tokens"], report["cost"]
    if not tokens["prompt"] and not tokens["completion"]:
        return "no tokens of a language model"
    told = f"{tokens['prompt']:,} prompt and {tokens['completion']:,} completion tokens"
    unpriced = "".join(f"; {count} answers: {reason}" for reason, count in cost["missing"].items())
    return f"{told}, cost {cost['total']:.4f}{unpriced}"


def times(latency: Mapping[str, Any] | None) -> str:
    if latency is None:
        return "nothing was answered"
    told = ", ".join(f"{name} {latency[name]:.2f} s" for name in ("p50", "p90", "p95", "p99", "max"))
    return f"{told} ({latency['failed']} failed and are not in it)" if latency["failed"] else told


def columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The metrics that any row of a grouping has, in the order of all metrics."""
    known = {name for row in rows for name in row["figures"]}
    return [name for name in BY_NAME if name in known]
