"""Connections to PostgreSQL, and its errors as lines that say what to do. Needs the extra `postgres` (psycopg 3)."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from rag.errors import ArchiveError, SettingsError

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 10
# For a connection that is kept while little goes through it: each end notices within a minute that the other is gone,
# and the server does not close it for being idle. Seconds, numbers, milliseconds.
_HERE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 60_000}
_THERE = {
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "idle_session_timeout": "0",
}


def address(url: str) -> tuple[dict[str, Any], str]:
    """What psycopg connects to, and how messages call it: `url` may hold a password and is never shown.

    Raises SettingsError.
    """
    try:
        from psycopg import Error
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise SettingsError(
            "CATALOGUE_URL needs the PostgreSQL client; install it with: pip install 'trich-dan[postgres]'"
        ) from None
    try:
        if not url.startswith(("postgresql://", "postgres://")):
            raise ValueError
        options = dict(conninfo_to_dict(url, connect_timeout=CONNECT_SECONDS, application_name="trich-dan"))
    except (Error, ValueError):
        raise SettingsError(
            "CATALOGUE_URL cannot be read; write it as postgresql://user:password@host:5432/name"
        ) from None
    host, port = options.get("host", "localhost"), options.get("port", "5432")
    return options, f"postgresql://{host}:{port}/{options.get('dbname', '')}"


def connect(options: dict[str, Any]) -> psycopg.Connection[Any]:
    """A connection in autocommit mode. Raises psycopg's errors."""
    import psycopg

    return psycopg.connect(**options, autocommit=True)


def execute(connection: psycopg.Connection[Any], sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Executes a statement with `?` for each parameter; its rows, if it has any. Raises psycopg's errors."""
    with connection.cursor(binary=True) as cursor:
        cursor.execute(translated(sql), list(parameters) or None)
        return cursor.fetchall() if cursor.description else []


@cache
def translated(sql: str) -> Any:
    return sql.replace("?", "%s")


class Session:
    """One connection beside those of the catalogue's threads, outside of their snapshots; safe from any thread.

    Each statement is a transaction of its own. Raises ArchiveError.
    """

    def __init__(self, url: str) -> None:
        """Connects when it is first needed. Raises SettingsError."""
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._options, self._name = address(url)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement; on a new connection where the server has closed the old one."""
        import psycopg

        with self._lock, failing(self._name):
            if self._connection and not self._connection.closed:
                try:
                    return execute(self._connection, sql, parameters)
                except psycopg.OperationalError:
                    if not self._connection.closed:
                        raise
            self._connection = _kept(self._options)
            return execute(self._connection, sql, parameters)

    def go_on(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The same on the connection of the last statement only: what the server held for a lost one is gone."""
        with self._lock, failing(self._name):
            if self._connection is None:
                raise ArchiveError(f"{self._name}: the connection was closed")
            return execute(self._connection, sql, parameters)

    def close(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
        if connection:
            connection.close()

    __del__ = close


def _kept(options: dict[str, Any]) -> psycopg.Connection[Any]:
    connection = connect({**_HERE, **options})
    for setting, value in _THERE.items():
        execute(connection, "SELECT set_config(name, ?, false) FROM pg_settings WHERE name = ?", [value, setting])
    return connection


@contextmanager
def failing(name: str) -> Iterator[None]:
    """Turns psycopg's errors into an ArchiveError that says what to do."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ArchiveError(f"{name}: {_advice(error)} ({said})") from error


def _advice(error: psycopg.Error) -> str:
    from psycopg import errors

    known = {
        errors.DiskFull: "the server's disk is full; free some space and run it again, what was stored is safe",
        errors.ReadOnlySqlTransaction: "the archive is read-only; ask for the right to write",
        errors.LockNotAvailable: (
            "another process has been writing to the archive for a minute; try again when it is done"
        ),
        errors.InsufficientPrivilege: "the user of CATALOGUE_URL may not do this; grant it, or take another user",
    }
    for kind, advice in known.items():
        if isinstance(error, kind):
            return advice
    if error.sqlstate is None or error.sqlstate[:2] in ("08", "28", "3D", "57"):
        return "the database cannot be reached; check that it runs, and CATALOGUE_URL; what was stored is safe"
    return "the archive cannot be used"
