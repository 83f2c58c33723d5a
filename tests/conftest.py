"""What several test files share: an embedder whose vectors can be worked out by hand, and articles to store."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from chroma_server import chroma  # noqa: F401
from model_server import model_server, model_server_process  # noqa: F401
from postgres_server import postgres  # noqa: F401

from rag.ingest.embedding import embed
from rag.ingest.place import content_hash
from rag.store.catalogue import Catalogue
from rag.store.rows import PhraseQuery
from rag.text.terms import terms
from rag.types import Article


def phrases(*texts: str, folded: bool = False) -> PhraseQuery:
    """Any of the texts, word after word."""
    return PhraseQuery(tuple(dict.fromkeys(tuple(text.split()) for text in texts)), folded)


class HashingEmbedder:
    """One of 64 dimensions for each term, by its checksum: texts that share terms are close. Counts its work."""

    def __init__(self, identity: str = "hashing", dimension: int = 64) -> None:
        self.identity = identity
        self.model_name = identity
        self.dimension = dimension
        self.texts = 0

    def get_text_embedding_batch(self, texts: Sequence[str]) -> list[list[float]]:
        self.texts += len(texts)
        return [self.get_query_embedding(text) for text in texts]

    def get_query_embedding(self, text: str) -> list[float]:
        vector = np.zeros(self.dimension)
        for term in terms(text):
            vector[zlib.crc32(term.encode()) % self.dimension] += 1
        length = float(np.linalg.norm(vector)) or 1.0
        return [float(value) / length for value in vector]


def store(catalogue: Catalogue, *articles: Article, embedder: HashingEmbedder | None = None) -> None:
    """Adds articles in one transaction, as the pipeline does, but for their stories and places."""
    model = embedder or HashingEmbedder()
    with catalogue.transaction() as writer:
        writer.set_embedder(model.identity, model.dimension)
        for article, passages in zip(articles, embed(model, articles), strict=True):  # type: ignore[arg-type]
            writer.add(article, content_hash(article), passages)


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The tests of a module that says `DATABASES = (...)` are the contract of those databases; others use SQLite."""
    if "database" in metafunc.fixturenames:
        names = getattr(metafunc.module, "DATABASES", ("sqlite",))
        only = metafunc.definition.get_closest_marker("only_sqlite")
        metafunc.parametrize("database", ("sqlite",) if only else names)


@pytest.fixture
def catalogue_url(database: str, request: pytest.FixtureRequest) -> str | None:
    """The address of an empty PostgreSQL database; None for SQLite in the home."""
    return request.getfixturevalue("postgres").new_database() if database == "postgresql" else None


@pytest.fixture
def catalogue(tmp_path: Path, catalogue_url: str | None) -> Iterator[Catalogue]:
    with Catalogue.open(tmp_path / "home", url=catalogue_url) as opened:
        yield opened
