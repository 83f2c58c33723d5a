"""The catalogue's tables, and how an archive of an older version is brought up to date."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

# One script per version; `PRAGMA user_version` counts how many have run. Never edit one that was released: append.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('archive', lower(hex(randomblob(5))));

    CREATE TABLE articles(
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        content_hash TEXT NOT NULL UNIQUE,
        title TEXT, source TEXT, source_folded TEXT, author TEXT,
        published TEXT, published_first INTEGER, published_last INTEGER,
        language TEXT NOT NULL, url TEXT,
        story_id TEXT NOT NULL,
        characters INTEGER NOT NULL,
        unquotable TEXT NOT NULL,
        text TEXT NOT NULL
    );
    CREATE INDEX articles_by_date ON articles(published_first, published_last);
    CREATE INDEX articles_by_source ON articles(source_folded);
    CREATE INDEX articles_by_story ON articles(story_id, published_first, number, id);

    CREATE TABLE files(
        path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, digest TEXT NOT NULL,
        mapping TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX files_by_digest ON files(digest);

    CREATE TABLE locations(
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        path TEXT NOT NULL, record TEXT NOT NULL, shown TEXT NOT NULL,
        article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
        UNIQUE(path, record)
    );
    CREATE INDEX locations_by_article ON locations(article_id);
    CREATE VIEW articles_shown AS
        SELECT id, title, source, author, published, language, url,
            coalesce((SELECT shown FROM locations WHERE article_id = articles.id ORDER BY number LIMIT 1), '') AS path,
            characters, story_id, unquotable, text, number
        FROM articles;

    CREATE TABLE passages(
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
        start INTEGER NOT NULL, end INTEGER NOT NULL,
        language TEXT NOT NULL,
        sentences TEXT NOT NULL
    );
    CREATE INDEX passages_by_article ON passages(article_id);
    -- Apart from the passages, so that an exact search reads no more than the vectors.
    CREATE TABLE vectors(
        passage_id INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
        language TEXT NOT NULL, vector BLOB NOT NULL
    );
    CREATE TABLE sentence_vectors(
        passage_id INTEGER PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
        vectors BLOB NOT NULL
    );
    CREATE TABLE language_means(
        kind TEXT NOT NULL, language TEXT NOT NULL, count INTEGER NOT NULL, total BLOB NOT NULL,
        PRIMARY KEY(kind, language)
    ) WITHOUT ROWID;

    -- The terms are made by rag.text.terms; '.' stands inside figures.
    CREATE VIRTUAL TABLE passages_fts USING fts5(
        terms, folded, tokenize = "unicode61 remove_diacritics 0 tokenchars '.'"
    );
    CREATE VIRTUAL TABLE passages_terms USING fts5vocab(passages_fts, col);
    CREATE TABLE vocabulary(
        folded TEXT NOT NULL, term TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY(folded, term)
    ) WITHOUT ROWID;

    CREATE TABLE story_bands(
        band INTEGER NOT NULL, hash INTEGER NOT NULL,
        article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
        PRIMARY KEY(band, hash, article_id)
    ) WITHOUT ROWID;
    CREATE INDEX story_bands_by_article ON story_bands(article_id);

    -- What a vector index has to apply, in order; the highest seq ever given is the archive's generation.
    CREATE TABLE changes(
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        passage_id INTEGER NOT NULL, language TEXT NOT NULL, added INTEGER NOT NULL
    );

    -- Embeddings by a new model, kept here until every article has them.
    CREATE TABLE staged(
        article_id TEXT PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
        content_hash TEXT NOT NULL,
        passages TEXT NOT NULL, vectors BLOB NOT NULL, sentence_vectors BLOB NOT NULL
    );
    """,
    """
    -- The newest article without reading them all.
    CREATE INDEX articles_by_end ON articles(published_last, published_first);
    """,
    """
    -- What workers that ingest at the same time are embedding, until when (seconds since 1970) unless renewed.
    CREATE TABLE claims(content_hash TEXT PRIMARY KEY, worker TEXT NOT NULL, until INTEGER NOT NULL);
    CREATE INDEX claims_by_worker ON claims(worker);
    """,
    """
    -- Outlets and how much is from each without reading the articles.
    CREATE INDEX articles_by_outlet ON articles(source);
    """,
    """
    -- When the article was changed last, and what its file says in two ways (a JSON list of lines).
    ALTER TABLE articles ADD COLUMN updated TEXT;
    ALTER TABLE articles ADD COLUMN contradictions TEXT NOT NULL DEFAULT '[]';
    DROP VIEW articles_shown;
    CREATE VIEW articles_shown AS
        SELECT id, title, source, author, published, language, url,
            coalesce((SELECT shown FROM locations WHERE article_id = articles.id ORDER BY number LIMIT 1), '') AS path,
            characters, story_id, unquotable, text, number, updated, contradictions
        FROM articles;
    -- What a person corrected: the value, and what the file told in its place.
    CREATE TABLE edits(
        article_id TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
        field TEXT NOT NULL, value TEXT, told TEXT,
        PRIMARY KEY(article_id, field)
    ) WITHOUT ROWID;
    """,
    """
    -- Where the pages of a PDF begin. Those read before are read again the next time they are ingested.
    ALTER TABLE articles ADD COLUMN pages TEXT NOT NULL DEFAULT '[]';
    UPDATE files SET size = -1, mtime_ns = -1, digest = '' WHERE lower(path) LIKE '%.pdf';
    DROP VIEW articles_shown;
    CREATE VIEW articles_shown AS
        SELECT id, title, source, author, published, language, url,
            coalesce((SELECT shown FROM locations WHERE article_id = articles.id ORDER BY number LIMIT 1), '') AS path,
            characters, story_id, unquotable, text, number, updated, contradictions, pages
        FROM articles;
    """,
)


def migrate(connection: sqlite3.Connection, scripts: Sequence[str] = MIGRATIONS) -> None:
    """Brings the tables to the newest version; safe beside other processes that do the same.

    `scripts` are another file's migrations, where it is not the catalogue.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        for script in scripts[version(connection) :]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(scripts)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def version(connection: sqlite3.Connection) -> int:
    """How many migrations have run."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    # executescript() would commit the transaction it runs in.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
