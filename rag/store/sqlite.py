"""The archive in one SQLite file: connections for every thread, transactions, and errors that say what to do."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from rag.errors import ArchiveError
from rag.store import fulltext, schema
from rag.store.connections import Connections
from rag.store.driver import BUSY_SECONDS
from rag.store.rows import PhraseQuery
from rag.store.selection import Selection


class Sqlite:
    """The driver of an archive in one file; see rag.store.driver for what it promises."""

    kind: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(self, path: Path, *, readonly: bool) -> None:
        self.path = path
        self.name = str(path)
        self.readonly = readonly
        self._connections = Connections(lambda: _connect(path, readonly=readonly))

    def close(self) -> None:
        self._connections.close()

    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit mode."""
        return self._connections.get()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        connection = self.connection()
        with _errors(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        connection = self.connection()
        if connection.in_transaction:
            yield
            return
        with _errors(self.path):
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.execute("ROLLBACK")

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with _errors(self.path):
            return self.connection().execute(_translated(sql), [_listed(value) for value in parameters]).fetchall()

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with _errors(self.path):
            self.connection().executemany(sql, rows)

    def matching(
        self, query: PhraseQuery, language: str | None, limit: int, chosen: Selection | None
    ) -> list[tuple[int, float]]:
        return fulltext.search(self.run, query, language, limit, chosen)

    def document_frequency(self, terms: Sequence[str], *, folded: bool) -> dict[str, int]:
        sql = "SELECT term, doc FROM passages_terms WHERE term = ANY(?) AND col = ?"
        return dict(self.run(sql, [list(terms), "folded" if folded else "terms"]))

    def tidy(self) -> None:
        self.run("INSERT INTO passages_fts(passages_fts) VALUES ('optimize')")
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")

    def damage(self) -> list[str]:
        said = [str(row[0]) for row in self.run("PRAGMA integrity_check(100)")]
        return [] if said == ["ok"] else said

    def renew_indexes(self) -> None:
        self.run("REINDEX")

    def renew_words(self) -> bool:
        check = "INSERT INTO passages_fts(passages_fts, rank) VALUES ('integrity-check', 1)"
        connection = self.connection()
        try:
            connection.execute(check)
        except sqlite3.DatabaseError:
            try:
                connection.execute("INSERT INTO passages_fts(passages_fts) VALUES ('rebuild')")
                connection.execute(check)
            except sqlite3.DatabaseError as error:
                raise ArchiveError(f"{self.path}: the full-text index is damaged ({error})") from error
            return True
        return False


def _translated(sql: str) -> str:
    return sql.replace("= ANY(?)", "IN (SELECT value FROM json_each(?))")


def _listed(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list) else value


def _connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    # close() may run in another thread than the one that uses the connection.
    options: dict[str, Any] = {"isolation_level": None, "timeout": BUSY_SECONDS, "check_same_thread": False}
    with _errors(path):
        if readonly:
            connection: sqlite3.Connection = sqlite3.connect(read_only_address(path), uri=True, **options)
        else:
            connection = sqlite3.connect(path, **options)
        try:
            _prepare(connection, path, readonly=readonly)
        except BaseException:
            connection.close()
            raise
        return connection


def read_only_address(path: Path) -> str:
    """The URI that opens a database for reading only."""
    # A folder that cannot be written has no room for WAL's shared memory; nobody writes there either. Only what a
    # killed process left in its log would be passed over: then the log and the memory are there.
    log = path.with_name(f"{path.name}-wal")
    is_settled = not log.exists() or not log.stat().st_size
    frozen = "&immutable=1" if is_settled and not os.access(path.parent, os.W_OK) else ""
    return f"file:{quote(str(path.absolute()))}?mode=ro{frozen}"


def _prepare(connection: sqlite3.Connection, path: Path, *, readonly: bool) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -32000")
    if not readonly:
        use_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")
    version, newest = schema.version(connection), len(schema.MIGRATIONS)
    if version > newest:
        raise ArchiveError(f"{path} was written by a newer version of this program; update the program")
    if version < newest:
        if readonly:
            raise ArchiveError(f"{path} is an archive of an older version; run `rag ingest` on it once")
        schema.migrate(connection, schema.MIGRATIONS)


def use_wal(connection: sqlite3.Connection) -> None:
    """Lets readers read while one writes; raises sqlite3.Error."""
    # The busy timeout does not cover this switch: two processes that create one archive at once meet here.
    deadline = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into an ArchiveError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise ArchiveError(f"{path}: {advice(error)}") from error


def advice(error: sqlite3.Error) -> str:
    """What to do about `error`, with what SQLite says of it."""
    # Extended codes (as SQLITE_READONLY_DBMOVED) hold the plain one in their low byte.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    known = {
        sqlite3.SQLITE_FULL: "the disk is full; free some space and run it again, what was stored is safe",
        sqlite3.SQLITE_READONLY: "the archive is read-only; make it writable or choose another --home",
        sqlite3.SQLITE_CANTOPEN: "the archive cannot be opened; check that the folder exists and may be written",
        sqlite3.SQLITE_PERM: "no permission to open the archive; check the owner of its folder",
        sqlite3.SQLITE_BUSY: "another process has been writing to the archive for a minute; try again when it is done",
        sqlite3.SQLITE_NOTADB: "this is no archive; move the file away, or choose another --home",
        sqlite3.SQLITE_CORRUPT: "the archive is damaged; restore a copy, or move it away and ingest again",
        sqlite3.SQLITE_IOERR: "reading or writing the disk failed; check the disk, what was stored is safe",
    }
    return f"{known.get(code, 'the archive cannot be used')} ({error})"
