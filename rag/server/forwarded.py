"""What a proxy says of its visitors: believed where RAG_PROXIES names the proxy, and of nobody else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

# Where the program is mounted, as https://host/news has it.
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+){1,10}")
# Gradio believes these of anybody. `X-Forwarded-For` stays: without keys the API refuses whoever sends it.
_HIDDEN = (b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-prefix", b"x-gradio-server")

_SIGNED_IN = "signed_in_at_proxy"
MOST_CHARACTERS_OF_A_NAME = 200


class Forwarded:
    """ASGI middleware: the visitor's address, https, the prefix that the program stands below at the proxy, and who
    the proxy has signed in (`signed_in`), by the header `user_header` where one is set.

    A request says `X-Forwarded-Prefix: /news`, with that prefix still before its path or already taken away. Used twice
    on one request, it does nothing the second time.
    """

    def __init__(self, app: ASGIApp, proxies: Sequence[str], user_header: str | None = None) -> None:
        self._app = app
        self._user_header = user_header.lower().encode() if user_header else None
        self._networks = [ip_network(proxy) for proxy in proxies]
        self._visitor: ASGIApp = ProxyHeadersMiddleware(self._within, trusted_hosts=list(proxies))  # type: ignore[arg-type, assignment]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._user_header:
            scope = self._with_user(scope, self._user_header)
        if scope["type"] == "http" and self._is_proxy(scope) and (prefix := _prefix(scope)):
            path = scope["path"]
            stands_before = path == prefix or path.startswith(f"{prefix}/")
            scope = {**scope, "root_path": prefix, "path": path if stands_before else prefix + path}
        await self._visitor(scope, receive, send)

    async def _within(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [header for header in scope["headers"] if header[0] not in _HIDDEN]
        await self._app(scope, receive, send)

    def _with_user(self, scope: Scope, header: bytes) -> Scope:
        """The header is taken away, whoever sent it, and noted where a proxy did."""
        told = [value for name, value in scope["headers"] if name == header]
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != header]
        # A proxy that only adds its own would let a visitor's through: two names are nobody's.
        if len(told) == 1 and self._is_proxy(scope) and (user := _user(told[0])):
            scope.setdefault("state", {})[_SIGNED_IN] = user
        return scope

    def _is_proxy(self, scope: Scope) -> bool:
        try:
            address = ip_address((scope.get("client") or ("",))[0])
        except ValueError:
            return False
        return any(address in network for network in self._networks)


def signed_in(scope: Mapping[str, Any]) -> str | None:
    """Who the proxy says has signed in."""
    user = scope.get("state", {}).get(_SIGNED_IN)
    return user if isinstance(user, str) else None


def own_path(scope: Mapping[str, Any]) -> str:
    """The path as the program knows it, without the prefix that it stands below at a proxy."""
    return str(scope["path"]).removeprefix(scope.get("root_path", "")) or "/"


def _user(told: bytes) -> str:
    """A name as it is shown and compared, or "": one with characters that cannot be seen could pass for another."""
    name = unicodedata.normalize("NFC", told.decode("utf-8", "replace")).strip().casefold()
    return name if name.isprintable() and len(name) <= MOST_CHARACTERS_OF_A_NAME else ""


def _prefix(scope: Scope) -> str:
    """ "/news"; "" where none is told, or one that is no path."""
    told = [value for name, value in scope["headers"] if name == b"x-forwarded-prefix"]
    prefix = told[-1].decode("latin-1").strip().rstrip("/") if told else ""
    return prefix if _PREFIX.fullmatch(prefix) and ".." not in prefix else ""
