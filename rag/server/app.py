"""The HTTP API as one ASGI application: `create_api(qa)`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

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
from rag.server.tools import HttpTools

_SUMMARY = "Ask a news archive; every sentence of the answer rests on an exact, dated quote."


def create_api(qa: NewsQA, *, line: Queue | None = None, page: FastAPI | None = None) -> FastAPI:
    """The API over an archive, by its settings; all that is no path of the API goes to `page`.

    `line` is where questions wait for the engine, that of the page where there is one.
    """
    service = Service(qa, line or Queue(qa.settings.concurrent_questions))
    mcp = HttpTools.open(qa, service.in_turn)
    api = FastAPI(
        title="Trích Dẫn",
        version="1",
        summary=_SUMMARY,
        docs_url=None,
        redoc_url=None,
        # Addresses are what they are: a redirect would lose a proxy's prefix.
        redirect_slashes=False,
        lifespan=_lifespan(page, mcp),
    )
    for part in (ask, articles, completions, responses, health):
        api.include_router(part.router(service))

    api.router.routes.extend(mcp.routes if mcp else ())

    @api.get("/docs", include_in_schema=False)
    async def documentation(request: Request) -> Response:
        return HTMLResponse(docs.page(api, str(request.base_url)))

    add_handlers(api)
    docs.complete(api, keys_required=bool(qa.settings.api_keys))
    api.add_middleware(Door, access=Access(qa.settings), metrics=service.metrics, page=page)
    # Last, so that the door sees the client's own address.
    api.add_middleware(Forwarded, proxies=qa.settings.proxies, user_header=qa.settings.user_header)
    return api


def _lifespan(page: FastAPI | None, mcp: HttpTools | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The page and the tools start and end with the API, although nothing of the API mounts them."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            if page:
                await stack.enter_async_context(page.router.lifespan_context(page))
            if mcp:
                await stack.enter_async_context(mcp.lifespan())
            yield

    return lifespan
