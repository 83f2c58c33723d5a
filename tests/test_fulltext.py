"""Full-text search under a budget: rare phrases find, all score, and a small archive is searched in full."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from rag.store import fulltext
from rag.store.schema import migrate
from rag.text.normalise import fold

# Of one length, so that a sample's mean length is that of all.
TEXTS = ["giá vàng hôm nay", "giá gạo hôm nay", "giá vàng tuần sau", *(f"tin {n} hôm nay" for n in range(10, 30))]
QUESTION = 'terms : ("vàng" OR "hôm" OR "nay")'


@pytest.fixture
def archive() -> Iterator[sqlite3.Connection]:
    """The real tables; passage 1 is the first text, and the last is English."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    connection.execute("PRAGMA foreign_keys = OFF")
    for rowid, text in enumerate(TEXTS, start=1):
        language = "en" if rowid == len(TEXTS) else "vi"
        connection.execute("INSERT INTO passages VALUES (?, 'a', 0, 1, ?, '[]')", [rowid, language])
        connection.execute("INSERT INTO passages_fts(rowid, terms, folded) VALUES (?, ?, ?)", [rowid, text, fold(text)])
        for word in set(text.split()) - {str(n) for n in range(10, 30)}:
            sql = "INSERT INTO vocabulary VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1"
            connection.execute(sql, [fold(word), word])
    connection.execute("INSERT INTO language_means VALUES ('passage', 'vi', ?, '')", [len(TEXTS)])
    yield connection
    connection.close()


def search(
    archive: sqlite3.Connection,
    match: str,
    language: str | None = None,
    limit: int = 2,
    allowed: Sequence[int] | None = None,
) -> list[tuple[int, float]]:
    def run(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
        return archive.execute(sql, parameters).fetchall()

    return fulltext.search(run, match, language, limit, allowed)


def test_the_rarest_phrases_within_a_budget() -> None:
    # The pair costs 2 / 32 + 64 / 128 = 0.5625, its words 2 and 64.
    phrases, frequencies = ["a", "b", "a b"], {"a": 64, "b": 2}
    assert fulltext.rarest(phrases, frequencies, 2) == ["a b"]
    assert fulltext.rarest(phrases, frequencies, 3) == ["a b", "b"]
    assert fulltext.rarest(phrases, frequencies, 67) == ["a b", "b", "a"]
    assert fulltext.rarest(["a"], frequencies, 1) == ["a"]


@pytest.mark.parametrize("match", [QUESTION, 'folded : ("vang" OR "hom" OR "nay")'])
def test_what_common_terms_add_is_what_bm25_adds(
    archive: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, match: str
) -> None:
    full = search(archive, match)
    assert [rowid for rowid, _ in full] == [1, 3]
    # "vàng" stands in two passages, "hôm" and "nay" in 22: only the first finds.
    monkeypatch.setattr(fulltext, "BUDGET", 3)
    bounded = search(archive, match)
    assert [rowid for rowid, _ in bounded] == [1, 3]
    assert [score for _, score in bounded] == pytest.approx([score for _, score in full])


def test_a_pair_that_is_left_out_scores_too(archive: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    match = 'terms : ("tuần" OR "giá vàng")'
    ((rowid, full),) = search(archive, match, limit=1)
    # The pair stands wherever its rarer word does; "tuần" stands in one passage.
    monkeypatch.setattr(fulltext, "_RAREST_SHARE", 1)
    monkeypatch.setattr(fulltext, "BUDGET", 2)
    assert fulltext.rarest(["tuần", "giá vàng"], {"tuần": 1, "giá": 3, "vàng": 2}, 2) == ["tuần"]
    assert search(archive, match, limit=1) == [(rowid, pytest.approx(full))]


def test_too_few_found_is_no_answer_while_there_are_others(
    archive: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "BUDGET", 3)
    assert len(search(archive, QUESTION, limit=20)) == 20
    assert [rowid for rowid, _ in search(archive, QUESTION, allowed=range(10, 20))] == [10, 11]


@pytest.mark.parametrize("budget", [3, 6000])
def test_language_and_limit(archive: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, budget: int) -> None:
    monkeypatch.setattr(fulltext, "BUDGET", budget)
    assert [rowid for rowid, _ in search(archive, QUESTION, "en")] == [len(TEXTS)]
    assert len(search(archive, QUESTION, "vi", limit=5)) == 5
    assert search(archive, QUESTION, allowed=[]) == []


def test_figures_are_counted_too(archive: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext, "BUDGET", 3)
    assert search(archive, 'terms : ("12" OR "hôm")', limit=1)[0][0] == 6
