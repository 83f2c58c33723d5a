"""Stands before the API and the page: a number and a line in the log for every request, and what the API takes at all.

The page has its own gate (ui/gate.py); its requests are only counted and logged here.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import MutableMapping
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.access import Access
from rag.server.body_size import MAX_JSON_BYTES, MAX_UPLOAD_BYTES, limited_body
from rag.server.errors import Refusal, error_response
from rag.server.forwarded import own_path
from rag.server.metrics import Metrics

_log = logging.getLogger("rag.server")

API_PATHS = ("/api/", "/v1/")
API_PAGES = ("/mcp", "/healthz", "/readyz", "/metrics", "/openapi.json", "/docs")
# What is asked without a key, by a load balancer and by people who write programs; it tells nothing of the archive.
OPEN_PATHS = ("/healthz", "/readyz", "/openapi.json", "/docs")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
UPLOAD_PATH = "/api/articles"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
)


class Door:
    """ASGI middleware; `page` answers what is no path of the API, where there is a page."""

    def __init__(self, app: ASGIApp, access: Access, metrics: Metrics, page: ASGIApp | None) -> None:
        self._api = app
        self._access = access
        self._metrics = metrics
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._api(scope, receive, send)
        elif scope["type"] == "http":
            await _Visit(scope, self._metrics).take(self._inner(scope), receive, send)
        elif self._page:
            await self._page(scope, receive, send)

    def _inner(self, scope: Scope) -> ASGIApp:
        return self._page if self._page and not is_api(own_path(scope)) else self._checked

    async def _checked(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if own_path(scope) not in OPEN_PATHS:
                scope["state"]["who"] = self._access.who(Request(scope))
            is_upload = own_path(scope).rstrip("/") == UPLOAD_PATH
            limited = limited_body(scope, receive, MAX_UPLOAD_BYTES if is_upload else MAX_JSON_BYTES)
        except Refusal as error:
            await error_response(error, scope)(scope, receive, send)
            return
        await self._api(scope, limited, send)


def is_api(path: str) -> bool:
    return path.startswith(API_PATHS) or path in API_PAGES


class _Visit:
    """One request on its way: its number, what was sent back, how long it took. Whatever fails, a line is logged."""

    def __init__(self, scope: Scope, metrics: Metrics) -> None:
        given = Request(scope).headers.get("x-request-id", "")
        self.id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        self._scope = scope
        self._metrics = metrics
        self._state: MutableMapping[str, Any] = scope.setdefault("state", {})
        self._state["request_id"] = self.id
        self._status = 0
        self._began = time.perf_counter()

    async def take(self, app: ASGIApp, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._status = message["status"]
                own = _HEADERS if is_api(own_path(self._scope)) else ()
                message["headers"] = [*message["headers"], *own, (b"x-request-id", self.id.encode())]
            await send(message)

        try:
            await app(self._scope, receive, sending)
        except (ClientDisconnect, OSError):
            self._state["code"] = "gone"
        except Exception as error:
            response = error_response(error, self._scope)
            if not self._status:
                await response(self._scope, receive, sending)
        finally:
            self._end()

    def _end(self) -> None:
        seconds = time.perf_counter() - self._began
        method = self._scope["method"] if self._scope["method"] in METHODS else "other"
        route = getattr(self._scope.get("route"), "path", None) or "other"
        if not is_api(own_path(self._scope)):
            route = "page"
        code = self._state.get("code")
        self._metrics.request(route, method, self._status, seconds, code)
        told = {
            "request_id": self.id,
            "method": method,
            "path": own_path(self._scope)[:200],
            "route": route,
            "status": self._status,
            "seconds": round(seconds, 4),
            "who": self._state.get("who", ""),
            **({"code": code} if code else {}),
            **self._state.get("told", {}),
        }
        _log.info("request", extra={"fields": told})
