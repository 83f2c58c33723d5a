"""What the program itself says exists in both languages, and dates are written as each reads them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer import messages
from rag.answer.messages import shown_date
from rag.text.language import detect
from rag.types import AnswerLanguage

SAID = [name for name, value in vars(messages).items() if name.isupper() and isinstance(value, dict) and "vi" in value]


@pytest.mark.parametrize("name", SAID)
def test_every_message_is_there_in_both_languages(name: str) -> None:
    said = getattr(messages, name)
    assert said.keys() == {"vi", "en"}
    for language, text in said.items():
        assert "\n" not in text
        if len(text.split()) > 3:  # "undated" is too short to tell a language by
            assert detect(text) == language


def test_the_messages_were_found() -> None:
    assert {"NOT_FOUND", "EMPTY_ARCHIVE", "DISAGREE", "UPDATED"} <= set(SAID)


def test_a_quote_in_any_other_language_has_a_label() -> None:
    for reader, language in (("vi", "en"), ("en", "vi"), ("vi", "und"), ("en", "und")):
        assert messages.QUOTED_IN[reader, language]


@pytest.mark.parametrize(
    ("published", "language", "shown"),
    [
        ("2024-06-19", "vi", "19/6/2024"),
        ("2024-06-19", "en", "19 June 2024"),
        ("2024-06", "vi", "6/2024"),
        ("2024-06", "en", "June 2024"),
        ("2024", "vi", "2024"),
        ("2024", "en", "2024"),
        ("0999-12-01", "en", "1 December 999"),
        (None, "vi", "không rõ ngày"),
        (None, "en", "undated"),
    ],
)
def test_shown_date(published: str | None, language: AnswerLanguage, shown: str) -> None:
    assert shown_date(published, language) == shown


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.dates())
def test_every_date_is_shown_in_full(day: date) -> None:
    assert shown_date(day.isoformat(), "vi") == f"{day.day}/{day.month}/{day.year}"
    assert shown_date(day.isoformat(), "en") == f"{day.day} {day:%B} {day.year}"
