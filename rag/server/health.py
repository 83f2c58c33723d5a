"""/healthz, /readyz and /metrics: what a load balancer and Prometheus ask."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from rag.server.bodies import REFUSALS, StatusBody
from rag.server.errors import Refusal
from rag.server.jsonline import JsonResponse
from rag.server.metrics import CONTENT_TYPE
from rag.server.service import Service

_FIGURES = {"description": "Prometheus's text format", "content": {"text/plain": {"schema": {"type": "string"}}}}


def router(service: Service) -> APIRouter:
    routes = APIRouter(tags=["operation"])

    # Some balancers ask by HEAD.
    @routes.head("/healthz", include_in_schema=False)
    @routes.get("/healthz", responses={200: {"model": StatusBody}}, response_model=None)
    async def alive() -> Response:
        """Whether the server lives; restart it where this does not answer."""
        return JsonResponse({"status": "alive"})

    @routes.head("/readyz", include_in_schema=False)
    @routes.get("/readyz", responses={**REFUSALS, 200: {"model": StatusBody}}, response_model=None)
    async def ready(request: Request) -> Response:
        """Whether questions can be answered; send them elsewhere while this is no 200."""
        try:
            await to_thread.run_sync(service.check)
        except Exception as error:
            request.state.told = {"reason": f"{type(error).__name__}: {error}"}
            # Asked without a key, so it tells no more than that.
            raise Refusal(503, "not_ready", "the archive cannot be asked; the server's log tells why") from error
        return JsonResponse({"status": "ready"})

    @routes.get("/metrics", responses={**REFUSALS, 200: _FIGURES}, response_model=None)
    def figures() -> Response:
        """Figures for Prometheus."""
        return Response(service.metrics.page(), media_type=CONTENT_TYPE)

    return routes
