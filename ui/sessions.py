"""Who is signed in: a random token in a cookie for each browser, forgotten after a while.

Kept in the archive's home, so that all processes that serve one archive know it, and the next one after a restart.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from ui.conversation_file import ConversationFile

COOKIE = "trich_dan"
SECONDS = 12 * 3600
_MOST = 10_000
_KEEP_THE_LAST = """DELETE FROM sessions
    WHERE token IN (SELECT token FROM sessions ORDER BY until DESC LIMIT -1 OFFSET ?)"""


class Sessions:
    """Safe with several threads and processes. Raises ArchiveError when the file cannot be read or written."""

    def __init__(self, home: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = ConversationFile(home)
        self._clock = clock

    def begin(self, user: str) -> str:
        """The token of a new session."""
        token = secrets.token_urlsafe(32)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM sessions WHERE until <= ?", [self._now()])
            connection.execute(_KEEP_THE_LAST, [_MOST - 1])
            until = self._now() + 1000 * SECONDS
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", [_digest(token), user, until])

        self._file.write(work)
        return token

    def user(self, token: str | None) -> str | None:
        if not token:
            return None
        sql, kept = "SELECT user FROM sessions WHERE token = ? AND until > ?", [_digest(token), self._now()]
        row = self._file.read(lambda connection: connection.execute(sql, kept).fetchone())
        return str(row[0]) if row else None

    def end(self, token: str | None) -> None:
        kept = [_digest(token or "")]
        self._file.write(lambda connection: connection.execute("DELETE FROM sessions WHERE token = ?", kept))

    def _now(self) -> int:
        return int(self._clock() * 1000)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
