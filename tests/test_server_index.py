"""The vector index on a Chroma server: every process searches it, and whatever happens nothing is stale."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from chroma_server import Server
from conftest import store
from test_vectors import QUESTION, agrees, articles, cosines

from rag.errors import ArchiveError, SettingsError
from rag.settings import ChromaServer, Settings, load
from rag.store import server_index
from rag.store.catalogue import Catalogue
from rag.store.chroma import Chroma, ChromaError
from rag.store.exact import ExactIndex
from rag.store.index_ledger import open_ledger
from rag.store.index_note import IndexNote
from rag.store.rows import Vector
from rag.store.vectors import open_index

DATABASES = ("sqlite", "postgresql")


def noted(catalogue: Catalogue, chroma: Server) -> IndexNote | None:
    server = Chroma.server(chroma.settings, f"{catalogue.archive_id()}-hashing-64-")
    with closing(open_ledger(catalogue)) as ledger, closing(server):
        building = server.building()
        return ledger.read(building) if building else None


def another(catalogue: Catalogue) -> Catalogue:
    """The same archive as another process opens it: with the home of its machine."""
    return Catalogue.open(catalogue.home if catalogue.url is None else catalogue.home / "other", url=catalogue.url)


def test_a_chroma_server_serves_several_archives(catalogue: Catalogue, tmp_path: Path, chroma: Server) -> None:
    store(catalogue, *articles(0, 30))
    index = open_index(catalogue, chroma.settings)
    assert index.sync()
    with Catalogue.open(tmp_path / "other") as other_catalogue:
        store(other_catalogue, *articles(50, 30))
        other = open_index(other_catalogue, chroma.settings)
        assert other.sync()
        assert agrees(other, other_catalogue)
        other.close()
    assert agrees(index, catalogue)
    assert index.backend == "chroma"
    assert not (catalogue.home / "chroma").exists()
    index.close()
    again = open_index(catalogue, chroma.settings)
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
    catalogue: Catalogue, chroma: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(catalogue, *articles(0, 60))
    index = open_index(catalogue, chroma.settings)
    assert index.sync()
    with another(catalogue) as other_catalogue:
        other = open_index(other_catalogue, chroma.settings)
        monkeypatch.setattr(other, "_exact", None)
        assert agrees(other, other_catalogue)
        # While somebody else holds the lock nothing is written, and the log corrects what the server finds.
        with open_ledger(catalogue).lock() as held:
            assert held
            store(catalogue, *articles(60, 20))
            with catalogue.transaction() as writer:
                writer.remove("a1")
                writer.remove("a7")
            note = noted(catalogue, chroma)
            assert note and note.applied < catalogue.generation()
            assert agrees(other, other_catalogue)
            assert len(other.search(QUESTION, "en", 50)) == 16
            assert other.search(QUESTION, "fr", 3) == []
            assert noted(catalogue, chroma) == note
        assert agrees(other, other_catalogue), "now it could take the lock, and caught up"
        note = noted(catalogue, chroma)
        assert note and note.applied == catalogue.generation()
        other.close()
    index.close()


def test_a_reader_far_behind_or_without_a_note_searches_exactly(
    catalogue: Catalogue, chroma: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_index, "AT_ONCE", 10)
    store(catalogue, *articles(0, 40))
    index = open_index(catalogue, chroma.settings)
    assert agrees(index, catalogue)
    assert index.backend == "exact", "a long build is left to sync"
    assert index.sync()
    assert agrees(index, catalogue)
    assert index.backend == "chroma"
    store(catalogue, *articles(40, 40))
    assert agrees(index, catalogue)
    note = noted(catalogue, chroma)
    assert note and note.applied < catalogue.generation()
    index.close()


def test_an_older_snapshot_searches_an_index_that_has_moved_on(
    catalogue: Catalogue, chroma: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between a question's snapshot and its search another process commits, and brings the index up."""
    store(catalogue, *articles(0, 60))
    index = open_index(catalogue, chroma.settings)
    assert index.sync()
    with another(catalogue) as other_catalogue, closing(open_index(other_catalogue, chroma.settings)) as other:
        assert agrees(other, other_catalogue)
        with other_catalogue.snapshot():
            before = other_catalogue.generation()
            gone = catalogue.rowids("a1")
            with catalogue.transaction() as writer:
                writer.remove("a1")
            store(catalogue, *articles(60, 30))
            assert index.sync()
            assert other_catalogue.generation() == before < catalogue.generation()
            monkeypatch.setattr(other, "_exact", None)
            kept = sorted(set(other_catalogue.vectors("vi")[0].tolist()) - set(gone))
            exact = ExactIndex(other_catalogue).search(QUESTION, "vi", 10 + len(gone))
            found = other.search(QUESTION, "vi", 10)
            expected = [cosine for rowid, cosine in exact if rowid in kept][:10]
            assert np.allclose(cosines(found), expected, atol=1e-3)
            assert {rowid for rowid, _ in found} <= set(kept), "nothing of what came after the snapshot"
    index.close()


def test_what_comes_in_during_a_build_is_applied_at_its_end(
    catalogue: Catalogue, chroma: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(catalogue, *articles(0, 30))
    whole = catalogue.vector_pages

    def slow(language: str, size: int = 2000) -> Iterator[tuple[list[int], Vector]]:
        yield from whole(language, size)
        store(catalogue, *(articles(30, 5) if language == "vi" else articles(40, 5)))

    monkeypatch.setattr(catalogue, "vector_pages", slow)
    with closing(open_index(catalogue, chroma.settings)) as index:
        assert index.sync()
        after = noted(catalogue, chroma)
        assert after and (after.applied, after.counts) == (catalogue.generation(), dict(catalogue.count().languages))


def test_what_a_writer_adds_meanwhile_is_passed_over(
    catalogue: Catalogue, chroma: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the server, nearer than anything else, but in no snapshot and no note yet."""
    store(catalogue, *articles(0, 60))
    index = open_index(catalogue, chroma.settings)
    index.sync()
    with closing(Chroma.server(chroma.settings, f"{catalogue.archive_id()}-hashing-64-")) as writing:
        writing.upsert("vi", range(1000, 1040), np.tile(QUESTION, (40, 1)))
    monkeypatch.setattr(index, "_exact", None)
    assert agrees(index, catalogue)
    index.close()


def test_a_note_ahead_of_a_catalogue_brought_back_does_not_fit(catalogue: Catalogue, chroma: Server) -> None:
    store(catalogue, *articles(0, 40))
    index = open_index(catalogue, chroma.settings)
    index.sync()
    store(catalogue, *articles(40, 5))
    index.sync()
    before = noted(catalogue, chroma)
    assert before and before.applied == catalogue.generation()
    # As in an older copy: the rows are there, what came after them is not.
    removed = catalogue.rowids("a41")
    catalogue.query("DELETE FROM changes WHERE passage_id = ANY(?)", [catalogue.rowids("a44")])
    for rowid in removed:
        half = Chroma.server(chroma.settings, f"{catalogue.archive_id()}-hashing-64-")
        half.delete("vi", [rowid])
        half.close()
    assert agrees(index, catalogue)
    assert noted(catalogue, chroma) == before, "a question builds nothing over a note that others may rely on"
    assert index.sync()
    after = noted(catalogue, chroma)
    assert after and after.build != before.build
    index.close()


def test_what_a_killed_writer_left_is_caught_up(catalogue: Catalogue, chroma: Server) -> None:
    store(catalogue, *articles(0, 40))
    index = open_index(catalogue, chroma.settings)
    index.sync()
    before = noted(catalogue, chroma)
    store(catalogue, *articles(40, 20))
    # A part of the new rows is on the server, and the note does not say so.
    rowids, rows = catalogue.vectors("vi")
    half = Chroma.server(chroma.settings, f"{catalogue.archive_id()}-hashing-64-")
    half.upsert("vi", rowids[-5:].tolist(), rows[-5:])
    half.close()
    assert agrees(index, catalogue)
    after = noted(catalogue, chroma)
    assert before and after and after.build == before.build, "not built anew"
    assert after == IndexNote(*_said(after, catalogue), build=before.build)
    assert index.mend() == "whole"
    index.close()


def _said(note: IndexNote, catalogue: Catalogue) -> tuple[str, str, int, int, dict[str, int], dict[str, list[int]]]:
    counts = catalogue.count()
    return catalogue.archive_id(), "hashing", 64, counts.generation, dict(counts.languages), {}


def test_vectors_that_a_server_lost_or_changed_are_found_by_a_repair(catalogue: Catalogue, chroma: Server) -> None:
    store(catalogue, *articles(0, 40))
    index = open_index(catalogue, chroma.settings)
    index.sync()
    rowids, rows = catalogue.vectors("vi")
    spoilt = Chroma.server(chroma.settings, f"{catalogue.archive_id()}-hashing-64-")
    spoilt.upsert("vi", [int(rowids[3])], -rows[3:4])
    spoilt.close()
    assert index.mend() == "built"
    assert index.mend() == "whole"
    index.close()


def test_a_tenant_and_a_database_of_their_own(catalogue: Catalogue, chroma: Server) -> None:
    store(catalogue, *articles(0, 30))
    own = replace(chroma.new_database(), api_key=KEY)
    index = open_index(catalogue, own)
    assert index.sync()
    assert agrees(index, catalogue)
    assert index.backend == "chroma"
    index.close()
    prefix = f"{catalogue.archive_id()}-hashing-64-"
    assert Chroma.server(own, prefix).counts() == dict(catalogue.count().languages)
    assert Chroma.server(chroma.settings, prefix).counts() == {}
    with pytest.raises(ChromaError, match="unknown"):
        Chroma.server(replace(own, database="unknown"), "x-")


def test_two_names_of_one_server_are_one(catalogue: Catalogue, chroma: Server) -> None:
    """As on the machine where it runs, and on the others."""
    store(catalogue, *articles(0, 40))
    with closing(open_index(catalogue, chroma.settings)) as index:
        assert index.sync()
        before = noted(catalogue, chroma)
        with another(catalogue) as other_catalogue:
            elsewhere = ChromaServer(f"http://localhost:{chroma.port}")
            with closing(open_index(other_catalogue, elsewhere)) as other:
                assert agrees(other, other_catalogue)
                assert other.backend == "chroma"
                store(other_catalogue, *articles(40, 5))
                assert other.sync()
        after = noted(catalogue, chroma)
        assert before and after and after.build == before.build
        assert after.applied == catalogue.generation()
        assert agrees(index, catalogue)


def test_a_server_that_lost_its_vectors_is_found_out_by_a_question(catalogue: Catalogue, chroma: Server) -> None:
    store(catalogue, *articles(0, 40))
    with closing(open_index(catalogue, chroma.settings)) as index:
        assert index.sync()
    with closing(Chroma.server(chroma.settings, "any-")) as emptied:
        emptied.clear(catalogue.archive_id())
    with another(catalogue) as other_catalogue, closing(open_index(other_catalogue, chroma.settings)) as other:
        assert agrees(other, other_catalogue)
        assert other.backend == "chroma", "so few are built at once"


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
