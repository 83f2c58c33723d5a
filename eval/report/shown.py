"""How figures are written in every report: one way for people, whatever the medium. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

DASH = "–"
# Control characters, line separators, bidirectional overrides, lone surrogates: what steers or reorders what is read.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """Text that is shown as it is read; as long as `text`."""
    return _UNSAFE.sub("\ufffd", text)


def value(found: float | None, *, share: bool) -> str:
    """A share in per cent with one decimal; other values with two or three."""
    if found is None:
        return DASH
    if share:
        return f"{100 * found:.1f}"
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
    return ", ".join(f"{name} {latency[name]:.2f} s" for name in ("p50", "p90", "p95", "p99", "max"))


def columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The metrics that any row of a grouping has, in the order of the first that has them."""
    return list(dict.fromkeys(name for row in rows for name in row["figures"]))
