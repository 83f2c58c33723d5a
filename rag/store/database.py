"""The archive's database, whichever it is: transactions, snapshots and queries for the catalogue above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.store.driver import Driver
from rag.store.edits import Edits
from rag.store.ledger import Ledger
from rag.store.writer import Writer


class Database:
    """An open archive. Every method raises ArchiveError when it cannot be read or written."""

    def __init__(self, home: Path, driver: Driver, url: str | None = None) -> None:
        """`url` is that of the driver's server, with its password; None for a file."""
        self.home = home
        self.driver = driver
        self.url = url

    @property
    def readonly(self) -> bool:
        return self.driver.readonly

    def close(self) -> None:
        self.driver.close()

    @contextmanager
    def transaction(self) -> Iterator[Writer]:
        """All of it or nothing is written, whatever happens; other writers wait meanwhile, readers do not."""
        with self.driver.transaction():
            writer = Writer(self.driver)
            yield writer
            writer.finish()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads of this thread inside see one moment of the archive."""
        with self.driver.snapshot():
            yield

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows; the SQL is what rag.store.driver allows."""
        return self.driver.run(sql, parameters)

    @property
    def ledger(self) -> Ledger:
        """Which files hold which articles."""
        return Ledger(self.query)

    @property
    def edits(self) -> Edits:
        """What people corrected of articles."""
        return Edits(self.query)
