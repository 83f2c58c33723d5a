"""`rag doctor --repair`: every kind of damage made on purpose, found, mended, and not found again."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from conftest import HashingEmbedder
from test_ingest import MARKET, RIVER, consistent, ingest, page

from rag.cli import main
from rag.ingest.repair import Finding, repair
from rag.store.backup import back_up
from rag.store.catalogue import Catalogue
from rag.store.vectors import VectorIndex
from ui.conversation_file import ConversationFile


@pytest.fixture
def home(tmp_path: Path) -> Path:
    page(tmp_path / "news", "river.md", f"{RIVER}\n\n{RIVER.replace('ba trăm', 'bốn trăm')}", title="Lũ về")
    page(tmp_path / "news", "market.md", MARKET, title="Soup")
    with Catalogue.open(tmp_path / "home") as catalogue:
        ingest(catalogue, HashingEmbedder(), tmp_path / "news")
        index = VectorIndex(catalogue)
        assert index.sync()
        index.close()
    return tmp_path / "home"


def mended(home: Path, embedder: HashingEmbedder | None = None, last: str = "") -> dict[str, Finding]:
    """What was not as it should be; nothing after the finding `last` is looked at."""
    found = {}
    for item in repair(home, lambda: embedder or HashingEmbedder()):  # type: ignore[arg-type, return-value]
        if item.status != "ok":
            found[item.name] = item
        if item.name == last:
            break
    return found


def is_whole(home: Path) -> None:
    assert mended(home) == {}
    with Catalogue.open(home) as catalogue:
        consistent(catalogue)
        index = VectorIndex(catalogue)
        vector = np.array(HashingEmbedder().get_query_embedding(RIVER), dtype=np.float32)
        assert len(index.search(vector, "vi", 10)) == catalogue.count().languages["vi"]
        assert index.backend == "chroma"
        index.close()


def change(home: Path, *statements: str) -> None:
    with closing(sqlite3.connect(home / "catalogue.sqlite3")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_a_whole_archive_is_left_as_it_is(home: Path) -> None:
    before = (home / "catalogue.sqlite3").read_bytes()
    is_whole(home)
    with Catalogue.open(home) as catalogue:
        catalogue.query("PRAGMA wal_checkpoint(TRUNCATE)")
    assert len((home / "catalogue.sqlite3").read_bytes()) == len(before)


@pytest.mark.parametrize(
    ("damage", "name", "detail"),
    [
        ("DELETE FROM passages_fts WHERE rowid = 1", "full text", "passages indexed again: 1"),
        ("UPDATE passages_fts SET terms = 'khác', folded = 'khac' WHERE rowid = 1", "full text", "indexed again: 1"),
        ("INSERT INTO passages_fts(rowid, terms, folded) VALUES (99, 'a', 'a')", "full text", "indexed again: 1"),
        ("UPDATE passages_fts_data SET block = zeroblob(length(block)) WHERE id > 10", "full text", "indexed again: 1"),
        ("DELETE FROM language_means", "sums", "means or words counted again: 4"),
        ("UPDATE language_means SET count = count + 1 WHERE language = 'en'", "sums", "counted again: 2"),
        ("UPDATE vocabulary SET count = count + 1 WHERE folded = 'song'", "sums", "counted again: 1"),
        ("INSERT INTO vocabulary VALUES ('moi', 'mới', 3)", "sums", "counted again: 1"),
        ("DELETE FROM changes WHERE passage_id = 1", "log", "entries corrected: 1"),
        ("INSERT INTO changes(passage_id, language, added) VALUES (77, 'vi', 1)", "log", "entries corrected: 1"),
        ("DELETE FROM vectors WHERE passage_id = 1", "vectors", "articles embedded again: 1"),
        ("UPDATE vectors SET vector = x'00' WHERE passage_id = 1", "vectors", "embedded again: 1"),
        ("UPDATE sentence_vectors SET vectors = zeroblob(length(vectors)) || x'0000'", "vectors", "embedded again: 2"),
        ("INSERT INTO locations(path, record, shown, article_id) VALUES ('/a', '', '', 'no')", "rows", "removed: 1"),
        ("INSERT INTO vectors VALUES (88, 'vi', x'00')", "rows", "removed: 1"),
        ("INSERT INTO staged VALUES ((SELECT min(id) FROM articles), 'old', '[]', x'', x'')", "staging", "removed: 1"),
    ],
)
def test_damage_inside_the_catalogue(home: Path, damage: str, name: str, detail: str) -> None:
    change(home, damage)
    found = mended(home, last="log")
    assert found[name].status == "mended"
    assert detail in found[name].detail
    assert mended(home, last="log") == {}
    with Catalogue.open(home) as catalogue:
        consistent(catalogue)


def test_an_article_is_embedded_again_only_by_its_own_model(home: Path) -> None:
    change(home, "DELETE FROM vectors WHERE passage_id = 1")
    found = mended(home, HashingEmbedder("other"))
    assert found["vectors"].status == "problem"
    assert "EMBED_MODEL" in found["vectors"].advice
    assert mended(home)["vectors"].status == "mended"
    is_whole(home)


def test_an_index_of_the_catalogue_that_lost_a_row(home: Path) -> None:
    with closing(sqlite3.connect(home / "catalogue.sqlite3", isolation_level=None)) as connection:
        # The index is emptied behind SQLite's back: its root page is made that of an empty tree.
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'articles_by_date'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray((home / "catalogue.sqlite3").read_bytes())
    start = (root - 1) * size
    content[start + 3 : start + 7] = b"\x00\x00" + size.to_bytes(2, "big")
    (home / "catalogue.sqlite3").write_bytes(content)
    found = mended(home)
    assert found["catalogue"].status == "mended"
    is_whole(home)


def test_an_interrupted_change_of_the_model_is_told_and_kept(home: Path) -> None:
    with Catalogue.open(home) as catalogue, catalogue.transaction() as writer:
        sql = "SELECT id, content_hash FROM articles LIMIT 1"
        writer.staging.add("newer", *writer.run(sql)[0], [])
    found = [item for item in repair(home, HashingEmbedder) if item.name == "staging"]  # type: ignore[arg-type]
    assert [item.detail for item in found] == [
        "as it should be", "a change of the model was interrupted with 1 articles done",
    ]  # fmt: skip


def overwritten(home: Path) -> None:
    for path in (home / "chroma").rglob("*.bin"):
        content = path.read_bytes()
        path.write_bytes(b"\xa5" * len(content))


def unnoticed(home: Path) -> None:
    """A vector becomes another one, in a file of the size and the times that the note speaks of."""
    with Catalogue.open(home) as catalogue:
        vector = catalogue.vectors_of([1])[1].astype("<f4").tobytes()
    path = home / "chroma" / "chroma.sqlite3"
    state, content = path.stat(), path.read_bytes()
    assert content.count(vector) == 1
    path.write_bytes(content.replace(vector, vector[128:] + vector[:128]))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def damaged_database(home: Path) -> None:
    path = home / "chroma" / "chroma.sqlite3"
    state = path.stat()
    path.write_bytes(b"no database" * 20_000)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def without_note(home: Path) -> None:
    (home / "chroma" / "state.json").unlink()


@pytest.mark.parametrize("damage", [overwritten, unnoticed, damaged_database, without_note])
def test_a_damaged_vector_index_is_built_again(home: Path, damage: Callable[[Path], None]) -> None:
    damage(home)
    assert mended(home) == {"index": Finding("index", "mended", "built from the catalogue, passages: 2")}
    is_whole(home)


def test_an_index_that_is_behind_is_brought_up(home: Path, tmp_path: Path) -> None:
    page(tmp_path / "news", "bridge.md", "Cây cầu mới nối hai bờ sông đã khánh thành.")
    with Catalogue.open(home) as catalogue:
        ingest(catalogue, HashingEmbedder(), tmp_path / "news")
    is_whole(home)


def test_an_index_that_another_process_uses(home: Path) -> None:
    with Catalogue.open(home) as catalogue:
        index = VectorIndex(catalogue)
        assert index.sync()
        found = {item.name: item for item in repair(home, HashingEmbedder)}  # type: ignore[arg-type]
        index.close()
    assert (found["index"].status, "another process" in found["index"].detail) == ("ok", True)


@pytest.mark.parametrize("content", [b"no database" * 2000, b"", b"SQLite format 3\0" + b"\xa5" * 40_000])
def test_a_catalogue_that_is_none(home: Path, content: bytes, tmp_path: Path) -> None:
    saved, _ = back_up(home, tmp_path / "b.zip")
    for side in home.glob("catalogue.sqlite3-*"):
        side.unlink()
    (home / "catalogue.sqlite3").write_bytes(content)
    found = mended(home)
    if content:
        assert found["catalogue"].status == "problem"
        assert "rag restore FILE --replace" in found["catalogue"].advice
        assert main(["restore", str(saved), "--home", str(home)]) == 2
    assert main(["restore", str(saved), "--home", str(home), "--replace"]) == 0
    assert set(mended(home)) <= {"index"}
    is_whole(home)


def test_a_damaged_page_of_the_catalogue(home: Path) -> None:
    with Catalogue.open(home) as catalogue:
        catalogue.query("PRAGMA wal_checkpoint(TRUNCATE)")
        root = catalogue.query("SELECT rootpage FROM sqlite_master WHERE name = 'passages'")[0][0]
    content = bytearray((home / "catalogue.sqlite3").read_bytes())
    content[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    (home / "catalogue.sqlite3").write_bytes(content)
    found = mended(home)
    assert found["catalogue"].status == "problem"
    assert "rag restore" in found["catalogue"].advice


def test_what_a_killed_restore_left(home: Path) -> None:
    (home / ".restoring-x").mkdir()
    (home / ".restoring-x" / "catalogue.sqlite3").write_bytes(b"half")
    assert mended(home)["left over"].status == "mended"
    assert not (home / ".restoring-x").exists()


def test_damaged_conversations_are_told(home: Path) -> None:
    ConversationFile(home).read(lambda connection: None)
    assert mended(home) == {}
    (home / "conversations.sqlite3").write_bytes(b"no database" * 2000)
    assert mended(home)["conversations"].status == "problem"


def test_no_archive(tmp_path: Path) -> None:
    assert mended(tmp_path / "none")["catalogue"].status == "problem"
    assert not (tmp_path / "none").exists()


def test_the_command(home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    # Another model made the vectors of this archive: the checks that follow say so.
    (home / "chroma" / "state.json").unlink()
    assert main(["doctor", "--repair", "--json", "--home", str(home)]) == 1
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["repair index"]["status"] == "mended"
    assert checks["index"]["status"] == "ok"
    assert checks["vectors"]["status"] == "problem"
    main(["doctor", "--repair", "--home", str(home)])
    assert "ok       repair catalogue " in capsys.readouterr().out
