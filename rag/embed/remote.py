"""Embeddings of OpenAI and of every server that speaks its `/v1/embeddings`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import PrivateAttr

from rag.embed.base import Embedder
from rag.embed.prepare import prepare
from rag.embed.weights import Floats
from rag.errors import EmbedderError
from rag.text.address import credentials, one_line, without_credentials

if TYPE_CHECKING:
    from openai import APIStatusError, OpenAI

OPENAI_URL = "https://api.openai.com/v1"
# Within OpenAI's limits (2,048 texts, 300,000 tokens) and those of small servers.
BATCH_TEXTS = 256
BATCH_CHARACTERS = 200_000
# Requests under way at a time: a server far away answers several in the time of one.
CONCURRENT = 4
_TIMEOUT_SECONDS = 60.0
# OpenAI refuses an empty text.
_EMPTY = "."


class RemoteEmbedding(Embedder):
    """Unit vectors from a server; busy and failing servers are asked again, at most `retries` times a batch.

    Messages of errors hold the server's address without its credentials, and never the key.
    """

    _base_url: str = PrivateAttr()
    _key: str | None = PrivateAttr()
    _retries: int = PrivateAttr()
    _dimension: int | None = PrivateAttr(default=None)

    def __init__(
        self, model: str, *, base_url: str | None = None, api_key: str | None = None, retries: int = 4
    ) -> None:
        """Light: nothing is asked before the first text. Raises EmbedderError when OpenAI is meant without a key."""
        super().__init__(model_name=model, embed_batch_size=CONCURRENT * BATCH_TEXTS)
        if api_key is None and base_url is None:
            raise EmbedderError(f"EMBED_MODEL is {model!r}, a model of OpenAI, but EMBED_API_KEY is not set")
        self._base_url = base_url or OPENAI_URL
        self._key = api_key
        self._retries = retries

    @classmethod
    def class_name(cls) -> str:
        return "RemoteEmbedding"

    @property
    def identity(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.model_name.lower()).strip("-")

    @property
    def batch_characters(self) -> int:
        """Of articles that are embedded together, so that there is work for all requests."""
        return CONCURRENT * 30_000

    @property
    def dimension(self) -> int:
        """Asks the server once where no text has been embedded yet. Raises EmbedderError."""
        if self._dimension is None:
            self.embed([_EMPTY])
        assert self._dimension is not None
        return self._dimension

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Floats:
        batches = list(_batches([prepare(text) or _EMPTY for text in texts]))
        if not batches:
            return np.zeros((0, self.dimension), np.float32)
        # Made once, before the threads ask for it.
        assert self._client
        with ThreadPoolExecutor(min(CONCURRENT, len(batches))) as pool:
            return np.concatenate(list(pool.map(self._vectors, batches)))

    def _vectors(self, texts: list[str]) -> Floats:
        items = self._ask(texts)
        try:
            if len(items) != len(texts):
                raise self._error(f"sent {len(items)} vectors for {len(texts)} texts")
            items = sorted(items, key=lambda item: int(item.index))
            vectors = np.array([item.embedding for item in items], dtype=np.float32)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        except (AttributeError, TypeError, ValueError) as error:
            raise self._error("did not answer with embeddings; is it an OpenAI-compatible address?") from error
        if not (np.isfinite(lengths).all() and (lengths > 0).all()):
            raise self._error("sent a vector that is zero or not finite")
        if self._dimension is None:
            self._dimension = vectors.shape[1]
        if vectors.shape[1] != self._dimension:
            raise self._error(f"sent vectors of {vectors.shape[1]} numbers after vectors of {self._dimension}")
        unit: Floats = vectors / lengths
        return unit

    def _ask(self, texts: list[str]) -> Any:
        from openai import APIConnectionError, APIStatusError, AuthenticationError, OpenAIError, PermissionDeniedError

        try:
            # Plain numbers: not every compatible server knows base64.
            return self._client.embeddings.create(model=self.model_name, input=texts, encoding_format="float").data
        except (AuthenticationError, PermissionDeniedError) as error:
            raise self._error(f"refused the key (HTTP {error.status_code}); set EMBED_API_KEY") from error
        except APIConnectionError as error:
            raise self._error("cannot be reached; check EMBED_BASE_URL and that the server runs") from error
        except APIStatusError as error:
            raise self._error(f"answered HTTP {error.status_code}: {self._said(error)}") from error
        except (OpenAIError, AttributeError, TypeError, ValueError) as error:
            raise self._error("did not answer with embeddings; is it an OpenAI-compatible address?") from error

    @cached_property
    def _client(self) -> OpenAI:
        from openai import OpenAI

        # A server without keys takes any; passing one keeps the client from looking for its own.
        key = self._key or "none"
        return OpenAI(api_key=key, base_url=self._base_url, max_retries=self._retries, timeout=_TIMEOUT_SECONDS)

    def _said(self, error: APIStatusError) -> str:
        """The server's own words in one short line, without the secrets that they may repeat."""
        return one_line(str(error.message), self._key, *credentials(self._base_url))

    def _error(self, what: str) -> EmbedderError:
        server = without_credentials(self._base_url)
        return EmbedderError(f"the embedding server {server} (model {self.model_name!r}) {what}")


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    characters = 0
    for text in texts:
        if batch and (len(batch) == BATCH_TEXTS or characters + len(text) > BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    if batch:
        yield batch
