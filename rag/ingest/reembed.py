"""Embedding the whole archive again, by another model: the old vectors answer until the last new one is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rag.ingest.embedding import embed, identity
from rag.store.catalogue import Catalogue

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

_AT_ONCE = 16


def reembed(catalogue: Catalogue, embedder: BaseEmbedding, on_articles: Callable[[int, int], None]) -> None:
    """Chunks and embeds every stored article anew; interrupted, the next call goes on where it stopped.

    `on_articles` gets the numbers of articles and passages done so far. Raises EmbedderError or ArchiveError.
    """
    name = identity(embedder)
    with catalogue.transaction() as writer:
        staged = writer.staging.embedder()
        if staged and staged[0] != name:
            writer.staging.clear()
    articles = passages = 0
    while True:
        todo = catalogue.unstaged(_AT_ONCE)
        embedded = embed(embedder, [article for _, article in todo])
        with catalogue.transaction() as writer:
            if not todo and not catalogue.unstaged(1):
                writer.adopt_staged()
                return
            for (content_hash, article), found in zip(todo, embedded, strict=True):
                writer.staging.add(name, article.id, content_hash, found)
        articles += len(todo)
        passages += sum(map(len, embedded))
        on_articles(articles, passages)
