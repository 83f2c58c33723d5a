"""Who is signed in: a random token in a cookie for each browser, forgotten after a while and when the server ends."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

COOKIE = "trich_dan"
SECONDS = 12 * 3600
_MOST = 10_000


class Sessions:
    """Safe with several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._users: dict[str, tuple[str, float]] = {}

    def begin(self, user: str) -> str:
        """The token of a new session."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            now = self._clock()
            self._users = {key: value for key, value in self._users.items() if value[1] > now}
            while len(self._users) >= _MOST:
                del self._users[next(iter(self._users))]
            self._users[token] = (user, now + SECONDS)
        return token

    def user(self, token: str | None) -> str | None:
        with self._lock:
            user, until = self._users.get(token or "", ("", 0.0))
        return user if user and until > self._clock() else None

    def end(self, token: str | None) -> None:
        with self._lock:
            self._users.pop(token or "", None)
