"""A model's text becomes verified sentences: fed by hand, checked by a check whose verdicts are written here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from rag.answer.compose import written
from rag.answer.evidence import Evidence, Judgement, key_of
from rag.answer.write import MOST_SENTENCES, Composition
from rag.types import AnswerSentence, Article, Draft, Settled

ARTICLE = Article(
    id="a1",
    text="Cầu Sông Mơ dài 840 m. Ông Tấn cắt băng khánh thành. The boat race drew 2,400 visitors.",
    title="Cầu Sông Mơ thông xe",
    source="Báo Làng Mơ",
    published="2031-03-05",
    language="vi",
)


def evidence_of(text: str, language: str, chance: float) -> Evidence:
    start = ARTICLE.text.index(text)
    return Evidence(
        key_of("a1", start), "a1", start, start + len(text), text, language, "", ARTICLE.title, ARTICLE.source,
        ARTICLE.published, chance, np.zeros(2, np.float32),
    )  # fmt: skip


LENGTH = evidence_of("Cầu Sông Mơ dài 840 m.", "vi", 0.9)
RIBBON = evidence_of("Ông Tấn cắt băng khánh thành.", "vi", 0.5)
RACE = evidence_of("The boat race drew 2,400 visitors.", "en", 0.2)
EVIDENCE = (LENGTH, RIBBON, RACE)


class Check:
    """Supported where the claim holds the word, by the place that has it; else what was cited is not enough."""

    def __init__(self, unchecked: str = "?") -> None:
        self.unchecked = unchecked

    def verify(self, claim: str, language: str, cited: Sequence[int], evidence: Sequence[Evidence]) -> Judgement:
        if self.unchecked in claim:
            return Judgement("unchecked", reason="other_language")
        support = tuple(place for place, word in enumerate(("840", "băng", "2.400")) if word in claim)
        if support:
            return Judgement("supported", support, 0.9)
        return Judgement("unsupported", tuple(cited), 0.1, "other_language")


def composed(text: str, *, strict: bool = True, whole: bool = True) -> tuple[Composition, list[Draft | Settled]]:
    composition = Composition(EVIDENCE, {"a1": ARTICLE}, "vi", Check(), strict)
    pieces = (text[start : start + 5] for start in range(0, len(text), 5))
    return composition, list(composition.write(pieces, lambda: whole))


def test_keys_become_numbered_citations_in_the_order_of_use() -> None:
    made, events = composed(
        f"Ông Tấn cắt băng [{RIBBON.key}]. Cầu dài 840 m [{LENGTH.key}]. Ông ấy cắt băng lần hai [{RIBBON.key}]."
    )
    assert made.sentences == [
        AnswerSentence("Ông Tấn cắt băng.", (1,), "supported"),
        AnswerSentence("Cầu dài 840 m.", (2,), "supported"),
        AnswerSentence("Ông ấy cắt băng lần hai.", (1,), "supported"),
    ]
    assert [(one.marker, one.quote) for one in made.citations] == [(1, RIBBON.text), (2, LENGTH.text)]
    for one in made.citations:
        assert ARTICLE.text[one.start : one.end] == one.quote
    settled = [event for event in events if isinstance(event, Settled)]
    assert [event.sentence for event in settled] == made.sentences
    assert settled[1].citations == (made.citations[1],)


def test_what_the_settled_sentences_show_is_the_text_of_the_answer() -> None:
    made, events = composed(f"Cầu dài 840 m [{LENGTH.key}].\nVậy là sao? Ông Tấn cắt băng [{RIBBON.key}]!")
    shown = "".join(event.shown for event in events if isinstance(event, Settled))
    answer = written("q", made.sentences, made.citations, made.new_lines, "vi", 0.9, "tiny")
    assert shown.strip() == answer.text == "Cầu dài 840 m [1].\nVậy là sao? Ông Tấn cắt băng [2]!"


def test_a_wrong_citation_is_moved_and_an_unknown_key_dropped() -> None:
    made, _ = composed(f"Cầu dài 840 m [{RACE.key}][zzzz].")
    assert made.sentences == [AnswerSentence("Cầu dài 840 m.", (1,), "supported")]
    assert made.citations[0].quote == LENGTH.text


def test_strict_shows_the_quote_instead_of_what_nothing_supports() -> None:
    made, _ = composed(f"Cầu dài 900 m [{LENGTH.key}].")
    assert made.withheld == 1
    assert made.sentences == [AnswerSentence(LENGTH.text, (1,), "supported")]


def test_strict_takes_back_what_has_no_quote_to_show() -> None:
    made, events = composed("Cầu được khen là đẹp nhất. Cầu dài 840 m.")
    assert made.withheld == 1
    assert [sentence.text for sentence in made.sentences] == ["Cầu dài 840 m."]
    before = events[: events.index(next(event for event in events if isinstance(event, Settled)))]
    assert Draft("") in before
    assert Draft("Cầu được khen là đẹp nhất") in before


def test_a_quote_is_not_shown_twice_in_the_place_of_sentences() -> None:
    made, _ = composed(f"Cầu dài 900 m [{LENGTH.key}]. Cầu rộng 12 m [{LENGTH.key}].")
    assert (made.withheld, len(made.sentences)) == (2, 1)


def test_lenient_shows_it_marked_with_the_reason() -> None:
    made, _ = composed(f"Cầu dài 900 m [{LENGTH.key}].", strict=False)
    assert made.sentences == [
        AnswerSentence("Cầu dài 900 m.", (1,), "unsupported", "Câu này không viết bằng ngôn ngữ của câu hỏi.")
    ]
    assert not made.stands


def test_what_could_not_be_judged_is_shown_and_says_so() -> None:
    made, _ = composed("Vậy là sao? Cầu dài 840 m.")
    assert [(one.verdict, bool(one.reason)) for one in made.sentences] == [("unchecked", True), ("supported", False)]


def test_another_language_than_asked_is_not_taken() -> None:
    made, _ = composed(f"The boat race drew 2.400 visitors to the river [{RACE.key}].")
    assert made.sentences == [AnswerSentence(RACE.text, (1,), "supported")]
    assert made.citations[0].language == "en"


@pytest.mark.parametrize(
    "text",
    [
        "Kho bài báo không có câu trả lời cho câu hỏi này.",
        "The archive does not say.",
        "Kho bài báo không có câu trả lời cho câu hỏi này. Tuy nhiên cầu dài 840 m.",
    ],
)
def test_the_model_may_say_that_nothing_answers(text: str) -> None:
    made, _ = composed(text)
    assert made.refused
    assert made.sentences == []


def test_a_refusal_behind_an_answer_is_left_out() -> None:
    made, _ = composed("Cầu dài 840 m. Kho bài báo không có câu trả lời cho câu hỏi này.")
    assert (made.refused, len(made.sentences)) == (False, 1)


@pytest.mark.parametrize("whole", [True, False])
def test_a_sentence_that_is_cut_off_is_left_out_but_one_without_a_stop_is_not(whole: bool) -> None:
    made, events = composed("Cầu dài 840 m. Ông Tấn cắt băng", whole=whole)
    assert len(made.sentences) == (2 if whole else 1)
    assert made.cut is not whole
    assert isinstance(events[-1], Settled) if whole else events[-1] == Draft("")


def test_a_model_that_repeats_itself_is_stopped() -> None:
    read = []

    def endless() -> Iterator[str]:
        while True:
            read.append(1)
            yield f"Câu số {len(read)} nói cầu dài 840 m. "

    composition = Composition(EVIDENCE, {"a1": ARTICLE}, "vi", Check())
    list(composition.write(endless(), lambda: True))
    assert len(composition.sentences) == MOST_SENTENCES
    assert len(read) < 2 * MOST_SENTENCES


def test_the_same_sentence_counts_once() -> None:
    made, _ = composed("Cầu dài 840 m. Cầu dài 840 m. Cầu dài 840 m.")
    assert len(made.sentences) == 1


def test_nothing_written_is_nothing() -> None:
    for text in ("", "   ", "[kbdf]", "...", "![](https://evil.example)"):
        made, _ = composed(text)
        assert (made.sentences, made.refused, made.stands) == ([], False, False), text
