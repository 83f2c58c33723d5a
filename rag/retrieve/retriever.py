"""The LlamaIndex retriever over the archive: candidates from every language, fused and collapsed into hits."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from rag.retrieve import dense, fuse, lexical
from rag.retrieve.dense import Means, Vector
from rag.retrieve.nearest import nearest
from rag.retrieve.prefer import preferences
from rag.retrieve.query import ArchiveQuery, archive_query
from rag.retrieve.restore import restore
from rag.settings import LOCAL_EMBEDDER
from rag.store.selection import Selection
from rag.text.asked_time import AskedTime, asked_time
from rag.text.dates import bounds
from rag.text.language import detect
from rag.text.normalise import has_diacritics
from rag.text.terms import folded_terms
from rag.types import Article, Hit

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    from rag.store.catalogue import Catalogue
    from rag.store.vectors import Index

# Candidates fetched per language by vector, and in the question's language by words.
DENSE_CANDIDATES = 60
LEXICAL_CANDIDATES = 60
# The passages that show how a question typed without diacritics is spelt.
RESTORED_FROM = 20


@dataclass(frozen=True, slots=True)
class Found:
    """The hits, and the question that brought them: with the diacritics that it was typed without."""

    hits: tuple[Hit, ...]
    question: str


class ArchiveRetriever(BaseRetriever):
    """`retrieve(str)` gives LlamaIndex nodes, `search(ArchiveQuery)` the hits behind them.

    A score ranks the passages of one question: the cosine with it, moved by words, dates and the conversation, so that
    it may exceed 1 and says little across questions. A node's id is the passage's, its source node the article's;
    `metadata` has `article_id`, `title`, `source` (the outlet), `published` as precise as known, and `date`, the
    first day of that, by which post-processors sort.
    """

    _among: frozenset[str] | None = None

    def __init__(self, catalogue: Catalogue, index: Index, embedder: BaseEmbedding, top_k: int = 10) -> None:
        super().__init__()
        self.catalogue = catalogue
        self.index = index
        self.embedder = embedder
        self.top_k = top_k

    def search(self, query: ArchiveQuery) -> tuple[Hit, ...]:
        """The passages that best fit the query, at most one telling of a story; fewer where there are fewer."""
        return self.found(query).hits

    def among(self, ids: Collection[str]) -> ArchiveRetriever:
        """The same retriever, which finds no other passages than those with these ids."""
        limited = copy.copy(self)
        limited._among = frozenset(ids)
        limited.top_k = max(self.top_k, len(limited._among))
        return limited

    def found(self, query: ArchiveQuery) -> Found:
        """The same, with the question as it was understood."""
        with self.catalogue.snapshot():
            if not query.text or not self.catalogue.count().passages:
                return Found((), query.searched)
            found = self._found(query)
        if self._among is None:
            return found
        return replace(found, hits=tuple(hit for hit in found.hits if hit.passage.id in self._among))

    def _found(self, query: ArchiveQuery) -> Found:
        means = self.means()
        chosen = self.catalogue.selection(query.filters)
        text, searched = query.text, query.searched
        language = detect(searched)
        matches = self._lexical(searched, language, chosen)
        if is_typed_plain(searched, language):
            searched, text = self._restored((searched, text), matches)
        asked = fuse.Asked(language, self._embedded(searched))
        rowids = {*self._dense(asked, means, chosen), *matches}
        candidates = list(self.catalogue.passages(rowids).values())
        prominence = lexical.prominence(matches)
        preference = preferences(candidates, self.asked_time(text), query.focus)
        scored = fuse.score(asked, candidates, means, prominence, preference)
        return Found(fuse.collapsed(scored, query.top_k or self.top_k), searched)

    def _restored(self, typed: Sequence[str], matches: Mapping[int, float]) -> list[str]:
        best = sorted(matches, key=matches.__getitem__, reverse=True)[:RESTORED_FROM]
        passages = [stored.passage for stored in self.catalogue.passages(best).values()]
        articles = self.catalogue.articles({passage.article_id for passage in passages})
        told = [(articles[passage.article_id], passage) for passage in passages]
        texts = [f"{article.title or ''}\n{article.quote(passage.start, passage.end)}" for article, passage in told]
        return [restore(text, texts, self.catalogue.vocabulary_for_folded(folded_terms(text))) for text in typed]

    def _embedded(self, text: str) -> Vector:
        return np.asarray(self.embedder.get_query_embedding(text), dtype=np.float32)

    def _dense(self, asked: fuse.Asked, means: Means, chosen: Selection) -> Iterator[int]:
        own = means.passages.get(asked.language)
        # Within one language the passages' mean shifts every cosine alike, so only the question is moved.
        towards = asked.vector if own is None else asked.vector - own
        for candidate_language in self.catalogue.count().languages:
            found = nearest(self.catalogue, self.index, towards, candidate_language, DENSE_CANDIDATES, chosen)
            yield from (rowid for rowid, _ in found)

    def means(self) -> Means:
        """The archive's current mean vectors by language; while they are over few vectors, drawn to typical ones."""
        known = dense.priors() if getattr(self.embedder, "identity", "").startswith(LOCAL_EMBEDDER) else {}
        return Means(self._means_of("passage", known), self._means_of("sentence", known))

    def _means_of(self, kind: str, known: Mapping[str, Vector]) -> dict[str, Vector]:
        stored = sorted(self.catalogue.means(kind).items(), key=lambda item: -item[1][0])
        means = {
            language: dense.shrunk(count, mean, known.get(f"{kind}-{language}")) for language, (count, mean) in stored
        }
        # A question may be in a language that the archive has no article in.
        return means | {
            language: known[f"{kind}-{language}"] for language in ("vi", "en") if known and language not in means
        }

    def _lexical(self, text: str, language: str, chosen: Selection) -> dict[int, float]:
        """BM25 scores by row id; of the question's language alone, where that can be told."""
        phrases = lexical.phrase_query(text, folded=is_typed_plain(text, language))
        if phrases is None:
            return {}
        within = None if language == "und" else language
        return dict(self.catalogue.lexical(phrases, within, LEXICAL_CANDIDATES, chosen))

    def asked_time(self, text: str) -> AskedTime:
        """The time that a question asks about, as seen from the archive's newest day."""
        dates = self.catalogue.date_range()
        return asked_time(text, bounds(dates[1])[1] if dates else None)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return self.nodes(self.search(archive_query(query_bundle)))

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)

    def nodes(self, hits: Sequence[Hit]) -> list[NodeWithScore]:
        """The hits as LlamaIndex nodes; `metadata` says where each stands."""
        articles = self.catalogue.articles({hit.passage.article_id for hit in hits})
        return [
            NodeWithScore(node=_node(hit, articles[hit.passage.article_id]), score=hit.score)
            for hit in hits
            # Another process may have removed it meanwhile.
            if hit.passage.article_id in articles
        ]


def _node(hit: Hit, article: Article) -> TextNode:
    passage = hit.passage
    metadata: dict[str, Any] = {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published,
        "date": bounds(article.published)[0].isoformat() if article.published else None,
        "language": passage.language,
        "path": article.path,
        "url": article.url,
    }
    return TextNode(
        id_=passage.id,
        text=article.text[passage.start : passage.end],
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata=metadata,
        excluded_embed_metadata_keys=list(metadata),
        excluded_llm_metadata_keys=["article_id", "path", "url", "language", "date"],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=article.id)},
    )


def is_typed_plain(text: str, language: str) -> bool:
    """Whether a Vietnamese question was typed without its diacritics."""
    return language == "vi" and not has_diacritics(text)
