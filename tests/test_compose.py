"""The answer's text, sentence by sentence: markers, quotation marks, labels, and a word ahead where figures differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer import messages
from rag.answer.compose import quoted, unanswered
from rag.answer.quotes import Differing, Quote, Selection
from rag.types import Answer, AnswerLanguage, Article, Span

ARTICLES = {
    "flood": Article(
        "flood", "Lũ về. Có 12 người bị thương.", title="Lũ ở Lưu Giang", source="Báo Mai", published="2024-06-19",
        language="vi", url="https://bao.example.vn/lu", path="corpus/lu.md",
    ),
    "later": Article("later", "Có 15 người bị thương.", source="Tin Chiều", published="2024-06-21", language="vi"),
    "english": Article("english", 'He said: "Rice rose."', title="Rice", language="en", published="2024"),
    "marks": Article("marks", "“Tôi đi.” «Không» \"Ừ\" “dở dang", language="vi"),
}  # fmt: skip


def quote(article_id: str, text: str, chance: float = 0.5, answer: str = "") -> Quote:
    article = ARTICLES[article_id]
    start = article.text.index(text)
    begin = article.text.index(answer, start)
    return Quote(
        article_id,
        article_id,
        start,
        start + len(text),
        text,
        article.language,
        article.published,
        chance,
        np.zeros(2, np.float32),
        answer=Span(begin, begin + len(answer)) if answer else None,
    )


def answer(
    *quotes: Quote, language: AnswerLanguage = "vi", differing: Differing | None = None, latest: bool = False
) -> Answer:
    return quoted("Bao nhiêu?", Selection(quotes, differing, latest), ARTICLES, language, 0.87654321)


def test_each_quote_is_a_line_with_its_marker() -> None:
    made = answer(quote("flood", "Có 12 người bị thương."), quote("flood", "Lũ về."))
    assert made.text == "“Có 12 người bị thương.” [1]\n“Lũ về.” [2]"
    assert made.found
    assert (made.engine, made.language, made.question, made.confidence) == ("quotes", "vi", "Bao nhiêu?", 0.8765)


def test_sentences_rest_on_their_citation() -> None:
    made = answer(quote("flood", "Có 12 người bị thương."), quote("flood", "Lũ về."))
    assert [(one.text, one.citations, one.verdict) for one in made.sentences] == [
        ("Có 12 người bị thương.", (1,), "supported"),
        ("Lũ về.", (2,), "supported"),
    ]


def test_a_citation_says_where_the_quote_stands() -> None:
    assert answer(quote("flood", "Có 12 người bị thương.", 0.123456, "12 người")).citations[0].to_dict() == {
        "marker": 1,
        "article_id": "flood",
        "title": "Lũ ở Lưu Giang",
        "source": "Báo Mai",
        "published": "2024-06-19",
        "language": "vi",
        "path": "corpus/lu.md",
        "url": "https://bao.example.vn/lu",
        "start": 7,
        "end": 29,
        "quote": "Có 12 người bị thương.",
        "score": 0.1235,
        "author": None,
        "answer_start": 10,
        "answer_end": 18,
        "permalink": "/article/flood?at=7-29",
        "page": None,
    }


def test_an_answer_says_its_words_how_sure_it_is_and_how_its_quotes_stand() -> None:
    one = answer(quote("flood", "Có 12 người bị thương.", answer="12 người"))
    assert (one.answer, one.certainty, one.relation) == ("12 người", "sure", None)
    two = answer(
        quote("flood", "Có 12 người bị thương."), quote("later", "Có 15 người bị thương."), differing="figures"
    )
    assert (two.answer, two.relation) == (None, "differ")
    assert [replace(one, confidence=chance).certainty for chance in (0.79, 0.5, 0.49, None)] == [
        "likely",
        "likely",
        "unsure",
        "none",
    ]
    none = unanswered("?", "Không rõ.", "vi", confidence=0.9)
    assert (none.answer, none.certainty, none.relation) == (None, "none", None)


@pytest.mark.parametrize("text", ["“Tôi đi.”", "«Không»", '"Ừ"'])
def test_what_is_quoted_already_gets_no_second_marks(text: str) -> None:
    assert answer(quote("marks", text)).text == f"{text} [1]"


def test_a_mark_on_one_side_is_no_quotation() -> None:
    assert answer(quote("marks", "“dở dang")).text == "«“dở dang» [1]"


@pytest.mark.parametrize(
    ("article_id", "text", "language", "line"),
    [
        ("english", "He said", "vi", "“He said” (nguyên văn tiếng Anh) [1]"),
        ("english", "He said", "en", "“He said” [1]"),
        ("flood", "Lũ về.", "en", "“Lũ về.” (in Vietnamese) [1]"),
        ("flood", "Lũ về.", "vi", "“Lũ về.” [1]"),
    ],
)
def test_a_quote_in_the_other_language_says_so(article_id: str, text: str, language: AnswerLanguage, line: str) -> None:
    assert answer(quote(article_id, text), language=language).text == line


def test_a_later_figure_is_announced_with_outlets_and_dates() -> None:
    made = answer(
        quote("later", "Có 15 người bị thương."), quote("flood", "Có 12 người bị thương."), differing="figures"
    )
    assert made.text.splitlines() == [
        messages.UPDATED["vi"],
        "Tin Chiều, 21/6/2024: “Có 15 người bị thương.” [1]",
        "Báo Mai, 19/6/2024: “Có 12 người bị thương.” [2]",
    ]
    assert len(made.sentences) == 2  # the program's own words are no sentence of the answer


def test_figures_without_dates_to_order_them_just_differ() -> None:
    made = answer(
        quote("flood", "Có 12 người bị thương."), quote("marks", "«Không»"), language="en", differing="figures"
    )
    assert made.text.splitlines() == [
        messages.DISAGREE["en"],
        "Báo Mai, 19 June 2024: “Có 12 người bị thương.” (in Vietnamese) [1]",
        "Unknown outlet, undated: «Không» (in Vietnamese) [2]",
    ]


def test_dates_that_differ_and_a_correction_are_announced() -> None:
    quotes = quote("later", "Có 15 người bị thương."), quote("flood", "Có 12 người bị thương.")
    first_lines = [answer(*quotes, differing=how).text.splitlines()[0] for how in ("dates", "correction")]
    assert first_lines == [messages.DATES_UPDATED["vi"], messages.CORRECTED["vi"]]
    backwards = answer(*reversed(quotes), differing="dates")
    assert backwards.text.splitlines()[0] == messages.DATES_DISAGREE["vi"]


def test_the_latest_is_told_with_its_date() -> None:
    assert answer(quote("later", "Có 15 người bị thương."), language="en", latest=True).text == (
        "Tin Chiều, 21 June 2024: “Có 15 người bị thương.” (in Vietnamese) [1]"
    )


def test_unanswered() -> None:
    made = unanswered("Ai?", messages.NOT_FOUND["vi"], "vi", ["Lũ ở Lưu Giang"], 0.1234567)
    assert (made.found, made.text, made.citations, made.sentences) == (False, messages.NOT_FOUND["vi"], (), ())
    assert (made.nearest, made.confidence) == (("Lũ ở Lưu Giang",), 0.1235)
    assert unanswered("Who?", messages.NOT_FOUND["en"], "en").confidence is None


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.text(min_size=1, max_size=80), st.data(), st.sampled_from(["vi", "en"]), st.booleans())
def test_every_citation_is_a_range_of_its_article(
    text: str, data: st.DataObject, language: AnswerLanguage, differing: bool
) -> None:
    articles = {"one": Article("one", text, language="vi"), "two": Article("two", text[::-1], language="en")}
    quotes = []
    for article_id in ("one", "two"):
        start = data.draw(st.integers(0, len(text) - 1))
        end = data.draw(st.integers(start + 1, len(text)))
        shown = articles[article_id].text[start:end]
        language_of = articles[article_id].language
        quotes.append(Quote(article_id, article_id, start, end, shown, language_of, None, 0.5, np.zeros(2, np.float32)))
    made = quoted("?", Selection(tuple(quotes), differing), articles, language, 0.5)
    for citation in made.citations:
        assert articles[citation.article_id].text[citation.start : citation.end] == citation.quote
        assert citation.quote in made.text
        assert f"[{citation.marker}]" in made.text
    assert {marker for one in made.sentences for marker in one.citations} == {one.marker for one in made.citations}
