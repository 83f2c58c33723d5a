"""SQuAD and what has its form, with answer spans: SQuAD 1.1 and 2.0 files, and XQuAD, MLQA, ViNewsQA as JSON Lines.

Rajpurkar et al. 2016 and 2018; Artetxe et al. 2020; Lewis et al. 2020; Nguyen et al. 2020.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.adapters.suite import Suite, answered, language_of, split_of
from eval.cases import LANGUAGES, Case
from eval.lines import Fields, read_json, read_lines
from rag.text.normalise import normalise
from rag.types import Article


def read_squad(path: Path) -> Suite:
    """A SQuAD file, version 1.1 or 2.0: an article for each paragraph, the title's number added to its id."""
    articles: list[Article] = []
    cases: list[Case] = []
    left_out: list[str] = []
    for entry in Fields(read_json(path), str(path)).objects("data"):
        title = entry.text("title", f"article {len(articles)}")
        for number, paragraph in enumerate(entry.objects("paragraphs")):
            text = normalise(paragraph.text("context"))
            article = Article(f"{title}-{number}", text, title=title, language=language_of(text))
            articles.append(article)
            for asked in paragraph.objects("qas"):
                question = asked.text("question")
                language = language_of(question, article.language)
                blank = Case(asked.text("id"), "test", question, language, "factoid", True)
                answers = [
                    (each.text("text"), each.number("answer_start")) for each in asked.objects("answers", optional=True)
                ]
                if asked.values.get("is_impossible") or not answers:
                    cases.append(Case(blank.id, "test", question, language, "unanswerable", False))
                elif case := answered(blank, [(article, answers)], left_out=left_out):
                    cases.append(case)
    return Suite(path.stem, tuple(articles), tuple(cases), left_out=tuple(left_out))


def read_xquad(path: Path) -> Suite:
    """Each passage in Vietnamese and in English, each question in both: either article answers either question."""
    articles = {article.id: article for article in xquad_articles(path)}
    cases: list[Case] = []
    left_out: list[str] = []
    for fields in read_lines(path / "questions.jsonl"):
        pid = fields.text("pid")
        found = [
            (
                _known(articles, f"{pid}-{language}", fields),
                _spans([fields.text(f"answer_{language}")], _start(fields, f"start_{language}")),
            )
            for language in LANGUAGES
        ]
        for language in LANGUAGES:
            question = fields.text(f"question_{language}")
            blank = Case(f"{fields.text('qid')}-{language}", "test", question, language, "factoid", True)
            if case := answered(blank, found, left_out=left_out):
                cases.append(case)
    return Suite("xquad", tuple(articles.values()), tuple(cases), left_out=tuple(left_out))


def read_mlqa(path: Path) -> Suite:
    """Passages of two languages that share the sentence a question is about."""
    articles = {article.id: article for article in mlqa_articles(path)}
    cases: list[Case] = []
    left_out: list[str] = []
    for fields in read_lines(path / "questions.jsonl"):
        found = [
            (_known(articles, fields.text(f"pid_{language}"), fields), _spans(fields.texts(f"answers_{language}")))
            for language in LANGUAGES
        ]
        for language in LANGUAGES:
            question = fields.text(f"question_{language}")
            blank = Case(f"{fields.text('qid')}-{language}", "test", question, language, "factoid", True)
            if case := answered(blank, found, left_out=left_out):
                cases.append(case)
    return Suite("mlqa", tuple(articles.values()), tuple(cases), left_out=tuple(left_out))


def read_vinewsqa(path: Path) -> Suite:
    """Vietnamese health news; several answers to a question are alternatives."""
    articles = {article.id: article for article in vinewsqa_articles(path)}
    cases: list[Case] = []
    left_out: list[str] = []
    for fields in read_lines(path / "questions.jsonl"):
        article = _known(articles, fields.text("pid"), fields)
        split = split_of(fields.optional_text("split"))
        blank = Case(fields.text("qid"), split, fields.text("question"), "vi", "factoid", True)
        # Where the first answer begins; the others say the same in other words, nearby.
        starts = fields.items("starts", optional=True)
        spans = _spans(fields.texts("answers"), starts[0] if starts and isinstance(starts[0], int) else None)
        if case := answered(blank, [(article, spans)], left_out=left_out):
            cases.append(case)
    return Suite("vinewsqa", tuple(articles.values()), tuple(cases), left_out=tuple(left_out))


def xquad_articles(path: Path) -> Iterator[Article]:
    for fields in read_lines(path / "passages.jsonl"):
        for language in LANGUAGES:
            text = normalise(fields.text(f"text_{language}"))
            yield Article(id=f"{fields.text('pid')}-{language}", text=text, language=language)


def mlqa_articles(path: Path) -> Iterator[Article]:
    for fields in read_lines(path / "passages.jsonl"):
        yield Article(
            id=fields.text("pid"), text=normalise(fields.text("text")), language=fields.choice("lang", LANGUAGES)
        )


def vinewsqa_articles(path: Path) -> Iterator[Article]:
    for fields in read_lines(path / "articles.jsonl"):
        yield Article(
            id=fields.text("pid"),
            text=normalise(fields.text("text")),
            title=fields.optional_text("title"),
            language="vi",
        )


def _known(articles: dict[str, Article], article_id: str, fields: Fields) -> Article:
    if article_id not in articles:
        fields.fail(f"no article has the id {article_id!r}")
    return articles[article_id]


def _start(fields: Fields, name: str) -> int | None:
    return fields.number(name) if name in fields else None


def _spans(answers: list[str], start: int | None = None) -> list[tuple[str, int | None]]:
    return [(answer, start) for answer in answers]
