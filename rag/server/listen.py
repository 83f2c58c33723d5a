"""Where the server listens, and running it until it is interrupted."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError
from rag.server.guard import LOCAL_HOSTS

if TYPE_CHECKING:
    from fastapi import FastAPI

# How long answers that are under way may take to end once the server was told to.
_LAST_SECONDS = 5


def is_this_machine(host: str) -> bool:
    """Whether only programs of this machine reach that address."""
    if host in LOCAL_HOSTS:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address(host: str, port: int) -> str:
    """As it is typed into a browser."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def check_free(host: str, port: int) -> None:
    """Raises SettingsError if nothing can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"{host}, port {port}: cannot listen there ({error.strerror}); choose another by --port or RAG_PORT"
            ) from error


def serve(app: FastAPI, host: str, port: int, on_start: Callable[[], None], **options: Any) -> None:
    """Serves until interrupted; `on_start` is called once a browser would be answered.

    `options` are uvicorn's, such as `log_config`.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: object = None) -> None:
            await super().startup()
            if self.started:
                on_start()

    settings = {
        "log_level": "error", "server_header": False, "timeout_graceful_shutdown": _LAST_SECONDS,
        # What a proxy says is believed where RAG_PROXIES names it, not whenever it is on this machine.
        "proxy_headers": False, **options,
    }  # fmt: skip
    Server(uvicorn.Config(app, host=host, port=port, **settings)).run()
