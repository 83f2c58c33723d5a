"""What the archive is measured against: LlamaIndex's starter, and dense + BM25 by reciprocal rank fusion."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from rag.embed.base import Embedder
from rag.ingest.passages import chunk
from rag.store.rows import searched_text
from rag.text.terms import terms
from rag.types import Article

if TYPE_CHECKING:
    from chromadb.api.client import Client

# The constant of Cormack, Clarke & Büttcher, "Reciprocal Rank Fusion" (2009).
FUSION_K = 60
# How deep each of the two fused rankings goes.
FUSED = 100
_SENTENCE_END = re.compile(r"(?<=[.!?…])(?=\s)")


class LlamaIndexStarter:
    """`VectorStoreIndex` over `ChromaVectorStore` with default settings, as its documentation begins."""

    def __init__(self, articles: Sequence[Article], embedder: Embedder, folder: Path, top_k: int) -> None:
        """Embeds and stores the articles in a Chroma database in `folder`; `top_k` is in its nodes."""
        import chromadb
        from chromadb.config import Settings
        from llama_index.core import Document, StorageContext, VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.vector_stores.chroma import ChromaVectorStore

        # Chroma would also take settings of its own from a file .env.
        settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
        self._client = cast("Client", chromadb.PersistentClient(folder, settings))
        collection = self._client.create_collection("quickstart", embedding_function=None)
        documents = [
            Document(text=article.text, id_=article.id, metadata={"title": article.title} if article.title else {})
            for article in articles
        ]
        index = VectorStoreIndex.from_documents(
            documents,
            storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(chroma_collection=collection)),
            embed_model=embedder,
            # Its own sentence splitter fails where nltk was installed as a hard link.
            transformations=[SentenceSplitter(chunking_tokenizer_fn=_SENTENCE_END.split)],
        )
        self._retriever = index.as_retriever(similarity_top_k=top_k)

    def ranking(self, question: str) -> list[str]:
        """The ids of the articles of the nodes found, best first; one article may come several times."""
        return [found.node.ref_doc_id or "" for found in self._retriever.retrieve(question)]

    def close(self) -> None:
        self._client.close()


class RankFusion:
    """Cosine and BM25 over the archive's own passages, each ranking giving 1 / (60 + rank)."""

    def __init__(self, articles: Sequence[Article], embedder: Embedder) -> None:
        found = [(article, passage) for article in articles for passage in chunk(article)]
        texts = [searched_text(article, passage) for article, passage in found]
        self._article_ids = [article.id for article, _ in found]
        self._embedder = embedder
        self._vectors = embedder.embed(texts)
        self._bm25 = Bm25(texts)

    def ranking(self, question: str) -> list[str]:
        """The ids of the articles of the passages found, best first; one article may come several times."""
        cosines = self._vectors @ self._embedder.embed([question], query=True)[0]
        lexical = self._bm25.scores(question)
        dense_order = np.argsort(-cosines, kind="stable")[:FUSED]
        lexical_order = [row for row in np.argsort(-lexical, kind="stable")[:FUSED] if lexical[row] > 0]
        return [self._article_ids[row] for row in fused(dense_order.tolist(), lexical_order)]


def fused(*rankings: Sequence[int]) -> list[int]:
    """Everything ranked anywhere, by the sum of 1 / (60 + rank); ties stand as in the first ranking."""
    scores: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] += 1 / (FUSION_K + rank)
    return sorted(scores, key=lambda item: -scores[item])


class Bm25:
    """BM25 as Lucene and SQLite weigh it (k1 1.2, b 0.75), over the archive's own terms."""

    def __init__(self, texts: Sequence[str], k1: float = 1.2, b: float = 0.75) -> None:
        counts = [Counter(terms(text)) for text in texts]
        lengths = np.array([count.total() for count in counts], np.float64)
        norms = k1 * (1 - b + b * lengths / max(lengths.mean(), 1)) if counts else lengths
        rows: dict[str, list[int]] = defaultdict(list)
        for row, count in enumerate(counts):
            for term in count:
                rows[term].append(row)
        self._size = len(counts)
        self._postings: dict[str, tuple[NDArray[np.intp], NDArray[np.float64]]] = {}
        for term, holding in rows.items():
            frequencies = np.array([counts[row][term] for row in holding], np.float64)
            rarity = np.log(1 + (self._size - len(holding) + 0.5) / (len(holding) + 0.5))
            weights = rarity * frequencies * (k1 + 1) / (frequencies + norms[holding])
            self._postings[term] = (np.array(holding, np.intp), weights)

    def scores(self, question: str) -> NDArray[np.float64]:
        """One score a text, 0 where no term of the question stands."""
        total = np.zeros(self._size)
        for term in terms(question):
            if term in self._postings:
                rows, weights = self._postings[term]
                total[rows] += weights
        return total
