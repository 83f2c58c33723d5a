"""What in a catalogue can be made from the rest of it, made again: orphans, words, sums and the change log.

Each function works in one transaction and returns how many things were wrong; a second call finds none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rag.store.catalogue import Catalogue
from rag.store.rows import from_blob, sentences_from_json
from rag.store.writer import Writer, indexed_words
from rag.types import Passage

_OF_ARTICLES = ("locations", "passages", "story_bands", "staged")
_OF_PASSAGES = ("vectors", "sentence_vectors")
_PAGE = 500


def drop_orphans(catalogue: Catalogue) -> int:
    """Rows whose article or passage is gone."""
    gone = 0
    with catalogue.transaction() as writer:
        for table in _OF_ARTICLES:
            sql = f"DELETE FROM {table} WHERE article_id NOT IN (SELECT id FROM articles) RETURNING 1"  # noqa: S608
            gone += len(writer.run(sql))
        for table in _OF_PASSAGES:
            sql = f"DELETE FROM {table} WHERE passage_id NOT IN (SELECT id FROM passages) RETURNING 1"  # noqa: S608
            gone += len(writer.run(sql))
    return gone


def drop_stale_staging(catalogue: Catalogue) -> int:
    """What a change of the model kept of articles that have changed since."""
    sql = """DELETE FROM staged WHERE content_hash NOT IN (SELECT content_hash FROM articles WHERE id = article_id)
        RETURNING 1"""
    with catalogue.transaction() as writer:
        gone = len(writer.run(sql))
        if not writer.run("SELECT 1 FROM staged LIMIT 1"):
            writer.staging.clear()
        return gone


def without_vectors(catalogue: Catalogue) -> list[str]:
    """The articles of which a passage has no proper vectors: they have to be embedded again."""
    embedder = catalogue.embedder()
    dimension = embedder[1] if embedder else 0
    sql = """SELECT passages.id, article_id, sentences, vector, vectors FROM passages
        LEFT JOIN vectors ON vectors.passage_id = passages.id
        LEFT JOIN sentence_vectors ON sentence_vectors.passage_id = passages.id
        WHERE passages.id > ? ORDER BY passages.id LIMIT ?"""
    found: dict[str, None] = {}
    last = 0
    while rows := catalogue.query(sql, [last, _PAGE]):
        last = rows[-1][0]
        for _, article_id, sentences, vector, vectors in rows:
            count = len(sentences_from_json(sentences))
            if not (_is_proper(vector, 1, dimension) and _is_proper(vectors, count, dimension)):
                found[article_id] = None
    return list(found)


def drop_passages(writer: Writer, article_id: str) -> None:
    """Takes an article's passages out, whatever of them is missing; sums and vocabulary have to be made again."""
    sql = "SELECT id, language FROM passages WHERE article_id = ?"
    for rowid, language in writer.run(sql, [article_id]):
        writer.run("DELETE FROM passages_fts WHERE rowid = ?", [rowid])
        writer.run("DELETE FROM passages WHERE id = ?", [rowid])
        writer.run("INSERT INTO changes(passage_id, language, added) VALUES (?, ?, 0)", [rowid, language])


def renew_words(catalogue: Catalogue) -> int:
    """Full-text rows that do not say what their passages say, and the index over them."""
    wrong = 0
    with catalogue.transaction() as writer:
        stored = "SELECT rowid FROM passages_fts WHERE rowid NOT IN (SELECT id FROM passages)"
        for (rowid,) in writer.run(stored):
            writer.run("DELETE FROM passages_fts WHERE rowid = ?", [rowid])
            wrong += 1
        for rowid, words, held in _words(writer):
            if held != words:
                if held is not None:
                    writer.run("DELETE FROM passages_fts WHERE rowid = ?", [rowid])
                writer.run("INSERT INTO passages_fts(rowid, terms, folded) VALUES (?, ?, ?)", [rowid, *words])
                wrong += 1
    return wrong + catalogue.driver.renew_words()


def _words(writer: Writer) -> Iterator[tuple[int, tuple[str, str], tuple[str, str] | None]]:
    """Row id, the words that belong in the full-text index, and those that are there, of every passage."""
    for (article_id,) in writer.run("SELECT id FROM articles ORDER BY number"):
        sql = """SELECT id, start, "end", language, sentences, terms, folded FROM passages
            LEFT JOIN passages_fts ON passages_fts.rowid = id WHERE article_id = ?"""
        rows = writer.run(sql, [article_id])
        article = writer.texts([article_id])[0]
        for rowid, start, end, language, sentences, terms, folded in rows:
            passage = Passage("", article_id, start, end, language, sentences_from_json(sentences))
            words, plain = (" ".join(part) for part in indexed_words(article, passage))
            yield rowid, (words, plain), None if terms is None else (terms, folded)


def renew_sums(catalogue: Catalogue) -> int:
    """The languages' means and the vocabulary, which are sums over all passages."""
    with catalogue.transaction() as writer:
        before = _sums(writer)
        writer.run("DELETE FROM language_means")
        writer.run("DELETE FROM vocabulary")
        sql = """SELECT passages.id, passages.language, vector, vectors, terms, folded FROM passages
            JOIN vectors ON vectors.passage_id = passages.id
            JOIN sentence_vectors ON sentence_vectors.passage_id = passages.id
            JOIN passages_fts ON passages_fts.rowid = passages.id
            WHERE passages.id > ? ORDER BY passages.id LIMIT ?"""
        last = 0
        while rows := writer.run(sql, [last, _PAGE]):
            last = rows[-1][0]
            for _, language, vector, sentence_vectors, words, folded in rows:
                writer.count(language, vector, sentence_vectors, words.split(), folded.split(), sign=1)
        writer.finish()
        after = _sums(writer)
        return sum(before.get(key) != after.get(key) for key in before.keys() | after.keys())


def _sums(writer: Writer) -> dict[tuple[str, ...], Any]:
    means = writer.run("SELECT kind, language, count, total FROM language_means")
    words = writer.run("SELECT folded, term, count FROM vocabulary")
    return {
        **{("mean", kind, language): (count, np.frombuffer(total).tolist()) for kind, language, count, total in means},
        **{("word", folded, term): count for folded, term, count in words},
    }


def renew_log(catalogue: Catalogue) -> int:
    """Entries of the change log whose net effect is not what is there."""
    net = "SELECT passage_id FROM changes GROUP BY passage_id HAVING sum(CASE added WHEN 1 THEN 1 ELSE -1 END) > 0"
    missing = f"""INSERT INTO changes(passage_id, language, added)
        SELECT id, language, 1 FROM passages WHERE id NOT IN ({net}) RETURNING 1"""  # noqa: S608
    extra = f"""INSERT INTO changes(passage_id, language, added)
        SELECT passage_id, max(language), 0 FROM changes WHERE passage_id IN ({net})
        AND passage_id NOT IN (SELECT id FROM passages) GROUP BY passage_id RETURNING 1"""  # noqa: S608
    with catalogue.transaction() as writer:
        return len(writer.run(missing)) + len(writer.run(extra))


def _is_proper(blob: bytes | None, count: int, dimension: int) -> bool:
    """Whether the blob is `count` rows of unit vectors; a text without words may have a vector of zeros."""
    if blob is None or len(blob) != 2 * count * dimension:
        return False
    if not count:
        return True
    lengths = np.linalg.norm(from_blob(blob, dimension), axis=1)
    return bool(np.all((np.abs(lengths - 1) < 0.05) | (lengths == 0)))
