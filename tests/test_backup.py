"""`rag backup` and `rag restore`: what is saved while it is in use, what is refused, what is kept."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import HashingEmbedder, store
from test_ingest import consistent

from rag.cli import main
from rag.errors import ArchiveError, UsageError
from rag.store.backup import back_up
from rag.store.backup_file import MANIFEST, unpack
from rag.store.catalogue import Catalogue
from rag.store.restoring import restore
from rag.store.vectors import VectorIndex
from rag.types import Article
from ui.conversation_file import ConversationFile


def article(number: int) -> Article:
    return Article(f"bai-{number}", f"Trạm bơm số {number} hút {number * 10} mét khối nước.", title=f"Trạm {number}")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An archive of two articles with its index, a conversation, an upload and users."""
    home = tmp_path / "home"
    with Catalogue.open(home) as catalogue:
        store(catalogue, article(1), article(2))
        index = VectorIndex(catalogue)
        assert index.sync()
        index.close()
    converse(home, "lan")
    (home / "uploads" / "ab").mkdir(parents=True)
    (home / "uploads" / "ab" / "tin.txt").write_text("Nước dâng.", encoding="utf-8")
    (home / "users.json").write_text("{}", encoding="utf-8")
    return home


def converse(home: Path, user: str) -> None:
    sql = "INSERT INTO conversations(id, user, created, updated) VALUES (?, ?, 1, 1)"
    ConversationFile(home).write(lambda connection: connection.execute(sql, [user, user]).fetchall())


def ids(home: Path) -> list[str]:
    with Catalogue.open(home) as catalogue:
        consistent_but_for_places(catalogue)
        return [info.id for info in catalogue.list_articles()]


def consistent_but_for_places(catalogue: Catalogue) -> None:
    with catalogue.transaction() as writer:
        for info in catalogue.list_articles():
            writer.run("INSERT OR IGNORE INTO locations(path, record, shown, article_id) VALUES (?, '', '', ?)", [
                f"/{info.id}", info.id,
            ])  # fmt: skip
    consistent(catalogue)


def test_everything_but_the_index_is_saved_and_comes_back(home: Path, tmp_path: Path) -> None:
    path, manifest = back_up(home, tmp_path)
    assert path.parent == tmp_path and path.name.startswith("trich-dan-") and path.suffix == ".zip"
    assert list(manifest.files) == [
        "catalogue.sqlite3", "conversations.sqlite3", "uploads/ab/tin.txt", "users.json",
    ]  # fmt: skip
    assert (manifest.articles, manifest.files["conversations.sqlite3"].rows["conversations"]) == (2, 1)
    assert path.stat().st_mode & 0o777 == 0o600
    restored, kept = restore(path, tmp_path / "other")
    assert (restored, kept) == (manifest, None)
    assert ids(tmp_path / "other") == ["bai-1", "bai-2"]
    assert (tmp_path / "other/uploads/ab/tin.txt").read_text(encoding="utf-8") == "Nước dâng."
    assert sorted(item.name for item in tmp_path.iterdir()) == ["home", "other", path.name], "nothing is left over"
    assert not any(item.name.startswith(".restoring") for item in (tmp_path / "other").iterdir())


def test_saved_while_it_is_written(home: Path, tmp_path: Path) -> None:
    with Catalogue.open(home) as catalogue, catalogue.transaction() as writer:
        writer.run("DELETE FROM articles")
        _, manifest = back_up(home, tmp_path / "b.zip")
    assert manifest.articles == 2, "what is not committed is not in it"


def test_no_file_is_overwritten_and_none_lands_inside(home: Path, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("x", encoding="utf-8")
    for target, said in (
        (tmp_path / "b.zip", "is there already"),
        (home / "b.zip", "inside the archive"),
        (tmp_path / "no" / "b.zip", "make it first"),
    ):
        with pytest.raises(UsageError, match=said):
            back_up(home, target)
    with pytest.raises(ArchiveError, match="no archive to save"):
        back_up(tmp_path / "nowhere", tmp_path / "c.zip")


def test_a_damaged_archive_is_not_saved_as_if_it_were_sound(home: Path, tmp_path: Path) -> None:
    content = bytearray((home / "catalogue.sqlite3").read_bytes())
    content[4096:40960] = b"\xa5" * 36864
    (home / "catalogue.sqlite3").write_bytes(content)
    with pytest.raises(ArchiveError, match="damaged"):
        back_up(home, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_an_archive_that_holds_something_is_replaced_only_when_told(home: Path, tmp_path: Path) -> None:
    path, _ = back_up(home, tmp_path / "b.zip")
    with Catalogue.open(home) as catalogue:
        store(catalogue, article(3))
        index = VectorIndex(catalogue)
        index.sync()
        index.close()
    converse(home, "minh")
    with pytest.raises(UsageError, match="holds 3 articles"):
        restore(path, home)
    _, kept = restore(path, home, replace=True)
    assert kept is not None
    assert ids(home) == ["bai-1", "bai-2"]
    assert ids(kept) == ["bai-1", "bai-2", "bai-3"]
    with Catalogue.open(home) as catalogue:
        index = VectorIndex(catalogue)
        assert index.sync()
        found = index.search(_vector("Trạm bơm số 3"), "vi", 10)
        index.close()
        assert sorted(rowid for rowid, _ in found) == [1, 2], "the old index is not trusted"


def _vector(text: str):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.array(HashingEmbedder().get_query_embedding(text), dtype=np.float32)


def test_a_home_of_conversations_alone_is_not_empty(home: Path, tmp_path: Path) -> None:
    path, _ = back_up(home, tmp_path / "b.zip")
    converse(tmp_path / "other", "hoa")
    with pytest.raises(UsageError, match="holds 1 conversations"):
        restore(path, tmp_path / "other")


def test_an_archive_in_use_is_left_alone(home: Path, tmp_path: Path) -> None:
    path, _ = back_up(home, tmp_path / "b.zip")
    with Catalogue.open(home) as catalogue:
        assert catalogue.count().articles == 2
        with pytest.raises(ArchiveError, match="in use by another process"):
            restore(path, home, replace=True)
        assert catalogue.count().articles == 2
    assert not any(item.name.startswith(("replaced", ".restoring")) for item in home.iterdir())


def test_a_damaged_archive_is_replaced_with_its_log(home: Path, tmp_path: Path) -> None:
    path, _ = back_up(home, tmp_path / "b.zip")
    (home / "catalogue.sqlite3").write_bytes(b"no database" * 500)
    (home / "catalogue.sqlite3-wal").write_bytes(b"no log" * 500)
    with pytest.raises(UsageError, match=r"a damaged catalogue\.sqlite3"):
        restore(path, home)
    _, kept = restore(path, home, replace=True)
    assert ids(home) == ["bai-1", "bai-2"]
    assert kept is not None and (kept / "catalogue.sqlite3-wal").exists()


def rewritten(path: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return target


def renamed(name: str, data: bytes) -> tuple[str, bytes]:
    """uploads/ab/tin.txt leads out of the home, in the manifest too."""
    out = "../../tin.txt"
    return name.replace("uploads/ab/tin.txt", out), data.replace(b"uploads/ab/tin.txt", out.encode())


def newer(name: str, data: bytes) -> tuple[str, bytes]:
    return name, json.dumps({**json.loads(data), "format": 2}).encode() if name == MANIFEST else data


def other_text(name: str, data: bytes) -> tuple[str, bytes]:
    return name, "Nước rút.".encode() if name.endswith("tin.txt") else data


def longer(name: str, data: bytes) -> tuple[str, bytes]:
    return name, data + bytes(10_000_000) if name.endswith("tin.txt") else data


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (renamed, "it names the file '../../tin.txt'"),
        (newer, "newer version"),
        (other_text, "is not as it was saved"),
        (longer, "is not as it was saved"),
    ],
)
def test_a_backup_that_somebody_changed(
    home: Path, tmp_path: Path, change: Callable[[str, bytes], tuple[str, bytes]], said: str
) -> None:
    path, _ = back_up(home, tmp_path / "b.zip")
    with pytest.raises(ArchiveError, match=said):
        restore(rewritten(path, tmp_path / "changed.zip", change), tmp_path / "other")
    assert not (tmp_path / "other" / "catalogue.sqlite3").exists()


def test_every_broken_byte_is_noticed(home: Path, tmp_path: Path) -> None:
    path, manifest = back_up(home, tmp_path / "b.zip")
    whole = path.read_bytes()
    noticed = 0
    for place in range(0, len(whole), len(whole) // 50):
        (tmp_path / "broken.zip").write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            # Some bytes of a zip file say nothing of what it holds, such as its times.
            assert unpack(tmp_path / "broken.zip", None) == manifest
        except ArchiveError as error:
            noticed += 1
            assert "\n" not in str(error)
    assert noticed >= 45
    for cut in (0, 10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "broken.zip").write_bytes(whole[:cut])
        with pytest.raises(ArchiveError):
            unpack(tmp_path / "broken.zip", None)


def test_a_backup_of_a_newer_archive(home: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home / "catalogue.sqlite3")) as connection:
        connection.execute("PRAGMA user_version = 99")
    path, _ = back_up(home, tmp_path / "b.zip")
    with pytest.raises(ArchiveError, match="newer version"):
        restore(path, tmp_path / "other")


def test_commands(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "b.zip"
    assert main(["backup", str(target), "--home", str(home)]) == 0
    assert capsys.readouterr().out.startswith(f"{target}: articles 2, files 4, ")
    assert main(["restore", str(target), "--home", str(home)]) == 2
    said = capsys.readouterr().err
    assert "holds 2 articles" in said and said.count("\n") == 1
    assert main(["restore", str(target), "--home", str(home), "--replace"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"{home}: articles 2, as saved at 2")
    assert "are kept in" in said.err
    assert main(["restore", str(tmp_path / "none.zip"), "--home", str(tmp_path / "x")]) == 1
    assert "there is no such file" in capsys.readouterr().err
