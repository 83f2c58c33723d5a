"""BEIR folders: corpus.jsonl, queries.jsonl, qrels/*.tsv (Thakur et al. 2021). Only retrieval can be measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.adapters.suite import Suite, language_of, split_of
from eval.cases import Case, Gold
from eval.lines import read_lines
from rag.errors import UsageError
from rag.text.normalise import normalise
from rag.types import Article


def read_beir(path: Path) -> Suite:
    """A case for each judged query. Every relevant article is a gold part of its own, its whole text the quote."""
    articles: dict[str, Article] = {}
    for fields in read_lines(path / "corpus.jsonl"):
        title, text = fields.text("title", ""), normalise(fields.text("text", ""))
        if text.strip():
            articles[fields.text("_id")] = Article(
                fields.text("_id"), text, title=title or None, language=language_of(text)
            )
    questions = {fields.text("_id"): fields.text("text") for fields in read_lines(path / "queries.jsonl")}
    relevant: dict[tuple[str, str], list[str]] = {}
    for file in sorted((path / "qrels").glob("*.tsv")):
        for query_id, article_id in _judged(file):
            if query_id not in questions:
                raise UsageError(f"{file}: queries.jsonl holds no query {query_id!r}")
            if article_id in articles:
                relevant.setdefault((query_id, split_of(file.stem)), []).append(article_id)
    cases = {}
    for (query_id, split), found in relevant.items():
        gold = tuple(Gold(one, articles[one].text, part, start=0) for part, one in enumerate(dict.fromkeys(found)))
        question = questions[query_id]
        cases[query_id] = Case(query_id, split, question, language_of(question), "factoid", True, gold=gold)
    return Suite(path.name, tuple(articles.values()), tuple(cases.values()))


def _judged(file: Path) -> Iterator[tuple[str, str]]:
    """Query and article of every line with a score above 0; a heading may stand in the first."""
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        fields = line.split("\t")
        if not line.strip() or (number == 1 and not fields[-1].strip().lstrip("-").isdigit()):
            continue
        if len(fields) < 3 or not fields[-1].strip().lstrip("-").isdigit():
            raise UsageError(f"{file}:{number}: no line of query, article and score with tabs between")
        if int(fields[-1]) > 0:
            # TREC's own form has a column of zeros between the two.
            yield fields[0], fields[-2]
