"""The one place that speaks to Chroma: a collection per language, in a folder or on a server.

One collection per language because a filtered query is a hundred times slower than a plain one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import numpy as np

from rag.errors import SettingsError
from rag.store.index_note import IndexNote
from rag.store.rows import Vector

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

# Recall@10 of 0.99 on 100,000 vectors at 4 ms, where 400 reaches 0.966 and Chroma's own default 0.85.
_EF_SEARCH = 1200
_CONFIGURATION = {"hnsw": {"space": "cosine", "ef_search": _EF_SEARCH}}


class ChromaError(Exception):
    """Chroma could not be opened, read or written."""


class Chroma:
    """An open Chroma database, written by one process at a time. Every method raises ChromaError."""

    def __init__(self, client: Client, prefix: str) -> None:
        self._client = client
        self._prefix = prefix
        self._collections: dict[str, Collection] = {}

    @classmethod
    def folder(cls, folder: Path, prefix: str) -> Chroma:
        """A database in a folder, which is made if need be; `prefix` starts the names of its collections."""
        import chromadb
        from chromadb.config import Settings

        with _failures(f"opening {folder}"):
            # Chroma would also take settings of its own from a file .env.
            settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
            try:
                return cls(cast("Client", chromadb.PersistentClient(folder, settings)), prefix)
            except BaseException:
                _forget(folder)
                raise

    @classmethod
    def server(cls, url: str, prefix: str) -> Chroma:
        """A database on a server, `url` as http://host:port. Raises SettingsError on a bad address."""
        import chromadb
        from chromadb.config import Settings

        address = urlsplit(url)
        try:
            host, port = address.hostname, address.port
        except ValueError:
            host = port = None
        if address.scheme not in ("http", "https") or not host:
            raise SettingsError(f"CHROMA_URL is {url!r}; write it as http://host:port")
        ssl = address.scheme == "https"
        with _failures(f"connecting to {url}"):
            settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
            client = chromadb.HttpClient(host, port or (443 if ssl else 8000), ssl, settings=settings)
            return cls(cast("Client", client), prefix)

    def close(self) -> None:
        with _failures("closing"):
            self._client.close()

    def query(self, vector: Vector, language: str, k: int) -> list[tuple[int, float]]:
        """Row ids and cosines of the nearest passages, best first."""
        if language not in self._collections:
            # Only `counts` and writing open collections: a question must not make one.
            return []
        with _failures(f"searching {language}"):
            found = self._collection(language).query(
                query_embeddings=[vector.tolist()], n_results=k, include=["distances"]
            )
            distances = found["distances"] or [[]]
            return [(int(rowid), 1 - distance) for rowid, distance in zip(found["ids"][0], distances[0], strict=True)]

    def upsert(self, language: str, rowids: Sequence[int], vectors: Vector) -> None:
        with _failures(f"adding to {language}"):
            self._collection(language).upsert(ids=[str(rowid) for rowid in rowids], embeddings=vectors)

    def delete(self, language: str, rowids: Sequence[int]) -> None:
        """Row ids that are not there are passed over."""
        with _failures(f"deleting from {language}"):
            self._collection(language).delete(ids=[str(rowid) for rowid in rowids])

    def vectors(self, language: str, rowids: Sequence[int]) -> tuple[list[int], Vector]:
        """Those of `rowids` that are there, ascending, and their vectors [n, d]."""
        with _failures(f"reading {language}"):
            found = self._collection(language).get(ids=[str(rowid) for rowid in rowids], include=["embeddings"])
            held = np.array([int(rowid) for rowid in found["ids"]], dtype=np.int64)
            order = np.argsort(held)
            rows = np.asarray(found["embeddings"], dtype=np.float32).reshape(len(held), -1)
            return held[order].tolist(), rows[order]

    def counts(self) -> dict[str, int]:
        """Vectors per language; empty collections are left out."""
        with _failures("counting"):
            names = [collection.name for collection in self._client.list_collections()]
            languages = [name.removeprefix(self._prefix) for name in names if name.startswith(self._prefix)]
            counts = {language: self._collection(language).count() for language in languages}
            return {language: count for language, count in counts.items() if count}

    def clear(self, scope: str) -> None:
        """Drops every collection whose name starts with `scope`."""
        with _failures("clearing"):
            self._collections.clear()
            for collection in self._client.list_collections():
                if collection.name.startswith(scope):
                    self._client.delete_collection(collection.name)

    def _collection(self, language: str) -> Collection:
        if language not in self._collections:
            collection = self._client.get_or_create_collection(
                self._prefix + language,
                configuration=_CONFIGURATION,  # type: ignore[arg-type]
                # Otherwise Chroma downloads a model.
                embedding_function=None,
            )
            # An index of an earlier version keeps its own setting, and once it is loaded it takes no other.
            if (collection.configuration_json.get("hnsw") or {}).get("ef_search") != _EF_SEARCH:
                collection.modify(configuration={"hnsw": {"ef_search": _EF_SEARCH}})
            self._collections[language] = collection
        return self._collections[language]


def connect(folder: Path, url: str | None, note: IndexNote) -> Chroma:
    """The database whose vectors a note speaks of: on the server `url`, else in `folder`. Raises ChromaError."""
    prefix = f"{slug(note.embedder)}-{note.dimension}-"
    return Chroma.server(url, f"{note.archive}-{prefix}") if url else Chroma.folder(folder, prefix)


def _forget(folder: Path) -> None:
    """Lets a folder that could not be opened be opened later: Chroma keeps a broken system for each until the end."""
    from chromadb.api.shared_system_client import SharedSystemClient

    for kept in (SharedSystemClient._identifier_to_system, SharedSystemClient._identifier_to_refcount):
        kept.pop(str(folder), None)


def slug(name: str) -> str:
    """A name as Chroma allows it in a collection's name."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:80] or "model"


@contextmanager
def _failures(doing: str) -> Iterator[None]:
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        # Panics of Chroma's Rust core are no Exceptions.
        raise ChromaError(f"Chroma failed {doing}: {error}") from error
