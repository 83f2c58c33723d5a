"""The LlamaIndex query engine that answers in verbatim quotes, or says that the archive does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import QueryBundle

from rag.answer import compose
from rag.engine import tracing
from rag.engine.find import Finder, Finding
from rag.engine.response import ArchiveResponse
from rag.retrieve.query import ArchiveQuery, archive_query
from rag.retrieve.retriever import ArchiveRetriever
from rag.types import Answer, AnswerEvent, Citation, Hit, Settled


class QuotesQueryEngine(BaseQueryEngine):
    """`query(str)` gives a LlamaIndex Response: `source_nodes` are the cited passages and
    `metadata["answer"]` is the Answer's dictionary. `answer(ArchiveQuery)` gives the Answer itself, `stream` the
    same as it is made.
    """

    def __init__(self, retriever: ArchiveRetriever) -> None:
        super().__init__(callback_manager=None)
        self.retriever = retriever
        self.finder = Finder(retriever)

    def answer(self, query: ArchiveQuery) -> Answer:
        """Through `query`, so that LlamaIndex's instrumentation sees it."""
        response = self.query(query)
        if not isinstance(response, ArchiveResponse):
            raise TypeError(f"{type(response).__name__} is no ArchiveResponse")
        return response.answer

    def stream(self, query: ArchiveQuery) -> Iterator[AnswerEvent]:
        """Settled sentences (and drafts, where a model writes), and at the end the Answer."""
        with tracing.span(self.stream, query):
            yield from self._events(self._found(query))

    def _query(self, query_bundle: QueryBundle) -> Response:
        finding = self._found(archive_query(query_bundle))
        *_, answer = self._events(finding)
        assert isinstance(answer, Answer)
        cited = [hit for hit in finding.hits if any(_holds(hit, citation) for citation in answer.citations)]
        return ArchiveResponse(answer, self.retriever.nodes(cited))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _found(self, query: ArchiveQuery) -> Finding:
        # One moment of the archive for all of it: another process may be ingesting.
        with self.retriever.catalogue.snapshot():
            return self.finder.find(query)

    def _events(self, finding: Finding) -> Iterator[AnswerEvent]:
        started = time.perf_counter()
        for event in self._told(finding):
            yield _timed(event, finding, started) if isinstance(event, Answer) else event

    def _told(self, finding: Finding) -> Iterator[AnswerEvent]:
        yield from quoted(finding)


def quoted(finding: Finding) -> Iterator[Settled | Answer]:
    """The answer in quotes, sentence by sentence, or the refusal."""
    answer = finding.refusal or compose.quoted(
        finding.question, finding.selection, finding.articles, finding.language, finding.confidence or 0.0
    )
    yield from compose.settled(answer)


def _timed(answer: Answer, finding: Finding, started: float) -> Answer:
    answering = time.perf_counter() - started
    seconds = {"retrieve": finding.seconds, "answer": answering, "total": finding.seconds + answering}
    return replace(answer, seconds={**seconds, **answer.seconds})


def _holds(hit: Hit, citation: Citation) -> bool:
    passage = hit.passage
    return passage.article_id == citation.article_id and passage.start <= citation.start < passage.end
