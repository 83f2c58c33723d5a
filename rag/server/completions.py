"""POST /v1/chat/completions and GET /v1/models: the archive as a model of any OpenAI client."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from rag.server import sse
from rag.server.asking import Waiting, Working
from rag.server.bodies import REFUSALS
from rag.server.chat_bodies import ChatAsked, ChatBody, ModelBody, ModelsBody
from rag.server.errors import Refusal, error_body, refusal
from rag.server.jsonline import JsonResponse
from rag.server.reply import Form, ours, written
from rag.server.service import Happening, Service, begun
from rag.server.spoken import MODELS
from rag.server.talk import Talk
from rag.types import Answer

_ANSWERED = {"model": ChatBody, "content": sse.described()}
# When the first release was made: models have a date, an archive's does not matter.
_CREATED = 1767225600


def router(service: Service) -> APIRouter:
    routes = APIRouter(tags=["OpenAI's interface"])

    @routes.post("/v1/chat/completions", responses={**REFUSALS, 200: _ANSWERED}, response_model=None)
    async def complete(asked: ChatAsked, request: Request) -> Response:
        """Answer the last message; the turns before it say what a follow-up leans on."""
        talk = Talk.read(asked, asked.messages, "messages", request)
        reply = _Reply(asked, talk.form, request.state.request_id)
        if asked.stream:
            happening = await begun(talk.events(service, request))
            return sse.EventStream(reply.stream(happening, request))
        return JsonResponse(reply.whole(await talk.answer(service, request)))

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


class _Reply:
    """One answer as OpenAI's objects."""

    def __init__(self, asked: ChatAsked, form: Form, request_id: str) -> None:
        self._asked = asked
        self._form = form
        self._head = {"id": f"chatcmpl-{request_id}", "created": int(time.time()), "model": asked.model}

    def whole(self, answer: Answer) -> dict[str, Any]:
        content = self._form.text(answer)
        annotations = self._annotations(answer, content)
        message = {"role": "assistant", "content": content, "annotations": annotations, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return {
            **self._head, "object": "chat.completion", "choices": [choice], "usage": _usage(answer), **ours(answer)
        }  # fmt: skip

    async def stream(self, happening: AsyncGenerator[Happening], request: Request) -> AsyncGenerator[str]:
        yield self._chunk({"role": "assistant", "content": ""})
        content = ""
        try:
            async for piece in written(happening, self._form):
                if isinstance(piece, Waiting | Working):
                    yield sse.comment(type(piece).__name__.lower())
                elif isinstance(piece, Answer):
                    annotations = self._annotations(piece, content)
                    yield self._chunk({"annotations": annotations} if annotations else {}, "stop", **ours(piece))
                    if self._asked.wants_usage:
                        body = {**self._head, "object": "chat.completion.chunk", "choices": []}
                        yield sse.event(None, {**body, "usage": _usage(piece)})
                else:
                    content += piece
                    yield self._chunk({"content": piece})
            yield "data: [DONE]\n\n"
        except Exception as error:
            yield sse.event(None, error_body(refusal(error), request.scope))

    def _annotations(self, answer: Answer, content: str) -> list[dict[str, Any]]:
        return [{"type": "url_citation", "url_citation": one} for one in self._form.annotations(answer, content)]

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None, **told: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return sse.event(None, {**self._head, "object": "chat.completion.chunk", "choices": [choice], **told})


def _usage(answer: Answer) -> dict[str, int]:
    prompt, completion = answer.usage.get("prompt_tokens", 0), answer.usage.get("completion_tokens", 0)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "trich-dan"}
