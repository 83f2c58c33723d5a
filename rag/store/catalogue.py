"""The catalogue: the database that is the archive's source of truth, articles, passages and embeddings included.

One SQLite file, or a PostgreSQL database that several machines share.

Reading is safe from any thread and beside other processes. Writing happens in `Catalogue.transaction()`.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ArchiveError, EmbedderMismatch, UnknownArticle
from rag.store.database import Database
from rag.store.rows import (
    ArticleInfo,
    Changes,
    Counts,
    PhraseQuery,
    StoredPassage,
    Vector,
    from_blob,
    pages_from_json,
    sentences_from_json,
    spans_from_json,
)
from rag.store.selection import Selection, passing, selected, selection
from rag.store.sqlite import Sqlite
from rag.text.outlets import known_name, outlet_key, outlet_keys, outlets_named
from rag.types import Article, Filters, Passage


class Catalogue(Database):
    """An open archive. Every method raises ArchiveError when it cannot be read or written."""

    @classmethod
    def open(cls, home: str | Path, *, url: str | None = None, readonly: bool = False) -> Catalogue:
        """The archive in folder `home`, both created if need be unless `readonly`.

        With `url` (postgresql://user@host/name) the archive is that database, and the home holds what is this
        machine's own. A file in a folder that cannot be written is read; writing raises ArchiveError then.
        """
        home = Path(home)
        if url:
            from rag.store.postgres import Postgres

            _make(home)
            return cls(home, Postgres(url, readonly=readonly), url)
        path = home / "catalogue.sqlite3"
        frozen = path.exists() and not os.access(home, os.W_OK)
        if not (readonly or frozen):
            _make(home)
        elif not path.exists():
            raise ArchiveError(f"{home}: there is no archive yet; run `rag ingest PATH` first")
        driver = Sqlite(path, readonly=readonly or frozen)
        driver.connection()
        return cls(home, driver)

    @property
    def path(self) -> str:
        """What messages call the archive: its file, or its database's address."""
        return self.driver.name

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What the archive is

    def archive_id(self) -> str:
        """A random name that tells this archive from every other one."""
        return str(self.query("SELECT value FROM meta WHERE key = 'archive'")[0][0])

    def embedder(self) -> tuple[str, int] | None:
        """Identity and dimension of the model that embedded the archive; None while it is empty."""
        stored = dict(self.query("SELECT key, value FROM meta WHERE key IN ('embedder', 'dimension')"))
        return (stored["embedder"], int(stored["dimension"])) if stored else None

    def check_embedder(self, identity: str) -> None:
        """Raises EmbedderMismatch if the archive was embedded by another model than `identity`."""
        stored = self.embedder()
        if stored and stored[0] != identity:
            raise EmbedderMismatch(
                f"the archive {self.home} was embedded by {stored[0]!r}, the setting is {identity!r}; "
                "set EMBED_MODEL back, or embed all of it anew with `rag ingest --rebuild`"
            )

    def generation(self) -> int:
        """A number that grows whenever a passage comes or goes."""
        return int(self.query("SELECT coalesce(max(seq), 0) FROM changes")[0][0])

    def count(self) -> Counts:
        with self.snapshot():
            languages = dict(self.query("SELECT language, count FROM language_means WHERE kind = 'passage'"))
            sentences = self.query("SELECT sum(count) FROM language_means WHERE kind = 'sentence'")[0][0] or 0
            articles = self.query("SELECT count(*) FROM articles")[0][0]
            return Counts(articles, sum(languages.values()), int(sentences), languages, self.generation())

    def sources(self) -> list[tuple[str, int]]:
        """Outlets and their numbers of articles, most articles first: each once, however it is spelt.

        An article that one outlet retells of another counts for both.
        """
        sql = "SELECT source, count(*) FROM articles WHERE source IS NOT NULL GROUP BY source ORDER BY 2 DESC, 1"
        names: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for source, count in self.query(sql):
            for name in outlets_named(source):
                names.setdefault(outlet_key(name), known_name(name) or name)
                counts[outlet_key(name)] += count
        return sorted(((names[key], count) for key, count in counts.items()), key=lambda one: (-one[1], one[0]))

    def source_lines(self) -> list[str]:
        """What the articles say of their sources, each once."""
        # Leaps from one to the next in the index, where DISTINCT would read every article.
        sql = """WITH RECURSIVE lines(line) AS (
                SELECT min(source) FROM articles
                UNION ALL SELECT (SELECT min(source) FROM articles WHERE source > line) FROM lines
                WHERE line IS NOT NULL
            ) SELECT line FROM lines WHERE line IS NOT NULL"""
        return [row[0] for row in self.query(sql)]

    def bylines(self) -> list[str]:
        """What the articles say of their authors, each once."""
        return [row[0] for row in self.query("SELECT DISTINCT author FROM articles WHERE author IS NOT NULL")]

    def selection(self, filters: Filters) -> Selection:
        """What the filters let pass in this archive. Raises UsageError on a bad date."""
        bylines = self.bylines() if filters.authors else ()
        return selection(filters, self.source_lines() if filters.sources else (), bylines)

    def date_range(self) -> tuple[str, str] | None:
        """The earliest and the latest publication date, each as precise as known; None if no article has one."""
        sql = "SELECT published FROM articles WHERE published_first IS NOT NULL ORDER BY {} LIMIT 1"
        first = self.query(sql.format("published_first, published_last"))
        last = self.query(sql.format("published_last DESC, published_first DESC"))
        return (first[0][0], last[0][0]) if first else None

    # Articles

    def article(self, article_id: str) -> Article:
        """Raises UnknownArticle."""
        found = self.articles([article_id])
        if article_id not in found:
            raise UnknownArticle(f"no article has the id {article_id!r}; `rag list` shows all ids")
        return found[article_id]

    def articles(self, ids: Iterable[str]) -> dict[str, Article]:
        """Those of `ids` that exist, with their texts."""
        sql = """SELECT id, text, title, source, author, published, language, url, path, unquotable, updated,
            contradictions, pages FROM articles_shown WHERE id = ANY(?)"""
        rows = self.query(sql, [list(ids)])
        return {row[0]: _article(*row) for row in rows}

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of `ids` that exist."""
        return {row[0] for row in self.query("SELECT id FROM articles WHERE id = ANY(?)", [list(ids)])}

    def of_source(self, source: str) -> list[str]:
        """The articles that are an outlet's own, however its name is written; not what others retell of it.

        Of a source line that names two outlets, those with that line.
        """
        sql = "SELECT id FROM articles WHERE source = ANY(?)"
        return [row[0] for row in self.query(sql, [self._lines_of(source)])]

    def newest_of(self, source: str, limit: int) -> list[Article]:
        """The outlet's own articles that were stored last, at most `limit`."""
        sql = "SELECT id FROM articles WHERE source = ANY(?) ORDER BY number DESC LIMIT ?"
        return list(self.articles(row[0] for row in self.query(sql, [self._lines_of(source), limit])).values())

    def list_articles(self) -> list[ArticleInfo]:
        """Every article without its text, in the order of ingestion."""
        sql = """SELECT id, title, source, author, published, language, url, path, characters, story_id
            FROM articles_shown ORDER BY number"""
        return [ArticleInfo(*row) for row in self.query(sql)]

    def newest(self, limit: int, chosen: Selection | None = None) -> list[ArticleInfo]:
        """The articles published last, newest first, without their texts; those without a date are left out.

        Of `chosen` what is said about articles counts, not the languages of passages.
        """
        about = chosen.about if chosen else ()
        within = "".join(f" AND {condition}" for condition, _ in about)
        sql = f"""SELECT id, title, source, author, published, language, url, path, characters, story_id
            FROM articles_shown JOIN (
                SELECT id AS newest, published_first, published_last FROM articles
                WHERE published_first IS NOT NULL{within}
                ORDER BY published_last DESC, published_first DESC, number DESC LIMIT ?
            ) AS latest ON newest = id
            ORDER BY published_last DESC, published_first DESC, number DESC"""  # noqa: S608 - of the constants above
        return [ArticleInfo(*row) for row in self.query(sql, [*(value for _, value in about), limit])]

    def id_of_content(self, content_hash: str) -> str | None:
        """The article with that content."""
        rows = self.query("SELECT id FROM articles WHERE content_hash = ?", [content_hash])
        return rows[0][0] if rows else None

    def unstaged(self, limit: int) -> list[tuple[str, Article]]:
        """Content hash and article, of those that a running change of the model has not embedded yet."""
        sql = """SELECT content_hash, id FROM articles WHERE NOT EXISTS (
                SELECT 1 FROM staged WHERE article_id = id AND staged.content_hash = articles.content_hash
            ) ORDER BY number LIMIT ?"""
        hashes = {article_id: value for value, article_id in self.query(sql, [limit])}
        return [(hashes[article_id], article) for article_id, article in self.articles(hashes).items()]

    def tidy(self) -> None:
        """Makes what was deleted unreadable in the files too: the full-text index and the log keep it for a while."""
        self.driver.tidy()

    # Passages

    def passages(self, rowids: Iterable[int]) -> dict[int, StoredPassage]:
        """Those of `rowids` that exist."""
        sql = """SELECT passages.id, article_id, start, "end", passages.language, sentences, vector, vectors,
                story_id, published_first, published_last, source
            FROM passages JOIN vectors ON vectors.passage_id = passages.id
            JOIN sentence_vectors ON sentence_vectors.passage_id = passages.id
            JOIN articles ON articles.id = passages.article_id WHERE passages.id = ANY(?)"""
        rows = self.query(sql, [[int(rowid) for rowid in rowids]])
        dimension = self._dimension()
        return {
            row[0]: StoredPassage(
                row[0], _passage(row), from_blob(row[6], dimension)[0], from_blob(row[7], dimension), *row[8:]
            )
            for row in rows
        }

    def rowids(self, article_id: str) -> list[int]:
        """The passages of an article in their order."""
        return [
            row[0] for row in self.query("SELECT id FROM passages WHERE article_id = ? ORDER BY start", [article_id])
        ]

    def passing(self, chosen: Selection, rowids: Iterable[int]) -> set[int]:
        """Those of `rowids` that are chosen, whatever their language."""
        return passing(self.query, chosen, rowids)

    def selected(self, chosen: Selection, language: str, limit: int = sys.maxsize - 1) -> list[int] | None:
        """The chosen passages of a language, ascending; None if there are more than `limit`."""
        return selected(self.query, chosen, language, limit)

    # Vectors

    def check_dimension(self, vector: Vector) -> None:
        """Raises EmbedderMismatch if the vector is not as long as the archive's."""
        if len(vector) != self._dimension():
            raise EmbedderMismatch(
                f"the question's vector has {len(vector)} numbers, the archive's have {self._dimension()}; "
                "set EMBED_MODEL back, or embed all of it anew with `rag ingest --rebuild`"
            )

    def vectors(self, language: str) -> tuple[NDArray[np.int64], Vector]:
        """Row ids [n], ascending, and passage vectors [n, d] of one language."""
        with self.snapshot():
            sql = "SELECT count FROM language_means WHERE kind = 'passage' AND language = ?"
            count = next((row[0] for row in self.query(sql, [language])), 0)
            rowids = np.empty(count, dtype=np.int64)
            matrix = np.empty((count, self._dimension()), dtype=np.float32)
            done = 0
            for some, rows in self.vector_pages(language):
                rowids[done : done + len(some)], matrix[done : done + len(some)] = some, rows
                done += len(some)
            return rowids, matrix

    def vector_pages(self, language: str, size: int = 2000) -> Iterator[tuple[list[int], Vector]]:
        """The same in pages of `size` rows, without holding all of them; rows may come and go between pages."""
        last = 0
        sql = "SELECT passage_id, vector FROM vectors WHERE passage_id > ? AND language = ? ORDER BY 1 LIMIT ?"
        while rows := self.query(sql, [last, language, size]):
            last = rows[-1][0]
            yield self._matrix(rows)

    def vectors_of(self, rowids: Iterable[int]) -> tuple[list[int], Vector]:
        """Those of `rowids` that exist, and their passage vectors [n, d]."""
        sql = "SELECT passage_id, vector FROM vectors WHERE passage_id = ANY(?) ORDER BY 1"
        return self._matrix(self.query(sql, [[int(rowid) for rowid in rowids]]))

    def means(self, kind: str = "passage") -> dict[str, tuple[int, Vector]]:
        """Language -> number and mean [d] of the archive's vectors; `kind` is "passage" or "sentence"."""
        sql = "SELECT language, count, total FROM language_means WHERE kind = ?"
        return {
            language: (count, (np.frombuffer(total) / count).astype(np.float32))
            for language, count, total in self.query(sql, [kind])
        }

    def changes(self, after: int, limit: int = 2000) -> Changes:
        """The net effect of at most `limit` log entries after generation `after`."""
        sql = "SELECT seq, passage_id, language, added FROM changes WHERE seq > ? ORDER BY seq LIMIT ?"
        rows = self.query(sql, [after, limit])
        added: dict[int, str] = {}
        removed: dict[int, str] = {}
        for _, rowid, language, came in rows:
            if came:
                added[rowid] = language
            elif added.pop(rowid, None) is None:
                removed[rowid] = language
        return Changes(rows[-1][0] if rows else after, _by_language(added), _by_language(removed))

    # Words

    def lexical(
        self, query: PhraseQuery, language: str | None, limit: int, chosen: Selection | None = None
    ) -> list[tuple[int, float]]:
        """The best `limit` passages for a query, of a language (None: of any): row id and BM25 score, higher is better.

        In a large archive rare phrases find and common ones only score; see rag.store.fulltext.
        """
        if chosen and language and not chosen.has(language):
            return []
        limits = chosen and (chosen.about or not language)
        return self.driver.matching(query, language, limit, chosen if limits else None)

    def document_frequency(self, terms: Iterable[str], *, folded: bool = False) -> dict[str, int]:
        """In how many passages each term stands; terms that stand nowhere are left out."""
        return self.driver.document_frequency(list(terms), folded=folded)

    def vocabulary_for_folded(self, syllables: Iterable[str]) -> dict[str, list[tuple[str, int]]]:
        """How syllables typed without diacritics are written in the archive, with passage counts, most common first."""
        sql = """SELECT folded, term, count FROM vocabulary WHERE folded = ANY(?)
            ORDER BY count DESC, term"""
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for folded, term, count in self.query(sql, [list(syllables)]):
            found[folded].append((term, count))
        return dict(found)

    def _lines_of(self, source: str) -> list[str]:
        """The source lines whose own outlet is that of `source`; of a line of two outlets, those that name both."""
        keys = outlet_keys(source)
        return [line for line in self.source_lines() if outlet_keys(line)[: len(keys)] == keys]

    def _dimension(self) -> int:
        embedder = self.embedder()
        return embedder[1] if embedder else 0

    def _matrix(self, rows: list[tuple[int, bytes]]) -> tuple[list[int], Vector]:
        # Without rows there may be no dimension yet, and numpy cannot infer one.
        if not rows:
            return [], np.empty((0, self._dimension()), dtype=np.float32)
        joined = b"".join(blob for _, blob in rows)
        return [rowid for rowid, _ in rows], from_blob(joined, len(rows[0][1]) // 2)


def _make(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = "choose another --home"
        raise ArchiveError(f"{home}: the folder cannot be made ({error.strerror}); {advice}") from error


def _article(article_id: str, text: str, *fields: Any) -> Article:
    title, source, author, published, language, url, path, unquotable, updated, contradictions, pages = fields
    return Article(
        article_id, text, title, source, author, published, language, url, path, spans_from_json(unquotable), updated,
        tuple(json.loads(contradictions)), pages_from_json(pages),
    )  # fmt: skip


def _passage(row: tuple[Any, ...]) -> Passage:
    _, article_id, start, end, language, sentences = row[:6]
    passage_id = f"{article_id}:{start}-{end}"
    return Passage(passage_id, article_id, start, end, language, sentences_from_json(sentences))


def _by_language(rowids: Mapping[int, str]) -> dict[str, tuple[int, ...]]:
    grouped: dict[str, list[int]] = defaultdict(list)
    for rowid, language in rowids.items():
        grouped[language].append(rowid)
    return {language: tuple(some) for language, some in grouped.items()}
