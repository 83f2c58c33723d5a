"""The LlamaIndex query engine that answers in verbatim quotes, or says that the archive does not."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE
from llama_index.core.instrumentation.events.retrieval import RetrievalEndEvent, RetrievalStartEvent
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.answer import compose
from rag.engine import response, tracing
from rag.engine.find import Finder, Finding
from rag.engine.response import ArchiveResponse
from rag.retrieve.query import ArchiveQuery, archive_query
from rag.retrieve.retriever import ArchiveRetriever
from rag.types import Answer, AnswerEvent, Citation, Hit, Settled


class QuotesQueryEngine(BaseQueryEngine):
    """`query(str)` gives a LlamaIndex Response: `source_nodes` are the cited passages and
    `metadata["answer"]` is the Answer's dictionary. `answer(ArchiveQuery)` gives the Answer itself, `stream` the
    same as it is made.

    One that is `streaming` gives a StreamingResponse, as LlamaIndex's streaming chat engines want it: its
    `source_nodes` are the passages found, and the metadata is there once the text has ended.
    """

    def __init__(self, retriever: ArchiveRetriever, *, streaming: bool = False) -> None:
        super().__init__(callback_manager=None)
        self.retriever = retriever
        self.streaming = streaming
        self.finder = Finder(retriever)

    def as_streaming(self) -> QuotesQueryEngine:
        """The same engine, answering by StreamingResponses."""
        engine = copy.copy(self)
        engine.streaming = True
        return engine

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """The passages found, as `synthesize` takes them."""
        return self.retriever.retrieve(query_bundle)

    async def aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await self.retriever.aretrieve(query_bundle)

    def synthesize(
        self,
        query_bundle: QueryBundle,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
    ) -> RESPONSE_TYPE:
        """The answer from these passages of the archive alone; nodes from elsewhere are no evidence."""
        given = {node.node.node_id for node in (*nodes, *(additional_source_nodes or ()))}
        return self._response(self._found(archive_query(query_bundle), given))

    async def asynthesize(
        self,
        query_bundle: QueryBundle,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
    ) -> RESPONSE_TYPE:
        return await asyncio.to_thread(self.synthesize, query_bundle, nodes, additional_source_nodes)

    def answer(self, query: ArchiveQuery) -> Answer:
        """Through `query`, so that LlamaIndex's instrumentation sees it. Not of an engine that is `streaming`."""
        said = self.query(query)
        if not isinstance(said, ArchiveResponse):
            raise TypeError(f"{type(said).__name__} is no ArchiveResponse")
        return said.answer

    def stream(self, query: ArchiveQuery) -> Iterator[AnswerEvent]:
        """Settled sentences (and drafts, where a model writes), and at the end the Answer."""
        with tracing.span(self.stream, query):
            yield from self._events(self._found(query))

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return self._response(self._found(archive_query(query_bundle)))

    def _response(self, finding: Finding) -> RESPONSE_TYPE:
        if self.streaming:
            return response.streaming(self._events(finding), self.retriever.nodes(finding.hits))
        *_, answer = self._events(finding)
        assert isinstance(answer, Answer)
        cited = [hit for hit in finding.hits if any(_holds(hit, citation) for citation in answer.citations)]
        return ArchiveResponse(answer, self.retriever.nodes(cited))

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        if not self.streaming:
            return await asyncio.to_thread(self._query, query_bundle)
        finding = await asyncio.to_thread(self._found, archive_query(query_bundle))
        nodes = await asyncio.to_thread(self.retriever.nodes, finding.hits)
        return response.streaming_beside_a_loop(self._events(finding), nodes)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _found(self, query: ArchiveQuery, among: Collection[str] | None = None) -> Finding:
        """What is found, of the passages with the ids `among` where they are given."""
        finder = self.finder if among is None else Finder(self.retriever.among(among))
        # One moment of the archive for all of it: another process may be ingesting.
        with self.retriever.catalogue.snapshot(), tracing.span(self.retriever.retrieve, query):
            tracing.tell(RetrievalStartEvent(str_or_query_bundle=query))
            finding = finder.find(query)
            if tracing.is_heard():
                nodes = self.retriever.nodes(finding.hits)
                tracing.tell(RetrievalEndEvent(str_or_query_bundle=query, nodes=nodes))
            return finding

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
