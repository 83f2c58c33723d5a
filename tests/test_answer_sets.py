"""The benchmark of answers: what counts as an answer, its figures by hand, and the project's own cases."""

from __future__ import annotations

from eval.benchmarks.answer_sets import CASES, AskedQuestion, corpus, holds, without
from eval.benchmarks.answers import Outcome, abstaining, quoting
from eval.cases import load
from rag.types import Answer, Citation


def answer(*quotes: str) -> Answer:
    citations = tuple(
        Citation(marker, "a", None, None, None, "en", "", None, 0, len(quote), quote, 0.5)
        for marker, quote in enumerate(quotes, start=1)
    )
    return Answer("?", "", bool(quotes), "en", "quotes", citations=citations)


def test_a_quote_answers_where_an_accepted_answer_stands_in_the_right_article() -> None:
    question = AskedQuestion("How many?", {"a": ("12 homes",)}, fit=False)
    assert question.is_answered_by("a", "The flood reached 12 Homes.")
    assert not question.is_answered_by("b", "The flood reached 12 homes.")
    assert AskedQuestion("How many?", {"": ("12 homes",)}, fit=False).is_answered_by("b", "Only 12 homes.")


def test_the_sentences_that_answer_are_taken_out() -> None:
    text = "The dam held. It rained for 36 hours. Then 36 Hours passed."
    cut = without(text, ("36 hours",))
    assert cut.split() == ["The", "dam", "held."]
    assert not holds(cut, ("36 hours",))


def test_quoting_counts_a_refusal_as_a_miss() -> None:
    asked = AskedQuestion("?", {"a": ("yes",)}, fit=False)
    row = quoting("set", [Outcome(asked, answer("no", "yes")), Outcome(asked, answer("yes")), Outcome(asked, answer())])
    assert (row["n"], row["in quotes"], row["in first"], row["answered"]) == (3, 2 / 3, 1 / 3, 2 / 3)
    assert row["quotes"] == "1.50"


def test_abstaining_by_hand() -> None:
    there = AskedQuestion("?", {"a": ("yes",)}, fit=False)
    gone = AskedQuestion("?", {}, False, "article")
    other = AskedQuestion("?", {}, False, "sentence")
    outcomes = [Outcome(there, answer()), Outcome(there, answer("yes")), Outcome(other, answer())]
    outcomes += [Outcome(gone, answer()), Outcome(gone, answer("wrong"))]
    # Two are refused, one of them rightly; of two without an answer one is refused.
    row = abstaining("set", outcomes, "article")
    assert (row["n"], row["unanswerable"], row["precision"], row["recall"], row["F1"]) == (4, 2, 0.5, 0.5, 0.5)


def test_the_sample_archive_is_asked_without_filters() -> None:
    asked = corpus()
    cases = load(CASES)
    assert len(asked.questions) == sum(not case.filters for case in cases)
    assert {question.text for question in asked.fit_half} <= {case.question for case in cases if case.split == "dev"}
    assert all(question.missing == "sentence" for question in asked.questions if not question.answerable)
