"""An embedder that embeds each text once, so that the systems of a benchmark share their vectors."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import PrivateAttr

from rag.embed.base import Embedder
from rag.embed.weights import Floats


class CachedEmbedding(Embedder):
    """`inner` with a memory; with a `folder`, `save` keeps it there for the next run with the same model."""

    _inner: Embedder = PrivateAttr()
    _path: Path | None = PrivateAttr()
    _vectors: dict[bytes, Floats] = PrivateAttr(default_factory=dict)

    def __init__(self, inner: Embedder, folder: Path | None = None) -> None:
        super().__init__(model_name=inner.identity, embed_batch_size=512)
        self._inner = inner
        self._path = folder / f"{inner.identity}.npz" if folder else None
        if self._path and self._path.is_file():
            with np.load(self._path) as stored:
                self._vectors = {
                    key.tobytes(): vector for key, vector in zip(stored["keys"], stored["vectors"], strict=True)
                }

    @classmethod
    def class_name(cls) -> str:
        return "CachedEmbedding"

    @property
    def identity(self) -> str:
        return self._inner.identity

    @property
    def dimension(self) -> int:
        return self._inner.dimension

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        keys = [_key(text, query) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._vectors}
        if new:
            self._vectors.update(zip(new, self._inner.embed(list(new.values()), query=query), strict=True))
        return np.array([self._vectors[key] for key in keys], np.float32).reshape(len(texts), self.dimension)

    def save(self) -> None:
        """Writes what is remembered, under a temporary name first: a killed run spoils nothing."""
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        keys = np.frombuffer(b"".join(self._vectors), np.uint8).reshape(-1, hashlib.sha256().digest_size)
        unfinished = self._path.with_suffix(f".{os.getpid()}.npz")
        np.savez(unfinished, keys=keys, vectors=np.array(list(self._vectors.values()), np.float32))
        unfinished.replace(self._path)


def _key(text: str, query: bool) -> bytes:
    """Surrogates that no encoding allows are kept apart all the same."""
    return hashlib.sha256((b"query:" if query else b"passage:") + text.encode("utf-8", "surrogatepass")).digest()
