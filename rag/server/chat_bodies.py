"""OpenAI's objects, as far as an archive has something to say to them.

What steers how a model writes (temperature, max_tokens, stop, seed and the like) is taken and has no effect: what is
written are quotes, or sentences that quotes support. What would need another kind of answer is refused.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from rag.server.bodies import (
    MOST_CHARACTERS_OF_A_TURN,
    MOST_TURNS,
    Limits,
    SentenceBody,
    checked_question,
)
from rag.server.errors import Refusal
from rag.server.footnotes import without_notes
from rag.server.service import Question
from rag.types import Citation, Turn

# Model -> whether its text ends with footnotes: a chat program lets people choose a model, and nothing else.
MODELS = {"trich-dan": False, "trich-dan-footnotes": True}
_SPOKEN = ("user", "assistant")


class Part(BaseModel):
    """A piece of a message; only text is read."""

    type: Annotated[str, Field(max_length=100)]
    text: Annotated[str, Field(max_length=MOST_CHARACTERS_OF_A_TURN)] = ""


class Message(BaseModel):
    """One turn. Instructions (system, developer) and tools are passed over: the archive follows none."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str, Field(max_length=MOST_CHARACTERS_OF_A_TURN)] | list[Part] | None = None

    def words(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return without_notes(self.content or "") if self.role == "assistant" else self.content or ""


class StreamOptions(BaseModel):
    include_usage: bool | None = False


class ChatAsked(Limits):
    """OpenAI's request; `footnotes` and the limits of a question are ours (`extra_body` of OpenAI's client)."""

    model: Annotated[str, Field(max_length=200, examples=list(MODELS))]
    messages: Annotated[list[Message], Field(min_length=1, description=f"the newest {MOST_TURNS} count")]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = 1
    response_format: dict[str, Any] | None = None
    tool_choice: Any = None
    footnotes: Annotated[bool | None, Field(description="the sources as footnotes in the text")] = None

    @property
    def wants_footnotes(self) -> bool:
        return MODELS[self.model] if self.footnotes is None else self.footnotes

    @property
    def wants_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)

    def read(self) -> Question:
        """The last turn as the question, those before it as its history. Raises Refusal."""
        self._check()
        spoken = [message for message in self.messages if message.role in _SPOKEN]
        if not spoken or spoken[-1].role != "user":
            raise Refusal(422, "no_question", "the last message is no user's; put the question there", "messages")
        question = checked_question(spoken[-1].words(), "messages")
        history = tuple(Turn(message.role, message.words()) for message in spoken[-MOST_TURNS:-1])
        return Question(question, history, self.filters(), self.engine)

    def _check(self) -> None:
        if self.model not in MODELS:
            said = f"there is no model of that name; use one of: {', '.join(MODELS)}"
            raise Refusal(404, "model_not_found", said, "model")
        if self.n not in (1, None):
            raise Refusal(400, "unsupported", "n: an archive gives one answer to a question", "n")
        if (self.response_format or {}).get("type", "text") != "text":
            said = "response_format: the answer is text; POST /api/ask gives it as JSON"
            raise Refusal(400, "unsupported", said, "response_format")
        if self.tool_choice not in (None, "auto", "none"):
            raise Refusal(400, "unsupported", "tool_choice: an archive calls no tools", "tool_choice")


class Usage(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatMessage(BaseModel):
    role: Literal["assistant"]
    content: str
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
