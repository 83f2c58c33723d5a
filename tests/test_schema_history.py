"""Archives that earlier versions wrote: read, asked, brought up to date, and what is said of one that is too new."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from conftest import HashingEmbedder
from test_ingest import RIVER, consistent, ingest, outcome, page

from rag.errors import ArchiveError
from rag.newsqa import NewsQA
from rag.settings import Settings
from rag.store import schema
from rag.store.backup import back_up
from rag.store.catalogue import Catalogue
from rag.store.restoring import restore

DATA = Path(__file__).parent / "data"
# A table and a column more, filled from what is there: what a next version may do.
NEXT = """
    ALTER TABLE articles ADD COLUMN words INTEGER NOT NULL DEFAULT 0;
    UPDATE articles SET words = length(text);
    CREATE TABLE notes(article_id TEXT PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE);
"""


@pytest.fixture
def old_home(tmp_path: Path) -> Path:
    """The home of an archive that the first version wrote; its articles came from /news."""
    home = tmp_path / "old"
    home.mkdir()
    with closing(sqlite3.connect(home / "catalogue.sqlite3")) as connection:
        connection.executescript((DATA / "archive-1.sql").read_text(encoding="utf-8"))
    return home


def test_an_archive_of_the_first_version_is_whole(old_home: Path) -> None:
    with Catalogue.open(old_home) as catalogue:
        consistent(catalogue)
        infos = {info.source: info for info in catalogue.list_articles()}
        assert {source: (info.title, info.published) for source, info in infos.items()} == {
            "Báo Bến Sông": ("Trạm bơm An Lạc chạy thử", "2024-06-19"),
            "Báo Hạ Lưu": ("Trạm bơm An Lạc chạy thử", "2024-06-20"),
            "Riverside Courier": ("Night market record", "2024-07"),
        }
        assert infos["Báo Bến Sông"].story_id == infos["Báo Hạ Lưu"].story_id
        assert catalogue.embedder() == ("hashing", 64)
        assert catalogue.query("SELECT count(*) FROM staged") == [(1,)]


def test_it_answers_with_exact_quotes(old_home: Path) -> None:
    with NewsQA(Settings(home=old_home, engine="quotes")) as qa:
        qa.__dict__["embedder"] = HashingEmbedder()
        answer = qa.ask("Trạm bơm An Lạc hút bao nhiêu mét khối nước mỗi phút?")
        assert answer.found
        assert answer.citations[0].quote == "Trạm bơm An Lạc hút 420 mét khối nước mỗi phút."
        article = qa.article(answer.citations[0].article_id)
        assert article.quote(answer.citations[0].start, answer.citations[0].end) == answer.citations[0].quote


def test_it_goes_on_growing(old_home: Path, tmp_path: Path) -> None:
    page(tmp_path / "news", "river.md", RIVER, title="Lũ về")
    with Catalogue.open(old_home) as catalogue:
        assert outcome(ingest(catalogue, HashingEmbedder(), tmp_path / "news"))[0] == 1
        consistent(catalogue)


def test_its_interrupted_change_of_the_model_is_completed(old_home: Path) -> None:
    with Catalogue.open(old_home) as catalogue:
        newer = HashingEmbedder("newer", 16)
        ingest(catalogue, newer, rebuild=True)
        assert catalogue.embedder() == ("newer", 16)
        assert newer.texts == 6, "the titled passage and two sentences of each article that was not staged"
        consistent(catalogue)


def test_it_is_saved_and_restored(old_home: Path, tmp_path: Path) -> None:
    path, manifest = back_up(old_home, tmp_path / "b.zip")
    assert manifest.articles == 3
    restore(path, tmp_path / "new")
    with Catalogue.open(tmp_path / "new") as catalogue:
        consistent(catalogue)


def test_a_next_version_brings_it_up_to_date(old_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, NEXT))
    with pytest.raises(ArchiveError, match="older version"):
        Catalogue.open(old_home, readonly=True)
    with Catalogue.open(old_home) as catalogue:
        assert catalogue.query("SELECT sum(words) = sum(length(text)), count(*) FROM articles") == [(1, 3)]
        assert catalogue.query("PRAGMA user_version") == [(len(schema.MIGRATIONS),)]
        consistent(catalogue)


def test_a_migration_that_fails_leaves_the_archive_as_it_was(old_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, f"{NEXT} SELECT * FROM nothing;"))
    with pytest.raises(ArchiveError):
        Catalogue.open(old_home)
    monkeypatch.undo()
    with Catalogue.open(old_home) as catalogue:
        consistent(catalogue)


def test_an_archive_of_a_newer_version_is_refused(old_home: Path) -> None:
    with closing(sqlite3.connect(old_home / "catalogue.sqlite3")) as connection:
        connection.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
    with pytest.raises(ArchiveError, match="newer version of this program; update the program"):
        Catalogue.open(old_home)
