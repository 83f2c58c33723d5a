"""Retrieval scores worked out by hand on vectors of two dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.retrieve.dense import Means, Vector, centred
from rag.retrieve.fuse import LEXICAL_WEIGHT, SAME_TELLING, Asked, collapsed, score
from rag.store.rows import StoredPassage
from rag.types import Hit, Passage, Sentence

# Vietnamese vectors lie around (1, 0), English ones around (0, 1).
MEANS = Means(
    passages={"vi": np.array([1, 0], np.float32), "en": np.array([0, 1], np.float32)},
    sentences={"vi": np.array([1, 0], np.float32), "en": np.array([0, 1], np.float32)},
)
# In Vietnamese; less the mean it is (0, 1).
QUESTION = np.array([1, 1], np.float32)


def vector(*values: float) -> Vector:
    return np.array(values, np.float32)


def stored(
    rowid: int,
    language: str,
    at: Sequence[float],
    sentences: Sequence[Sequence[float]] = (),
    article: str | None = None,
    story: str | None = None,
    day: int | None = None,
) -> StoredPassage:
    article_id = article or f"article-{rowid}"
    spans = tuple(Sentence(place, place + 1, language) for place in range(len(sentences)))
    passage = Passage(f"{article_id}:{rowid}", article_id, 0, max(1, len(spans)), language, spans)
    vectors = np.array(sentences, np.float32).reshape(len(sentences), 2)
    return StoredPassage(rowid, passage, vector(*at), vectors, story or article_id, day, day, None)


def scored(
    *candidates: StoredPassage,
    language: str = "vi",
    lexical: Mapping[int, float] = MappingProxyType({}),
    preference: Mapping[str, float] = MappingProxyType({}),
) -> dict[int, Hit]:
    found = score(Asked(language, QUESTION), candidates, MEANS, lexical, preference)
    return {candidate.rowid: hit for candidate, hit in found}


def test_centred_takes_the_mean_away_and_scales_to_unit_length() -> None:
    np.testing.assert_allclose(centred(vector(4, 4), vector(1, 0)), [0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose(centred(vector(3, 4), None), [0.6, 0.8], rtol=1e-6)
    rows = centred(np.array([[4, 4], [1, 2]], np.float32), vector(1, 0))
    np.testing.assert_allclose(rows, np.array([[0.6, 0.8], [0, 1]]), rtol=1e-6)


def test_a_vector_at_the_mean_becomes_zero() -> None:
    np.testing.assert_array_equal(centred(vector(1, 0), vector(1, 0)), [0, 0])


def test_both_languages_are_compared_without_what_their_texts_share() -> None:
    hits = scored(
        stored(1, "vi", (4, 4)),  # (3, 4) behind the mean: 0.8
        stored(2, "en", (0, 3)),  # (0, 2): 1
        stored(3, "vi", (3, 0)),  # (2, 0): 0
        stored(4, "en", (3, -3)),  # (3, -4): -0.8
    )
    assert {rowid: hit.dense for rowid, hit in hits.items()} == pytest.approx(
        {1: 0.8, 2: 1.0, 3: 0.0, 4: -0.8}, abs=1e-6
    )
    assert list(hits) == [2, 1, 3, 4]
    # By the plain cosine the Vietnamese passage 3, which is off the point, would be level with the English 2.


def test_the_best_sentence_is_added_to_the_passage() -> None:
    hit = scored(stored(1, "vi", (4, 4), sentences=[(4, 4), (1, 5), (1, -5)]))[1]
    assert hit.sentence_scores == pytest.approx((0.8, 1.0, -1.0), abs=1e-6)
    assert hit.score == pytest.approx(0.8 + 1.0)


def test_bad_sentences_take_nothing_away() -> None:
    assert scored(stored(1, "vi", (4, 4), sentences=[(1, -5)]))[1].score == pytest.approx(0.8)


def test_words_and_preferences_are_added() -> None:
    hits = scored(
        stored(1, "vi", (4, 4)),
        stored(2, "vi", (4, 4)),
        lexical={1: 2.0},
        preference={"article-2": 0.5},
    )
    assert hits[1].score == pytest.approx(0.8 + 2 * LEXICAL_WEIGHT)
    assert hits[1].lexical == 2.0
    assert hits[2].score == pytest.approx(0.8 + 0.5)


def test_equal_scores_are_ordered_by_row() -> None:
    assert list(scored(stored(2, "vi", (4, 4)), stored(1, "vi", (4, 4)), stored(3, "vi", (4, 4)))) == [1, 2, 3]


def test_a_question_in_another_language_is_centred_on_the_first_mean() -> None:
    candidates = (stored(1, "vi", (4, 4)), stored(2, "en", (0, 3)))
    assert scored(*candidates, language="und") == scored(*candidates, language="vi")


def test_a_passage_in_a_language_without_a_mean_is_taken_as_it_is() -> None:
    assert scored(stored(1, "und", (3, 4)))[1].dense == pytest.approx(0.8)


def test_nothing_to_score() -> None:
    assert scored() == {}


def hit(article: str, at: float) -> Hit:
    return Hit(Passage(f"{article}:{at}", article, 0, 1, "vi"), at, 0)


Told = tuple[str, str, float, int | None]


def pairs(*told: Told) -> list[tuple[StoredPassage, Hit]]:
    """(article, story, score, day of publication) as `score` gives them."""
    return [
        (stored(row, "vi", (1, 0), article=article, story=story, day=day), hit(article, at))
        for row, (article, story, at, day) in enumerate(told)
    ]


def kept(*told: Told, top_k: int = 10) -> list[tuple[str, float, int]]:
    return [(one.passage.article_id, one.score, one.rank) for one in collapsed(pairs(*told), top_k)]


def test_reprints_are_collapsed_into_the_best_placed_telling() -> None:
    wire, copy, again = ("wire", "flood", 0.9, None), ("copy", "flood", 0.8, None), ("wire", "flood", 0.7, None)
    other = ("other", "other", 0.6, None)
    assert kept(wire, copy, again, other) == [("wire", 0.9, 1), ("wire", 0.7, 2), ("other", 0.6, 3)]
    assert kept(wire, copy, again, other, top_k=2) == [("wire", 0.9, 1), ("wire", 0.7, 2)]
    assert kept() == []


def test_of_tellings_that_score_alike_the_last_published_is_kept() -> None:
    first, later = ("first", "flood", 0.9, 100), ("later", "flood", 0.9 - SAME_TELLING / 2, 101)
    undated = ("undated", "flood", 0.9, None)
    assert [article for article, _, _ in kept(first, later)] == ["later"]
    assert [article for article, _, _ in kept(first, undated, later)] == ["later"]
    assert [article for article, _, _ in kept(undated, first)] == ["first"]


def test_a_later_telling_that_says_less_does_not_take_the_place() -> None:
    first, later = ("first", "flood", 0.9, 100), ("later", "flood", 0.9 - 2 * SAME_TELLING, 101)
    assert [article for article, _, _ in kept(first, later)] == ["first"]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(-2, 2), st.none() | st.integers(1, 5)), max_size=20),
    st.integers(1, 8),
)
def test_collapsed_keeps_the_order_and_one_telling_a_story(
    found: list[tuple[str, float, int | None]], top_k: int
) -> None:
    story_of = {"a": "s", "b": "s", "c": "s", "d": "t", "e": "t", "f": "u"}
    day_of = {article: day for article, _, day in found}
    ordered = sorted(found, key=lambda one: -one[1])
    told = pairs(*((article, story_of[article], at, day_of[article]) for article, at, _ in ordered))
    chosen = collapsed(told, top_k)
    assert [one.rank for one in chosen] == list(range(1, len(chosen) + 1))
    assert len(chosen) <= top_k
    assert [one.score for one in chosen] == sorted((one.score for one in chosen), reverse=True)
    tellers = {one.passage.article_id for one in chosen}
    assert len({story_of[article] for article in tellers}) == len(tellers)
    if top_k >= len(found):
        assert {story_of[article] for article in tellers} == {story_of[article] for article, _, _ in found}


def test_a_passage_is_scored_alike_in_any_company() -> None:
    candidates = [
        stored(1, "vi", (4, 4), sentences=[(4, 4), (1, 5), (1, -5)]),
        stored(2, "vi", (3, 1)),
        stored(3, "en", (0, 3), sentences=[(1, 3)]),
        stored(4, "vi", (2, 5), sentences=[(2, 2), (3, 1)]),
        stored(5, "vi", (1, 1)),
    ]
    together = scored(*candidates)
    for candidate in candidates:
        (alone,) = scored(candidate).values()
        assert together[candidate.rowid].score == pytest.approx(alone.score)
        assert together[candidate.rowid].sentence_scores == pytest.approx(alone.sentence_scores, abs=1e-6)
