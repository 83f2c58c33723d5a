"""One case of the HTML report: what was asked, said and expected, why it failed, and the evidence. Pure; escapes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from eval.outcomes import NOT_WRONG, RIGHT
from eval.report import shown
from eval.report.shown import safe
from rag.types import Article

Case = Mapping[str, Any]


def case_item(case: Case, articles: Mapping[str, Article]) -> str:
    """A closed `<details>`; the articles in it are filled in by the page's script when it is opened."""
    good = "good" if case["outcome"] in RIGHT else "soft" if case["outcome"] in NOT_WRONG else "bad"
    fields = " ".join(f'data-{name}="{_text(case[name])}"' for name in ("outcome", "kind", "pair", "split"))
    return (
        f'<details class=case id="{_text(case["id"])}" {fields}><summary><span class="badge {good}">'
        f"{_text(case['outcome'])}</span><span class=question>{_text(case['question'])}</span>"
        f"<span class=soft>{_text(case['kind'])} · {_text(case['pair'])}</span></summary>"
        f"<div>{''.join(_parts(case, articles))}</div></details>\n"
    )


def _text(value: str) -> str:
    return escape(safe(value), quote=True)


def _parts(case: Case, articles: Mapping[str, Article]) -> Iterator[str]:
    yield f"<p class=soft>{_text(case['id'])} · {_text(case['split'])} · {case['seconds']:.2f} s</p>"
    if case["why"]:
        yield f"<p class=bad>{_text(case['why'])}</p>"
    if case["history"]:
        turns = "".join(f"<p><b>{_text(turn['role'])}:</b> {_text(turn['content'])}</p>" for turn in case["history"])
        yield f"<h3>Said before</h3>{turns}"
    yield f"<h3>Expected</h3>{_expected(case)}"
    if case["note"]:
        yield f"<p class=soft>{_text(case['note'])}</p>"
    yield f"<h3>Answer</h3>{_answer(case)}"
    yield from _evidence(case, articles)
    yield f"<h3>Scores</h3>{_scores(case)}"


def _expected(case: Case) -> str:
    if not case["answerable"]:
        return "<p>That the archive does not say.</p>"
    if not case["expected"]:
        return "<p>No answer: only what is retrieved is measured.</p>"
    parts = (" or ".join(f"“{_text(accepted)}”" for accepted in part) for part in case["expected"])
    return f"<ol>{''.join(f'<li>{part}</li>' for part in parts)}</ol>"


def _answer(case: Case) -> str:
    answer = case["answer"]
    if answer is None:
        return f"<p class=bad>{_text(case['error'] or '')}</p>"
    if not answer["found"]:
        return f"<p>{_text(answer['text'])}</p>{_confidence(answer)}{_notice(answer)}"
    verdicts = [claim["judge"] for claim in case["claims"]]
    lines = []
    for sentence, judged in zip(answer["sentences"], verdicts, strict=True):
        markers = "".join(f" [{marker}]" for marker in sentence["citations"])
        colour = {"supported": "good", "unsupported": "bad"}.get(judged, "soft")
        lines.append(f'<p>{_text(sentence["text"])}{markers} <span class="badge {colour}">{judged}</span></p>')
    return "".join(lines) + _confidence(answer) + _notice(answer)


def _notice(answer: Mapping[str, Any]) -> str:
    return f"<p class=soft>{_text(answer['notice'])}</p>" if answer.get("notice") else ""


def _confidence(answer: Mapping[str, Any]) -> str:
    told = shown.value(answer["confidence"], share=True)
    return "" if answer["confidence"] is None else f"<p class=soft>confidence {told}%</p>"


def _evidence(case: Case, articles: Mapping[str, Article]) -> Iterator[str]:
    """Each article that is quoted or expected, with what is marked in it; quoted ones first."""
    citations = case["answer"]["citations"] if case["answer"] else []
    marks: dict[str, list[tuple[int, int, str]]] = {}
    for citation in citations:
        marks.setdefault(citation["article_id"], []).append((citation["start"], citation["end"], "cited"))
    for place in case["gold"]:
        marks.setdefault(place["article_id"], []).append((place["start"], place["end"], "gold"))
    if marks:
        yield "<h3>Evidence</h3>"
    said = {sentence["text"] for sentence in case["answer"]["sentences"]} if citations else set()
    for citation in citations:
        if citation["quote"] not in said:
            yield f"<blockquote>[{citation['marker']}] {_text(citation['quote'])}</blockquote>"
    for article_id, places in marks.items():
        article = articles.get(article_id)
        if article is None:
            yield f"<p class=bad>The archive has no article {_text(article_id)}.</p>"
            continue
        markers = "".join(f"[{each['marker']}]" for each in citations if each["article_id"] == article_id)
        named = (markers or "expected", article.source, article.published, article.title or article.path)
        yield f"<p><b>{_text(' · '.join(part for part in named if part))}</b></p>"
        data = _text(json.dumps(sorted(places)))
        yield (
            f'<div class=article lang="{_text(article.language)}" tabindex=0 data-article="{_text(article_id)}" '
            f'data-marks="{data}"></div>'
        )


def _scores(case: Case) -> str:
    rows = "".join(
        f"<tr><td>{_text(name)}</td><td>{shown.value(value, share=False)}</td>"
        f"<td class=about>{_text(case['reasons'].get(name) or '')}</td></tr>"
        for name, value in case["scores"].items()
    )
    return f"<details><summary>{len(case['scores'])} metrics</summary><table>{rows}</table></details>"
