"""What a language model writes, as it arrives: asked for again where that helps, cut off where it hangs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rag.errors import ModelBroken, ModelError, ModelRefused
from rag.models import failures
from rag.models.dialect import Dialect
from rag.models.events import events
from rag.models.lifeline import Lifeline
from rag.models.thinking import ThinkingFilter
from rag.models.tokens import estimated_tokens

if TYPE_CHECKING:
    from openai import APIResponse
    from openai.resources.chat.completions import CompletionsWithStreamingResponse

    from rag.models.endpoint import Endpoint
    from rag.types import Turn

# Seconds before each further attempt, less up to half by chance so that many clients do not return at once.
PAUSES = (0.5, 1.0, 2.0)
# A server that asks for more patience than this is not waited for.
LONGEST_PAUSE = 20.0
# The longest a reply may take, in silences that are allowed (`llm_timeout`).
TOTAL_TIMEOUTS = 4
# No tokeniser makes tokens that are longer on the whole; past this the server minds no limit.
_CHARACTERS_PER_TOKEN = 12


class Writing:
    """Iterate it: pieces of the answer's text. Nothing is asked before the first; `close` stops the server, too.

    After the end `usage` has "prompt_tokens" and "completion_tokens", `estimated` tells whether they are only that,
    and `finish_reason` is "stop", "length" (cut off), "content_filter" or what else the server says; None when it
    was closed before. Iterating raises ModelError, also after some text when the server breaks off.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        dialect: Dialect,
        turns: Sequence[Turn],
        model: str,
        *,
        temperature: float | None,
        max_tokens: int,
        timeout: float,
    ) -> None:
        """`timeout` is the longest silence in seconds."""
        self.text = ""
        self.usage: dict[str, int] = {"prompt_tokens": 0, "completion_tokens": 0}
        self.estimated = True
        self.finish_reason: str | None = None
        self._endpoint, self._dialect, self._turns, self._model = endpoint, dialect, tuple(turns), model
        self._temperature, self._max_tokens = temperature, max_tokens
        self._lifeline = Lifeline(timeout, timeout * TOTAL_TIMEOUTS)
        self._is_closed = False
        self._refusal = ""
        self._pieces = self._written()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._pieces)

    def close(self) -> None:
        """Ends the writing, here and at the server. Any thread may call it."""
        self._is_closed = True
        self._lifeline.cut()
        # Another thread that waits for the next piece ends by itself.
        with suppress(ValueError):
            self._pieces.close()

    def __enter__(self) -> Writing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _written(self) -> Generator[str, None, None]:
        pauses = iter(PAUSES)
        lifeline = self._lifeline
        with closing(self._endpoint.client(lifeline)) as client:
            # Loads a part of the library, which takes its time but not the server's.
            completions = client.chat.completions.with_streaming_response
            try:
                with lifeline:
                    while not self._is_closed:
                        request = self._dialect.request(
                            self._turns, self._model, temperature=self._temperature, max_tokens=self._max_tokens
                        )
                        try:
                            yield from self._attempt(completions, request)
                            return
                        except Exception as error:
                            # Whatever openai, its transport or a server's odd reply raises.
                            if not self._is_closed and not self._may_go_on(error, request, pauses):
                                raise self._failure(error) from error
            finally:
                lifeline.cut()
                self._count()

    def _attempt(self, completions: CompletionsWithStreamingResponse, request: dict[str, Any]) -> Iterator[str]:
        """One request's text. Raises what openai and its transport do, ValueError for nonsense, ModelError."""
        lifeline = self._lifeline
        streamed = bool(request.get("stream"))
        # A server that does not stream is silent until it is done.
        lifeline.sign(None if streamed else lifeline.total)
        thinking = ThinkingFilter()
        with completions.create(**request) as response:
            lifeline.sign(None if streamed else lifeline.total)
            for event in _received(response):
                lifeline.sign()
                yield from self._taken(thinking.feed(self._read(event)))
                if len(self.text) > self._max_tokens * _CHARACTERS_PER_TOKEN:
                    self.finish_reason = "length"
                    return
        yield from self._taken(thinking.end())
        self._check_end()

    def _taken(self, text: str) -> Iterator[str]:
        if text:
            self.text += text
            yield text

    def _read(self, event: Mapping[str, Any]) -> str:
        """The text of one event; keeps what it says of the end. Raises ModelBroken for an event that is an error."""
        if event.get("error"):
            error = event["error"]
            said = error.get("message") if isinstance(error, Mapping) else error
            raise ModelBroken(failures.broken_off(str(said), self._endpoint))
        if isinstance(event.get("usage"), Mapping):
            self._use(event["usage"])
        choices = event.get("choices")
        if not isinstance(choices, list) or not choices:
            return ""
        choice = choices[0] if isinstance(choices[0], Mapping) else {}
        self.finish_reason = choice.get("finish_reason") or self.finish_reason
        said = choice.get("delta") or choice.get("message") or {}
        if not isinstance(said, Mapping):
            raise ValueError("a choice without text")
        self._refusal += said.get("refusal") or ""
        return _text(said.get("content"))

    def _use(self, usage: Mapping[str, Any]) -> None:
        counts = {name: usage.get(name) for name in self.usage}
        if all(isinstance(count, int) for count in counts.values()):
            self.usage = {name: int(count or 0) for name, count in counts.items()}
            self.estimated = False

    def _check_end(self) -> None:
        """Raises ModelError unless the reply is whole and says something."""
        title = self._endpoint.title
        if self._refusal and not self.text:
            raise ModelRefused(f"{title} refuses to answer; ask in other words")
        if self.finish_reason is None:
            raise ModelBroken(failures.broken_off("the reply has no end", self._endpoint))
        if self.text.strip():
            return
        if self.finish_reason == "length":
            raise ModelBroken(f"{title} wrote nothing within its limit of tokens; raise LLM_MAX_TOKENS")
        if self.finish_reason == "content_filter":
            raise ModelRefused(f"{title} filtered its answer away; ask in other words")
        raise ModelBroken(f"{title} gave an empty answer; ask again, or set another LLM_MODEL")

    def _may_go_on(self, error: Exception, request: dict[str, Any], pauses: Iterator[float]) -> bool:
        """Whether to ask again, once a pause has passed or something was learnt. Never after text."""
        from openai import APIStatusError

        lifeline = self._lifeline
        if self.text or lifeline.expired:
            return False
        if isinstance(error, APIStatusError) and self._dialect.learn(request, failures.words(error), error.param):
            return True
        pause = next(pauses, None) if failures.passes(error) else None
        if pause is None:
            return False
        wished = failures.retry_after(error)
        pause = pause * (1 - secrets.randbelow(500) / 1000) if wished is None else wished
        if pause > min(LONGEST_PAUSE, lifeline.left()):
            return False
        lifeline.sign(pause + lifeline.quiet)
        lifeline.is_cut.wait(pause)
        return True

    def _failure(self, error: Exception) -> ModelError:
        lifeline = self._lifeline
        if lifeline.expired:
            seconds = lifeline.quiet if lifeline.expired == "quiet" else lifeline.total
            return failures.expired(lifeline.expired, seconds, self._endpoint)
        return failures.failure(error, self._endpoint, self._model)

    def _count(self) -> None:
        if self.estimated:
            prompt = sum(estimated_tokens(turn.content) for turn in self._turns)
            self.usage = {"prompt_tokens": prompt, "completion_tokens": estimated_tokens(self.text)}


def _received(response: APIResponse[Any]) -> Iterator[dict[str, Any]]:
    """The events of a reply; one that was not streamed is one event. Raises ValueError for nonsense."""
    if "json" not in response.headers.get("content-type", ""):
        found = False
        for event in events(response.iter_bytes()):
            found = found or bool(event)
            yield event
        if not found:
            raise ValueError("no reply in it")
        return
    whole = json.loads(response.read())
    if not isinstance(whole, dict) or not (whole.get("choices") or whole.get("error")):
        raise ValueError("no reply in it")
    yield whole


def _text(content: Any) -> str:
    """Content is text, or a list of parts of which the texts count."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""
