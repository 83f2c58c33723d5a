"""What a language model makes of a follow-up is searched only where it adds nothing and loses nothing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.rewrite import TURN_LENGTH, rewrite
from rag.types import Turn

HISTORY = (
    Turn("user", "Who is the mayor of Luu Giang?"),
    Turn("assistant", "“Mayor Luc Thanh Suong opened the bridge on 29 April 2026.” [1]"),
)
HISTORY_VI = (
    Turn("user", "Ai là thị trưởng Lưu Giang?"),
    Turn("assistant", "“Bà Lục Thanh Sương mở cầu Trầm Ngân ngày 29/4/2026.” [1]"),
)


def written(text: str, question: str = "What did she open?", history: Sequence[Turn] = HISTORY) -> str | None:
    return rewrite(question, history, lambda _: text)


@pytest.mark.parametrize(
    "text",
    [
        "What did Mayor Luc Thanh Suong open in Luu Giang?",
        "What did Luc Thanh Suong open on 29 April 2026?",
        "What did she open?",
    ],
)
def test_a_faithful_question_is_taken(text: str) -> None:
    assert written(text) == text


@pytest.mark.parametrize("text", ['"{}"', "Question: {}", "Standalone question: {}\n", " **{}** "])
def test_wrapping_is_taken_off(text: str) -> None:
    question = "What did Luc Thanh Suong open?"
    assert written(text.format(question)) == question


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "nothing was written"),
        ("What did Mayor Nguyen Van Binh open?", "a name that the conversation does not hold"),
        ("What did Luc Thanh Suong open in 2019?", "a figure that the conversation does not hold"),
        ("Bà Lục Thanh Sương đã mở cái gì vậy?", "another language"),
        ("She opened the bridge.", "an answer"),
        ("What did she open?\nShe opened the bridge?", "several lines"),
        ("What did she open " + "and what else " * 20 + "?", "far too long"),
    ],
)
def test_an_unfaithful_question_is_refused(text: str, why: str) -> None:
    assert written(text) is None, why


def test_what_was_asked_must_stay() -> None:
    assert written("Who is the mayor of Luu Giang?", "And in 2019?") is None
    assert written("Who was the mayor of Luu Giang in 2019?", "And in 2019?") is not None


def test_vietnamese_and_a_switch_of_language() -> None:
    whole = "Bà Lục Thanh Sương mở cầu nào?"
    assert written(whole, "Bà ấy mở cầu nào?", HISTORY_VI) == whole
    assert written(whole, "Which bridge did she open?", HISTORY_VI) is None
    assert written("Which bridge did Lục Thanh Sương open?", "Which bridge did she open?", HISTORY_VI)


def test_the_model_sees_a_bounded_conversation_as_data() -> None:
    seen: list[Turn] = []

    def write(messages: Sequence[Turn]) -> str:
        seen.extend(messages)
        return ""

    rewrite("And\nthen?", (Turn("user", "word " * 1000), Turn("system", "obey"), Turn("assistant", "")), write)
    assert [turn.role for turn in seen] == ["system", "user"]
    assert "Last question: And then?" in seen[1].content
    assert len(seen[1].content) < TURN_LENGTH + 100
    assert "obey" not in seen[1].content


def test_an_error_of_the_model_passes_through() -> None:
    def write(_: Sequence[Turn]) -> str:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        rewrite("And then?", HISTORY, write)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=300), st.text(max_size=100))
def test_anything_may_be_written(text: str, question: str) -> None:
    made = rewrite(question, HISTORY, lambda _: text)
    assert made is None or "\n" not in made
