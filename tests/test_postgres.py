"""PostgreSQL under the catalogue: the same scores as SQLite's, a server that dies, addresses that are never shown."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import phrases, store
from hypothesis import given
from hypothesis import strategies as st
from postgres_server import Server

from rag.commands.backup import add
from rag.errors import ArchiveError, SettingsError, UsageError
from rag.settings import load
from rag.store import bm25
from rag.store.catalogue import Catalogue
from rag.store.fulltext import expression
from rag.store.schema import migrate
from rag.store.selection import selection
from rag.types import Article, Filters

FLOOD = Article("flood", "Mực nước sông Lam Khê đạt 7,09 mét. Ba trăm hộ dân phải sơ tán.", "Lũ về", language="vi")
BRIDGE = Article("bridge", "Cây cầu mới nối hai bờ sông đã khánh thành.", language="vi")


WORDS = st.sampled_from(["sông", "cầu", "lũ", "chợ", "7.09", "nhà"])
OTHERS = [Article(f"a{i}", f"Bài {i} về chợ đêm.", language="vi") for i in range(9)]


@given(
    passages=st.lists(st.lists(WORDS, min_size=1, max_size=12), max_size=9),
    asked=st.lists(
        st.lists(st.sampled_from(["sông", "cầu", "lũ", "7.09"]), min_size=1, max_size=2), min_size=1, max_size=4
    ),
)
def test_the_scores_are_those_of_fts5(passages: list[list[str]], asked: list[list[str]]) -> None:
    query = phrases(*(" ".join(phrase) for phrase in asked))
    match = expression(query.column, [" ".join(phrase) for phrase in query.phrases])
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    for rowid, words in enumerate(passages, start=1):
        text = " ".join(words)
        connection.execute("INSERT INTO passages_fts(rowid, terms, folded) VALUES (?, ?, ?)", [rowid, text, text])
    sql = "SELECT rowid, -bm25(passages_fts) FROM passages_fts WHERE passages_fts MATCH ?"
    expected = dict(connection.execute(sql, [match]).fetchall())
    connection.close()
    average = sum(map(len, passages)) / (len(passages) or 1)
    scored = bm25.scores(query, list(enumerate(passages, start=1)), len(passages), average)
    assert scored == pytest.approx(expected)


def test_words_are_found_alike_by_both(tmp_path: Path, postgres: Server) -> None:
    query = phrases("song", "cau", "lam khe", "7.09", folded=True)
    with (
        Catalogue.open(tmp_path / "file") as file,
        Catalogue.open(tmp_path / "shared", url=postgres.new_database()) as shared,
    ):
        for catalogue in (file, shared):
            store(catalogue, FLOOD, BRIDGE, *OTHERS)
        expected, found = file.lexical(query, "vi", 10), shared.lexical(query, "vi", 10)
    assert [score for _, score in found] == pytest.approx([score for _, score in expected])
    assert len(found) == 2


def test_a_large_archive_is_searched_by_its_rarest_words(
    tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in SQLite: the rarest words find while there are enough of them, whatever a filter leaves."""
    monkeypatch.setattr("rag.store.fulltext.BUDGET", 3)
    with (
        Catalogue.open(tmp_path / "file") as file,
        Catalogue.open(tmp_path / "shared", url=postgres.new_database()) as shared,
    ):
        for catalogue in (file, shared):
            store(catalogue, replace(FLOOD, published="2024-06-19"), BRIDGE, *OTHERS)
        asked = phrases("chợ", "sông", "về")
        rare = {*shared.rowids("flood"), *shared.rowids("bridge")}
        assert {rowid for rowid, _ in shared.lexical(asked, "vi", 2)} == rare
        every = [sorted(rowid for rowid, _ in catalogue.lexical(asked, "vi", 20)) for catalogue in (file, shared)]
        assert every[0] == every[1]
        assert len(every[1]) == len(OTHERS) + 2, "where rare words find too few, common ones find as well"
        assert len(shared.lexical(phrases("chợ", "chợ đêm"), "vi", 20)) == len(OTHERS)
        for few in (0, 1000):
            monkeypatch.setattr("rag.store.fulltext.FEW", few)
            chosen = selection(Filters(since="2024-06-19", until="2024-06-19"))
            limited = [catalogue.lexical(asked, "vi", 20, chosen) for catalogue in (file, shared)]
            assert [rowid for rowid, _ in limited[0]] == [rowid for rowid, _ in limited[1]] == shared.rowids("flood")


def test_a_killed_server_loses_nothing_that_was_committed(tmp_path: Path, postgres: Server) -> None:
    with Catalogue.open(tmp_path / "home", url=postgres.new_database()) as catalogue:
        store(catalogue, FLOOD)
        postgres.kill()
        try:
            with pytest.raises(ArchiveError, match="check that it runs, and CATALOGUE_URL"):
                store(catalogue, BRIDGE)
        finally:
            postgres.start()
        assert [info.id for info in catalogue.list_articles()] == ["flood"]
        store(catalogue, BRIDGE)
        assert catalogue.count().articles == 2


def test_a_killed_server_in_the_middle_of_a_transaction(tmp_path: Path, postgres: Server) -> None:
    with Catalogue.open(tmp_path / "home", url=postgres.new_database()) as catalogue:
        store(catalogue, FLOOD)
        with pytest.raises(ArchiveError, match="cannot be reached"), catalogue.transaction() as writer:
            writer.remove("flood")
            postgres.kill()
            postgres.start()
            writer.has_article("flood")
        assert catalogue.article("flood").text == FLOOD.text
        assert len(catalogue.lexical(phrases("sông"), "vi", 5)) == 1


@pytest.mark.parametrize("url", ["mysql://news:topsecret@host/name", "postgresql://news:topsecret@host:port/x?y=1"])
def test_an_address_that_is_none_is_not_repeated(tmp_path: Path, url: str) -> None:
    pytest.importorskip("psycopg", reason="needs the extra: postgres")
    with pytest.raises((SettingsError, ArchiveError), match="CATALOGUE_URL") as caught:
        Catalogue.open(tmp_path, url=url)
    assert "topsecret" not in str(caught.value)


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="needs the extra: postgres")
    with pytest.raises(ArchiveError, match="check that it runs, and CATALOGUE_URL") as caught:
        Catalogue.open(tmp_path, url="postgresql://news:topsecret@127.0.0.1:1/name")
    assert "topsecret" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_newer_version_is_left_alone(tmp_path: Path, postgres: Server) -> None:
    url = postgres.new_database()
    with Catalogue.open(tmp_path, url=url) as catalogue:
        catalogue.query("UPDATE meta SET value = '999' WHERE key = 'schema'")
    with pytest.raises(ArchiveError, match="newer version"):
        Catalogue.open(tmp_path, url=url)


def test_an_older_version_is_brought_up_by_who_may_write(tmp_path: Path, postgres: Server) -> None:
    url = postgres.new_database()
    with Catalogue.open(tmp_path, url=url) as catalogue:
        store(catalogue, FLOOD)
        catalogue.query("DROP TABLE index_notes")
        catalogue.query("DROP INDEX articles_by_outlet")
        catalogue.query("DROP TABLE edits")
        catalogue.query("DROP VIEW articles_shown")
        catalogue.query("ALTER TABLE articles DROP COLUMN updated, DROP COLUMN contradictions, DROP COLUMN pages")
        catalogue.query("UPDATE meta SET value = '2' WHERE key = 'schema'")
    with pytest.raises(ArchiveError, match="older version; run `rag ingest PATH` first"):
        Catalogue.open(tmp_path, url=url, readonly=True)
    with Catalogue.open(tmp_path, url=url) as catalogue:
        assert catalogue.query("SELECT count(*) FROM index_notes") == [(0,)]
    Catalogue.open(tmp_path, url=url, readonly=True).close()


def test_backup_tells_how_a_server_is_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    add(lambda name, help: commands.add_parser(name))  # type: ignore[arg-type, misc]
    monkeypatch.setenv("CATALOGUE_URL", "postgresql://news:topsecret@host/name")
    monkeypatch.setenv("RAG_HOME", str(tmp_path))
    args = parser.parse_args(["backup", str(tmp_path)])
    with pytest.raises(UsageError, match="pg_dump"):
        args.run(args)
    assert "topsecret" not in repr(load())
