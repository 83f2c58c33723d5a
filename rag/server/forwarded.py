"""What a proxy says of its visitors: believed where RAG_PROXIES names the proxy, and of nobody else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

# Where the program is mounted, as https://host/news has it.
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+){1,10}")
# Gradio believes these of anybody. `X-Forwarded-For` stays: without keys the API refuses whoever sends it.
_HIDDEN = (b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-prefix", b"x-gradio-server")


class Forwarded:
    """ASGI middleware: the visitor's address, https, and the prefix that the program stands below at the proxy.

    A request says `X-Forwarded-Prefix: /news`, with that prefix still before its path or already taken away. Used twice
    on one request, it does nothing the second time.
    """

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self._app = app
        self._networks = [ip_network(proxy) for proxy in proxies]
        self._visitor: ASGIApp = ProxyHeadersMiddleware(self._within, trusted_hosts=list(proxies))  # type: ignore[arg-type, assignment]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_proxy(scope) and (prefix := _prefix(scope)):
            path = scope["path"]
            stands_before = path == prefix or path.startswith(f"{prefix}/")
            scope = {**scope, "root_path": prefix, "path": path if stands_before else prefix + path}
        await self._visitor(scope, receive, send)

    async def _within(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [header for header in scope["headers"] if header[0] not in _HIDDEN]
        await self._app(scope, receive, send)

    def _is_proxy(self, scope: Scope) -> bool:
        try:
            address = ip_address((scope.get("client") or ("",))[0])
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def own_path(scope: Mapping[str, Any]) -> str:
    """The path as the program knows it, without the prefix that it stands below at a proxy."""
    return str(scope["path"]).removeprefix(scope.get("root_path", "")) or "/"


def _prefix(scope: Scope) -> str:
    """ "/news"; "" where none is told, or one that is no path."""
    told = [value for name, value in scope["headers"] if name == b"x-forwarded-prefix"]
    prefix = told[-1].decode("latin-1").strip().rstrip("/") if told else ""
    return prefix if _PREFIX.fullmatch(prefix) and ".." not in prefix else ""
