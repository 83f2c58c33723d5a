"""Articles to embedded passages: every passage with its title, and every sentence, in one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import EmbedderError
from rag.ingest.passages import chunk
from rag.store.rows import EmbeddedPassage, Vector, searched_text
from rag.types import Article, Passage

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding


def identity(embedder: BaseEmbedding) -> str:
    """What tells the vectors of one model from those of another."""
    return str(getattr(embedder, "identity", None) or embedder.model_name)


def embed(embedder: BaseEmbedding, articles: Sequence[Article]) -> list[list[EmbeddedPassage]]:
    """The passages of each article with unit vectors. Raises EmbedderError."""
    passages = [chunk(article) for article in articles]
    # Reprints and refrains are embedded once.
    rows: dict[str, int] = {}
    for article, found in zip(articles, passages, strict=True):
        for passage in found:
            for text in _texts(article, passage):
                rows.setdefault(text, len(rows))
    vectors = _vectors(embedder, list(rows))
    return [
        [_embedded(passage, vectors[[rows[text] for text in _texts(article, passage)]]) for passage in found]
        for article, found in zip(articles, passages, strict=True)
    ]


def _texts(article: Article, passage: Passage) -> list[str]:
    quotes = [article.quote(sentence.start, sentence.end) for sentence in passage.sentences]
    return [searched_text(article, passage), *quotes]


def _embedded(passage: Passage, vectors: Vector) -> EmbeddedPassage:
    return EmbeddedPassage(passage, vectors[0], vectors[1:])


def _vectors(embedder: BaseEmbedding, texts: list[str]) -> Vector:
    if not texts:
        return np.empty((0, 0), dtype=np.float32)
    vectors = np.asarray(embedder.get_text_embedding_batch(texts), dtype=np.float32)
    if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
        raise EmbedderError(f"the embedder {identity(embedder)!r} gave no proper vectors for {len(texts)} texts")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
