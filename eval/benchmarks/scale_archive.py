"""Archives of any size for `eval.benchmarks.scale`: real Vietnamese news, mixed and multiplied.

An article's sentences come half from one real article and half from others, with other figures, so that terms are as
frequent as in real news. A passage's vector is that of a real passage with Gaussian noise, scaled to unit length
(cosine to the real one about 0.9): real ones for a million passages would take days. Its sentences' vectors are noisy
copies as well; their values do not matter for speed. Among them stand real articles that questions are known for,
with their own vectors. Everything is written by the catalogue's own writer.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from eval.benchmarks import datasets
from eval.benchmarks.cached import CachedEmbedding
from rag.ingest.embedding import embed
from rag.ingest.passages import chunk
from rag.store.catalogue import Catalogue
from rag.store.rows import EmbeddedPassage, Vector, searched_text
from rag.types import Article, Passage

# Passages of real articles that are embedded; every vector of the archive is a noisy copy of one of these.
REAL_PASSAGES = 2400
# Length of the noise beside a vector of length 1.
NOISE = 0.5
# Articles written in one transaction.
BATCH = 500
_FIRST_DAY = date(2015, 1, 1)
_DAYS = 4000
_FIGURE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Pool:
    """What archives are made of: titles and sentences of each real article, unit vectors [n, d] of real passages."""

    titles: Sequence[str]
    sentences: Sequence[Sequence[str]]
    vectors: Vector


def pool(data: Path, embedder: CachedEmbedding, passages: int = REAL_PASSAGES) -> Pool:
    """The pool of the articles in `data`/vietnews, embedded once. Raises EmbedderError."""
    titles, sentences, texts = [], [], []
    for article in datasets.vietnews(data, 10**9):
        chunks = chunk(article)
        quotes = [article.quote(quote.start, quote.end) for passage in chunks for quote in passage.sentences]
        if quotes:
            titles.append(article.title or quotes[0])
            sentences.append(quotes)
            texts += [searched_text(article, passage) for passage in chunks]
    vectors = embedder.embed(datasets.spread(texts, passages))
    return Pool(titles, sentences, vectors)


def fill(catalogue: Catalogue, pool: Pool, identity: str, passages: int, seed: int = 0) -> None:
    """Writes articles until the archive holds about `passages`; one that holds some already is continued."""
    held = catalogue.count()
    # Not the same articles again.
    chance, noise = random.Random(seed + held.articles), np.random.default_rng(seed + held.articles)
    left, number = passages - held.passages, held.articles
    while left > 0:
        with catalogue.transaction() as writer:
            writer.set_embedder(identity, pool.vectors.shape[1])
            for article in _articles(pool, number, BATCH, chance):
                chunks = chunk(article)[:left]
                writer.add(article, f"generated-{article.id}", _embedded(chunks, pool, noise))
                left -= len(chunks)
                number += 1
                if left <= 0:
                    break


def add(catalogue: Catalogue, articles: Sequence[Article], embedder: CachedEmbedding) -> None:
    """Writes the articles that are not there yet, as they are."""
    there = catalogue.articles(article.id for article in articles)
    new = [article for article in articles if article.id not in there]
    with catalogue.transaction() as writer:
        writer.set_embedder(embedder.identity, embedder.dimension)
        for article, passages in zip(new, embed(embedder, new), strict=True):
            writer.add(article, f"real-{article.id}", passages)


def _articles(pool: Pool, first: int, count: int, chance: random.Random) -> Iterator[Article]:
    for number in range(first, first + count):
        own = chance.randrange(len(pool.titles))
        lines = [_mixed(sentence, pool, chance) for sentence in pool.sentences[own]]
        published = _FIRST_DAY + timedelta(days=chance.randrange(_DAYS))
        # The number keeps titles apart, so that no article is another one's reprint.
        title = f"{pool.titles[own]} {number}"
        yield Article(f"generated-{number}", " ".join(lines), title, published=published.isoformat(), language="vi")


def _mixed(sentence: str, pool: Pool, chance: random.Random) -> str:
    if chance.random() < 0.5:
        sentence = chance.choice(chance.choice(pool.sentences))
    return _FIGURE.sub(lambda figure: str(chance.randrange(10 ** len(figure.group()[:9]))), sentence)


def _embedded(chunks: Sequence[Passage], pool: Pool, noise: np.random.Generator) -> list[EmbeddedPassage]:
    embedded = []
    for passage in chunks:
        real = pool.vectors[noise.integers(len(pool.vectors))]
        rows = noisy(np.tile(real, (1 + len(passage.sentences), 1)), noise)
        embedded.append(EmbeddedPassage(passage, rows[0], rows[1:]))
    return embedded


def noisy(rows: Vector, noise: np.random.Generator) -> Vector:
    """Unit rows [n, d] moved by noise of length `NOISE`, as unit rows."""
    moved = rows + noise.standard_normal(rows.shape, dtype=np.float32) * (NOISE / np.sqrt(rows.shape[1]))
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)
