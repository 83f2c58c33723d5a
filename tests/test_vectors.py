"""The vector index: whatever happens to Chroma, the nearest passages are found."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from conftest import HashingEmbedder, store

from rag.errors import ArchiveError, EmbedderMismatch, SettingsError
from rag.settings import ChromaServer, Settings, load
from rag.store import server_index
from rag.store import vectors as vectors_module
from rag.store.catalogue import Catalogue
from rag.store.chroma import Chroma, ChromaError, slug
from rag.store.exact import ExactIndex
from rag.store.index_ledger import FileLedger
from rag.store.index_note import IndexNote, read_note
from rag.store.vectors import Index, VectorIndex, open_index
from rag.types import Article

WORDS = ["sông", "cầu", "lũ", "chợ", "trường", "đường", "nhà", "cây", "biển", "núi", "đảo", "rừng", "mưa", "nắng"]


def articles(first: int, count: int) -> list[Article]:
    """Each of three different words; English ones are every fifth."""
    made = []
    for number in range(first, first + count):
        words = [WORDS[(number * step) % len(WORDS)] for step in (1, 3, 7)]
        if number % 5:
            made.append(Article(f"a{number}", f"Bài số {number} kể về {', '.join(words)} của chúng ta.", language="vi"))
        else:
            made.append(
                Article(f"a{number}", f"Story number {number} is about the weather and the people.", language="en")
            )
    return made


def question(text: str) -> np.ndarray:
    return np.array(HashingEmbedder().get_query_embedding(text), dtype=np.float32)


QUESTION = question("cầu và sông và 7")


def by_hand(catalogue: Catalogue, k: int) -> list[float]:
    _, matrix = catalogue.vectors("vi")
    return sorted((float(cosine) for cosine in matrix @ QUESTION), reverse=True)[:k]


def cosines(hits: list[tuple[int, float]]) -> list[float]:
    return [cosine for _, cosine in hits]


def agrees(index: Index, catalogue: Catalogue) -> bool:
    """Whether the index finds what an exact search does (of equal cosines any)."""
    found, exact = index.search(QUESTION, "vi", 10), ExactIndex(catalogue).search(QUESTION, "vi", 10)
    return len(found) == len(exact) and np.allclose(cosines(found), cosines(exact), atol=1e-3)


@pytest.fixture
def index(catalogue: Catalogue) -> Iterator[VectorIndex]:
    opened = VectorIndex(catalogue)
    yield opened
    opened.close()


def test_exact_search_is_exact_and_follows_the_archive(catalogue: Catalogue) -> None:
    exact = ExactIndex(catalogue)
    assert exact.search(QUESTION, "vi", 5) == []
    store(catalogue, *articles(0, 40))
    hits = exact.search(3 * QUESTION, "vi", 5)
    assert np.allclose(cosines(hits), by_hand(catalogue, 5))
    assert all(0 < cosine <= 1 for _, cosine in hits)
    with catalogue.transaction() as writer:
        writer.remove(catalogue.passages([hits[0][0]])[hits[0][0]].passage.article_id)
    store(catalogue, *articles(40, 10))
    assert np.allclose(cosines(exact.search(QUESTION, "vi", 50)), by_hand(catalogue, 50))
    assert len(exact.search(QUESTION, "en", 50)) == 10


def test_a_vector_of_another_dimension_is_refused(catalogue: Catalogue, index: VectorIndex) -> None:
    store(catalogue, *articles(0, 5))
    with pytest.raises(EmbedderMismatch, match="7 numbers"):
        index.search(np.ones(7, dtype=np.float32), "vi", 3)


def test_chroma_finds_the_same_and_follows_the_archive(catalogue: Catalogue, index: VectorIndex) -> None:
    assert index.search(QUESTION, "vi", 3) == []
    store(catalogue, *articles(0, 60))
    assert index.sync()
    assert index.backend == "chroma"
    assert agrees(index, catalogue)
    with catalogue.transaction() as writer:
        writer.remove("a1")
        writer.remove("a7")
    store(catalogue, *articles(60, 20))
    assert agrees(index, catalogue), "a search catches up by itself"
    assert len(index.search(QUESTION, "en", 50)) == 16
    assert index.search(QUESTION, "fr", 3) == []


def test_the_collections_name_model_dimension_and_language(catalogue: Catalogue, index: VectorIndex) -> None:
    store(catalogue, *articles(0, 6), embedder=HashingEmbedder("Some/Model v2"))
    index.sync()
    index.close()
    chroma = Chroma.folder(catalogue.home / "chroma", "some-model-v2-64-")
    assert chroma.counts() == {"vi": 4, "en": 2}
    chroma.close()
    assert slug("Việt/…") == "vi-t"


def test_a_second_owner_searches_exactly_until_the_first_is_gone(catalogue: Catalogue, index: VectorIndex) -> None:
    store(catalogue, *articles(0, 30))
    index.sync()
    with Catalogue.open(catalogue.home) as other_catalogue:
        other = VectorIndex(other_catalogue)
        assert agrees(other, catalogue)
        assert other.backend == "exact"
        assert not other.sync()
        store(other_catalogue, *articles(30, 10))
        assert agrees(other, catalogue)
        assert agrees(index, catalogue)
        index.close()
        assert other.sync()
        assert other.backend == "chroma"
        assert agrees(other, catalogue)
        other.close()


def reopened(catalogue: Catalogue) -> str:
    """Which backend a new owner ends up with, having checked that it is right."""
    index = VectorIndex(catalogue)
    assert agrees(index, catalogue)
    backend = index.backend
    index.close()
    return backend


def built(catalogue: Catalogue) -> Path:
    """An archive with a clean index; its folder."""
    store(catalogue, *articles(0, 50))
    index = VectorIndex(catalogue)
    index.sync()
    index.close()
    return catalogue.home / "chroma"


def inode(folder: Path) -> int:
    return (folder / "chroma.sqlite3").stat().st_ino


def test_a_clean_index_is_not_built_again(catalogue: Catalogue) -> None:
    folder = built(catalogue)
    before = inode(folder)
    assert [reopened(catalogue) for _ in range(3)] == ["chroma"] * 3
    store(catalogue, *articles(50, 5))
    assert reopened(catalogue) == "chroma"
    index = VectorIndex(catalogue)
    assert index.search(QUESTION, "fr", 3) == []
    index.close()
    assert reopened(catalogue) == "chroma"
    assert inode(folder) == before


def corrupt_database(folder: Path) -> None:
    path = folder / "chroma.sqlite3"
    path.write_bytes(os.urandom(path.stat().st_size))


def truncate_vectors(folder: Path) -> None:
    for path in folder.rglob("*.bin"):
        path.write_bytes(path.read_bytes()[:50])


def lose_a_file(folder: Path) -> None:
    next(folder.rglob("header.bin")).unlink()


def lose_the_note(folder: Path) -> None:
    (folder / "state.json").unlink()


def spoil_the_note(folder: Path) -> None:
    (folder / "state.json").write_text('{"archive": 3')


def lose_everything(folder: Path) -> None:
    shutil.rmtree(folder)


def put_a_file_there(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "chroma.sqlite3").write_text("not a database")


@pytest.mark.parametrize(
    "damage",
    [
        corrupt_database,
        truncate_vectors,
        lose_a_file,
        lose_the_note,
        spoil_the_note,
        lose_everything,
        put_a_file_there,
    ],
)
def test_a_damaged_index_is_built_anew_from_the_catalogue(catalogue: Catalogue, damage: Callable[[Path], None]) -> None:
    damage(built(catalogue))
    assert reopened(catalogue) == "chroma"


def test_the_index_of_another_archive_is_not_trusted(catalogue: Catalogue, tmp_path: Path) -> None:
    built(catalogue)
    with Catalogue.open(tmp_path / "other") as other:
        store(other, *articles(100, 50))
        shutil.copytree(catalogue.home / "chroma", other.home / "chroma")
        assert reopened(other) == "chroma"


def test_an_index_ahead_of_a_restored_catalogue_is_not_trusted(catalogue: Catalogue, tmp_path: Path) -> None:
    store(catalogue, *articles(0, 20))
    catalogue.tidy()
    backup = (catalogue.home / "catalogue.sqlite3").read_bytes()
    built_later = articles(100, 20)
    store(catalogue, *built_later)
    index = VectorIndex(catalogue)
    index.sync()
    index.close()
    catalogue.close()
    for path in catalogue.home.glob("catalogue.sqlite3*"):
        path.unlink()
    (catalogue.home / "catalogue.sqlite3").write_bytes(backup)
    assert reopened(catalogue) == "chroma"


def test_a_question_does_not_wait_for_a_long_build(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_module, "AT_ONCE", 10)
    store(catalogue, *articles(0, 40))
    index = VectorIndex(catalogue)
    assert agrees(index, catalogue)
    assert index.backend == "exact"
    assert index.sync()
    assert index.backend == "chroma"
    store(catalogue, *articles(40, 40))
    assert agrees(index, catalogue)
    index.close()


def test_a_failure_of_chroma_while_searching_is_bridged(catalogue: Catalogue, index: VectorIndex) -> None:
    store(catalogue, *articles(0, 40))
    index.sync()
    assert index._chroma
    index._chroma._client.delete_collection("hashing-64-vi")
    assert agrees(index, catalogue)
    assert index.backend == "exact"
    assert index.sync()
    assert agrees(index, catalogue)
    assert index.backend == "chroma"


KILLED = """
import sys
sys.path[:0] = {paths!r}
from rag.store.catalogue import Catalogue
from rag.store.vectors import VectorIndex
index = VectorIndex(Catalogue.open({home!r}))
index.sync()
print("synced", flush=True)
from test_vectors import articles, store
for number in range(1000, 100000, 20):
    with index._catalogue.transaction() as writer:
        for info in index._catalogue.list_articles()[:10]:
            writer.remove(info.id)
    store(index._catalogue, *articles(number, 20))
    index.sync()
"""


@pytest.mark.parametrize("delay", [0.0, 0.13, 0.41])
def test_killed_while_writing(catalogue: Catalogue, delay: float) -> None:
    store(catalogue, *articles(0, 60))
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    script = textwrap.dedent(KILLED.format(paths=paths, home=str(catalogue.home)))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"synced\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    assert reopened(catalogue) == "chroma"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        str(Path(sys.executable).parent / "chroma"),
        "run",
        "--path",
        str(tmp_path / "server"),
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield ChromaServer(f"http://127.0.0.1:{port}")
        finally:
            process.kill()


def test_a_chroma_server_serves_several_archives(catalogue: Catalogue, tmp_path: Path, server: ChromaServer) -> None:
    store(catalogue, *articles(0, 30))
    index = open_index(catalogue, server)
    assert index.sync()
    with Catalogue.open(tmp_path / "other") as other_catalogue:
        store(other_catalogue, *articles(50, 30))
        other = open_index(other_catalogue, server)
        assert other.sync()
        assert agrees(other, other_catalogue)
        other.close()
    assert agrees(index, catalogue)
    assert index.backend == "chroma"
    assert not (catalogue.home / "chroma").exists()
    index.close()
    again = open_index(catalogue, server)
    assert agrees(again, catalogue)
    assert again.backend == "chroma"
    again.close()


def test_an_unreachable_server_is_one_clear_error_and_questions_go_on(catalogue: Catalogue) -> None:
    store(catalogue, *articles(0, 30))
    index = open_index(catalogue, ChromaServer("http://127.0.0.1:9"))
    assert agrees(index, catalogue)
    with pytest.raises(ArchiveError, match=r"127\.0\.0\.1:9"):
        index.sync()
    index.close()


def test_a_server_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="http://host:port"):
        Chroma.server(ChromaServer("localhost:8000"), "x-")


def test_every_process_searches_the_server_and_nothing_is_stale(
    catalogue: Catalogue, server: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(catalogue, *articles(0, 60))
    index = open_index(catalogue, server)
    assert index.sync()
    with Catalogue.open(catalogue.home) as other_catalogue:
        other = open_index(other_catalogue, server)
        monkeypatch.setattr(other, "_exact", None)
        assert agrees(other, other_catalogue)
        # While somebody else holds the lock nothing is written, and the log corrects what the server finds.
        with FileLedger(catalogue.home).lock() as held:
            assert held
            store(catalogue, *articles(60, 20))
            with catalogue.transaction() as writer:
                writer.remove("a1")
                writer.remove("a7")
            note = read_note(catalogue.home / "chroma-server.json")
            assert note and note.applied < catalogue.generation()
            assert agrees(other, other_catalogue)
            assert len(other.search(QUESTION, "en", 50)) == 16
            assert other.search(QUESTION, "fr", 3) == []
            assert read_note(catalogue.home / "chroma-server.json") == note
        assert agrees(other, other_catalogue), "now it could take the lock, and caught up"
        note = read_note(catalogue.home / "chroma-server.json")
        assert note and note.applied == catalogue.generation()
        other.close()
    index.close()


def test_a_reader_far_behind_or_without_a_note_searches_exactly(
    catalogue: Catalogue, server: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_index, "AT_ONCE", 10)
    store(catalogue, *articles(0, 40))
    index = open_index(catalogue, server)
    assert agrees(index, catalogue)
    assert index.backend == "exact", "a long build is left to sync"
    assert index.sync()
    assert agrees(index, catalogue)
    assert index.backend == "chroma"
    store(catalogue, *articles(40, 40))
    assert agrees(index, catalogue)
    note = read_note(catalogue.home / "chroma-server.json")
    assert note and note.applied < catalogue.generation()
    index.close()


def test_what_a_killed_writer_left_is_caught_up(catalogue: Catalogue, server: ChromaServer) -> None:
    store(catalogue, *articles(0, 40))
    index = open_index(catalogue, server)
    index.sync()
    before = read_note(catalogue.home / "chroma-server.json")
    store(catalogue, *articles(40, 20))
    # A part of the new rows is on the server, and the note does not say so.
    rowids, rows = catalogue.vectors("vi")
    half = Chroma.server(server, f"{catalogue.archive_id()}-hashing-64-")
    half.upsert("vi", rowids[-5:].tolist(), rows[-5:])
    half.close()
    assert agrees(index, catalogue)
    after = read_note(catalogue.home / "chroma-server.json")
    assert before and after and after.build == before.build, "not built anew"
    assert after == IndexNote(*_said(after, catalogue), build=before.build)
    assert index.mend() == "whole"
    index.close()


def _said(note: IndexNote, catalogue: Catalogue) -> tuple[str, str, int, int, dict[str, int], dict[str, list[int]]]:
    counts = catalogue.count()
    return catalogue.archive_id(), "hashing", 64, counts.generation, dict(counts.languages), {}


def test_vectors_that_a_server_lost_or_changed_are_found_by_a_repair(
    catalogue: Catalogue, server: ChromaServer
) -> None:
    store(catalogue, *articles(0, 40))
    index = open_index(catalogue, server)
    index.sync()
    rowids, rows = catalogue.vectors("vi")
    spoilt = Chroma.server(server, f"{catalogue.archive_id()}-hashing-64-")
    spoilt.upsert("vi", [int(rowids[3])], -rows[3:4])
    spoilt.close()
    assert index.mend() == "built"
    assert index.mend() == "whole"
    index.close()


def test_a_tenant_and_a_database_of_their_own(catalogue: Catalogue, server: ChromaServer) -> None:
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    port = int(server.url.rpartition(":")[2])
    admin = chromadb.AdminClient(
        ChromaSettings(
            _env_file=None,  # type: ignore[call-arg]
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host="127.0.0.1",
            chroma_server_http_port=port,
            anonymized_telemetry=False,
        )
    )
    admin.create_tenant("newsroom")
    admin.create_database("archive", "newsroom")
    store(catalogue, *articles(0, 30))
    own = ChromaServer(server.url, "newsroom", "archive", KEY)
    index = open_index(catalogue, own)
    assert index.sync()
    assert agrees(index, catalogue)
    assert index.backend == "chroma"
    index.close()
    seen = {
        name: Chroma.server(ChromaServer(server.url, *name), f"{catalogue.archive_id()}-hashing-64-").counts()
        for name in (("newsroom", "archive"), (None, None))
    }
    assert seen == {("newsroom", "archive"): dict(catalogue.count().languages), (None, None): {}}
    with pytest.raises(ChromaError, match="unknown"):
        Chroma.server(ChromaServer(server.url, "newsroom", "unknown"), "x-")


KEY = "ck-hidden-0123456789"


class Recorder(BaseHTTPRequestHandler):
    """Keeps the headers of each request, refuses every one, and repeats the key as a careless server would."""

    seen: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["x-chroma-token"]))
        self.send_response(401)
        self.end_headers()
        self.wfile.write(f"no access for {self.headers['x-chroma-token']}".encode())

    def log_message(self, *_: object) -> None:
        pass


def test_the_key_is_sent_and_never_told(
    catalogue: Catalogue, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    Recorder.seen.clear()
    store(catalogue, *articles(0, 20))
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as recorder:
        threading.Thread(target=recorder.serve_forever, daemon=True).start()
        server = ChromaServer(f"http://ann:pass-hidden@127.0.0.1:{recorder.server_port}", "t", "d", KEY)
        index = open_index(catalogue, server)
        assert agrees(index, catalogue)
        with pytest.raises(ArchiveError) as failure:
            index.sync()
        recorder.shutdown()
    assert Recorder.seen
    assert {key for _, key in Recorder.seen} == {KEY}
    told = f"{failure.value}{failure.value.__cause__}{caplog.text}{server!r}"
    assert "no access for ***" in told
    assert "hidden" not in told


def test_the_settings_of_a_chroma_server() -> None:
    named = {"CHROMA_TENANT": "t", "CHROMA_DATABASE": "d", "CHROMA_API_KEY": KEY}
    loaded = load("home", {"CHROMA_URL": "https://api.trychroma.com:443", **named})
    assert loaded.chroma_server == ChromaServer("https://api.trychroma.com:443", "t", "d", KEY)
    assert "hidden" not in f"{loaded!r}{loaded.chroma_server!r}"
    assert Settings(Path("home"), chroma_api_key=KEY).chroma_server is None
    for wrong in ("ck hidden", "ck-hidden-é", "ck\nhidden"):
        with pytest.raises(SettingsError, match="CHROMA_API_KEY") as failure:
            load("home", {"CHROMA_API_KEY": wrong})
        assert "hidden" not in str(failure.value)


def test_a_folder_that_could_not_be_opened_can_be_later(tmp_path: Path) -> None:
    # As on a disk that was full: Chroma keeps its half-opened database for the rest of the process.
    (tmp_path / "chroma" / "chroma.sqlite3").mkdir(parents=True)
    with pytest.raises(ChromaError):
        Chroma.folder(tmp_path / "chroma", "a-")
    (tmp_path / "chroma" / "chroma.sqlite3").rmdir()
    chroma = Chroma.folder(tmp_path / "chroma", "a-")
    assert chroma.counts() == {}
    chroma.close()


def test_an_index_of_an_earlier_setting_is_searched_as_thoroughly(tmp_path: Path) -> None:
    import chromadb

    def effort() -> int:
        client = chromadb.PersistentClient(tmp_path)
        found = client.get_collection("model-vi", embedding_function=None).configuration_json["hnsw"]["ef_search"]
        client.close()
        return int(found)

    client = chromadb.PersistentClient(tmp_path)
    client.create_collection("model-vi", configuration={"hnsw": {"ef_search": 400}}, embedding_function=None)
    client.close()
    assert effort() == 400
    # A client that was closed may hold its database for a moment longer.
    for last in (False,) * 20 + (True,):
        chroma = Chroma.folder(tmp_path, "model-")
        try:
            chroma.counts()
            break
        except ChromaError:
            if last:
                raise
            time.sleep(0.2)
        finally:
            chroma.close()
    assert effort() == 1200
