"""POST /v1/responses: the same through OpenAI's newer interface."""

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
from rag.server.errors import error_body, refusal
from rag.server.jsonline import JsonResponse
from rag.server.reply import Form, ours, written
from rag.server.response_bodies import ResponseAsked, ResponseBody
from rag.server.service import Happening, Service, begun
from rag.server.talk import Talk
from rag.types import Answer

_EVENTS = (
    "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
    "response.output_text.delta", "response.output_text.annotation.added", "response.output_text.done",
    "response.content_part.done", "response.output_item.done", "response.completed", "error",
)  # fmt: skip
_ANSWERED = {"model": ResponseBody, "content": sse.described(*_EVENTS)}


def router(service: Service) -> APIRouter:
    routes = APIRouter(tags=["OpenAI's interface"])

    @routes.post("/v1/responses", responses={**REFUSALS, 200: _ANSWERED}, response_model=None)
    async def respond(asked: ResponseAsked, request: Request) -> Response:
        """Answer the last message of `input`; nothing is kept of it."""
        talk = Talk.read(asked, asked.messages(), "input", request)
        reply = _Reply(asked, talk.form, request.state.request_id)
        if asked.stream:
            happening = await begun(talk.events(service, request))
            return sse.EventStream(reply.stream(happening, request))
        return JsonResponse(reply.whole(await talk.answer(service, request)))

    return routes


class _Reply:
    """One answer as OpenAI's objects, or as the events in which they come into being."""

    def __init__(self, asked: ResponseAsked, form: Form, request_id: str) -> None:
        self._form = form
        self._item_id = f"msg_{request_id}"
        # What a client reads back of its request, and what an archive has none of.
        self._head = {
            "id": f"resp_{request_id}", "object": "response", "created_at": int(time.time()), "model": asked.model,
            "error": None, "incomplete_details": None, "instructions": None, "metadata": {}, "tools": [],
            "parallel_tool_calls": False, "tool_choice": "none", "temperature": None, "top_p": None,
            "text": {"format": {"type": "text"}},
        }  # fmt: skip
        self._number = 0

    def whole(self, answer: Answer) -> dict[str, Any]:
        text = self._form.text(answer)
        item = self._item("completed", [self._part(text, self._annotations(answer, text))])
        return {**self._head, "status": "completed", "output": [item], "usage": _usage(answer), **ours(answer)}

    async def stream(self, happening: AsyncGenerator[Happening], request: Request) -> AsyncGenerator[str]:
        begun_response = {**self._head, "status": "in_progress", "output": [], "usage": None}
        yield self._event("response.created", response=begun_response)
        yield self._event("response.in_progress", response=begun_response)
        yield self._event("response.output_item.added", output_index=0, item=self._item("in_progress", []))
        yield self._of_text("response.content_part.added", part=self._part("", []))
        text = ""
        try:
            async for piece in written(happening, self._form):
                if isinstance(piece, Waiting | Working):
                    yield sse.comment(type(piece).__name__.lower())
                elif isinstance(piece, Answer):
                    for event in self._ended(piece, text):
                        yield event
                else:
                    text += piece
                    yield self._of_text("response.output_text.delta", delta=piece, logprobs=[])
        except Exception as error:
            told = error_body(refusal(error), request.scope)["error"]
            yield self._event("error", code=told["code"], message=told["message"], param=told["param"])

    def _ended(self, answer: Answer, text: str) -> list[str]:
        annotations = self._annotations(answer, text)
        part = self._part(text, annotations)
        added = [
            self._of_text("response.output_text.annotation.added", annotation_index=index, annotation=annotation)
            for index, annotation in enumerate(annotations)
        ]
        return [
            *added,
            self._of_text("response.output_text.done", text=text, logprobs=[]),
            self._of_text("response.content_part.done", part=part),
            self._event("response.output_item.done", output_index=0, item=self._item("completed", [part])),
            self._event("response.completed", response=self.whole(answer)),
        ]

    def _of_text(self, kind: str, **told: Any) -> str:
        return self._event(kind, item_id=self._item_id, output_index=0, content_index=0, **told)

    def _event(self, kind: str, **told: Any) -> str:
        self._number += 1
        return sse.event(kind, {"type": kind, "sequence_number": self._number - 1, **told})

    def _item(self, status: str, content: list[dict[str, Any]]) -> dict[str, Any]:
        return {"id": self._item_id, "type": "message", "role": "assistant", "status": status, "content": content}

    def _part(self, text: str, annotations: list[dict[str, Any]]) -> dict[str, Any]:
        return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}

    def _annotations(self, answer: Answer, text: str) -> list[dict[str, Any]]:
        return [{"type": "url_citation", **one} for one in self._form.annotations(answer, text)]


def _usage(answer: Answer) -> dict[str, Any]:
    prompt, completion = answer.usage.get("prompt_tokens", 0), answer.usage.get("completion_tokens", 0)
    return {
        "input_tokens": prompt, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": completion,
        "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": prompt + completion,
    }  # fmt: skip
