"""A run as Markdown for a pull request. Pure; what comes from cases and articles is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eval.outcomes import NOT_WRONG
from eval.report import shown

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~@&]|:(?=//)|(?<=www)\.)")
# What turns "@name" and "#1" into mentions looks at what is shown, so they are kept apart by an invisible joiner.
_MENTION = re.compile(r"([@#])(?=\w)")
_WORST = 20


def page(report: Mapping[str, Any]) -> str:
    return "\n".join(_lines(report)) + "\n"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, on one line; no mention, link, picture or tag can come of it."""
    apart = _MENTION.sub("\\1\u2060", " ".join(shown.safe(text).split()))
    return _SPECIAL.sub(r"\\\1", apart)


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headers, ["---", *["---:"] * (len(headers) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"### Evaluation: {escaped(shown.title(report['run']))}"
    yield ""
    yield ", ".join(f"**{count}** {name}" for name, count in report["outcomes"].items() if count)
    yield ""
    rows = [
        [
            metric["name"] + ("" if metric["higher"] else " (lower is better)"),
            shown.value(metric["value"], share=metric["share"]),
            shown.interval(metric, share=metric["share"]),
            str(metric["n"]),
            escaped(shown.missing(metric)),
        ]
        for metric in report["metrics"]
    ]
    yield table(["metric (shares in %)", "mean", "95% interval", "n", "not computed"], rows)
    yield ""
    yield f"Claims: {shown.claims(report['claims']['judge'])}. {escaped(shown.agreement(report['agreement']))}."
    if report["agreement"]:
        yield ""
        headers, lines = shown.agreement_table(report["agreement"])
        told = table(headers, [[escaped(cell) for cell in line] for line in lines])
        yield from _details("The judge against labels", f"{told}\n\n{shown.AGREEMENT}")
        yield ""
    yield f"Time: {shown.times(report['latency'])}. Use: {shown.costs(report)}."
    for group in report["groups"]:
        yield ""
        yield from _details(f"By {group['by']}", _group(group))
    wrong = [case for case in report["cases"] if case["outcome"] not in NOT_WRONG]
    if wrong:
        yield ""
        listed = [
            [escaped(case["id"]), case["outcome"], escaped(case["question"]), escaped(case["why"])] for case in wrong
        ]
        heading = f"{len(wrong)} not right" + (f", the first {_WORST}" if len(wrong) > _WORST else "")
        yield from _details(heading, table(["case", "outcome", "question", "why"], listed[:_WORST]))


def _group(group: Mapping[str, Any]) -> str:
    names = shown.columns(group["rows"])
    rows = [
        [
            escaped(row["name"]),
            str(row["n"]),
            *(_cell(row["figures"].get(name), share=name != "seconds") for name in names),
        ]
        for row in group["rows"]
    ]
    return table([group["by"], "n", *names], rows)


def _cell(figure: Mapping[str, Any] | None, *, share: bool) -> str:
    return shown.value(figure["value"], share=share) if figure else ""


def _details(heading: str, content: str) -> Iterator[str]:
    yield f"<details><summary>{heading}</summary>\n\n{content}\n\n</details>"
