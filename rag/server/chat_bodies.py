"""OpenAI's objects of a chat completion, as far as an archive has something to say to them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from rag.server.bodies import SentenceBody
from rag.server.errors import Refusal
from rag.server.spoken import Message, OpenAsked, checked_format
from rag.types import Citation


class StreamOptions(BaseModel):
    include_usage: bool | None = False


class ChatAsked(OpenAsked):
    """OpenAI's request. With `response_format` of JSON the text is the object of /api/ask, whatever the schema."""

    messages: Annotated[list[Message], Field(min_length=1)]
    stream_options: StreamOptions | None = None
    n: int | None = 1
    response_format: dict[str, Any] | None = None

    @property
    def wants_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)

    @property
    def wants_json(self) -> bool:
        return checked_format((self.response_format or {}).get("type"), "response_format")

    def check(self) -> None:
        super().check()
        if self.n not in (1, None):
            raise Refusal(400, "unsupported", "n: an archive gives one answer to a question", "n")


class Usage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class UrlCitation(BaseModel):
    """Where the marker of a source stands in the text, and where the source is."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    type: Literal["url_citation"]
    url_citation: UrlCitation


class ChatMessage(BaseModel):
    role: Literal["assistant"]
    content: str
    annotations: list[Annotation]
    refusal: None = None


class Choice(BaseModel):
    index: int
    message: ChatMessage
    finish_reason: Literal["stop"]
    logprobs: None = None


class ChatBody(BaseModel):
    """OpenAI's answer, with ours beside it: `found`, `sentences`, `citations`, `notice` as in /api/ask."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    found: bool
    sentences: list[SentenceBody]
    citations: list[Citation]
    notice: str | None


class ModelBody(BaseModel):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsBody(BaseModel):
    object: Literal["list"]
    data: list[ModelBody]
