"""The archive in a PostgreSQL database that several machines share; the driver beside rag.store.sqlite.

Writers take turns by an advisory lock, since what a record is (new, changed, known) is decided in the transaction that
writes it, and the change log has to be in the order of its commits. Needs the extra `postgres` (psycopg 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import ArchiveError
from rag.store import bm25, postgres_schema
from rag.store.connections import Connections
from rag.store.driver import BUSY_SECONDS
from rag.store.postgres_connection import address, connect, execute, failing, translated
from rag.store.rows import PhraseQuery
from rag.store.selection import Selection, passing

if TYPE_CHECKING:
    import psycopg

# The key of the advisory lock: any number that nothing else in the database uses.
_WRITING = 7_295_011_001
# Passages that are weighed for one question: those that hold its rarest words.
CANDIDATES = 2_000


class Postgres:
    """See rag.store.driver for what a driver promises."""

    kind: Literal["sqlite", "postgresql"] = "postgresql"

    def __init__(self, url: str, *, readonly: bool) -> None:
        """Connects, and makes the tables where there are none. Raises ArchiveError, SettingsError."""
        options, self.name = address(url)
        self.readonly = readonly
        self._connections = Connections(lambda: _open(options, readonly=readonly), lambda opened: bool(opened.closed))
        self._lengths: tuple[int, int, float] = (-1, 0, 1.0)
        with failing(self.name):
            self._prepare()

    def close(self) -> None:
        self._connections.close()

    def connection(self) -> psycopg.Connection[Any]:
        """This thread's connection, in autocommit mode; a new one where the server has closed it."""
        return self._connections.get()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with failing(self.name):
            self.run("BEGIN")
            connection = self.connection()
            try:
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITING])
                yield
                connection.execute("COMMIT")
            finally:
                _leave(connection)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        with failing(self.name):
            if self._is_in_transaction():
                yield
                return
            self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            connection = self.connection()
            try:
                yield
            finally:
                _leave(connection)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        import psycopg

        with failing(self.name):
            alone = not self._is_in_transaction()
            try:
                return execute(self.connection(), sql, parameters)
            except psycopg.OperationalError:
                # A server that was started anew has closed what was open; outside a transaction nothing is lost by it.
                if not (alone and self.connection_is_lost()):
                    raise
                return execute(self.connection(), sql, parameters)

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with failing(self.name), self.connection().cursor() as cursor:
            cursor.executemany(translated(sql), rows)

    def connection_is_lost(self) -> bool:
        """Whether the server has closed this thread's connection."""
        opened = self._connections.opened()
        return opened is not None and bool(opened.closed)

    def matching(
        self, query: PhraseQuery, language: str | None, limit: int, chosen: Selection | None
    ) -> list[tuple[int, float]]:
        telling = self._telling(query)
        sql = f"""SELECT rowid, language, {query.column} FROM passages_fts JOIN passages ON passages.id = rowid
            WHERE {query.column}_vector @@ ?::tsquery ORDER BY rowid DESC LIMIT ?"""  # noqa: S608 - one of two names
        rows = self.run(sql, [_tsquery(telling), 10 * CANDIDATES])
        scored = bm25.scores(query, [(row[0], row[2].split()) for row in rows], *self._statistics())
        within = passing(self.run, chosen, scored) if chosen else None
        kept = [
            (rowid, scored[rowid])
            for rowid, spoken, _ in rows
            if rowid in scored and language in (None, spoken) and (within is None or rowid in within)
        ]
        return sorted(kept, key=lambda item: (-item[1], item[0]))[:limit]

    def document_frequency(self, terms: Sequence[str], *, folded: bool) -> dict[str, int]:
        column = "folded" if folded else "terms"
        sql = f"SELECT count(*) FROM passages_fts WHERE {column}_vector @@ ?::tsquery"  # noqa: S608 - one of two names
        # What the full text takes for no word stands nowhere.
        counted = {term: self.run(sql, [_tsquery([(term,)])])[0][0] for term in terms if " " not in term and term}
        return {term: count for term, count in counted.items() if count}

    def tidy(self) -> None:
        """Nothing: PostgreSQL's own vacuum frees what was deleted."""

    def damage(self) -> list[str]:
        """Nothing that a client may ask; `pg_amcheck` and checksums are the administrator's."""
        return []

    def renew_indexes(self) -> None:
        """Nothing, as nothing is found."""

    def renew_words(self) -> bool:
        """Never needed: the column is generated by the database and its index is kept with it."""
        return False

    def _telling(self, query: PhraseQuery) -> list[tuple[str, ...]]:
        """The rarest of the query's words, as many as `CANDIDATES` passages hold; pairs where even that is too much."""
        words = [phrase[0] for phrase in query.phrases if len(phrase) == 1]
        sql = f"SELECT {query.key}, sum(count) FROM vocabulary WHERE {query.key} = ANY(?) GROUP BY 1"  # noqa: S608
        counts = {word: int(count) for word, count in self.run(sql, [words])}
        chosen: list[tuple[str, ...]] = []
        passages = 0
        for word in sorted(words, key=lambda word: counts.get(word, 0)):
            passages += counts.get(word, 0)
            if chosen and passages > CANDIDATES:
                break
            chosen.append((word,))
        if len(chosen) == 1 and counts.get(chosen[0][0], 0) > CANDIDATES:
            pairs = [phrase for phrase in query.phrases if len(phrase) > 1]
            return pairs or chosen
        return chosen or list(query.phrases)

    def _statistics(self) -> tuple[int, float]:
        """The number of passages and their average length in words."""
        passages = int(self.run("SELECT coalesce(sum(count), 0) FROM language_means WHERE kind = 'passage'")[0][0])
        generation = int(self.run("SELECT coalesce(max(seq), 0) FROM changes")[0][0])
        known, counted, average = self._lengths
        # Measured anew when a hundredth of the archive has changed: more often would cost more than it tells.
        if known < 0 or abs(generation - known) * 100 > counted:
            sql = "SELECT coalesce(avg(length), 1)::float8 FROM passages_fts"
            average = float(self.run(sql)[0][0])
            self._lengths = generation, passages, average
        return passages, average

    def _is_in_transaction(self) -> bool:
        opened = self._connections.opened()
        return opened is not None and not opened.closed and opened.info.transaction_status != 0

    def _prepare(self) -> None:
        version = postgres_schema.version(self.run)
        if version == postgres_schema.NEWEST:
            return
        if (version or 0) > postgres_schema.NEWEST:
            raise ArchiveError(f"{self.name} was written by a newer version of this program; update the program")
        if self.readonly:
            told = "there is no archive yet" if version is None else "an archive of an older version"
            raise ArchiveError(f"{self.name}: {told}; run `rag ingest PATH` first")
        with self.transaction():
            postgres_schema.migrate(self.run)


def _open(options: dict[str, Any], *, readonly: bool) -> psycopg.Connection[Any]:
    connection = connect(options)
    connection.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    if readonly:
        connection.execute("SET default_transaction_read_only = on")
    return connection


def _leave(connection: psycopg.Connection[Any]) -> None:
    if not connection.closed and connection.info.transaction_status != 0:
        connection.execute("ROLLBACK")


def _tsquery(phrases: Iterable[tuple[str, ...]]) -> str:
    """Any of the phrases, in the notation of PostgreSQL's tsquery."""
    return " | ".join(f"({' <-> '.join(map(_quoted, phrase))})" for phrase in phrases)


def _quoted(word: str) -> str:
    escaped = word[: postgres_schema.LONGEST_WORD].replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
