"""The one place that speaks to Chroma: a collection per language, in a folder or on a server.

One collection per language because a filtered query is a hundred times slower than a plain one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import numpy as np

from rag.errors import SettingsError
from rag.settings import ChromaServer
from rag.store.index_note import IndexNote
from rag.store.rows import Vector
from rag.text.address import credentials, one_line, without_credentials

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

# Recall@10 of 0.99 on 100,000 vectors at 3 ms. Chroma's own 16 and 100 build an index three times as fast, but of one
# whose recall is 0.93 to 0.99 by the order in which the vectors come.
_LINKS = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200}
_EF_SEARCH, _EF_SHARE = 1200, 480
_CONFIGURATION: dict[str, dict[str, object]] = {"hnsw": {**_LINKS, "ef_search": _EF_SEARCH}}
# A distributed Chroma, as Chroma Cloud is, has another index and may refuse the settings of this one.
_DISTRIBUTED: dict[str, dict[str, object]] = {"spann": {"space": "cosine"}}
# What Chroma Cloud takes and gives in one request unless asked for more; its server does not tell.
AT_MOST = 300
# Ends the name of an empty collection: the server gives each collection an id of its own.
_MARK = "building"
# For a server that took the connection and then says nothing.
_SECONDS = 30.0


class ChromaError(Exception):
    """Chroma could not be opened, read or written."""


class Chroma:
    """An open Chroma database, written by one process at a time. Every method raises ChromaError."""

    def __init__(
        self, client: Client, prefix: str, batch: int | None = None, secrets: tuple[str | None, ...] = ()
    ) -> None:
        """`batch` is how many vectors one request may hold, None for any number; no error repeats `secrets`."""
        self._client = client
        self._prefix = prefix
        self._batch = batch
        self._secrets = secrets
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
    def server(cls, server: ChromaServer, prefix: str) -> Chroma:
        """A database on a server, its address as http://host:port. Raises SettingsError on a bad address."""
        import chromadb
        from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, Settings

        address = urlsplit(server.url)
        shown = without_credentials(server.url)
        try:
            host, port = address.hostname, address.port
        except ValueError:
            host = port = None
        if address.scheme not in ("http", "https") or not host:
            raise SettingsError(f"CHROMA_URL is {shown!r}; write it as http://host:port")
        ssl, named = address.scheme == "https", server.tenant and server.database
        secrets = (server.api_key, *credentials(server.url))
        with _failures(f"connecting to {shown}", *secrets):
            settings = Settings(
                _env_file=None,  # type: ignore[call-arg]
                anonymized_telemetry=False,
                # A key of Chroma Cloud may be for one tenant and one database, which then need no naming.
                chroma_overwrite_singleton_tenant_database_access_from_auth=bool(server.api_key) and not named,
            )
            client = chromadb.HttpClient(
                host,
                port or (443 if ssl else 8000),
                ssl,
                headers={"x-chroma-token": server.api_key} if server.api_key else None,
                settings=settings,
                tenant=server.tenant or DEFAULT_TENANT,
                database=server.database or DEFAULT_DATABASE,
            )
            told = client.get_max_batch_size()
            batch = min(told, AT_MOST) if told > 0 else AT_MOST
            made = cls(cast("Client", client), prefix, batch, secrets)
            # The client waits for ever otherwise, and has no setting for it.
            made._client._server._session.timeout = _SECONDS  # type: ignore[attr-defined]
            return made

    def close(self) -> None:
        with self._failing("closing"):
            self._client.close()

    def query(self, vector: Vector, language: str, k: int) -> list[tuple[int, float]]:
        """Row ids and cosines of the nearest passages, best first."""
        if language not in self._collections:
            # Only `counts` and writing open collections: a question must not make one.
            return []
        with self._failing(f"searching {language}"):
            found = self._collection(language).query(
                query_embeddings=[vector.tolist()], n_results=k, include=["distances"]
            )
            distances = found["distances"] or [[]]
            return [(int(rowid), 1 - distance) for rowid, distance in zip(found["ids"][0], distances[0], strict=True)]

    def find(self, language: str) -> None:
        """Makes the collection of a language ready for `query`, and makes none. Raises ChromaError if there is none."""
        if language not in self._collections:
            with self._failing(f"opening {language}"):
                found = self._client.get_collection(self._prefix + language, embedding_function=None)
                self._collections[language] = found

    def upsert(self, language: str, rowids: Sequence[int], vectors: Vector) -> None:
        with self._failing(f"adding to {language}"):
            for part in self._parts(len(rowids)):
                ids = [str(rowid) for rowid in rowids[part]]
                self._collection(language).upsert(ids=ids, embeddings=vectors[part])

    def delete(self, language: str, rowids: Sequence[int]) -> None:
        """Row ids that are not there are passed over."""
        with self._failing(f"deleting from {language}"):
            for part in self._parts(len(rowids)):
                self._collection(language).delete(ids=[str(rowid) for rowid in rowids[part]])

    def vectors(self, language: str, rowids: Sequence[int]) -> tuple[list[int], Vector]:
        """Those of `rowids` that are there, ascending, and their vectors [n, d]."""
        with self._failing(f"reading {language}"):
            found = self._collection(language).get(ids=[str(rowid) for rowid in rowids], include=["embeddings"])
            held = np.array([int(rowid) for rowid in found["ids"]], dtype=np.int64)
            order = np.argsort(held)
            rows = np.asarray(found["embeddings"], dtype=np.float32).reshape(len(held), -1)
            return held[order].tolist(), rows[order]

    def counts(self) -> dict[str, int]:
        """Vectors per language; empty collections are left out."""
        with self._failing("counting"):
            names = [collection.name for collection in self._client.list_collections()]
            languages = [name.removeprefix(self._prefix) for name in names if name.startswith(self._prefix)]
            counts = {language: self._collection(language).count() for language in languages if language != _MARK}
            return {language: count for language, count in counts.items() if count}

    def building(self) -> str | None:
        """What tells the vectors here from those of another server and of any other building; None before `begin`."""
        with self._failing("looking"):
            found = (each for each in self._client.list_collections() if each.name == self._prefix + _MARK)
            return next((str(each.id) for each in found), None)

    def begin(self) -> str:
        """Marks a new building, after `clear`; what `building` says from here."""
        with self._failing("marking"):
            return str(self._collection(_MARK).id)

    def clear(self, scope: str) -> None:
        """Drops every collection whose name starts with `scope`."""
        with self._failing("clearing"):
            self._collections.clear()
            for collection in self._client.list_collections():
                if collection.name.startswith(scope):
                    self._client.delete_collection(collection.name)

    def _collection(self, language: str) -> Collection:
        if language not in self._collections:
            try:
                collection = self._made(language, _CONFIGURATION)
            except Exception as error:
                if self._batch is None or not re.search("hnsw|spann", str(error), re.IGNORECASE):
                    raise
                collection = self._made(language, _DISTRIBUTED)
            # An index keeps the setting that it was made with, and once it is loaded it takes no other: one that grows
            # gets its new one when it is opened next.
            hnsw, wanted = collection.configuration_json.get("hnsw"), ef_search(collection.count())
            if hnsw and hnsw.get("ef_search") != wanted:
                collection.modify(configuration={"hnsw": {"ef_search": wanted}})
            self._collections[language] = collection
        return self._collections[language]

    def _made(self, language: str, configuration: dict[str, dict[str, object]]) -> Collection:
        return self._client.get_or_create_collection(
            self._prefix + language,
            configuration=configuration,  # type: ignore[arg-type]
            # Otherwise Chroma downloads a model.
            embedding_function=None,
        )

    def _parts(self, count: int) -> Iterator[slice]:
        size = self._batch or count
        yield from (slice(start, start + size) for start in range(0, count, size or 1))

    def _failing(self, doing: str) -> AbstractContextManager[None]:
        return _failures(doing, *self._secrets)


def connect(folder: Path, server: ChromaServer | None, note: IndexNote) -> Chroma:
    """The database whose vectors a note speaks of: on a server, else in `folder`. Raises ChromaError."""
    prefix = f"{slug(note.embedder)}-{note.dimension}-"
    return Chroma.server(server, f"{note.archive}-{prefix}") if server else Chroma.folder(folder, prefix)


def _forget(folder: Path) -> None:
    """Lets a folder that could not be opened be opened later: Chroma keeps a broken system for each until the end."""
    from chromadb.api.shared_system_client import SharedSystemClient

    for kept in (SharedSystemClient._identifier_to_system, SharedSystemClient._identifier_to_refcount):
        kept.pop(str(folder), None)


def ef_search(vectors: int) -> int:
    """How many candidates a search of HNSW keeps, which has to grow with the index: 2,400 for a million vectors.

    With 1,200 recall@10 falls to 0.97 there; doubled in steps, so that it changes seldom (eval.benchmarks.scale).
    """
    wanted = _EF_SEARCH
    while wanted * _EF_SHARE < vectors:
        wanted *= 2
    return wanted


def slug(name: str) -> str:
    """A name as Chroma allows it in a collection's name."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:80] or "model"


@contextmanager
def _failures(doing: str, *secrets: str | None) -> Iterator[None]:
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        # Panics of Chroma's Rust core are no Exceptions. The cause may hold a key in full.
        raise ChromaError(f"Chroma failed {doing}: {one_line(str(error), *secrets)}") from None
