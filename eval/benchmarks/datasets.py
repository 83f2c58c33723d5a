"""Reads the public data sets of the benchmarks into articles and questions. Nothing of them is kept in the project."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from eval.adapters.squad import mlqa_articles, vinewsqa_articles, xquad_articles
from eval.lines import read_lines
from rag.types import Article

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `text` and the id of the article that answers it (`gold`), each by language."""

    id: str
    text: Mapping[str, str]
    gold: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dataset:
    name: str
    articles: tuple[Article, ...]
    questions: tuple[Question, ...]

    def pool(self, languages: Iterable[str]) -> list[Article]:
        wanted = set(languages)
        return [article for article in self.articles if article.language in wanted]

    def limited(self, count: int) -> Dataset:
        """At most `count` questions, evenly spread, over the articles that answer them: for quick trials."""
        questions = spread(self.questions, count)
        gold = {article_id for question in questions for article_id in question.gold.values()}
        return Dataset(self.name, tuple(article for article in self.articles if article.id in gold), tuple(questions))


def spread(items: Sequence[Item], count: int) -> list[Item]:
    """At most `count` of the items, evenly spread, in order."""
    if count >= len(items):
        return list(items)
    return [items[place * len(items) // count] for place in range(count)]


def xquad(data: Path) -> Dataset:
    """Each Wikipedia passage twice, in Vietnamese and in English, as two articles."""
    articles = list(xquad_articles(data / "xquad"))
    questions = [
        Question(
            row["qid"],
            {language: row[f"question_{language}"] for language in ("vi", "en")},
            {language: f"{row['pid']}-{language}" for language in ("vi", "en")},
        )
        for row in json_lines(data / "xquad" / "questions.jsonl")
    ]
    return _without_copies("xquad", articles, questions)


def mlqa(data: Path) -> Dataset:
    """Wikipedia passages of two languages that share the sentence a question is about."""
    articles = list(mlqa_articles(data / "mlqa"))
    questions = [
        Question(
            row["qid"],
            {language: row[f"question_{language}"] for language in ("vi", "en")},
            {language: row[f"pid_{language}"] for language in ("vi", "en")},
        )
        for row in json_lines(data / "mlqa" / "questions.jsonl")
    ]
    return _without_copies("mlqa", articles, questions)


def vinewsqa(data: Path) -> Dataset:
    """Vietnamese health news with its titles."""
    articles = list(vinewsqa_articles(data / "vinewsqa"))
    questions = [
        Question(row["qid"], {"vi": row["question"]}, {"vi": row["pid"]})
        for row in json_lines(data / "vinewsqa" / "questions.jsonl")
    ]
    return _without_copies("vinewsqa", articles, questions)


def vietnews(data: Path, count: int) -> list[Article]:
    """The first `count` Vietnamese news articles with their titles; fewer where there are fewer."""
    return [
        Article(id=row["doc_id"], text=row["text"], title=row["title"], language="vi")
        for row in json_lines(data / "vietnews" / "articles.jsonl")[:count]
    ]


def _without_copies(name: str, articles: Sequence[Article], questions: Sequence[Question]) -> Dataset:
    """Articles of one text become the first of them, so that no system is blamed for finding the other copy."""
    first: dict[str, str] = {}
    kept = {article.id: first.setdefault(article.text.strip(), article.id) for article in articles}
    return Dataset(
        name,
        tuple(article for article in articles if kept[article.id] == article.id),
        tuple(
            Question(question.id, question.text, {language: kept[gold] for language, gold in question.gold.items()})
            for question in questions
        ),
    )


READERS = {"xquad": xquad, "mlqa": mlqa, "vinewsqa": vinewsqa}


def missing(data: Path, names: Iterable[str]) -> str | None:
    """None if `data` holds every named data set, otherwise one line that says what to do."""
    absent = [name for name in names if not (data / name).is_dir()]
    if not absent:
        return None
    return f"Skipped: {data} holds no folder {' or '.join(absent)}; name the folder of the public data sets with --data"


def write_articles(articles: Iterable[Article], path: Path) -> None:
    """A file for `rag ingest`: one JSON record a line. Languages are left out, for the archive to detect."""
    records = ({"id": article.id, "title": article.title, "text": article.text} for article in articles)
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps({key: value for key, value in record.items() if value}, ensure_ascii=False) + "\n")


def json_lines(path: Path) -> list[dict[str, Any]]:
    return [dict(fields.values) for fields in read_lines(path)]
