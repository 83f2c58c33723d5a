"""Which sentences may be quoted, and what is quoted along with them."""

from __future__ import annotations

import pytest

from rag.answer.candidates import candidates_of
from rag.answer.extent import extent
from rag.text.sentences import sentences
from rag.types import Article, Hit, Passage, Sentence, Span


def quoted(text: str) -> list[str]:
    """The texts of the candidates of one passage that holds all of `text`."""
    spans = sentences(text)
    parts = tuple(Sentence(span.start, span.end, "en") for span in spans)
    passage = Passage("a:0", "a", 0, len(text), "en", parts)
    scores = (0.0,) * len(parts)
    hit = Hit(passage, 1.0, 1, sentence_scores=scores, sentence_residuals=scores, sentence_aspects=scores)
    found = candidates_of([hit], {"a": Article("a", text)})
    for candidate in found:
        assert text[candidate.span.start : candidate.span.end] == candidate.text
    return [candidate.text for candidate in found]


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
