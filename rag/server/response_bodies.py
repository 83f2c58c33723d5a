"""OpenAI's objects of a response (`/v1/responses`), as far as an archive has something to say to them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from rag.server.bodies import SentenceBody
from rag.server.errors import Refusal
from rag.server.spoken import Message, OpenAsked, Part, checked_format
from rag.types import Citation


class Item(BaseModel):
    """One item of the conversation; what is no message (a call, its output, reasoning) is passed over."""

    type: Annotated[str, Field(max_length=100)] = "message"
    role: Literal["system", "developer", "user", "assistant"] = "user"
    content: str | list[Part] | None = None


class TextFormat(BaseModel):
    type: Literal["text", "json_object", "json_schema"] = "text"


class TextAsked(BaseModel):
    format: TextFormat | None = None


class ResponseAsked(OpenAsked):
    """OpenAI's request. Nothing is kept: the earlier turns stand in `input`."""

    input: str | list[Item]
    text: TextAsked | None = None
    instructions: Annotated[Any, Field(description="passed over: the archive follows none")] = None
    previous_response_id: str | None = None
    conversation: Any = None
    stream_options: Any = None

    @property
    def wants_json(self) -> bool:
        return checked_format(self.text.format.type if self.text and self.text.format else None, "text")

    def messages(self) -> list[Message]:
        if isinstance(self.input, str):
            return [Message(role="user", content=self.input)]
        return [Message(role=item.role, content=item.content) for item in self.input if item.type == "message"]

    def check(self) -> None:
        super().check()
        for name in ("previous_response_id", "conversation"):
            if getattr(self, name) is not None:
                raise Refusal(400, "unsupported", f"{name}: nothing is kept; send the earlier turns as `input`", name)


class ResponseAnnotation(BaseModel):
    """Where the marker of a source stands in the text, and where the source is."""

    type: Literal["url_citation"]
    start_index: int
    end_index: int
    title: str
    url: str


class OutputText(BaseModel):
    type: Literal["output_text"]
    text: str
    annotations: list[ResponseAnnotation]
    logprobs: list[Any]


class OutputMessage(BaseModel):
    id: str
    type: Literal["message"]
    role: Literal["assistant"]
    status: Literal["in_progress", "completed"]
    content: list[OutputText]


class ResponseUsage(BaseModel):
    input_tokens: int
    input_tokens_details: dict[str, int]
    output_tokens: int
    output_tokens_details: dict[str, int]
    total_tokens: int


class ResponseBody(BaseModel):
    """OpenAI's response, with ours beside it: `found`, `sentences`, `citations`, `notice` as in /api/ask."""

    id: str
    object: Literal["response"]
    created_at: int
    model: str
    status: Literal["in_progress", "completed"]
    output: list[OutputMessage]
    usage: ResponseUsage | None
    found: bool | None = None
    sentences: list[SentenceBody] | None = None
    citations: list[Citation] | None = None
    notice: str | None = None
