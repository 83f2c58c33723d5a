"""The stored form of a text, and the two ways of taking its marks off."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.normalise import flatten, fold, has_diacritics, normalise


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("a\r\nb\rc\u2028d\x85e\x0cf", "a\nb\nc\nd\ne\nf"),
        ("Tie\u0302\u0301ng Vie\u0323\u0302t", "Tiếng Việt"),
        ("a\x00b\x1b[31mc\x9b31md\ufeff", "ab[31mc31md"),
        ("giá\u00a0vàng\t1", "giá\u00a0vàng\t1"),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_stored_form(raw: str, stored: str) -> None:
    assert normalise(raw) == stored


def test_lone_surrogates_are_dropped() -> None:
    assert normalise("a\ud800b") == "ab"


def test_a_letter_carries_a_bounded_number_of_marks() -> None:
    assert normalise("a" + "\u0323\u0301" * 100_000) == normalise("a" + "\u0323\u0301" * 15)
    assert normalise("…" * 100) == "…" * 100


MARKS = st.sampled_from([*"aAế ", "\u0301", "\u0323", "\u0344", "\u05b0", "\u0302", "\U0001d165"])


@given(st.lists(MARKS, max_size=150).map("".join))
def test_normalising_marks_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert unicodedata.is_normalized("NFC", normalise(text))


@given(st.text(alphabet=st.characters(), max_size=200))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()


@given(st.text(max_size=200))
def test_flattening_keeps_every_place(text: str) -> None:
    assert len(flatten(text)) == len(text)


def test_marks_come_off() -> None:
    assert fold("Giá vàng ở Đà Nẵng") == flatten("Giá vàng ở Đà Nẵng") == "gia vang o da nang"
    assert has_diacritics("Đà Nẵng")
    assert not has_diacritics("Da Nang")
