"""Which sentences may be quoted, and what is quoted along with them."""

from __future__ import annotations

import pytest

from rag.answer.candidates import WINDOW, WINDOWS, candidate, windows_of
from rag.answer.extent import extent
from rag.text.sentences import sentences
from rag.types import Article, Hit, Passage, Sentence, Span


def quoted(text: str) -> list[str]:
    """The texts of the candidates of one passage that holds all of `text`."""
    spans = sentences(text)
    parts = tuple(Sentence(span.start, span.end, "en") for span in spans)
    passage = Passage("a:0", "a", 0, len(text), "en", parts)
    hit = Hit(passage, 1.0, 1, sentence_scores=(0.0,) * len(parts))
    article = Article("a", text)
    found = [one for place in range(len(parts)) if (one := candidate(hit, place, article))]
    for one in found:
        assert text[one.span.start : one.span.end] == one.text
    return [one.text for one in found]


def test_a_list_is_quoted_with_the_line_that_announces_it() -> None:
    text = "The single fares are as follows:\n- Old Pier: 5,000 dong\n- Mill Lock: 7,000 dong\n\nThe ferry runs daily."
    assert quoted(text)[0] == "The single fares are as follows:\n- Old Pier: 5,000 dong\n- Mill Lock: 7,000 dong"


@pytest.mark.parametrize(
    "text",
    [
        "Earlier we reported a cost of 86 billion dong. The correct figure is 68 billion dong.",
        "Hôm 3/5 chúng tôi đưa tin có 412 ca bệnh. Con số đúng là 214 ca bệnh.",
        "The head of hydrology gave two reasons. The tide was high and the canal was blocked.",
        "Vì sao khu phố ngập nặng như vậy? Vì kênh thoát nước bị rác lấp kín.",
    ],
)
def test_what_a_sentence_announces_is_quoted_with_it(text: str) -> None:
    assert quoted(text)[0] == text


def test_an_ordinary_sentence_stands_alone() -> None:
    assert quoted("The bridge opened in the morning. The mayor cut a red ribbon.") == [
        "The bridge opened in the morning.",
        "The mayor cut a red ribbon.",
    ]


@pytest.mark.parametrize("marks", ["", "## "])
def test_a_heading_is_quoted_with_what_follows_it(marks: str) -> None:
    heading = "Three reasons why the mayor praised the crew"
    text = f"{marks}{heading}\nThey came early. They stayed late."
    assert quoted(text)[0] == f"{heading}\nThey came early. They stayed late."


def test_a_quote_never_spans_what_must_not_be_quoted() -> None:
    text = "Why did the dam fail? ADVERTISEMENT The gate was rusty and the bolts were loose."
    parts = (Sentence(0, 21, "en"), Sentence(36, len(text), "en"))
    assert text[slice(*_ends(extent(parts, 0, text)))] == "Why did the dam fail?"


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


def test_scraps_are_no_quotes() -> None:
    assert quoted("Agreed.\nThe mayor praised the crew.") == ["The mayor praised the crew."]


def test_a_line_without_a_stop_is_quoted_where_nothing_follows() -> None:
    assert quoted("The mayor praised the crew of the ferry") == ["The mayor praised the crew of the ferry"]


def passage(article_id: str, lengths: list[int], scores: list[float], score: float) -> tuple[Hit, Article]:
    """A hit on an article whose sentences have these lengths (with their stop) and likenesses to the question."""
    text = " ".join("x" * (length - 1) + "." for length in lengths)
    starts = [sum(lengths[:place]) + place for place in range(len(lengths))]
    parts = tuple(Sentence(start, start + length, "en") for start, length in zip(starts, lengths, strict=True))
    found = Passage(f"{article_id}:0", article_id, 0, len(text), "en", parts)
    return Hit(found, score, 1, sentence_scores=tuple(scores)), Article(article_id, text, title="The title")


def read(*passages: tuple[Hit, Article]) -> list[tuple[str, int, int]]:
    windows = windows_of([hit for hit, _ in passages], {article.id: article for _, article in passages})
    for window in windows:
        article = next(article for _, article in passages if article.id == window.hit.passage.article_id)
        assert article.text[window.start :].startswith(window.text.text)
        assert window.text.title == "The title"
        for at, span in enumerate(window.text.sentences):
            sentence = window.hit.passage.sentences[window.first + at]
            assert (window.start + span.start, window.start + span.end) == (sentence.start, sentence.end)
    return [(window.hit.passage.article_id, window.first, window.last) for window in windows]


def test_a_short_passage_is_read_whole() -> None:
    assert read(passage("a", [100, 100, 100], [0.1, 0.9, 0.2], 1.0)) == [("a", 0, 2)]


def test_of_a_long_passage_the_likeliest_sentence_is_read_first_with_its_neighbours() -> None:
    # 150 + 1 + 150 + 1 + 150 characters is more than a window of 440: only the sentence before fits.
    assert WINDOW == 440
    assert read(passage("a", [150] * 5, [0.1, 0.2, 0.9, 0.3, 0.8], 1.0)) == [("a", 1, 2), ("a", 3, 4), ("a", 0, 0)]


def test_passages_that_were_found_first_are_read_first() -> None:
    assert read(passage("a", [400], [0.5], 0.4), passage("b", [400], [0.4], 1.0)) == [("b", 0, 0), ("a", 0, 0)]


def test_no_more_is_read_than_time_allows() -> None:
    many = [passage(str(number), [400, 400], [0.5, 0.4], 1.0) for number in range(WINDOWS)]
    assert len(read(*many)) == WINDOWS


def test_a_sentence_longer_than_a_window_is_read_alone() -> None:
    assert read(passage("a", [900, 100], [0.9, 0.1], 1.0)) == [("a", 0, 0), ("a", 1, 1)]
