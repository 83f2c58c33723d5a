"""Diacritics restored from what the archive itself writes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.retrieve.restore import restore
from rag.text.normalise import fold


def test_neighbours_decide_between_spellings() -> None:
    texts = ["Giá vàng hôm nay tăng.", "Ông già vắng nhà."]
    assert restore("gia vang hom nay", texts, {}) == "giá vàng hôm nay"
    assert restore("ong gia vang nha", texts, {}) == "ông già vắng nhà"


def test_vocabulary_serves_where_the_texts_are_silent() -> None:
    assert restore("cau moi", [], {"cau": [("cầu", 7), ("câu", 2)], "moi": [("mới", 9)]}) == "cầu mới"


def test_unknown_words_punctuation_and_capitals_stay() -> None:
    assert restore("Xyz o Da Nang, 2024?", ["ở Đà Nẵng"], {}) == "Xyz ở Đà Nẵng, 2024?"


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=3))
def test_restoring_changes_nothing_but_diacritics(question: str, texts: list[str]) -> None:
    assert fold(restore(question, texts, {})).split() == fold(question).split()
