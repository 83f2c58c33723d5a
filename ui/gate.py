"""Stands before the page: who may come in, from where, and what a browser may do with what it is given."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse

from rag.server.body_size import MAX_PAGE_BYTES, MAX_UPLOAD_BYTES, limited_body
from rag.server.errors import Refusal
from rag.server.forwarded import own_path
from rag.server.guard import LOCAL_HOSTS, is_forwarded, is_own_request

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Gradio compiles its templates in the browser, hence unsafe-eval; its components are styled inline.
_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'none'; worker-src 'self' blob:; "
    "form-action 'self'; base-uri 'self'; frame-ancestors 'none'; object-src 'none'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not "no-referrer": with that a form of our own would be sent with the origin "null".
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
# Where Gradio takes files; whatever else a browser sends is a question or a few words.
_UPLOAD = re.compile(r"/[a-z]+/gradio_api/upload/?")
_OPEN = ("/login", "/page-assets/", "/favicon.ico")
# What Gradio's page says of itself to social networks, and a manifest that is not there.
_NOT_OURS = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>|<link rel="manifest"[^>]*>')


class Gate:
    """ASGI middleware. `user_of` gives the signed-in user of a request, None where nobody is; None: no sign-in.

    Without sign-in only this machine's own names are answered, and no proxy, so that neither another site's name nor
    another machine can lead here.
    """

    def __init__(self, app: App, user_of: Callable[[Request], str | None] | None) -> None:
        self._app = app
        self._user_of = user_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        most = MAX_UPLOAD_BYTES if _UPLOAD.fullmatch(own_path(scope)) else MAX_PAGE_BYTES
        try:
            answer: App = self._refusal(Request(scope), scope) or self._app
            receive = limited_body(scope, receive, most)
        except Refusal as error:
            answer = PlainTextResponse(error.detail, error.status_code)
        await answer(scope, receive, _Secured(scope, send).send)

    def _refusal(self, request: Request, scope: Scope) -> App | None:
        headers = request.headers
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if self._user_of is None and is_forwarded(headers):
            return PlainTextResponse("The request came through a proxy; set RAG_USERS on the server first.", 403)
        names = () if self._user_of else LOCAL_HOSTS
        if not is_own_request(request.method, headers.get("host", ""), origin, site, names):
            return PlainTextResponse("Requests of other sites, or under another name than localhost, are refused.", 403)
        if self._user_of and not own_path(scope).startswith(_OPEN) and self._user_of(request) is None:
            if "text/html" in request.headers.get("accept", ""):
                return RedirectResponse(f"{scope.get('root_path', '')}/login", 303)
            return PlainTextResponse("Sign in first.", 401)
        return None


class _Secured:
    """Adds the headers to one response, and a nonce to the scripts of a page."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._nonce = secrets.token_urlsafe(16)
        self._is_vietnamese = own_path(scope).startswith("/vi")
        self._start: Message | None = None
        self._page = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [item for item in message["headers"] if item[0].lower() not in _replaced()]
            added = {**_HEADERS, "content-security-policy": _POLICY.format(nonce=self._nonce)}
            message["headers"] = [*kept, *((name.encode(), value.encode()) for name, value in added.items())]
            kinds = [value for name, value in kept if name.lower() == b"content-type"]
            if any(b"text/event-stream" in kind for kind in kinds):
                # A proxy would hold the events back until there are many.
                message["headers"].append((b"x-accel-buffering", b"no"))
            if any(b"text/html" in kind for kind in kinds):
                self._start = message
                return
        elif self._start is not None:
            self._page += message.get("body", b"")
            if message.get("more_body"):
                return
            body = self._rewritten(self._page.decode()).encode()
            kept = [item for item in self._start["headers"] if item[0].lower() != b"content-length"]
            self._start["headers"] = [
                *kept,
                (b"content-length", str(len(body)).encode()),
                (b"cache-control", b"no-store"),
            ]
            await self._send(self._start)
            self._start = None
            message = {"type": "http.response.body", "body": body}
        await self._send(message)

    def _rewritten(self, page: str) -> str:
        ours = _NOT_OURS.sub("", page)
        if self._is_vietnamese:
            # Gradio says English of every page.
            ours = ours.replace('lang="en"', 'lang="vi"', 1)
        return ours.replace("<script", f'<script nonce="{self._nonce}"')


def _replaced() -> set[bytes]:
    return {name.encode() for name in _HEADERS} | {b"content-security-policy"}
