"""POST /api/ask and /api/ask/stream."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from rag.server import sse
from rag.server.asking import Waiting, Working
from rag.server.bodies import REFUSALS, AnswerBody, Asked
from rag.server.errors import error_body, refusal
from rag.server.jsonline import JsonResponse
from rag.server.service import Happening, Service, begun
from rag.types import Answer, Draft

_EVENTS = {
    "description": "`waiting` {position}, `draft` {text}, `sentence` {sentence, citations}; at the end `answer` or "
    "`error`",
    "content": sse.described("waiting", "draft", "sentence", "answer", "error"),
}


def router(service: Service) -> APIRouter:
    routes = APIRouter(tags=["asking"])

    @routes.post("/api/ask", responses={**REFUSALS, 200: {"model": AnswerBody}}, response_model=None)
    async def ask(asked: Asked, request: Request) -> Response:
        """Answer a question with exact, dated quotes, or say that the archive does not."""
        answer = await service.answer(asked.read(), request)
        return JsonResponse(answer.to_dict())

    @routes.post("/api/ask/stream", responses={**REFUSALS, 200: _EVENTS}, response_model=None)
    async def ask_stream(asked: Asked, request: Request) -> Response:
        """The same answer as it is made, as server-sent events; the last one alone counts."""
        happening = await begun(service.events(asked.read(), request))
        return sse.EventStream(_written(happening, request))

    return routes


async def _written(happening: AsyncGenerator[Happening], request: Request) -> AsyncGenerator[str]:
    try:
        async with aclosing(happening):
            async for event in happening:
                yield _event(event)
    except Exception as error:
        yield sse.event("error", error_body(refusal(error), request.scope))


def _event(event: Happening) -> str:
    if isinstance(event, Answer):
        return sse.event("answer", event.to_dict())
    if isinstance(event, Draft):
        return sse.event("draft", {"text": event.text})
    if isinstance(event, Waiting):
        return sse.event("waiting", {"position": event.position})
    if isinstance(event, Working):
        return sse.comment("working")
    cited = [citation.to_dict() for citation in event.citations]
    return sse.event("sentence", {"sentence": event.sentence.to_dict(), "citations": cited})
