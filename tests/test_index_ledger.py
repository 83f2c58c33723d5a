"""What the processes that share a Chroma server agree on: the contract of both ledgers, and what PostgreSQL's adds."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import chroma_server
import pytest
from conftest import HashingEmbedder, store
from postgres_server import Server, dump, restore
from test_vectors import agrees, articles

from rag.doctor.archive import check_index
from rag.errors import ArchiveError
from rag.settings import ChromaServer
from rag.store.catalogue import Catalogue
from rag.store.catalogue_ledger import CatalogueLedger
from rag.store.index_ledger import IndexLedger, open_ledger
from rag.store.index_note import IndexNote
from rag.store.vectors import open_index

DATABASES = ("sqlite", "postgresql")

NOTE = IndexNote("archive", "hashing", 64, 7, {"vi": 5, "en": 2}, build="b1")
LATER = IndexNote("archive", "hashing", 64, 9, {"vi": 6, "en": 3}, build="b1")


@pytest.fixture
def ledger(catalogue: Catalogue) -> Iterator[IndexLedger]:
    with closing(open_ledger(catalogue)) as opened:
        yield opened


@pytest.fixture
def other(catalogue: Catalogue) -> Iterator[IndexLedger]:
    """The same as another process has it."""
    with closing(open_ledger(catalogue)) as opened:
        yield opened


def test_a_note_is_there_replaced_and_gone(ledger: IndexLedger, other: IndexLedger) -> None:
    assert (ledger.read("b1"), other.read("b1")) == (None, None)
    with ledger.lock() as held:
        assert held
        ledger.withdraw("b1")
        ledger.write(NOTE)
        assert (ledger.read("b1"), other.read("b1")) == (NOTE, NOTE)
        ledger.write(LATER)
        assert other.read("b1") == LATER
        ledger.withdraw("b1")
        assert other.read("b1") is None
        ledger.write(NOTE)
    ledger.close()
    assert (ledger.read("b1"), other.read("b1")) == (NOTE, NOTE)


def test_one_at_a_time_holds_the_lock(ledger: IndexLedger, other: IndexLedger) -> None:
    assert not other.is_held()
    with ledger.lock() as held:
        assert held
        assert other.is_held() and ledger.is_held()
        with ledger.lock() as twice:
            assert not twice
        began = time.monotonic()
        with other.lock(0.3) as second:
            assert not second
        assert 0.3 <= time.monotonic() - began < 5
        with other.lock() as second:
            assert not second
    assert not other.is_held() and not ledger.is_held()
    for one in (other, ledger):
        with one.lock() as held:
            assert held


HOLDING = """
import sys
from rag.store.catalogue import Catalogue
from rag.store.index_ledger import open_ledger
home, url = sys.argv[1:]
with open_ledger(Catalogue.open(home, url=url or None)).lock() as held:
    print(held, flush=True)
    sys.stdin.read()
"""


def test_the_lock_goes_with_a_killed_process(catalogue: Catalogue, ledger: IndexLedger) -> None:
    arguments = [str(catalogue.home), catalogue.url or ""]
    command = [sys.executable, "-c", HOLDING, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"True\n"
        assert ledger.is_held()
        with ledger.lock(0.2) as held:
            assert not held
        process.send_signal(signal.SIGKILL)
        with ledger.lock(10) as held:
            assert held, "within a moment"


def test_a_writer_that_waits_gets_the_lock_when_it_is_free(catalogue: Catalogue, ledger: IndexLedger) -> None:
    arguments = [str(catalogue.home), catalogue.url or ""]
    command = [sys.executable, "-c", HOLDING, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdin
        assert process.stdout.readline() == b"True\n"
        process.stdin.close()
        with ledger.lock(30) as held:
            assert held


@pytest.mark.parametrize("written", ["", '{"archive": 3', "[]", '{"archive": "a"}', json.dumps({"odd": 1})])
def test_a_note_that_cannot_be_read_is_none(catalogue: Catalogue, ledger: IndexLedger, written: str) -> None:
    with ledger.lock():
        ledger.write(NOTE)
    if catalogue.url:
        catalogue.query("UPDATE index_notes SET note = ?", [written])
        catalogue.query("UPDATE index_notes SET written = xmin::text || '/' || tableoid")
    else:
        (catalogue.home / "chroma-server.json").write_text(written)
    assert ledger.read("b1") is None
    with ledger.lock():
        ledger.write(LATER)
    assert ledger.read("b1") == LATER


def test_doctor_reads_it(catalogue: Catalogue, ledger: IndexLedger, chroma: chroma_server.Server) -> None:
    server = chroma.settings
    store(catalogue, *articles(0, 10))
    assert check_index(catalogue, server).detail == "Chroma's index is not built, or was interrupted"
    with closing(open_index(catalogue, server)) as index:
        index.sync()
    assert check_index(catalogue, server).detail == "Chroma's index is whole, passages: 10"
    store(catalogue, *articles(10, 2))
    assert check_index(catalogue, server).detail.endswith("passages: 10, changes still to apply: 2")
    with ledger.lock():
        assert check_index(catalogue, server).detail == "Chroma is written to by another process now"
    assert check_index(catalogue, ChromaServer("http://127.0.0.1:9")).status == "warning"


# In PostgreSQL


@pytest.fixture
def url(postgres: Server, tmp_path: Path) -> str:
    address = postgres.new_database()
    Catalogue.open(tmp_path / "home", url=address).close()
    return address


def test_each_building_has_a_note_of_its_own(url: str) -> None:
    elsewhere = IndexNote("archive", "hashing", 64, 3, {"vi": 5}, build="b2")
    with closing(CatalogueLedger(url)) as ledger, ledger.lock():
        ledger.write(NOTE)
        ledger.write(elsewhere)
        assert (ledger.read("b1"), ledger.read("b2"), ledger.read("b3")) == (NOTE, elsewhere, None)
        ledger.withdraw("b1")
        assert (ledger.read("b1"), ledger.read("b2")) == (None, elsewhere)


def test_two_servers_over_one_catalogue_do_not_mix(catalogue_of: Catalogue, chroma: chroma_server.Server) -> None:
    store(catalogue_of, *articles(0, 40))
    one, two = (open_index(catalogue_of, server) for server in (chroma.settings, chroma.new_database()))
    for index in (one, two):
        assert index.sync()
    store(catalogue_of, *articles(40, 20))
    assert one.sync()
    with closing(open_ledger(catalogue_of)) as ledger, ledger.lock():
        assert agrees(two, catalogue_of), "behind, and corrected by the log"
    notes = [json.loads(note) for (note,) in catalogue_of.query("SELECT note FROM index_notes")]
    assert sorted(note["applied"] for note in notes) == [40, 60]
    for index in (one, two):
        assert agrees(index, catalogue_of)
        assert index.backend == "chroma"
        index.close()


def test_a_writer_whose_connection_is_lost_writes_no_note(url: str, catalogue_of: Catalogue) -> None:
    with closing(CatalogueLedger(url)) as ledger, closing(CatalogueLedger(url)) as other:
        with ledger.lock() as held:
            assert held
            ledger.write(NOTE)
            _end_sessions(catalogue_of)
            with other.lock(5) as taken:
                assert taken
                other.write(LATER)
                for write in (lambda: ledger.write(NOTE), lambda: ledger.withdraw("b1"), lambda: ledger.write(NOTE)):
                    with pytest.raises(ArchiveError, match="cannot be reached"):
                        write()
        assert ledger.read("b1") == other.read("b1") == LATER, "who reads has a new connection"
        with ledger.lock() as held:
            assert held, "and who writes, the next time"
            ledger.write(NOTE)


@pytest.fixture
def catalogue_of(url: str, tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "home", url=url) as catalogue:
        yield catalogue


def _end_sessions(catalogue: Catalogue) -> None:
    """All but the asking one's own."""
    catalogue.query(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def test_a_snapshot_does_not_hide_the_newest_note(url: str, catalogue_of: Catalogue) -> None:
    with closing(CatalogueLedger(url)) as ledger, catalogue_of.snapshot():
        assert catalogue_of.generation() == 0
        with ledger.lock():
            ledger.write(NOTE)
        assert ledger.read("b1") == NOTE


def test_a_server_that_is_not_there_is_one_line_without_a_password() -> None:
    ledger = CatalogueLedger("postgresql://news:topsecret@127.0.0.1:1/name")
    for call in (lambda: ledger.read("b1"), ledger.is_held, lambda: ledger.lock().__enter__()):
        with pytest.raises(ArchiveError, match="check that it runs, and CATALOGUE_URL") as caught:
            call()
        assert "\n" not in str(caught.value)
        assert "topsecret" not in f"{caught.value}{caught.value.__cause__}"


def test_who_may_only_read_does_not_write(postgres: Server, url: str, catalogue_of: Catalogue) -> None:
    catalogue_of.query("CREATE ROLE reader LOGIN")
    catalogue_of.query("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    with closing(CatalogueLedger(url)) as ledger, ledger.lock():
        ledger.write(NOTE)
    with closing(CatalogueLedger(url.replace("//news@", "//reader@"))) as reading:
        assert reading.read("b1") == NOTE
        with reading.lock() as held:
            assert not held
        assert not reading.is_held()


def test_a_note_that_a_dump_brought_is_not_trusted(postgres: Server, url: str, catalogue_of: Catalogue) -> None:
    """The server may have gone on since; and what it holds then may be as many as the dump says."""
    store(catalogue_of, *articles(0, 4), embedder=HashingEmbedder())
    with closing(CatalogueLedger(url)) as ledger:
        with ledger.lock():
            ledger.write(NOTE)
        saved = dump(url)
        there = postgres.new_database()
        restore(there, saved)
        with closing(CatalogueLedger(there)) as brought:
            assert brought.read("b1") is None
            with brought.lock():
                brought.write(LATER)
            assert brought.read("b1") == LATER
        restore(url, saved)
        assert ledger.read("b1") is None
        assert catalogue_of.count().articles == 4


def test_an_index_that_went_on_before_a_dump_came_back_is_built_anew(
    url: str, catalogue_of: Catalogue, chroma: chroma_server.Server
) -> None:
    store(catalogue_of, *articles(0, 40))
    with closing(open_index(catalogue_of, chroma.settings)) as index:
        assert index.sync()
        saved = dump(url)
        with catalogue_of.transaction() as writer:
            for number in (1, 2, 3, 4, 6):
                writer.remove(f"a{number}")
        store(catalogue_of, *articles(41, 4), *articles(46, 1))
        assert index.sync()
        restore(url, saved)
        (note,) = [json.loads(note) for (note,) in catalogue_of.query("SELECT note FROM index_notes")]
        assert note["counts"] == dict(catalogue_of.count().languages), "as many as the server holds, of others"
        assert agrees(index, catalogue_of)
        assert index.sync()
        assert index.backend == "chroma"
        assert agrees(index, catalogue_of)
        assert index.mend() == "whole"
