"""A run as figures: the object that `report.json` holds and every other report is made of. Pure.

Its shape is a contract: the page, `rag eval compare`, the gate and other programs read it. Within one `version` fields
are added, never renamed or taken away.

    {"version": 1,
     "run": {"suite", "engine", "model", "settings", "archive": {"articles", "checksum"}, "code", "fingerprint",
             "started", "finished", "cases", "split", "judge"},
     "metrics": [{"name", "group", "about", "higher", "share", FIGURE}],          what was measured, in order
     "outcomes": {"right": n, "rightly refused": n, "wrong": n, "needlessly refused": n, "should have refused": n,
                  "failed": n, "not judged": n},                     the last: only retrieval is asked of the case
     "claims": {"judge": {"supported", "unsupported", "unchecked"}, "exact": ..., "system": ...},
     "agreement": null or {"judge", "n", "accuracy", ..., "by": [...]}             the judge itself, against labels
     "groups": [{"by": "kind", "rows": [{"name", "n", "figures": {metric: FIGURE}}]}],
     "calibration": {"AURC": FIGURE, "ECE": FIGURE, "risk_coverage": [[coverage, risk]],
                     "bins": [{"confidence", "correct", "n"}]},
     "latency": null or {"n", "failed", "mean", "p50", "p90", "p95", "p99", "max"} seconds to the whole answer, of n
                                                                                   answers; the failed are not in it
     "tokens": {"prompt", "completion"}, "cost": {"total", "missing"},
     "cases": [{"id", "question", "history", "language", "kind", "split", "pair", "answerable", "expected", "gold",
                "note", "outcome", "why", "error", "answer", "found", "claims", "seconds",
                "scores": {metric: value or null}, "reasons": {metric: why it is null}}]}

FIGURE is {"value", "low", "high", "n", "missing": {reason: how many}}: a mean with its 95% bootstrap interval over the
`n` cases where it was computed; value, low and high are null where there are none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from eval.metrics import refusals, statistics
from eval.metrics.faithfulness import Counts, counts
from eval.metrics.refusals import Graded
from eval.metrics.score import METRICS, Metric, Score
from eval.metrics.usage import percentile
from eval.outcomes import OUTCOMES
from eval.score import Scored

VERSION = 1
FILE = "report.json"
# What a group's row shows; the whole list for every group would be read by nobody.
GROUPED = (
    "correct", "answer recall", "F1", "figure accuracy", "article recall@5", "passage recall@5", "quote recall@3",
    "citation recall", "citation precision", "faithfulness", "answered", "refusal recall", "seconds",
)  # fmt: skip
GROUPINGS: Mapping[str, Callable[[Scored], str]] = {
    "split": lambda scored: scored.case.split,
    "language pair": lambda scored: scored.pair,
    "kind": lambda scored: scored.case.kind,
}

Object = dict[str, Any]


def report(
    run: Mapping[str, Any], scored: Sequence[Scored], *, agreement: Mapping[str, Any] | None = None, seed: int = 0
) -> Object:
    """The whole report of a run. `run` describes it; `agreement` is that of its judge with labels."""
    return {
        "version": VERSION,
        "run": {**run, "cases": len(scored)},
        "metrics": [
            {**_described(metric), **figure(scored, metric.name, seed)}
            for metric in METRICS
            if any(metric.name in one.scores for one in scored)
        ],
        "outcomes": {name: sum(one.outcome == name for one in scored) for name in OUTCOMES},
        "claims": claims(scored),
        "agreement": agreement,
        "groups": [{"by": by, "rows": _rows(scored, key, seed)} for by, key in GROUPINGS.items()],
        "calibration": calibration(scored, seed),
        "latency": latency([one.record.seconds for one in scored if one.record.answer], len(scored)),
        "tokens": _tokens(scored),
        "cost": _cost(scored),
        "cases": [case(one) for one in scored],
    }


def _described(metric: Metric) -> Object:
    return {
        "name": metric.name,
        "group": metric.group,
        "about": metric.about,
        "higher": metric.higher,
        "share": metric.share,
    }


def figure(scored: Sequence[Scored], name: str, seed: int) -> Object:
    """The mean of one metric over the cases that have it."""
    given = [one.scores[name] for one in scored if name in one.scores]
    values = [score.value for score in given if score.value is not None]
    missing = Counter(score.reason or "not computed" for score in given if score.value is None)
    return _figure(statistics.mean(values, seed) if values else None, missing)


def _figure(found: statistics.Estimate | None, missing: Mapping[str, int]) -> Object:
    if found is None:
        return {"value": None, "low": None, "high": None, "n": 0, "missing": dict(missing)}
    return {
        "value": round(found.value, 6),
        "low": round(found.low, 6),
        "high": round(found.high, 6),
        "n": found.n,
        "missing": dict(missing),
    }


def _rows(scored: Sequence[Scored], key: Callable[[Scored], str], seed: int) -> list[Object]:
    groups: dict[str, list[Scored]] = {}
    for one in scored:
        groups.setdefault(key(one), []).append(one)
    return [
        {
            "name": name,
            "n": len(group),
            "figures": {
                metric: figure(group, metric, seed) for metric in GROUPED if any(metric in one.scores for one in group)
            },
        }
        for name, group in sorted(groups.items())
    ]


def claims(scored: Sequence[Scored]) -> dict[str, Object]:
    """How many claims of all answers were found what: by the judge, by exact comparison, by the system itself."""
    judged = counts(claim.verdict for one in scored for claim in one.claims)
    exact = counts(claim.exact for one in scored for claim in one.claims)
    answers = [one.record.answer for one in scored if one.record.answer and one.record.answer.found]
    own = counts(sentence.verdict for answer in answers for sentence in answer.sentences)
    return {"judge": _counts(judged), "exact": _counts(exact), "system": _counts(own)}


def _counts(found: Counts) -> Object:
    return {"supported": found.supported, "unsupported": found.unsupported, "unchecked": found.unchecked}


def calibration(scored: Sequence[Scored], seed: int) -> Object:
    """How well the confidence orders the answers and says how often they are right."""
    shown = [
        Graded(answer.confidence, one.is_right)
        for one in scored
        if one.is_judged and (answer := one.record.answer) and answer.found and answer.confidence is not None
    ]
    asked = sum(one.is_judged for one in scored)
    return {
        "AURC": _of_sample(shown, refusals.aurc, seed),
        "ECE": _of_sample(shown, refusals.ece, seed),
        "risk_coverage": [[round(value, 6) for value in point] for point in refusals.risk_coverage(shown, asked)],
        "bins": [
            {"confidence": round(each.confidence, 6), "correct": round(each.correct, 6), "n": each.n}
            for each in refusals.bins(shown)
        ],
    }


def _of_sample(shown: Sequence[Graded], statistic: Callable[[Sequence[Graded]], Score], seed: int) -> Object:
    whole = statistic(shown)
    if whole.value is None:
        return _figure(None, {whole.reason or "not computed": 1})
    return _figure(statistics.bootstrap(shown, lambda drawn: statistic(drawn).value or 0.0, seed), {})


def latency(seconds: Sequence[float], asked: int) -> Object | None:
    """Of those `asked`, the ones without a time failed."""
    if not seconds:
        return None
    shares = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "max": 1.0}
    found = {name: round(percentile(seconds, share), 4) for name, share in shares.items()}
    failed = asked - len(seconds)
    return {"n": len(seconds), "failed": failed, "mean": round(sum(seconds) / len(seconds), 4), **found}


def _tokens(scored: Sequence[Scored]) -> Object:
    used = [one.record.answer.usage for one in scored if one.record.answer]
    return {kind: sum(usage.get(f"{kind}_tokens", 0) for usage in used) for kind in ("prompt", "completion")}


def _cost(scored: Sequence[Scored]) -> Object:
    given = [one.scores["cost"] for one in scored]
    missing = Counter(score.reason or "not computed" for score in given if score.value is None)
    return {"total": round(sum(score.value or 0.0 for score in given), 6), "missing": dict(missing)}


def case(one: Scored) -> Object:
    told = one.case.to_dict()
    return {
        **{name: told[name] for name in ("id", "question", "language", "kind", "split", "answerable", "expected")},
        "history": told.get("history", []),
        "note": one.case.note,
        "gold": [
            {"article_id": place.article_id, "start": place.span.start, "end": place.span.end, "part": place.part}
            for place in one.places
        ],
        "pair": one.pair,
        "outcome": one.outcome,
        "why": one.why,
        **{name: value for name, value in one.record.to_dict().items() if name != "id"},
        "claims": [{"text": claim.text, "judge": claim.verdict, "exact": claim.exact} for claim in one.claims],
        "scores": {name: _rounded(score.value) for name, score in one.scores.items()},
        "reasons": {name: score.reason for name, score in one.scores.items() if score.value is None},
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
