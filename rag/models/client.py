"""`ChatModel`: one language model for OpenAI, Azure, every OpenAI-compatible server and the local model."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseAsyncGen,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback
from llama_index.core.llms.custom import CustomLLM
from pydantic import PrivateAttr

from rag import background
from rag.errors import ModelError
from rag.models.catalogue import listed_models
from rag.models.choose import Choice
from rag.models.dialect import Dialect
from rag.models.endpoint import Endpoint, remote_endpoint
from rag.models.writing import Writing
from rag.settings import Settings
from rag.types import Turn, add_tokens

if TYPE_CHECKING:
    from rag.models.local import LocalServer

# Tokens that prompt and instructions take beside the evidence, with room for what a conversation adds.
_BESIDE_EVIDENCE = 2_000
# What every current model of a server holds.
_SERVER_CONTEXT = 8_192
_ROLES = {
    MessageRole.SYSTEM: "system",
    MessageRole.DEVELOPER: "system",
    MessageRole.ASSISTANT: "assistant",
    MessageRole.CHATBOT: "assistant",
    MessageRole.MODEL: "assistant",
}


class ChatModel(CustomLLM):
    """A LlamaIndex LLM. Made by `open`; `write` is what the rest of the program uses. Safe for several threads.

    Every method that asks the model raises ModelError, in one line without keys. What a server refuses to take
    (a system role, a temperature, streaming) is remembered and not sent again.
    """

    _settings: Settings = PrivateAttr()
    _choice: Choice = PrivateAttr()
    _dialect: Dialect = PrivateAttr()
    _remote: Endpoint | None = PrivateAttr(default=None)
    _local: LocalServer | None = PrivateAttr(default=None)
    _name: str | None = PrivateAttr(default=None)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    @classmethod
    def open(cls, settings: Settings, choice: Choice) -> ChatModel:
        """The model of a choice whose engine is "llm". Light: nothing is asked or loaded before first use."""
        if choice.provider is None:
            raise ValueError("the choice is quotes, which need no language model")
        model = cls()
        model._settings, model._choice = settings, choice
        model._name = choice.model
        # OpenAI's newer models know the new name alone, all others at least the old one.
        model._dialect = Dialect(["max_tokens"] if choice.provider == "openai" else [])
        if choice.provider == "local":
            from rag.models.local import LocalServer

            model._local = LocalServer(context=model.metadata.context_window)
            model._name = None
        return model

    @classmethod
    def class_name(cls) -> str:
        return "ChatModel"

    @property
    def name(self) -> str:
        """The model's name for users; a server is asked for its first where none is set. Raises ModelError."""
        if self._name is None:
            if self._local is not None:
                self._name = self._local.name
            else:
                self._name = listed_models(self._endpoint(), self._settings.llm_timeout)[0]
        return self._name

    @property
    def metadata(self) -> LLMMetadata:
        needed = self._settings.evidence_tokens + self._settings.llm_max_tokens + _BESIDE_EVIDENCE
        return LLMMetadata(
            context_window=needed if self._choice.provider == "local" else max(needed, _SERVER_CONTEXT),
            num_output=self._settings.llm_max_tokens,
            is_chat_model=True,
            model_name=self._name or "",
        )

    def write(self, messages: Sequence[Turn], *, max_tokens: int | None = None) -> Writing:
        """What the model says next; roles of the turns are "system", "user" and "assistant". Raises ModelError."""
        return Writing(
            self._endpoint(),
            self._dialect,
            messages,
            self.name,
            temperature=self._settings.llm_temperature,
            max_tokens=max_tokens or self._settings.llm_max_tokens,
            timeout=self._settings.llm_timeout,
        )

    def say(self, messages: Sequence[Turn], usage: dict[str, int], *, max_tokens: int) -> str:
        """All that the model says, its tokens added to `usage`; "" where it fails, for what can be done without."""
        with self.write(messages, max_tokens=max_tokens) as writing:
            try:
                return "".join(writing)
            except ModelError:
                return ""
            finally:
                add_tokens(usage, writing.usage)

    def close(self) -> None:
        """Unloads a local model; the next use loads it again."""
        if self._local is not None:
            self._local.close()

    def _endpoint(self) -> Endpoint:
        with self._lock:
            if self._local is not None:
                return self._local.start()
            if self._remote is None:
                self._remote = remote_endpoint(self._settings, self._choice)
            return self._remote

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        return self._chat(messages, **kwargs)

    @llm_chat_callback()
    async def achat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        return await asyncio.to_thread(self._chat, messages, **kwargs)

    @llm_chat_callback()
    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        return self._stream_chat(messages, **kwargs)

    @llm_chat_callback()
    async def astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseAsyncGen:
        return self._astream_chat(messages, **kwargs)

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return _completion(self._chat([ChatMessage(content=prompt)], **kwargs))

    @llm_completion_callback()
    async def acomplete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return _completion(await asyncio.to_thread(self._chat, [ChatMessage(content=prompt)], **kwargs))

    @llm_completion_callback()
    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        return (_completion(said) for said in self._stream_chat([ChatMessage(content=prompt)], **kwargs))

    @llm_completion_callback()
    async def astream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseAsyncGen:
        return (_completion(said) async for said in self._astream_chat([ChatMessage(content=prompt)], **kwargs))

    def _chat(self, messages: Sequence[ChatMessage], *, max_tokens: int | None = None, **_: Any) -> ChatResponse:
        with self.write(_turns(messages), max_tokens=max_tokens) as writing:
            for _piece in writing:
                pass
        return _said(writing)

    def _stream_chat(
        self, messages: Sequence[ChatMessage], *, max_tokens: int | None = None, **_: Any
    ) -> ChatResponseGen:
        with self.write(_turns(messages), max_tokens=max_tokens) as writing:
            for piece in writing:
                yield _said(writing, piece)
            # The tokens are known only now.
            yield _said(writing, "")

    async def _astream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseAsyncGen:
        async for said in background.items(lambda: self._stream_chat(messages, **kwargs)):
            yield said


def _turns(messages: Sequence[ChatMessage]) -> list[Turn]:
    return [Turn(_ROLES.get(message.role, "user"), message.content or "") for message in messages]


def _said(writing: Writing, delta: str | None = None) -> ChatResponse:
    message = ChatMessage(role=MessageRole.ASSISTANT, content=writing.text)
    about = {**writing.usage, "finish_reason": writing.finish_reason}
    return ChatResponse(message=message, delta=delta, additional_kwargs=about)


def _completion(said: ChatResponse) -> CompletionResponse:
    return CompletionResponse(
        text=said.message.content or "", delta=said.delta, additional_kwargs=said.additional_kwargs
    )
