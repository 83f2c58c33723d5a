"""Writing articles: rows, vectors, full text, means, vocabulary and change log together, inside one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ArchiveError, EmbedderMismatch
from rag.store.driver import Driver
from rag.store.edits import Edits
from rag.store.ledger import Ledger
from rag.store.rows import (
    EmbeddedPassage,
    day_range,
    from_blob,
    pages_to_json,
    searched_text,
    sentences_to_json,
    spans_from_json,
    spans_to_json,
    to_blob,
)
from rag.store.staging import Staging
from rag.text.normalise import fold
from rag.text.terms import terms
from rag.types import Article, Passage


class Writer:
    """One transaction's changes; made by `Catalogue.transaction()`, which calls `finish()` before it commits."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.ledger = Ledger(self.run)
        self.staging = Staging(self.run)
        self.edits = Edits(self.run)
        self._totals: dict[tuple[str, str], tuple[int, NDArray[np.float64]]] = {}
        self._vocabulary: Counter[tuple[str, str]] = Counter()

    def set_embedder(self, identity: str, dimension: int) -> None:
        """Binds an empty archive to a model. Raises EmbedderMismatch if it holds vectors of another one."""
        known = dict(self.run("SELECT key, value FROM meta WHERE key IN ('embedder', 'dimension')"))
        wanted = {"embedder": identity, "dimension": str(dimension)}
        if known and known != wanted and self.run("SELECT 1 FROM passages LIMIT 1"):
            raise EmbedderMismatch(
                f"the archive holds vectors of {known['embedder']!r} with {known['dimension']} numbers, "
                f"not of {identity!r} with {dimension}; embed all of it anew with `rag ingest --rebuild`"
            )
        for pair in wanted.items():
            self.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value", pair)

    def adopt_staged(self) -> None:
        """The staged passages take the place of all passages, and their model that of the archive's."""
        for (article_id,) in self.run("SELECT id FROM articles"):
            self.remove_passages(article_id)
        self.finish()
        self.run("DELETE FROM meta WHERE key IN ('embedder', 'dimension')")
        embedder = self.staging.embedder()
        if embedder:
            self.set_embedder(*embedder)
            for article_id, passages in self.staging.passages():
                self.add_passages(self.texts([article_id])[0], passages)
        self.staging.clear()

    # Articles

    def has_article(self, article_id: str) -> bool:
        return bool(self.run("SELECT 1 FROM articles WHERE id = ?", [article_id]))

    def id_of_content(self, content_hash: str) -> str | None:
        """The article with that content."""
        rows = self.run("SELECT id FROM articles WHERE content_hash = ?", [content_hash])
        return rows[0][0] if rows else None

    def content_hash(self, article_id: str) -> str:
        return str(self.run("SELECT content_hash FROM articles WHERE id = ?", [article_id])[0][0])

    def add(self, article: Article, content_hash: str, passages: Sequence[EmbeddedPassage]) -> None:
        """A new article, its own story until linked. Raises ArchiveError if its id or content is there already."""
        if self.has_article(article.id) or self.id_of_content(content_hash):
            raise ArchiveError(f"article {article.id!r} is in the archive already")
        self.run(
            """INSERT INTO articles(title, source, source_folded, author, published, published_first, published_last,
            url, updated, contradictions, pages, content_hash, language, unquotable, characters, text, story_id, id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [*_facts(article), *_content(article, content_hash), article.id, article.id],
        )
        self.add_passages(article, passages)

    def replace(self, article: Article, content_hash: str, passages: Sequence[EmbeddedPassage]) -> None:
        """New content under a known id; of the old content nothing stays."""
        self.remove_passages(article.id)
        self.run(
            """UPDATE articles SET title = ?, source = ?, source_folded = ?, author = ?, published = ?,
            published_first = ?, published_last = ?, url = ?, updated = ?, contradictions = ?, pages = ?,
            content_hash = ?, language = ?, unquotable = ?, characters = ?, text = ? WHERE id = ?""",
            [*_facts(article), *_content(article, content_hash), article.id],
        )
        self.add_passages(article, passages)

    def describe(self, article: Article) -> None:
        """What is known of an article whose text and title are as they were."""
        self.run(
            """UPDATE articles SET title = ?, source = ?, source_folded = ?, author = ?, published = ?,
            published_first = ?, published_last = ?, url = ?, updated = ?, contradictions = ?, pages = ?
            WHERE id = ?""",
            [*_facts(article), article.id],
        )

    def remove(self, article_id: str) -> None:
        self.remove_passages(article_id)
        self.run("DELETE FROM articles WHERE id = ?", [article_id])

    # Stories (which articles tell the same is decided in rag.ingest.stories)

    def set_bands(self, article_id: str, bands: Iterable[tuple[int, int]]) -> None:
        """The (band, hash) pairs under which near duplicates of an article are found; the old ones go."""
        self.run("DELETE FROM story_bands WHERE article_id = ?", [article_id])
        rows = [(band, value, article_id) for band, value in bands]
        self._driver.run_many("INSERT INTO story_bands VALUES (?, ?, ?) ON CONFLICT DO NOTHING", rows)

    def sharing_bands(self, article_id: str, at_most: int) -> dict[str, list[str]]:
        """Other articles that share a band with it, `at_most` of each band, by story."""
        found: dict[str, list[str]] = {}
        own = self.run("SELECT band, hash FROM story_bands WHERE article_id = ?", [article_id])
        sql = """SELECT story_id, id FROM articles WHERE id IN (
                SELECT article_id FROM story_bands WHERE band = ? AND hash = ? AND article_id <> ? LIMIT ?)"""
        for band, value in own:
            for story_id, other in self.run(sql, [band, value, article_id, at_most]):
                found.setdefault(story_id, []).append(other)
        return {story_id: list(dict.fromkeys(others)) for story_id, others in found.items()}

    def story_of(self, article_id: str) -> str:
        return str(self.run("SELECT story_id FROM articles WHERE id = ?", [article_id])[0][0])

    def story_members(self, story_id: str) -> list[str]:
        """The articles of a story, earliest publication first, undated ones last."""
        sql = "SELECT id FROM articles WHERE story_id = ? ORDER BY published_first IS NULL, published_first, number"
        return [row[0] for row in self.run(sql, [story_id])]

    def join_stories(self, story_ids: Iterable[str]) -> None:
        """Makes some stories one, named after its earliest member."""
        listed = list(story_ids)
        sql = """SELECT id FROM articles WHERE story_id = ANY(?)
            ORDER BY published_first IS NULL, published_first, number LIMIT 1"""
        earliest = self.run(sql, [listed])[0][0]
        sql = "UPDATE articles SET story_id = ? WHERE story_id = ANY(?) AND story_id <> ?"
        self.run(sql, [earliest, listed, earliest])

    def texts(self, article_ids: Iterable[str]) -> list[Article]:
        """Id, text, title and unquotable spans of articles, nothing else of them."""
        sql = "SELECT id, text, title, unquotable FROM articles WHERE id = ANY(?)"
        rows = self.run(sql, [list(article_ids)])
        return [Article(row[0], row[1], row[2], unquotable=spans_from_json(row[3])) for row in rows]

    def set_story(self, story_id: str, article_ids: Iterable[str]) -> None:
        sql = "UPDATE articles SET story_id = ? WHERE id = ANY(?) AND story_id <> ?"
        self.run(sql, [story_id, list(article_ids), story_id])

    # Passages

    def add_passages(self, article: Article, passages: Sequence[EmbeddedPassage]) -> None:
        for embedded in passages:
            passage = embedded.passage
            inserted = self.run(
                """INSERT INTO passages(article_id, start, "end", language, sentences) VALUES (?, ?, ?, ?, ?)
                RETURNING id""",
                [article.id, passage.start, passage.end, passage.language, sentences_to_json(passage.sentences)],
            )
            rowid = inserted[0][0]
            vector, sentence_vectors = to_blob(embedded.vector), to_blob(embedded.sentence_vectors)
            self.run("INSERT INTO vectors VALUES (?, ?, ?)", [rowid, passage.language, vector])
            self.run("INSERT INTO sentence_vectors VALUES (?, ?)", [rowid, sentence_vectors])
            words, folded = indexed_words(article, passage)
            indexed = [rowid, " ".join(words), " ".join(folded)]
            self.run("INSERT INTO passages_fts(rowid, terms, folded) VALUES (?, ?, ?)", indexed)
            self.count(passage.language, vector, sentence_vectors, words, folded, sign=1)
            self.run("INSERT INTO changes(passage_id, language, added) VALUES (?, ?, 1)", [rowid, passage.language])

    def remove_passages(self, article_id: str) -> None:
        sql = """SELECT passages.id, passages.language, vector, vectors, terms, folded FROM passages
            JOIN vectors ON vectors.passage_id = passages.id
            JOIN sentence_vectors ON sentence_vectors.passage_id = passages.id
            JOIN passages_fts ON passages_fts.rowid = passages.id WHERE article_id = ?"""
        for rowid, language, vector, sentence_vectors, words, folded in self.run(sql, [article_id]):
            self.count(language, vector, sentence_vectors, words.split(), folded.split(), sign=-1)
            self.run("DELETE FROM passages_fts WHERE rowid = ?", [rowid])
            self.run("DELETE FROM passages WHERE id = ?", [rowid])
            self.run("INSERT INTO changes(passage_id, language, added) VALUES (?, ?, 0)", [rowid, language])

    def finish(self) -> None:
        """Writes what was summed up over the transaction."""
        for (kind, language), (count, total) in self._totals.items():
            self._add_to_mean(kind, language, count, total)
        self._driver.run_many(
            """INSERT INTO vocabulary VALUES (?, ?, ?)
            ON CONFLICT(folded, term) DO UPDATE SET count = vocabulary.count + excluded.count""",
            [(folded, term, count) for (folded, term), count in self._vocabulary.items() if count],
        )
        if any(count < 0 for count in self._vocabulary.values()):
            self.run("DELETE FROM vocabulary WHERE count = 0")
        self._totals.clear()
        self._vocabulary.clear()

    def count(
        self, language: str, vector: bytes, sentence_vectors: bytes, words: list[str], folded: list[str], *, sign: int
    ) -> None:
        """Adds (`sign` 1) or takes away (-1) a passage's share of the means and of the vocabulary."""
        dimension = len(vector) // 2
        for kind, blob in (("passage", vector), ("sentence", sentence_vectors)):
            # The stored float16 numbers are whole multiples of 2^-24: float64 sums of them are exact, so that
            # removing an article undoes adding it to the last bit.
            rows = from_blob(blob, dimension).astype(np.float64)
            count, total = self._totals.get((kind, language), (0, np.zeros(dimension)))
            self._totals[kind, language] = count + sign * len(rows), total + sign * rows.sum(axis=0)
        for pair in set(zip(folded, words, strict=True)):
            if not pair[0][0].isdigit():
                self._vocabulary[pair] += sign

    def _add_to_mean(self, kind: str, language: str, count: int, total: NDArray[np.float64]) -> None:
        key = [kind, language]
        stored = self.run("SELECT count, total FROM language_means WHERE kind = ? AND language = ?", key)
        if stored:
            count += stored[0][0]
            total = total + np.frombuffer(stored[0][1]) if count else total
        if count:
            self.run(
                """INSERT INTO language_means VALUES (?, ?, ?, ?)
                ON CONFLICT(kind, language) DO UPDATE SET count = excluded.count, total = excluded.total""",
                [*key, count, total.tobytes()],
            )
        else:
            self.run("DELETE FROM language_means WHERE kind = ? AND language = ?", key)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Executes a statement; its rows."""
        return self._driver.run(sql, parameters)


def _facts(article: Article) -> list[Any]:
    first, last = day_range(article.published) or (None, None)
    source_folded = None if article.source is None else fold(article.source)
    return [
        article.title, article.source, source_folded, article.author, article.published, first, last, article.url,
        article.updated, json.dumps(article.contradictions, ensure_ascii=False), pages_to_json(article.pages),
    ]  # fmt: skip


def _content(article: Article, content_hash: str) -> list[Any]:
    return [content_hash, article.language, spans_to_json(article.unquotable), len(article.text), article.text]


def indexed_words(article: Article, passage: Passage) -> tuple[list[str], list[str]]:
    """The terms of a passage for the full-text index, and the same without diacritics, one for one."""
    words = terms(searched_text(article, passage))
    # The same as folded_terms(text), at a third of the time; terms hold no white space.
    return words, fold(" ".join(words)).split()
