"""A request's time limits, kept from beside it: whatever the server does, and wherever the reader waits."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import httpx2


class Lifeline:
    """Cuts a request's connection after `quiet` seconds without a sign of life, or `total` seconds in all.

    Timeouts of sockets do not do this: a server that sends a byte now and then never meets them. A context manager,
    whose time begins when it is entered. `cut` may be called by any thread, and makes whoever reads from the
    connection fail at once.
    """

    def __init__(self, quiet: float, total: float) -> None:
        self.quiet, self.total = quiet, total
        self.expired: Literal["quiet", "total"] | None = None
        self.is_cut = threading.Event()
        self._ended = threading.Event()
        self._connection: Any = None
        self._until = self._sign_by = time.monotonic()

    def sign(self, seconds: float | None = None) -> None:
        """The server lives: the next sign is due within `seconds` (default: `quiet`)."""
        self._sign_by = time.monotonic() + (self.quiet if seconds is None else seconds)

    def left(self) -> float:
        """Seconds until `total` is over."""
        return self._until - time.monotonic()

    def follow(self, request: httpx2.Request) -> None:
        """Takes hold of the connection that the request will use: a request hook of `httpx2.Client`."""
        request.extensions["trace"] = self._trace

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._connection = info["return_value"]
            if self.is_cut.is_set():
                self.cut()

    def cut(self) -> None:
        self.is_cut.set()
        held = self._connection and self._connection.get_extra_info("socket")
        if held is not None:
            # Past TLS, straight at the connection: it wakes a reader in another thread.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    def _watch(self) -> None:
        while not self._ended.wait(max(0.0, min(self._until, self._sign_by) - time.monotonic())):
            now = time.monotonic()
            if now >= min(self._until, self._sign_by):
                self.expired = "total" if now >= self._until else "quiet"
                self.cut()
                return

    def __enter__(self) -> Lifeline:
        self._until = time.monotonic() + self.total
        self.sign()
        threading.Thread(target=self._watch, name="model-lifeline", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
