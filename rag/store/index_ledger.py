"""Where the processes that share a Chroma server keep what they must agree on: the index's note, and who writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from rag.errors import ArchiveError
from rag.store.catalogue import Catalogue
from rag.store.catalogue_ledger import CatalogueLedger
from rag.store.index_note import IndexNote, read_note, withdraw_note, write_note


class IndexLedger(Protocol):
    """Read by anybody at any time; written and withdrawn only by who holds the lock. Raises ArchiveError."""

    def read(self, build: str) -> IndexNote | None:
        """The note on a building; None if there is none that can be read: it is not to be trusted then."""

    def write(self, note: IndexNote) -> None:
        """Replaces the note on the same building in one step."""

    def withdraw(self, build: str) -> None:
        """From here until the next note nobody trusts that building."""

    def lock(self, seconds: float = 0.0) -> AbstractContextManager[bool]:
        """Whether this process may write, after at most `seconds`; the lock goes with the process that holds it."""

    def is_held(self) -> bool:
        """Whether somebody is writing now."""

    def close(self) -> None:
        """Lets go of what it keeps open; it may be used again."""


class FileLedger:
    """In the archive's home, for the processes of one machine and one server."""

    def __init__(self, home: Path) -> None:
        self._note = home / "chroma-server.json"
        self._lock = home / "chroma.lock"

    def read(self, build: str) -> IndexNote | None:
        note = read_note(self._note)
        return note if note and note.build == build else None

    def write(self, note: IndexNote) -> None:
        try:
            write_note(self._note, note)
        except OSError as error:
            raise ArchiveError(f"{self._note} cannot be written: {error.strerror}") from error

    def withdraw(self, build: str) -> None:
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

    def is_held(self) -> bool:
        if not self._lock.exists():
            return False
        try:
            with FileLock(self._lock, blocking=False):
                return False
        except Timeout:
            return True
        except OSError:
            # A folder that cannot be written has no owner.
            return False

    def close(self) -> None:
        """Nothing is kept open."""


def open_ledger(catalogue: Catalogue) -> IndexLedger:
    """Where those that share the catalogue agree: in its database, where they may be several machines."""
    return CatalogueLedger(catalogue.url) if catalogue.url else FileLedger(catalogue.home)
