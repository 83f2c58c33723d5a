"""Where the processes that share a Chroma server keep what they must agree on: the index's note, and who writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from rag.errors import ArchiveError
from rag.store.index_note import IndexNote, read_note, withdraw_note, write_note


class IndexLedger(Protocol):
    """Read by anybody at any time; written and withdrawn only by who holds the lock. Raises ArchiveError."""

    def read(self) -> IndexNote | None:
        """None if there is no note, or none that can be read: the index is not to be trusted then."""

    def write(self, note: IndexNote) -> None:
        """Replaces the note in one step."""

    def withdraw(self) -> None:
        """From here until the next note nobody trusts the index."""

    def lock(self, seconds: float = 0.0) -> AbstractContextManager[bool]:
        """Whether this process may write, after at most `seconds`; the lock goes with the process that holds it."""


class FileLedger:
    """In the archive's home, for the processes of one machine."""

    def __init__(self, home: Path) -> None:
        self._note = home / "chroma-server.json"
        self._lock = home / "chroma.lock"

    def read(self) -> IndexNote | None:
        return read_note(self._note)

    def write(self, note: IndexNote) -> None:
        try:
            write_note(self._note, note)
        except OSError as error:
            raise ArchiveError(f"{self._note} cannot be written: {error.strerror}") from error

    def withdraw(self) -> None:
        try:
            withdraw_note(self._note)
        except OSError as error:
            raise ArchiveError(f"{self._note} cannot be removed: {error.strerror}") from error

    @contextmanager
    def lock(self, seconds: float = 0.0) -> Iterator[bool]:
        lock = FileLock(self._lock)
        try:
            lock.acquire(timeout=seconds)
        except (Timeout, OSError):
            yield False
            return
        try:
            yield True
        finally:
            lock.release()
