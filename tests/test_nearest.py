"""The nearest of the passages that a question is limited to, however few or many they are."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from conftest import HashingEmbedder, store

from rag.errors import EmbedderMismatch
from rag.retrieve import nearest as module
from rag.retrieve.nearest import nearest
from rag.store.catalogue import Catalogue
from rag.store.exact import ExactIndex
from rag.store.selection import Selection, selection
from rag.types import Article, Filters

WORDS = ["sông", "cầu", "lũ", "chợ", "trường", "đường", "nhà", "cây", "biển", "núi", "đảo"]
QUESTION = np.array(HashingEmbedder().get_query_embedding("cầu và sông và đảo"), dtype=np.float32)
EVERY = Selection()


class Counting(ExactIndex):
    """Says how many passages it was asked for."""

    asked: list[int]

    def search(self, vector: np.ndarray, language: str, k: int) -> list[tuple[int, float]]:
        self.asked.append(k)
        return super().search(vector, language, k)


@pytest.fixture
def index(catalogue: Catalogue) -> Counting:
    """Over 33 articles, one of each day from the first of May 2031; every third is English."""
    made = []
    for number in range(33):
        words = " ".join(WORDS[(number * step) % len(WORDS)] for step in (1, 3, 7))
        day, is_english = (date(2031, 5, 1) + timedelta(number)).isoformat(), number % 3 == 0
        text = f"Story number {number} is about the weather." if is_english else f"Bài {number} kể về {words} của ta."
        made.append(Article(f"a{number}", text, published=day, language="en" if is_english else "vi"))
    store(catalogue, *made)
    counting = Counting(catalogue)
    counting.asked = []
    return counting


def by_hand(catalogue: Catalogue, language: str, chosen: Selection, k: int) -> list[tuple[int, float]]:
    rowids, matrix = catalogue.vectors(language)
    passing = catalogue.passing(chosen, rowids.tolist())
    cosines = [(rowid, float(cosine)) for rowid, cosine in zip(rowids.tolist(), matrix @ QUESTION, strict=True)]
    return sorted((pair for pair in cosines if pair[0] in passing), key=lambda pair: (-pair[1], pair[0]))[:k]


def agree(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> bool:
    """Of equal cosines any."""
    return bool(np.allclose([cosine for _, cosine in found], [cosine for _, cosine in expected], atol=1e-5))


@pytest.mark.parametrize(
    ("wider", "asked"),
    [
        # Of the two best one passes; of the four best, both that are wanted.
        (2, [2, 4]),
        # Where that is not promised, all that pass are compared.
        (1, [2]),
    ],
)
def test_the_nearest_of_some(
    catalogue: Catalogue, index: Counting, monkeypatch: pytest.MonkeyPatch, wider: int, asked: list[int]
) -> None:
    monkeypatch.setattr(module, "FIRST", 1)
    monkeypatch.setattr(module, "WIDER", wider)
    chosen = selection(Filters(since="2031-05-15", until="2031-06-01"))
    expected = by_hand(catalogue, "vi", chosen, 2)
    assert [cosine > 0.2 for _, cosine in expected] == [True, True]
    assert nearest(catalogue, index, QUESTION, "vi", 2, chosen) == [
        (rowid, pytest.approx(cosine)) for rowid, cosine in expected
    ]
    assert index.asked == asked


def test_languages_alone_need_no_comparing(catalogue: Catalogue, index: Counting) -> None:
    chosen = selection(Filters(languages=("vi",)))
    assert agree(nearest(catalogue, index, QUESTION, "vi", 40, chosen), by_hand(catalogue, "vi", EVERY, 40))
    assert index.asked == [40]
    assert nearest(catalogue, index, QUESTION, "en", 40, chosen) == []
    assert index.asked == [40]


def test_fewer_than_are_wanted(catalogue: Catalogue, index: Counting) -> None:
    chosen = selection(Filters(since="2031-05-15", until="2031-06-01"))
    found = nearest(catalogue, index, QUESTION, "vi", 40, chosen)
    assert len(found) == 12
    assert agree(found, by_hand(catalogue, "vi", chosen, 40))


def test_many_pages_are_as_good_as_one(catalogue: Catalogue, index: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = selection(Filters(since="2031"))
    monkeypatch.setattr(module, "_PAGE", 4)
    assert agree(nearest(catalogue, index, QUESTION, "vi", 9, chosen), by_hand(catalogue, "vi", chosen, 9))


def test_a_vector_of_another_dimension_is_refused(catalogue: Catalogue, index: Counting) -> None:
    with pytest.raises(EmbedderMismatch, match="has 3 numbers"):
        nearest(catalogue, index, np.ones(3, dtype=np.float32), "vi", 3, selection(Filters(since="2031")))
