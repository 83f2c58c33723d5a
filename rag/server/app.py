"""The HTTP API as one ASGI application: `create_api(qa)`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from rag.newsqa import NewsQA
from rag.server import articles, ask, completions, docs, health, responses
from rag.server.access import Access
from rag.server.door import Door
from rag.server.errors import add_handlers
from rag.server.forwarded import Forwarded
from rag.server.line import Queue
from rag.server.service import Service

_SUMMARY = "Ask a news archive; every sentence of the answer rests on an exact, dated quote."


def create_api(qa: NewsQA, *, line: Queue | None = None, page: FastAPI | None = None) -> FastAPI:
    """The API over an archive, by its settings; all that is no path of the API goes to `page`.

    `line` is where questions wait for the engine, that of the page where there is one.
    """
    service = Service(qa, line or Queue(qa.settings.concurrent_questions))
    api = FastAPI(
        title="Trích Dẫn",
        version="1",
        summary=_SUMMARY,
        docs_url=None,
        redoc_url=None,
        # Addresses are what they are: a redirect would lose a proxy's prefix.
        redirect_slashes=False,
        lifespan=_lifespan_of(page) if page else None,
    )
    for part in (ask, articles, completions, responses, health):
        api.include_router(part.router(service))

    @api.get("/docs", include_in_schema=False)
    async def documentation(request: Request) -> Response:
        return HTMLResponse(docs.page(api, str(request.base_url)))

    add_handlers(api)
    docs.complete(api, keys_required=bool(qa.settings.api_keys))
    api.add_middleware(Door, access=Access(qa.settings), metrics=service.metrics, page=page)
    # Last, so that the door sees the client's own address.
    api.add_middleware(Forwarded, proxies=qa.settings.proxies)
    return api


def _lifespan_of(page: FastAPI) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The page starts and ends with the API, although nothing of the API mounts it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with page.router.lifespan_context(page):
            yield

    return lifespan
