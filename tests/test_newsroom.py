"""Lists, the latest, summaries, comparisons and timelines over a small archive: counted, dated, verbatim."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag import Filters, NewsQA
from rag.newsroom.answer import newsroom_answer
from rag.types import Answer, Intent
from rag.understand.understood import Understood


def article(title: str, source: str, published: str, text: str) -> str:
    author = "Anna Vell" if source == "The Moor Post" else "Bren Ool"
    head = f"title: {title}\nsource: {source}\nauthor: {author}\npublished: {published}\nlanguage: en"
    return f"---\n{head}\n---\n{text}\n"


ARTICLES = {
    "pier-1.md": article(
        "Pier to be rebuilt", "The Moor Post", "2031-03-01",
        "The council of Upper Quill voted on Monday to rebuild the old pier.\n\nThe work will cost 4.2 million crowns."
        "\n\n“It will stand for a century,” said engineer Orla Fenn.\n\nA bakery stands nearby.",
    ),
    "pier-2.md": article(
        "Pier work begins", "Quill Gazette", "2031-05-12",
        "Workers began to rebuild the old pier of Upper Quill on Monday, two weeks late.",
    ),
    "pier-3.md": article(
        "Pier opens", "The Moor Post", "2031-11-20",
        "The rebuilt pier of Upper Quill opened on Thursday before a crowd of 3,000.",
    ),
    "bees.md": article(
        "Bees thrive", "Quill Gazette", "2031-11-25",
        "Beekeepers in the Lower Vale report the best honey harvest for thirty years.",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsQA]:
    folder = tmp_path_factory.mktemp("articles")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    with NewsQA.open(home=tmp_path_factory.mktemp("archive")) as opened:
        assert opened.ingest([folder]).added == len(ARTICLES)
        yield opened


def answered(qa: NewsQA, intent: Intent, question: str, filters: Filters | None = None) -> Answer:
    answer = newsroom_answer(Understood(question, intent, question, "en", filters or Filters()), qa.retriever)
    for citation in answer.citations:
        assert qa.article(citation.article_id).text[citation.start : citation.end] == citation.quote
    assert answer.intent == intent or not answer.found
    return answer


def titles(answer: Answer) -> list[str | None]:
    return [citation.title for citation in answer.citations]


def test_a_list_is_counted_and_dated(qa: NewsQA) -> None:
    answer = answered(qa, "find", "Which articles are about Upper Quill?")
    assert answer.text.startswith("3 articles, 3 shown, newest first:\nPier opens\nThe Moor Post, 20 November 2031: “")
    assert titles(answer) == ["Pier opens", "Pier work begins", "Pier to be rebuilt"]


def test_the_latest_says_the_newest_day_of_the_archive(qa: NewsQA) -> None:
    answer = answered(qa, "latest", "What is new about the pier of Upper Quill?")
    assert answer.text.startswith("The archive reaches to 25 November 2031; newest first:\nPier opens")
    assert titles(answered(qa, "latest", "What happened in May 2031?")) == ["Pier work begins"]


def test_a_timeline_runs_forward(qa: NewsQA) -> None:
    answer = answered(qa, "timeline", "Timeline of the pier of Upper Quill")
    assert titles(answer) == ["Pier to be rebuilt", "Pier work begins", "Pier opens"]


def test_outlets_are_compared_and_silent_ones_named(qa: NewsQA) -> None:
    answer = answered(qa, "compare", "Compare what the papers say about Upper Quill")
    assert {citation.source for citation in answer.citations} == {"The Moor Post", "Quill Gazette"}
    assert "Saying nothing: The Moor Post." in answered(qa, "compare", "The Moor Post on the Lower Vale").text


def test_a_summary_is_verbatim_and_in_order(qa: NewsQA) -> None:
    answer = answered(qa, "summary", "Summarise the article about the cost of rebuilding the pier of Upper Quill")
    assert len(set(titles(answer))) == 1
    starts = [citation.start for citation in answer.citations]
    assert starts == sorted(starts)


def test_an_author_limits(qa: NewsQA) -> None:
    answer = answered(qa, "latest", "What is new?", Filters(authors=("vell",)))
    assert titles(answer) == ["Pier opens", "Pier to be rebuilt"]
    assert not qa.ask("How many came to the opening of the pier of Upper Quill?", author="Bren Nobody").found


def test_nothing_within_the_limits_is_said(qa: NewsQA) -> None:
    answer = answered(qa, "latest", "What is new?", Filters(since="2040"))
    assert (answer.found, answer.citations) == (False, ())
