"""Passages embedded by a new model, kept aside until every article has them; meanwhile the old ones answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rag.store.rows import EmbeddedPassage, from_blob, sentences_from_json, sentences_to_json, to_blob
from rag.types import Passage


class Staging:
    """Used inside `Catalogue.transaction()`, as `writer.staging`."""

    def __init__(self, run: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]) -> None:
        """`run` executes a statement and gives its rows."""
        self._run = run

    def embedder(self) -> tuple[str, int] | None:
        """Identity and dimension of the model whose passages are staged."""
        rows = self._run("SELECT value FROM meta WHERE key = 'staged'", [])
        return tuple(json.loads(rows[0][0])) if rows else None

    def clear(self) -> None:
        self._run("DELETE FROM staged", [])
        self._run("DELETE FROM meta WHERE key = 'staged'", [])

    def add(self, identity: str, article_id: str, content_hash: str, passages: Sequence[EmbeddedPassage]) -> None:
        """Stages the passages of one article; an article that changes later has to be staged again."""
        spans = [
            [item.passage.start, item.passage.end, item.passage.language, sentences_to_json(item.passage.sentences)]
            for item in passages
        ]
        vectors = b"".join(to_blob(item.vector) for item in passages)
        sentence_vectors = b"".join(to_blob(item.sentence_vectors) for item in passages)
        row = [article_id, content_hash, json.dumps(spans), vectors, sentence_vectors]
        self._run(
            """INSERT INTO staged VALUES (?, ?, ?, ?, ?) ON CONFLICT(article_id) DO UPDATE SET
            content_hash = excluded.content_hash, passages = excluded.passages, vectors = excluded.vectors,
            sentence_vectors = excluded.sentence_vectors""",
            row,
        )
        if passages:
            embedder = json.dumps([identity, len(passages[0].vector)])
            sql = "INSERT INTO meta VALUES ('staged', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value"
            self._run(sql, [embedder])

    def passages(self) -> Iterator[tuple[str, list[EmbeddedPassage]]]:
        """Article ids and what is staged for them, one article at a time."""
        for (article_id,) in self._run("SELECT article_id FROM staged", []):
            sql = "SELECT passages, vectors, sentence_vectors FROM staged WHERE article_id = ?"
            spans, vectors, sentence_vectors = self._run(sql, [article_id])[0]
            yield article_id, _unstaged(article_id, json.loads(spans), vectors, sentence_vectors)


def _unstaged(
    article_id: str, spans: list[tuple[int, int, str, str]], vectors: bytes, sentence_vectors: bytes
) -> list[EmbeddedPassage]:
    if not spans:
        return []
    dimension = len(vectors) // 2 // len(spans)
    rows, sentence_rows = from_blob(vectors, dimension), from_blob(sentence_vectors, dimension)
    passages: list[EmbeddedPassage] = []
    done = 0
    for row, (start, end, language, stored) in zip(rows, spans, strict=True):
        sentences = sentences_from_json(stored)
        passage = Passage(f"{article_id}:{start}-{end}", article_id, start, end, language, sentences)
        passages.append(EmbeddedPassage(passage, row, sentence_rows[done : done + len(sentences)]))
        done += len(sentences)
    return passages
