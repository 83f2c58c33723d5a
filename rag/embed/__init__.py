"""Embedders: text -> unit vectors. Importing this package is cheap; the calls below load what they need."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from rag.settings import LOCAL_EMBEDDER, Settings

if TYPE_CHECKING:
    from rag.embed.base import Embedder
    from rag.embed.e5 import E5Embedding

_lock = threading.Lock()
_opened: dict[Path | None, E5Embedding] = {}


def default_embedder(cache: Path | None = None) -> E5Embedding:
    """The local embedder of this process, loaded once: no key, no download.

    `cache` is the folder of the converted model (default: the user's cache folder). Raises EmbedderError.
    """
    with _lock:
        if cache not in _opened:
            from rag.embed.e5 import E5Embedding
            from rag.embed.local import open_engine

            _opened[cache] = E5Embedding(open_engine(cache))
        return _opened[cache]


def open_embedder(settings: Settings) -> Embedder:
    """The embedder that `settings.embed_model` names: the local one, or a model of a server.

    Raises EmbedderError when it cannot be set up; a server is not asked before the first text.
    """
    if settings.embed_model == LOCAL_EMBEDDER:
        return default_embedder()
    from rag.embed.remote import RemoteEmbedding

    return RemoteEmbedding(settings.embed_model, base_url=settings.embed_base_url, api_key=settings.embed_api_key)
