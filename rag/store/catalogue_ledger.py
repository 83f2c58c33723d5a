"""The notes and the writer's lock in the PostgreSQL catalogue, for every machine that shares it and a Chroma server.

Beside the catalogue's own connections, whose snapshots would show an old note: one connection reads, another holds the
lock. Only the latter writes, so that who has lost the lock can write no note: both go with the connection.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rag.errors import ArchiveError
from rag.store.index_note import IndexNote, noted
from rag.store.postgres_connection import Session

# The key of the advisory lock: any number that nothing else in the database uses.
_WRITING = 7_295_011_002
# Seconds between two looks at a lock that somebody else holds.
_PAUSE = 0.1

# Which transaction wrote a row, into which table: of one that a dump brought here neither is true any more.
_OWN = "mod(txid_current(), 4294967296) || '/' || 'index_notes'::regclass::oid"
_READ = "SELECT note FROM index_notes WHERE build = ? AND written = xmin::text || '/' || tableoid"
_WRITE = f"""INSERT INTO index_notes(build, note, written) VALUES (?, ?, {_OWN})
    ON CONFLICT(build) DO UPDATE SET note = excluded.note, written = excluded.written"""  # noqa: S608 - of constants
# Not for who may not write the note, nor on a copy of the database, whose locks are its own.
_SEIZE = """SELECT pg_try_advisory_lock(?)
    WHERE NOT pg_is_in_recovery() AND has_table_privilege('index_notes', 'INSERT')"""
_RELEASE = "SELECT pg_advisory_unlock(?)"


class CatalogueLedger:
    """See rag.store.index_ledger.IndexLedger."""

    def __init__(self, url: str) -> None:
        """`url` is the catalogue's. Of several Chroma servers over it each has its note."""
        self._reader, self._writer = Session(url), Session(url)
        self._writing = threading.Lock()

    def read(self, build: str) -> IndexNote | None:
        found = self._reader.run(_READ, [build])
        return noted(found[0][0]) if found else None

    def write(self, note: IndexNote) -> None:
        self._writer.go_on(_WRITE, [note.build, json.dumps(asdict(note))])

    def withdraw(self, build: str) -> None:
        self._writer.go_on("DELETE FROM index_notes WHERE build = ?", [build])

    def is_held(self) -> bool:
        answer = self._reader.run(_SEIZE, [_WRITING])
        if answer == [(True,)]:
            self._reader.go_on(_RELEASE, [_WRITING])
        return answer == [(False,)]

    @contextmanager
    def lock(self, seconds: float = 0.0) -> Iterator[bool]:
        deadline = time.monotonic() + seconds
        # A connection could take its own lock twice.
        if not self._writing.acquire(timeout=seconds):
            yield False
            return
        try:
            held = self._seize(deadline)
            try:
                yield held
            finally:
                if held:
                    self._release()
        finally:
            self._writing.release()

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    def _seize(self, deadline: float) -> bool:
        while (answer := self._writer.run(_SEIZE, [_WRITING])) == [(False,)]:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(_PAUSE, left))
        return answer == [(True,)]

    def _release(self) -> None:
        try:
            self._writer.go_on(_RELEASE, [_WRITING])
        except ArchiveError:
            # With the connection goes the lock.
            self._writer.close()
