"""multilingual-e5-small as a LlamaIndex embedding, on whichever local engine serves."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import PrivateAttr

from rag.embed.base import Embedder
from rag.embed.engines import Engine
from rag.embed.weights import Floats

DIMENSION = 384


class E5Embedding(Embedder):
    """Vectors of 384 numbers; queries and passages get the prefixes that the model was trained with."""

    _engine: Engine = PrivateAttr()

    def __init__(self, engine: Engine, *, embed_batch_size: int = 512) -> None:
        super().__init__(model_name=engine.identity, embed_batch_size=embed_batch_size)
        self._engine = engine

    @classmethod
    def class_name(cls) -> str:
        return "E5Embedding"

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def identity(self) -> str:
        return self._engine.identity

    @property
    def dimension(self) -> int:
        return DIMENSION

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        return self._engine.embed(texts, query=query)
