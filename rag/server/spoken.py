"""What both of OpenAI's interfaces take: a conversation, a model's name, and the limits of a question.

What steers how a model writes (temperature, max_tokens, stop, seed and the like) is taken and has no effect: what is
written are quotes, or sentences that quotes support. What would need another kind of answer is refused, and so is a
field that nobody knows: it may be a limit with a slip in its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.server.bodies import MOST_TURNS, Limits, checked_question
from rag.server.errors import Refusal
from rag.server.footnotes import without_notes
from rag.server.service import Question
from rag.types import Turn

# Model -> whether its text ends with footnotes: a chat program lets people choose a model, and nothing else.
MODELS = {"trich-dan": False, "trich-dan-footnotes": True}
_SPOKEN = ("user", "assistant")
_TEXTS = ("text", "input_text", "output_text")
# Fields of OpenAI's requests that are passed over, as its client of November 2026 knows them.
_OPENAI = frozenset(
    """
    access_programs audio background background_options context_management frequency_penalty function_call functions
    include logit_bias logprobs max_completion_tokens max_output_tokens max_tokens max_tool_calls metadata
    modalities moderation parallel_tool_calls prediction presence_penalty prompt_cache_key prompt_cache_options
    prompt_cache_retention reasoning reasoning_effort safety_identifier seed service_tier stop store temperature
    tools top_logprobs top_p truncation user verbosity web_search_options
    """.split()  # noqa: SIM905
)
# What other servers of the same interface take (vLLM, llama.cpp, Ollama), so that their clients send it.
_OTHERS = frozenset(
    """
    best_of cache_prompt chat_id chat_template_kwargs enable_thinking format id ignore_eos include_reasoning
    keep_alive length_penalty logits_processors min_p min_tokens mirostat mirostat_eta mirostat_tau n_predict
    num_ctx num_predict options plugins provider repeat_last_n repeat_penalty repetition_penalty session_id
    skip_special_tokens suffix tfs_z thinking top_a top_k transforms typical_p
    """.split()  # noqa: SIM905
)


class Part(BaseModel):
    """A piece of a message; only text is read."""

    type: Annotated[str, Field(max_length=100)]
    text: str = ""


class Message(BaseModel):
    """One turn. Instructions (system, developer) and tools are passed over: the archive follows none."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    def words(self) -> str:
        if isinstance(self.content, list):
            text = "\n".join(part.text for part in self.content if part.type in _TEXTS)
        else:
            text = self.content or ""
        return without_notes(text) if self.role == "assistant" else text

    @property
    def has_unread(self) -> bool:
        """Whether it holds what is not read: an image, a sound, a file."""
        return isinstance(self.content, list) and any(part.type not in _TEXTS for part in self.content)


class OpenAsked(Limits):
    """The fields of both requests; `footnotes` and the limits of a question are ours (`extra_body` of a client)."""

    model_config = ConfigDict(extra="allow")

    model: Annotated[str, Field(max_length=200, examples=list(MODELS))]
    stream: bool | None = False
    tool_choice: Any = None
    footnotes: Annotated[bool | None, Field(description="the sources as footnotes in the text")] = None

    @property
    def wants_footnotes(self) -> bool:
        return MODELS[self.model] if self.footnotes is None else self.footnotes

    def check(self) -> None:
        """Raises Refusal for what an archive cannot do."""
        for name in self.model_extra or ():
            if name not in _OPENAI | _OTHERS:
                limits = ", ".join(field.alias or known for known, field in Limits.model_fields.items())
                said = f"{name}: there is no such field; what an answer is limited to: {limits}"
                raise Refusal(400, "unknown_field", said, name)
        if self.model not in MODELS:
            said = f"there is no model of that name; use one of: {', '.join(MODELS)}"
            raise Refusal(404, "model_not_found", said, "model")
        if self.tool_choice not in (None, "auto", "none"):
            raise Refusal(400, "unsupported", "tool_choice: an archive calls no tools", "tool_choice")

    def question(self, messages: Sequence[Message], param: str) -> Question:
        """The last turn as the question, those before it as its history. Raises Refusal."""
        spoken = [message for message in messages if message.role in _SPOKEN]
        if not spoken or spoken[-1].role != "user":
            raise Refusal(422, "no_question", "the last message is no user's; put the question there", param)
        asked = spoken[-1]
        if asked.has_unread and not asked.words().strip():
            raise Refusal(422, "empty_question", "images and files are not read; put the question into words", param)
        history = tuple(Turn(message.role, message.words()) for message in spoken[-1 - MOST_TURNS : -1])
        return Question(checked_question(asked.words(), param), history, self.filters(), self.engine)


def checked_format(wanted: str | None, param: str) -> bool:
    """Whether the answer is written as JSON. Raises Refusal for a format that there is not."""
    if wanted not in (None, "text", "json_object", "json_schema"):
        raise Refusal(400, "unsupported", f"{param}: use text, json_object or json_schema", param)
    return wanted not in (None, "text")
