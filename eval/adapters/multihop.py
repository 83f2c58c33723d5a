"""MultiHop-RAG: questions over several English news articles, some without an answer (Tang and Yang 2024)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.adapters.suite import Suite, gold_at
from eval.cases import Case, Gold
from eval.lines import Fields, read_json, read_lines
from rag.text.normalise import normalise
from rag.types import Article

KINDS = {"comparison_query": "compare", "null_query": "unanswerable"}


def read_multihop(path: Path) -> Suite:
    """The published files (corpus.json, MultiHopRAG.json), or evidence.jsonl and questions.jsonl.

    Every evidence sentence is a part of its own, and each part accepts the question's one answer. Where there are no
    bodies, an article is the evidence sentences that come from it, a line each.
    """
    if (path / "evidence.jsonl").is_file():
        return _from_facts(path)
    articles = {
        fields.text("url"): _article(fields, normalise(fields.text("body")))
        for fields in _listed(path / "corpus.json")
    }  # fmt: skip
    cases: list[Case] = []
    left_out: list[str] = []
    for number, fields in enumerate(_listed(path / "MultiHopRAG.json"), start=1):
        evidence = [(each.text("url"), each.text("fact")) for each in fields.objects("evidence_list")]
        places = [
            gold_at(articles[url], fact, part=part) if url in articles else None
            for part, (url, fact) in enumerate(evidence)
        ]
        gold = [place for place in places if place is not None]
        if len(gold) < len(places):
            left_out.append(f"{number}: a fact does not stand in its article")
        else:
            cases.append(_case(str(number), fields, gold))
    return Suite("multihop", tuple(articles.values()), tuple(cases), left_out=tuple(left_out))


def _from_facts(path: Path) -> Suite:
    facts: dict[str, tuple[str, str]] = {}
    lines: dict[str, list[str]] = {}
    fields_of: dict[str, Fields] = {}
    for fields in read_lines(path / "evidence.jsonl"):
        url, fact = fields.text("url"), " ".join(normalise(fields.text("fact")).split())
        facts[fields.text("fid")] = url, fact
        fields_of.setdefault(url, fields)
        if fact not in lines.setdefault(url, []):
            lines[url].append(fact)
    articles = tuple(_article(fields_of[url], "\n".join(found)) for url, found in lines.items())
    cases = []
    for fields in read_lines(path / "questions.jsonl"):
        if unknown := [fid for fid in fields.texts("evidence") if fid not in facts]:
            fields.fail(f"evidence.jsonl holds no fact {unknown[0]!r}")
        gold = []
        for part, (url, fact) in enumerate(facts[fid] for fid in fields.texts("evidence")):
            text = "\n".join(lines[url])
            gold.append(Gold(url, fact, part, None if text.count(fact) == 1 else _line_start(lines[url], fact)))
        cases.append(_case(fields.text("qid"), fields, gold))
    return Suite("multihop", articles, tuple(cases))


def _line_start(lines: Sequence[str], wanted: str) -> int:
    at = lines.index(wanted)
    return sum(len(line) + 1 for line in lines[:at])


def _article(fields: Fields, text: str) -> Article:
    published = fields.optional_text("published_at")
    return Article(
        id=fields.text("url"),
        text=text,
        title=fields.optional_text("title"),
        source=fields.optional_text("source"),
        author=fields.optional_text("author"),
        published=published[:10] if published else None,
        language="en",
        url=fields.text("url"),
    )


def _case(case_id: str, fields: Fields, gold: Sequence[Gold]) -> Case:
    kind = KINDS.get(fields.text("question_type"), "multi_article")
    answerable = kind != "unanswerable" and bool(gold)
    answer = (normalise(fields.text("answer")),)
    return Case(
        id=case_id,
        split="test",
        question=fields.text("query"),
        language="en",
        kind=kind if answerable else "unanswerable",
        answerable=answerable,
        expected=tuple(answer for _ in gold) if answerable else (),
        gold=tuple(gold) if answerable else (),
    )


def _listed(path: Path) -> Iterator[Fields]:
    entries = read_json(path)
    if not isinstance(entries, list):
        Fields({}, str(path)).fail("no list of objects")
    for number, entry in enumerate(entries):
        yield Fields(entry, f"{path}[{number}]")
