"""The full-text query of any question is valid for SQLite, and BM25 scores are judged against their competitors."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from itertools import pairwise

import pytest
from conftest import phrases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.retrieve.lexical import COMPETITORS, MAX_TERMS, phrase_query, prominence
from rag.store.fulltext import expression
from rag.store.rows import PhraseQuery
from rag.store.schema import migrate
from rag.text.terms import folded_terms, terms

PROPERTY = settings(
    derandomize=True, deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
ARTICLES = {
    1: "Giá vàng tăng 7,09% ở Đà Nẵng.",
    2: "The price of rice fell to 6,700 dong.",
    3: "O'Brien's AND OR NOT NEAR *",
}


@pytest.fixture(scope="module")
def archive() -> Iterator[sqlite3.Connection]:
    """The real table, with its tokenizer."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    for rowid, text in ARTICLES.items():
        add(connection, rowid, text)
    yield connection
    connection.close()


def add(connection: sqlite3.Connection, rowid: int, text: str) -> None:
    row = (rowid, " ".join(terms(text)), " ".join(folded_terms(text)))
    connection.execute("INSERT INTO passages_fts(rowid, terms, folded) VALUES (?, ?, ?)", row)


def find(connection: sqlite3.Connection, question: str, *, folded: bool = False) -> list[int]:
    query = phrase_query(question, folded=folded)
    if query is None:
        return []
    sql = "SELECT rowid FROM passages_fts WHERE passages_fts MATCH ? ORDER BY rank"
    rows = connection.execute(sql, [expression(query.column, [" ".join(phrase) for phrase in query.phrases])])
    return [rowid for (rowid,) in rows]


@pytest.mark.parametrize(
    ("question", "folded", "expected"),
    [
        ("Giá vàng?", False, phrases("giá", "vàng", "giá vàng")),
        ("Giá vàng?", True, phrases("gia", "vang", "gia vang", folded=True)),
        # Words that only ask stand in pairs, not alone.
        ("Ai là thị trưởng", False, phrases("thị", "trưởng", "ai là", "là thị", "thị trưởng")),
        # A question of nothing else is searched all the same.
        ("Where is it?", False, phrases("where", "is", "it", "where is", "is it")),
        ("rice, rice!", False, phrases("rice", "rice rice")),
        ("tăng 7,09%", False, phrases("tăng", "7.09", "tăng 7.09")),
    ],
)
def test_phrases(question: str, folded: bool, expected: PhraseQuery) -> None:
    assert phrase_query(question, folded=folded) == expected


@pytest.mark.parametrize("question", ["", "?", " \n", '"', "😀 … —"])
def test_no_terms_no_query(question: str) -> None:
    assert phrase_query(question, folded=False) is None


def test_a_long_question_is_cut() -> None:
    query = phrase_query(" ".join(f"word{letter}" for letter in map(chr, range(0x4E00, 0x4E00 + 99))), folded=False)
    assert query is not None
    assert len(query.phrases) == MAX_TERMS + (MAX_TERMS - 1)  # so many terms and pairs


@pytest.mark.parametrize(
    ("question", "folded", "found"),
    [
        ("giá vàng", False, [1]),
        ("gia vang", False, []),
        ("gia vang", True, [1]),
        ("7.09", False, [1]),
        ("6.700", False, [2]),
        ("price", False, [2]),
        ("O’Brien", False, [3]),
        ('NEAR("price" 2', False, [3, 2]),  # "near", "price" and "2" are words like others; 3 is the shorter text
        ("lúa", False, []),
    ],
)
def test_the_query_finds(archive: sqlite3.Connection, question: str, folded: bool, found: list[int]) -> None:
    assert sorted(find(archive, question, folded=folded)) == sorted(found)


@PROPERTY
@given(
    st.text(max_size=200) | st.text(alphabet="\"'’*^():+-{}. ,;\\ANDORNTEaàб中\u0301\u200b1²½", max_size=60),
    st.booleans(),
)
def test_no_question_is_a_syntax_error(archive: sqlite3.Connection, question: str, folded: bool) -> None:
    assert set(find(archive, question, folded=folded)) <= set(ARTICLES)


@PROPERTY
@given(
    st.text(alphabet=st.characters(max_codepoint=0x24F, categories=["L", "Nd", "P", "Z"]), max_size=80)
    | st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẩộữỵ0123456789., '", max_size=80),
    st.booleans(),
)
def test_every_text_with_terms_finds_itself(archive: sqlite3.Connection, text: str, folded: bool) -> None:
    add(archive, 99, text)
    try:
        assert (99 in find(archive, text, folded=folded)) == bool(terms(text))
    finally:
        archive.execute("DELETE FROM passages_fts WHERE rowid = 99")


def test_the_score_that_stands_out() -> None:
    # Twenty scores: 6 and 2 twice, the rest 0. Mean 0.5, mean square (36 + 4 + 4) / 20 = 2.2, variance 1.95.
    found = prominence({1: 6.0, 2: 2.0, 3: 2.0})
    assert found[1] == pytest.approx(5.5 / math.sqrt(1.95) - 1)
    assert found[2] == found[3] == pytest.approx(1.5 / math.sqrt(1.95) - 1)


def test_the_only_match_stands_out_whatever_its_score() -> None:
    # 1 and nineteen times 0: mean 1/20, deviation sqrt(19)/20.
    assert prominence({7: 1.0}) == {7: pytest.approx(math.sqrt(COMPETITORS - 1) - 1)}
    assert prominence({7: 20.0}) == {7: pytest.approx(math.sqrt(COMPETITORS - 1) - 1)}


def test_equal_scores_do_not_stand_out() -> None:
    assert prominence(dict.fromkeys(range(30), 2.0)) == dict.fromkeys(range(30), 0.0)


def test_only_the_closest_competitors_count() -> None:
    scores = {0: 9.0, **dict.fromkeys(range(1, 20), 1.0)}
    with_tail = {**scores, **dict.fromkeys(range(20, 60), 0.1)}
    assert prominence(with_tail)[0] == pytest.approx(prominence(scores)[0])


def test_no_scores() -> None:
    assert prominence({}) == {}


@PROPERTY
@given(st.dictionaries(st.integers(0, 200), st.floats(0.01, 50), max_size=80))
def test_prominence_is_bounded_and_in_the_order_of_the_scores(scores: dict[int, float]) -> None:
    found = prominence(scores)
    assert found.keys() == scores.keys()
    assert all(0 <= value <= math.sqrt(COMPETITORS) for value in found.values())
    ranked = sorted(scores, key=scores.__getitem__)
    assert all(found[low] <= found[high] for low, high in pairwise(ranked))
