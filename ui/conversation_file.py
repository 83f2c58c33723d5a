"""The SQLite file of the conversations, and of who is signed in.

It is opened for each piece of work, and set aside when it is damaged.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from filelock import FileLock

from rag.errors import ArchiveError
from rag.store.driver import BUSY_SECONDS
from rag.store.schema import migrate, version
from rag.store.sqlite import advice, use_wal

_log = logging.getLogger("rag.conversations")
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
T = TypeVar("T")

# One script for each version. Never edit one that was released: append. Times are milliseconds since 1970.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE conversations(
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        user TEXT NOT NULL,
        title TEXT,
        created INTEGER NOT NULL, updated INTEGER NOT NULL, deleted INTEGER
    );
    CREATE INDEX conversations_by_user ON conversations(user, updated);

    CREATE TABLE exchanges(
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation INTEGER NOT NULL REFERENCES conversations(number) ON DELETE CASCADE,
        turn INTEGER NOT NULL,
        question TEXT NOT NULL, answer TEXT NOT NULL, filters TEXT NOT NULL,
        asked INTEGER NOT NULL,
        UNIQUE(conversation, turn)
    );

    -- A rating keeps its own copy of what was rated, which may be asked again in other words; it goes with the
    -- conversation.
    CREATE TABLE ratings(
        exchange INTEGER PRIMARY KEY,
        conversation INTEGER NOT NULL REFERENCES conversations(number) ON DELETE CASCADE,
        turn INTEGER NOT NULL,
        up INTEGER NOT NULL, reason TEXT NOT NULL, rated INTEGER NOT NULL,
        question TEXT NOT NULL, answer TEXT NOT NULL, filters TEXT NOT NULL, history TEXT NOT NULL
    );
    CREATE INDEX ratings_by_conversation ON ratings(conversation);
    """,
    """
    -- Of a token only its SHA-256, so that nobody signs in by what this file or a backup of it holds.
    CREATE TABLE sessions(token BLOB PRIMARY KEY, user TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
    """,
)


class ConversationFile:
    """Safe with several threads and processes: every piece of work has its own connection and transaction."""

    def __init__(self, home: Path) -> None:
        self.path = home / "conversations.sqlite3"

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` returns; it sees one moment of the file. Raises ArchiveError, and what `work` raises."""
        return self._run(work, "BEGIN")

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """The same for work that changes the file: all of it or nothing is stored."""
        return self._run(work, "BEGIN IMMEDIATE")

    def _run(self, work: Callable[[sqlite3.Connection], T], begin: str) -> T:
        try:
            try:
                return self._once(work, begin)
            except sqlite3.Error as error:
                if not _is_damage(error):
                    raise
            self._set_aside()
            return self._once(work, begin)
        except sqlite3.Error as error:
            raise ArchiveError(f"{self.path}: {advice(error)}") from error

    def _once(self, work: Callable[[sqlite3.Connection], T], begin: str) -> T:
        with closing(self._connect()) as connection:
            connection.execute(begin)
            try:
                result = work(connection)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            return result

    def _connect(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not self.path.exists()
            connection = sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_SECONDS)
            if is_new:
                # What people ask is nobody else's business; SQLite's side files take over these rights.
                self.path.chmod(0o600)
        except OSError as error:
            raise ArchiveError(f"{self.path} cannot be made ({error.strerror}); choose another --home") from error
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        use_wal(connection)
        if version(connection) > len(MIGRATIONS):
            raise ArchiveError(f"{self.path} was written by a newer version of this program; update the program")
        if version(connection) < len(MIGRATIONS):
            migrate(connection, MIGRATIONS)

    def _set_aside(self) -> None:
        """Moves the damaged file away, so that a new one is begun; one process does, the others find it done."""
        with FileLock(self.path.with_name(f"{self.path.name}.lock")):
            if self._is_sound():
                return
            stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
            aside = self.path.with_name(f"conversations.damaged-{stamp}.sqlite3")
            # The log first: left behind, it would be taken for the new file's.
            for ending in ("-wal", "-shm", ""):
                side = self.path.with_name(self.path.name + ending)
                if side.exists():
                    side.rename(aside.with_name(aside.name + ending))
            _log.warning("%s was damaged; it is kept as %s and a new one is begun", self.path, aside.name)

    def _is_sound(self) -> bool:
        try:
            with closing(self._connect()) as connection:
                return bool(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
        except sqlite3.Error as error:
            if _is_damage(error):
                return False
            raise


def _is_damage(error: sqlite3.Error) -> bool:
    # Extended codes hold the plain one in their low byte.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
