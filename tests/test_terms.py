"""Lexical terms: Vietnamese syllables, English words without their endings, figures in one notation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.normalise import fold
from rag.text.terms import STOP_TERMS, content_terms, folded_terms, terms

PROPERTY = settings(derandomize=True, deadline=None, max_examples=200)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Giá vàng ở Đà Nẵng", ["giá", "vàng", "ở", "đà", "nẵng"]),
        ("The mayors' cars", ["the", "mayor", "cars"]),  # four letters are kept: "news", "gas", "plus"
        ("cities, buses and classes", ["city", "buse", "and", "classe"]),
        ("virus, glass, analysis", ["virus", "glass", "analysis"]),
        ("Arden's plan, ARDEN’S plan", ["arden", "plan", "arden", "plan"]),
        ("O'Brien's dog won't bark", ["o", "brien", "dog", "won", "t", "bark"]),
        ("7,09% = 7.09%", ["7.09", "7.09"]),
        ("6.700 = 6,700 = 6700", ["6700", "6700", "6700"]),
        ("1.234.567 and 1,234,567", ["1234567", "and", "1234567"]),
        ("19/6/2024", ["19", "6", "2024"]),
        ("Covid-19, F-16", ["covid", "19", "f", "16"]),
        ("snake_case", ["snake", "case"]),
        ("😀 — “…” !?", []),
        ("", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_the_terms_of_a_text_typed_without_diacritics_are_its_folded_terms() -> None:
    assert folded_terms("Giá vàng ở Đà Nẵng tăng 7,09%") == terms("gia vang o da nang tang 7,09%")


def test_content_terms_leave_out_words_that_only_ask_or_join() -> None:
    assert content_terms("Ai là thị trưởng của Lưu Giang?") == ["thị", "trưởng", "lưu", "giang"]
    assert content_terms("Who is the mayor of Arden?") == ["mayor", "arden"]
    assert content_terms("Ở đâu?") == []


@PROPERTY
@given(st.text(max_size=200))
def test_folded_terms_stand_beside_the_terms(text: str) -> None:
    assert folded_terms(text) == [fold(term) for term in terms(text)]


@PROPERTY
@given(st.text(max_size=200))
def test_a_term_is_never_empty_nor_holds_what_a_query_could_misread(text: str) -> None:
    for term in terms(text):
        assert term
        assert not set(term) & set(" \t\n\"'*^():+-")


@PROPERTY
@given(st.text(max_size=100), st.text(max_size=100))
def test_terms_of_two_lines_are_those_of_each(one: str, other: str) -> None:
    assert terms(f"{one}\n{other}") == terms(one) + terms(other)


@PROPERTY
@given(st.text(max_size=100))
def test_content_terms_are_the_terms_less_the_listed_ones(text: str) -> None:
    assert content_terms(text) == [term for term in terms(text) if term not in STOP_TERMS]
