"""The catalogue's tables in PostgreSQL, and how those of an older version are brought up to date.

Names and columns are those of rag.store.schema; `index_notes` is of rag.store.catalogue_ledger. The full-text table
holds the words that rag.text.terms made, and PostgreSQL's own vectors of them, with positions; its parsers and
dictionaries, which know no Vietnamese, take no part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

# Characters; PostgreSQL allows 2,046 bytes.
LONGEST_WORD = 500

# One list of statements per version. Never edit one that was released: append.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL)",
        "INSERT INTO meta VALUES ('archive', substr(md5(random()::text || clock_timestamp()::text), 1, 10))",
        """CREATE TABLE articles(
            number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id TEXT COLLATE "C" NOT NULL UNIQUE,
            content_hash TEXT COLLATE "C" NOT NULL UNIQUE,
            title TEXT, source TEXT COLLATE "C", source_folded TEXT COLLATE "C", author TEXT,
            published TEXT COLLATE "C", published_first INTEGER, published_last INTEGER,
            language TEXT COLLATE "C" NOT NULL, url TEXT,
            story_id TEXT COLLATE "C" NOT NULL,
            characters INTEGER NOT NULL,
            unquotable TEXT NOT NULL,
            text TEXT NOT NULL
        )""",
        "CREATE INDEX articles_by_date ON articles(published_first, published_last)",
        "CREATE INDEX articles_by_source ON articles(source_folded)",
        "CREATE INDEX articles_by_story ON articles(story_id, published_first, number, id)",
        """CREATE TABLE files(
            path TEXT COLLATE "C" PRIMARY KEY, size BIGINT NOT NULL, mtime_ns BIGINT NOT NULL,
            digest TEXT COLLATE "C" NOT NULL, mapping TEXT NOT NULL
        )""",
        "CREATE INDEX files_by_digest ON files(digest)",
        """CREATE TABLE locations(
            number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            path TEXT COLLATE "C" NOT NULL, record TEXT COLLATE "C" NOT NULL, shown TEXT NOT NULL,
            article_id TEXT COLLATE "C" NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
            UNIQUE(path, record)
        )""",
        "CREATE INDEX locations_by_article ON locations(article_id)",
        """CREATE VIEW articles_shown AS
            SELECT id, title, source, author, published, language, url,
                coalesce(
                    (SELECT shown FROM locations WHERE article_id = articles.id ORDER BY number LIMIT 1), ''
                ) AS path,
                characters, story_id, unquotable, text, number
            FROM articles""",
        """CREATE TABLE passages(
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            article_id TEXT COLLATE "C" NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
            start INTEGER NOT NULL, "end" INTEGER NOT NULL,
            language TEXT COLLATE "C" NOT NULL,
            sentences TEXT NOT NULL
        )""",
        "CREATE INDEX passages_by_article ON passages(article_id)",
        """CREATE TABLE vectors(
            passage_id BIGINT PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
            language TEXT COLLATE "C" NOT NULL, vector BYTEA NOT NULL
        )""",
        """CREATE TABLE sentence_vectors(
            passage_id BIGINT PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE,
            vectors BYTEA NOT NULL
        )""",
        """CREATE TABLE language_means(
            kind TEXT COLLATE "C" NOT NULL, language TEXT COLLATE "C" NOT NULL, count BIGINT NOT NULL,
            total BYTEA NOT NULL, PRIMARY KEY(kind, language)
        )""",
        f"""CREATE FUNCTION words_vector(words TEXT) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT coalesce(
                string_agg(quote_literal(left(word, {LONGEST_WORD})) || ':' || least(place, 16383), ' '), ''
            )::tsvector
            FROM unnest(string_to_array(words, ' ')) WITH ORDINALITY AS listed(word, place) WHERE word <> ''
        $$""",  # noqa: S608 - a constant
        """CREATE TABLE passages_fts(
            rowid BIGINT PRIMARY KEY, terms TEXT NOT NULL, folded TEXT NOT NULL,
            terms_vector tsvector GENERATED ALWAYS AS (words_vector(terms)) STORED,
            folded_vector tsvector GENERATED ALWAYS AS (words_vector(folded)) STORED,
            length INTEGER GENERATED ALWAYS AS (coalesce(array_length(string_to_array(terms, ' '), 1), 0)) STORED
        )""",
        # Without the list of pending entries, which every search would have to read through.
        "CREATE INDEX passages_fts_terms ON passages_fts USING gin(terms_vector) WITH (fastupdate = off)",
        "CREATE INDEX passages_fts_folded ON passages_fts USING gin(folded_vector) WITH (fastupdate = off)",
        """CREATE TABLE vocabulary(
            folded TEXT COLLATE "C" NOT NULL, term TEXT COLLATE "C" NOT NULL, count BIGINT NOT NULL,
            PRIMARY KEY(folded, term)
        )""",
        "CREATE INDEX vocabulary_by_term ON vocabulary(term)",
        """CREATE TABLE story_bands(
            band INTEGER NOT NULL, hash BIGINT NOT NULL,
            article_id TEXT COLLATE "C" NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
            PRIMARY KEY(band, hash, article_id)
        )""",
        "CREATE INDEX story_bands_by_article ON story_bands(article_id)",
        """CREATE TABLE changes(
            seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            passage_id BIGINT NOT NULL, language TEXT COLLATE "C" NOT NULL, added INTEGER NOT NULL
        )""",
        """CREATE TABLE staged(
            article_id TEXT COLLATE "C" PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE,
            content_hash TEXT COLLATE "C" NOT NULL,
            passages TEXT NOT NULL, vectors BYTEA NOT NULL, sentence_vectors BYTEA NOT NULL
        )""",
    ),
    (
        "CREATE INDEX articles_by_end ON articles(published_last, published_first)",
        """CREATE TABLE claims(
            content_hash TEXT COLLATE "C" PRIMARY KEY, worker TEXT COLLATE "C" NOT NULL, until BIGINT NOT NULL
        )""",
        "CREATE INDEX claims_by_worker ON claims(worker)",
    ),
    (
        """CREATE TABLE index_notes(
            build TEXT COLLATE "C" PRIMARY KEY, note TEXT NOT NULL, written TEXT COLLATE "C" NOT NULL
        )""",
    ),
    ("CREATE INDEX articles_by_outlet ON articles(source)",),
    (
        'ALTER TABLE articles ADD COLUMN updated TEXT COLLATE "C"',
        "ALTER TABLE articles ADD COLUMN contradictions TEXT NOT NULL DEFAULT '[]'",
        "DROP VIEW IF EXISTS articles_shown",
        """CREATE VIEW articles_shown AS
            SELECT id, title, source, author, published, language, url,
                coalesce(
                    (SELECT shown FROM locations WHERE article_id = articles.id ORDER BY number LIMIT 1), ''
                ) AS path,
                characters, story_id, unquotable, text, number, updated, contradictions
            FROM articles""",
        """CREATE TABLE edits(
            article_id TEXT COLLATE "C" NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
            field TEXT COLLATE "C" NOT NULL, value TEXT, told TEXT,
            PRIMARY KEY(article_id, field)
        )""",
    ),
    (
        "ALTER TABLE articles ADD COLUMN pages TEXT NOT NULL DEFAULT '[]'",
        "UPDATE files SET size = -1, mtime_ns = -1, digest = '' WHERE lower(path) LIKE '%.pdf'",
        """CREATE OR REPLACE VIEW articles_shown AS
            SELECT id, title, source, author, published, language, url,
                coalesce(
                    (SELECT shown FROM locations WHERE article_id = articles.id ORDER BY number LIMIT 1), ''
                ) AS path,
                characters, story_id, unquotable, text, number, updated, contradictions, pages
            FROM articles""",
    ),
)
NEWEST = len(MIGRATIONS)


def version(run: Run) -> int | None:
    """How many migrations have run; None where there is no archive."""
    # Not to_regclass(): it may not see yet what another process has committed.
    if not run("SELECT 1 FROM pg_tables WHERE tablename = 'meta' AND schemaname = current_schema()", []):
        return None
    rows = run("SELECT value FROM meta WHERE key = 'schema'", [])
    return int(rows[0][0]) if rows else None


def migrate(run: Run) -> None:
    """Brings the tables to the newest version, inside a transaction that no other process has."""
    done = version(run) or 0
    for statements in MIGRATIONS[done:]:
        for statement in statements:
            run(statement, [])
    if done < NEWEST:
        run(
            "INSERT INTO meta VALUES ('schema', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
            [str(NEWEST)],
        )
