"""What the query engines give back to LlamaIndex, at once or as it is made."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from typing import Any

from llama_index.core.base.response.schema import AsyncStreamingResponse, Response, StreamingResponse

from rag import background
from rag.engine.pieces import text_of
from rag.types import Answer, AnswerEvent


class ArchiveResponse(Response):
    """A LlamaIndex Response that also holds the Answer; its `source_nodes` are the cited passages."""

    def __init__(self, answer: Answer, source_nodes: list[Any]) -> None:
        super().__init__(response=answer.text, source_nodes=source_nodes, metadata=_metadata(answer))
        self.answer = answer


def streaming(events: Iterator[AnswerEvent], source_nodes: list[Any]) -> StreamingResponse:
    """The text as it is made; `source_nodes` are the passages found, `metadata` is filled in at the end."""
    metadata: dict[str, Any] = {}
    return StreamingResponse(text_of(_noted(events, metadata)), source_nodes, metadata)


def streaming_beside_a_loop(events: Iterator[AnswerEvent], source_nodes: list[Any]) -> AsyncStreamingResponse:
    """The same for asynchronous programs."""
    metadata: dict[str, Any] = {}

    async def pieces() -> AsyncGenerator[str, None]:
        async for piece in background.items(lambda: text_of(_noted(events, metadata))):
            yield piece

    return AsyncStreamingResponse(pieces(), source_nodes, metadata)


def _noted(events: Iterator[AnswerEvent], metadata: dict[str, Any]) -> Iterator[AnswerEvent]:
    for event in events:
        if isinstance(event, Answer):
            metadata.update(_metadata(event))
        yield event


def _metadata(answer: Answer) -> dict[str, Any]:
    return {"answer": answer.to_dict(), "citations": [citation.to_dict() for citation in answer.citations]}
