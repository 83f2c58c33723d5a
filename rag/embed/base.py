"""The one shape of our embedders: a LlamaIndex embedding that is defined by a single method, `embed`."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence

from llama_index.core.base.embeddings.base import BaseEmbedding, Embedding

from rag.embed.weights import Floats


class Embedder(BaseEmbedding):
    """Unit vectors. Safe to call from several threads at once."""

    @property
    @abstractmethod
    def identity(self) -> str:
        """Engine and weights as a slug; vectors of different identities are never compared."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Numbers of a vector."""

    @abstractmethod
    def embed(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        """Unit row vectors, shape (texts, dimension). Raises EmbedderError."""

    def _get_query_embedding(self, query: str) -> Embedding:
        return _lists(self.embed([query], query=True))[0]

    def _get_text_embedding(self, text: str) -> Embedding:
        return _lists(self.embed([text]))[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[Embedding]:
        return _lists(self.embed(texts))

    async def _aget_query_embedding(self, query: str) -> Embedding:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> Embedding:
        return await asyncio.to_thread(self._get_text_embedding, text)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[Embedding]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)


def _lists(vectors: Floats) -> list[Embedding]:
    rows: list[Embedding] = vectors.tolist()
    return rows
