"""POST /v1/chat/completions and GET /v1/models: the archive as a model of any OpenAI client."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from rag.server import sse
from rag.server.asking import Waiting, Working
from rag.server.bodies import REFUSALS
from rag.server.chat_bodies import MODELS, ChatAsked, ChatBody, ModelBody, ModelsBody
from rag.server.errors import Refusal, error_body, refusal
from rag.server.footnotes import harmless, notes
from rag.server.jsonline import JsonResponse
from rag.server.service import Happening, Service, begun
from rag.types import Answer, Settled

_ANSWERED = {"model": ChatBody, "content": sse.described()}
# When the first release was made: models have a date, an archive's does not matter.
_CREATED = 1767225600


def router(service: Service) -> APIRouter:
    routes = APIRouter(tags=["OpenAI's interface"])

    @routes.post("/v1/chat/completions", responses={**REFUSALS, 200: _ANSWERED}, response_model=None)
    async def complete(asked: ChatAsked, request: Request) -> Response:
        """Answer the last message; the turns before it say what a follow-up leans on."""
        question = asked.read()
        reply = _Reply(asked, request.state.request_id)
        if asked.stream:
            happening = await begun(service.events(question, request))
            return sse.EventStream(reply.stream(happening, request))
        return JsonResponse(reply.whole(await service.answer(question, request)))

    @routes.get("/v1/models", responses={**REFUSALS, 200: {"model": ModelsBody}}, response_model=None)
    async def models() -> Response:
        """The names that the archive answers under."""
        return JsonResponse({"object": "list", "data": [_model(name) for name in MODELS]})

    @routes.get("/v1/models/{name}", responses={**REFUSALS, 200: {"model": ModelBody}}, response_model=None)
    async def model(name: str) -> Response:
        """One of these names."""
        if name not in MODELS:
            said = f"there is no model of that name; use one of: {', '.join(MODELS)}"
            raise Refusal(404, "model_not_found", said, "name")
        return JsonResponse(_model(name))

    return routes


class Pieces:
    """The text of a streamed answer, piece by piece; what was given out is always the beginning of the whole. Pure.

    A model's sentences that are not supported wait for one that is: only then is it sure that they stay.
    """

    def __init__(self) -> None:
        self._given = ""
        self._held = ""

    def settled(self, event: Settled) -> str:
        self._held += event.shown
        return self._give() if event.shown and event.sentence.verdict == "supported" else ""

    def answered(self, answer: Answer) -> str:
        """The rest. Were the answer another than what was given out, it follows whole."""
        rest = answer.text.removeprefix(self._given) if answer.text.startswith(self._given) else f"\n\n{answer.text}"
        self._given += rest
        return rest

    def _give(self) -> str:
        piece = self._held if self._given else self._held.lstrip()
        self._given += piece
        self._held = ""
        return piece


class _Reply:
    """One answer as OpenAI's objects."""

    def __init__(self, asked: ChatAsked, request_id: str) -> None:
        self._asked = asked
        self._head = {"id": f"chatcmpl-{request_id}", "created": int(time.time()), "model": asked.model}

    def whole(self, answer: Answer) -> dict[str, Any]:
        content = harmless(answer.text) + notes(answer, sources=self._asked.wants_footnotes)
        message = {"role": "assistant", "content": content, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {
            **self._head, "object": "chat.completion", "choices": [choice], "usage": _usage(answer), **_ours(answer)
        }  # fmt: skip

    async def stream(self, happening: AsyncGenerator[Happening], request: Request) -> AsyncGenerator[str]:
        pieces = Pieces()
        yield self._chunk({"role": "assistant", "content": ""})
        try:
            async with aclosing(happening):
                async for event in happening:
                    if isinstance(event, Waiting | Working):
                        yield sse.comment(type(event).__name__.lower())
                    if isinstance(event, Settled) and (piece := pieces.settled(event)):
                        yield self._chunk({"content": harmless(piece)})
                    if isinstance(event, Answer):
                        rest = harmless(pieces.answered(event)) + notes(event, sources=self._asked.wants_footnotes)
                        if rest:
                            yield self._chunk({"content": rest})
                        yield self._chunk({}, "stop", **_ours(event))
                        if self._asked.wants_usage:
                            body = {**self._head, "object": "chat.completion.chunk", "choices": []}
                            yield sse.event(None, {**body, "usage": _usage(event)})
            yield "data: [DONE]\n\n"
        except Exception as error:
            yield sse.event(None, error_body(refusal(error), request.scope))

    def _chunk(self, delta: dict[str, str], finish_reason: str | None = None, **ours: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return sse.event(None, {**self._head, "object": "chat.completion.chunk", "choices": [choice], **ours})


def _ours(answer: Answer) -> dict[str, Any]:
    told = answer.to_dict()
    return {name: told[name] for name in ("found", "sentences", "citations", "notice")}


def _usage(answer: Answer) -> dict[str, int]:
    prompt, completion = answer.usage.get("prompt_tokens", 0), answer.usage.get("completion_tokens", 0)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "trich-dan"}
