"""What a database has to do for the catalogue: SQLite in a file, or PostgreSQL on a server.

The catalogue's SQL is written once, in what both understand: `?` for a parameter, `= ANY(?)` with a list,
`INSERT ... ON CONFLICT`, `RETURNING`. A driver holds what differs: connections, transactions, full text, upkeep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

from rag.store.rows import PhraseQuery
from rag.store.selection import Selection

# How long a writer waits for another one's transaction.
BUSY_SECONDS = 60


class Driver(Protocol):
    """One open database, for any thread. Every method raises ArchiveError when it cannot be read or written."""

    kind: Literal["sqlite", "postgresql"]
    # What messages call it: a file, or a server's address without its password.
    name: str
    readonly: bool

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Executes a statement on this thread's connection; its rows, if it has any."""
        ...

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Executes a statement with each of the rows."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All of it or nothing is written; other writers, of any process or machine, wait meanwhile."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """All reads of this thread inside see one moment of the archive; inside a transaction, the transaction's."""
        ...

    def matching(
        self, query: PhraseQuery, language: str | None, limit: int, chosen: Selection | None
    ) -> list[tuple[int, float]]:
        """The best `limit` passages for a query: row id and BM25 score; see `Catalogue.lexical`."""
        ...

    def document_frequency(self, terms: Sequence[str], *, folded: bool) -> dict[str, int]:
        """In how many passages each term stands; terms that stand nowhere are left out."""
        ...

    def tidy(self) -> None:
        """Makes what was deleted unreadable in the database's own files, as far as the database lets one."""
        ...

    def damage(self) -> list[str]:
        """What the database itself finds wrong with its files, in its own words."""
        ...

    def renew_indexes(self) -> None:
        """Makes the database's indexes again from its tables."""
        ...

    def renew_words(self) -> bool:
        """Makes the full-text index again from its rows if it does not agree with them; whether it had to."""
        ...

    def close(self) -> None: ...
