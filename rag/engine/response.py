"""What the query engines give back to LlamaIndex."""

from __future__ import annotations

from typing import Any

from llama_index.core.base.response.schema import Response

from rag.types import Answer


class ArchiveResponse(Response):
    """A LlamaIndex Response that also holds the Answer; its `source_nodes` are the cited passages."""

    def __init__(self, answer: Answer, source_nodes: list[Any]) -> None:
        citations = [citation.to_dict() for citation in answer.citations]
        metadata = {"answer": answer.to_dict(), "citations": citations}
        super().__init__(response=answer.text, source_nodes=source_nodes, metadata=metadata)
        self.answer = answer
