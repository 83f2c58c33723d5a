"""The LlamaIndex query engine that answers in verbatim quotes, or says that the archive does not."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import QueryBundle

from rag.answer import compose, messages, rank
from rag.answer.features import QuestionTerms
from rag.answer.messages import AnswerLanguage
from rag.answer.quotes import Quote, select
from rag.answer.weigh import Weighed, weigh
from rag.retrieve.dense import centred
from rag.retrieve.query import ArchiveQuery, archive_query
from rag.retrieve.retriever import ArchiveRetriever, is_typed_plain
from rag.text.language import detect
from rag.text.question import analyse
from rag.text.terms import folded_terms, terms
from rag.types import Answer, Article, Citation, Hit

# How many titles are offered when nothing answers.
NEAREST = 3


class QuotesQueryEngine(BaseQueryEngine):
    """`query(str)` gives a LlamaIndex Response: `source_nodes` are the cited passages and
    `metadata["answer"]` is the Answer's dictionary. `answer(ArchiveQuery)` gives the Answer itself.
    """

    def __init__(self, retriever: ArchiveRetriever) -> None:
        super().__init__(callback_manager=None)
        self.retriever = retriever

    def answer(self, query: ArchiveQuery) -> Answer:
        """Through `query`, so that LlamaIndex's instrumentation sees it."""
        response = self.query(query)
        if not isinstance(response, QuotesResponse):
            raise TypeError(f"{type(response).__name__} is no QuotesResponse")
        return response.answer

    def _query(self, query_bundle: QueryBundle) -> Response:
        # One moment of the archive for all of it: another process may be ingesting.
        with self.retriever.catalogue.snapshot():
            return self._answered(archive_query(query_bundle))

    def _answered(self, query: ArchiveQuery) -> Response:
        started = time.perf_counter()
        hits = self.retriever.search(query)
        retrieved = time.perf_counter()
        answer = self._answer(query, hits)
        done = time.perf_counter()
        answer.seconds.update(retrieve=retrieved - started, answer=done - retrieved, total=done - started)
        cited = [hit for hit in hits if any(_holds(hit, citation) for citation in answer.citations)]
        return QuotesResponse(answer, self.retriever.nodes(cited))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _answer(self, query: ArchiveQuery, hits: Sequence[Hit]) -> Answer:
        question = query.query_str
        language = answer_language(query.searched)
        if not query.text:
            return compose.unanswered(question, messages.EMPTY_QUESTION[language], language)
        if not hits:
            empty = not self.retriever.catalogue.count().articles
            message = (messages.EMPTY_ARCHIVE if empty else messages.NONE_WITHIN_FILTERS)[language]
            return compose.unanswered(question, message, language)
        articles = self.retriever.catalogue.articles({hit.passage.article_id for hit in hits})
        fitted = rank.models()
        weighed = self.weigh(query, hits, articles, fitted)
        confidence = weighed.confidence(fitted)
        if confidence < fitted.threshold:
            nearest = list(dict.fromkeys(_name(articles[hit.passage.article_id]) for hit in hits))[:NEAREST]
            return compose.unanswered(question, messages.NOT_FOUND[language], language, nearest, confidence)
        selection = select(self._quotes(weighed, articles), analyse(query.text).kind, language)
        return compose.quoted(question, selection, articles, language, confidence)

    def weigh(
        self, query: ArchiveQuery, hits: Sequence[Hit], articles: Mapping[str, Article], fitted: rank.Models
    ) -> Weighed:
        """Every sentence of the hits with the chance that it answers."""
        language = answer_language(query.searched)
        folded = is_typed_plain(query.searched, language)
        weights = self._term_weights(query.searched, folded=folded)
        asked = QuestionTerms(query.text, weights, folded=folded, background=query.background)
        return weigh(analyse(query.text), asked, language, hits, articles, fitted)

    def _term_weights(self, text: str, *, folded: bool) -> dict[str, float]:
        """Inverse document frequency of each term (Robertson & Spärck Jones 1976, as in BM25)."""
        words = set(folded_terms(text) if folded else terms(text))
        catalogue = self.retriever.catalogue
        total = catalogue.count().passages
        frequency = catalogue.document_frequency(words, folded=folded)
        return {
            word: math.log(1 + (total - frequency.get(word, 0) + 0.5) / (frequency.get(word, 0) + 0.5))
            for word in words
        }

    def _quotes(self, weighed: Weighed, articles: Mapping[str, Article]) -> list[Quote]:
        catalogue = self.retriever.catalogue
        means = self.retriever.means().sentences
        stored = {
            item.passage.id: item
            for item in catalogue.passages({candidate.hit.rowid for candidate in weighed.candidates}).values()
        }
        quotes = []
        for candidate, chance in zip(weighed.candidates, weighed.chances, strict=True):
            item = stored[candidate.hit.passage.id]
            vector = centred(item.sentence_vectors[candidate.place], means.get(item.passage.language))
            article = articles[candidate.hit.passage.article_id]
            quotes.append(
                Quote(
                    article.id, item.story_id, candidate.span.start, candidate.span.end, candidate.text,
                    candidate.language, article.published, float(chance), vector,
                )
            )  # fmt: skip
        return quotes


class QuotesResponse(Response):
    """A LlamaIndex Response that also holds the Answer."""

    def __init__(self, answer: Answer, source_nodes: list[Any]) -> None:
        citations = [citation.to_dict() for citation in answer.citations]
        metadata = {"answer": answer.to_dict(), "citations": citations}
        super().__init__(response=answer.text, source_nodes=source_nodes, metadata=metadata)
        self.answer = answer


def answer_language(text: str) -> AnswerLanguage:
    """The language to answer in: that of the question, Vietnamese where it cannot be told."""
    return "en" if detect(text) == "en" else "vi"


def _name(article: Article) -> str:
    return article.title or article.path


def _holds(hit: Hit, citation: Citation) -> bool:
    passage = hit.passage
    return passage.article_id == citation.article_id and passage.start <= citation.start < passage.end
