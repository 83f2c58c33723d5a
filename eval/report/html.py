"""A run as one HTML file that asks nothing of the outside: figures, charts, every case with its evidence.

Pure. Everything that comes from cases, articles and answers is text to be shown: it is escaped here, and the page's
script sets it as text only. The page's own policy lets nothing else run or load.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from eval.report import shown
from eval.report.case import case_item
from eval.report.charts import Bar, Line, bars, plot
from eval.report.shown import safe
from rag.types import Article

FILE = "report.html"
_HERE = Path(__file__).parent
_CARDS = ("correct", "passage recall@5", "citation recall", "citation precision", "faithfulness", "refusal recall")


def page(report: Mapping[str, Any], articles: Mapping[str, Article]) -> str:
    """The whole file. `articles` are those that the cases' quotes and gold are in, by id."""
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src {_checksum(style)}; script-src {_checksum(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    title = escape(safe(shown.title(report["run"])))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Evaluation: {title}</title><style>{style}</style></head><body>\n"
        f"{''.join(_body(report, articles))}"
        f'<script type="application/json" id="articles">{_texts(report, articles)}</script>'
        f"<script>{script}</script></body></html>\n"
    )


def _checksum(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _texts(report: Mapping[str, Any], articles: Mapping[str, Article]) -> str:
    """The texts that a case shows, each once. Inside a script element only "<" could end it."""
    wanted = {
        place["article_id"]
        for case in report["cases"]
        for place in (*case["gold"], *(case["answer"]["citations"] if case["answer"] else ()))
    }
    texts = {each: {"text": safe(articles[each].text)} for each in sorted(wanted) if each in articles}
    return json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c")


def _body(report: Mapping[str, Any], articles: Mapping[str, Article]) -> Iterator[str]:
    run = report["run"]
    yield f"<header><h1>{escape(safe(shown.title(run)))}</h1><p class=soft>{_about(run)}</p></header>\n<main>"
    yield f"<div class=cards>{''.join(_cards(report))}</div>"
    outcomes = (f"<b>{count}</b> {escape(name)}" for name, count in report["outcomes"].items() if count)
    yield f"<p>{' · '.join(outcomes)}</p>"
    yield f"<p>Claims by the judge: {escape(shown.claims(report['claims']['judge']))}. "
    yield f"Without a judge: {escape(shown.claims(report['claims']['exact']))}.</p>"
    yield f"<p>{escape(safe(shown.agreement(report['agreement'])))}. "
    yield f"{escape(safe(shown.agreement_by_language(report['agreement'])))}</p>"
    yield f"<h2>Charts</h2><div class=charts>{''.join(_charts(report))}</div>"
    yield f"<h2>Metrics</h2><p class=soft>Means with 95% bootstrap intervals; shares in per cent.</p>{_metrics(report)}"
    if report["agreement"]:
        yield f"<h2>The judge against labels</h2><p class=soft>{shown.AGREEMENT}</p>{_agreement(report['agreement'])}"
    for group in report["groups"]:
        pair = "<p class=soft>The question's language → the articles'; – where nothing answers.</p>"
        yield f"<h2>By {escape(group['by'])}</h2>{pair if group['by'] == 'language pair' else ''}"
        yield _group(group, report["metrics"])
    yield f"<h2>Cases</h2>{_filters(report['cases'])}"
    yield from (case_item(case, articles) for case in report["cases"])
    yield "</main>"


def _about(run: Mapping[str, Any]) -> str:
    told = {
        "started": run.get("started"),
        "finished": run.get("finished"),
        "archive": f"{run['archive']['articles']} articles",
        "split": run.get("split") or "all",
        "judge": run.get("judge"),
        "fingerprint": run.get("fingerprint"),
        **run["settings"],
    }
    return " · ".join(
        f"{escape(name)}: {escape(safe(str(value)))}" for name, value in told.items() if value is not None
    )


def _cards(report: Mapping[str, Any]) -> Iterator[str]:
    for metric in report["metrics"]:
        if metric["name"] in _CARDS:
            told = [shown.interval(metric, share=True), f"n {metric['n']}"]
            if metric["name"] == "faithfulness" and report["agreement"]:
                told.append(f"judge right: {shown.value(report['agreement']['accuracy']['value'], share=True)}%")
            yield _card(metric["name"], f"{shown.value(metric['value'], share=True)}%", told)
    if report["latency"]:
        latency = report["latency"]
        told = [f"p95 {latency['p95']:.2f} s", f"n {latency['n']}"]
        yield _card("median time", f"{latency['p50']:.2f} s", told)


def _card(name: str, figure: str, told: Sequence[str]) -> str:
    lines = "".join(f"<span class=soft>{escape(line)}</span>" for line in told)
    return f"<div class=card>{escape(name)}<b>{escape(figure)}</b>{lines}</div>"


def _charts(report: Mapping[str, Any]) -> Iterator[str]:
    for group in report["groups"]:
        if group["by"] != "split":
            yield bars(f"Correct by {group['by']} (%)", [_bar(row) for row in group["rows"]])
    calibration = report["calibration"]
    curve = [tuple(point) for point in calibration["risk_coverage"]]
    yield plot(
        "Risk and coverage",
        f"AURC {_plain(calibration['AURC'])}",
        [Line(curve)],
        "share of questions answered",
        "share of wrong answers among them",
    )
    yield plot(
        f"Confidence (ECE {_plain(calibration['ECE'])})",
        "dots: answers of about one confidence; on the dashed line it says how often they are right",
        [
            Line([(0.0, 0.0), (1.0, 1.0)], "ideal"),
            Line([(b["confidence"], b["correct"]) for b in calibration["bins"]], "dots"),
        ],
        "confidence",
        "share right",
    )
    times = sorted(case["seconds"] for case in report["cases"] if case["answer"])
    if times:
        # Of all cases: the curve of a run with failures ends below 1.
        reached = [(time, (place + 1) / len(report["cases"])) for place, time in enumerate(times)]
        told = shown.times(report["latency"])
        yield plot(
            f"Time (median {report['latency']['p50']:.2f} s)",
            told,
            [Line(reached)],
            "seconds",
            "share answered by then",
            most=(times[-1], 1.0),
        )
    yield _cost(report)


def _cost(report: Mapping[str, Any]) -> str:
    spent = sorted(
        ((case["scores"].get("cost") or 0.0, case["scores"].get("tokens") or 0.0) for case in report["cases"]),
        reverse=True,
    )
    by_tokens = not any(cost for cost, _ in spent)
    values = sorted((tokens if by_tokens else cost for cost, tokens in spent), reverse=True)
    title = f"Cost ({shown.costs(report)})"
    if not any(values):
        return f"<figure><figcaption>Cost</figcaption><p>{escape(shown.costs(report))}</p></figure>"
    total, points = 0.0, [(0.0, 0.0)]
    for place, value in enumerate(values, start=1):
        total += value
        points.append((float(place), total))
    up = "tokens in all" if by_tokens else "cost in all"
    return plot(
        title, shown.costs(report), [Line(points)], "cases, dearest first", up, most=(float(len(values)), total)
    )


def _bar(row: Mapping[str, Any]) -> Bar:
    figure = row["figures"].get("correct")
    if not figure or figure["value"] is None:
        return Bar(row["name"], None, note=f"n {row['n']}")
    note = f"{shown.value(figure['value'], share=True)} (n {figure['n']})"
    return Bar(row["name"], figure["value"], figure["low"], figure["high"], note)


def _plain(figure: Mapping[str, Any]) -> str:
    return shown.value(figure["value"], share=False)


def _metrics(report: Mapping[str, Any]) -> str:
    rows, last = [], ""
    for metric in report["metrics"]:
        if metric["group"] != last:
            last = metric["group"]
            rows.append(f"<tr class=group><th colspan=5>{escape(last)}</th></tr>")
        lower, share = "" if metric["higher"] else " ↓", metric["share"]
        lacking = f"<br><b>{escape(safe(shown.missing(metric)))}</b>" if metric["missing"] else ""
        rows.append(
            f"<tr><td>{escape(metric['name'])}{lower}</td><td>{shown.value(metric['value'], share=share)}</td>"
            f"<td>{shown.interval(metric, share=share)}</td><td>{metric['n']}</td>"
            f"<td class=about>{escape(metric['about'])}{lacking}</td></tr>"
        )
    head = "".join(f"<th>{name}</th>" for name in ("metric (↓ lower is better)", "mean", "95% interval", "n"))
    head += "<th class=about>what it is</th>"
    return f"<div class=scroll><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"


def _agreement(found: Mapping[str, Any]) -> str:
    headers, lines = shown.agreement_table(found)
    head = "".join(f"<th>{escape(name)}</th>" for name in headers)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(safe(cell))}</td>' for cell in line)}</tr>" for line in lines)
    return f"<div class=scroll><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def _group(group: Mapping[str, Any], metrics: Sequence[Mapping[str, Any]]) -> str:
    shares = {metric["name"]: metric["share"] for metric in metrics}
    names = shown.columns(group["rows"])
    head = "".join(f"<th>{escape(name)}</th>" for name in (group["by"], "n", *names))
    rows = []
    for row in group["rows"]:
        cells = []
        for name in names:
            figure = row["figures"].get(name)
            told = f"{shown.interval(figure, share=shares[name])}, n {figure['n']}" if figure else ""
            value = shown.value(figure["value"], share=shares[name]) if figure else ""
            cells.append(f'<td title="{escape(told)}">{value}</td>')
        rows.append(f"<tr><td>{escape(safe(row['name']))}</td><td>{row['n']}</td>{''.join(cells)}</tr>")
    return f"<div class=scroll><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"


def _filters(cases: Sequence[Mapping[str, Any]]) -> str:
    selects = []
    for field, name in (("outcome", "outcome"), ("kind", "kind"), ("pair", "languages"), ("split", "split")):
        options = "".join(
            f"<option>{escape(safe(value))}</option>" for value in sorted({case[field] for case in cases})
        )
        selects.append(
            f"<label>{name}<select data-field={field}><option value=''>all</option>{options}</select></label>"
        )
    search = "<label>text<input data-field=text type=search></label>"
    return (
        f"<div class=filters>{''.join(selects)}{search}</div><p class=soft><span id=left>{len(cases)}</span> of "
        f"{len(cases)} cases. <span class=legend>In an article: <mark class=cited>quoted by the answer</mark>"
        "<mark class=gold>expected</mark><mark class=both>both</mark></span></p>"
    )
