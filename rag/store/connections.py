"""Connections to a database, one for each thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar
from weakref import WeakSet


class Closable(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=Closable)


class Connections(Generic[C]):
    """Each is closed when its thread ends, or with all others."""

    def __init__(self, connect: Callable[[], C], is_lost: Callable[[C], bool] = lambda _: False) -> None:
        self._connect = connect
        self._is_lost = is_lost
        self._local = threading.local()
        # Held by their threads alone: one that ends closes its own.
        self._opened: WeakSet[_Held[C]] = WeakSet()
        self._lock = threading.Lock()

    def get(self) -> C:
        """This thread's connection; a new one where there is none, or the old one is lost."""
        connection = self.opened()
        if connection is None or self._is_lost(connection):
            connection = self._connect()
            held = self._local.held = _Held(connection)
            with self._lock:
                self._opened.add(held)
        return connection

    def opened(self) -> C | None:
        """This thread's connection if it has one, which may be lost."""
        held: _Held[C] | None = getattr(self._local, "held", None)
        return held.connection if held else None

    def close(self) -> None:
        with self._lock:
            for held in list(self._opened):
                held.close()
            self._opened.clear()
        self._local = threading.local()


class _Held(Generic[C]):
    """A thread's connection; closed with it, which the database's own object may leave to the garbage collector."""

    def __init__(self, connection: C) -> None:
        self.connection = connection

    def close(self) -> None:
        self.connection.close()

    __del__ = close
