"""What tests use of the scripted language model server: `with ModelServer() as server: server.say("...")`.

The fixture `model_server` is one process for the whole run, with a blank script for each test.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest


@dataclass(frozen=True)
class Reply:
    """One scripted reply. What is left out behaves well.

    `when`: a regular expression that must be found in the prompt (all messages, joined by line ends); groups
    of it may stand in `text` as `\\1`. `times`: how often it serves, None for always.
    `chunk` is in characters, `wait` (before all) and `delay` (between pieces) in seconds.
    `drop_after`, `stall_after`, `garble_after`, `error_after`: what happens after so many pieces; `drop_after=0`
    closes the connection before anything is said. `drip`: "bytes", "comments" or "empty", forever.
    `whole`: not streamed although that was asked. `raw`: this body, as `content_type`. `usage` None: none is given.
    """

    text: str = ""
    when: str | None = None
    times: int | None = 1
    status: int = 200
    headers: dict[str, str] | None = None
    chunk: int = 8
    wait: float = 0.0
    delay: float = 0.0
    finish_reason: str | None = "stop"
    reasoning: str | None = None
    drop_after: int | None = None
    stall_after: int | None = None
    garble_after: int | None = None
    error_after: int | None = None
    drip: str | None = None
    whole: bool = False
    raw: str | None = None
    content_type: str | None = None
    usage: dict[str, int] | None = None


class ModelServer:
    """The process and its script. Without a script every reply is "Scripted reply.". `port` 0 is any free one."""

    def __init__(self, port: int = 0) -> None:
        self._port = port

    def __enter__(self) -> ModelServer:
        program = [sys.executable, "-S", "-E", str(Path(__file__).with_name("scripted_server.py")), str(self._port)]
        self._process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self._root = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, *_: object) -> None:
        # It ends when its input does.
        self._process.communicate(timeout=10)

    def kill(self) -> None:
        """As `kill -9`; another one may be started on the same port."""
        self._process.kill()
        self._process.communicate()

    @property
    def url(self) -> str:
        """The base URL of the API."""
        return f"{self._root}/v1"

    @property
    def root(self) -> str:
        """The same without a path, as for Azure."""
        return self._root

    def say(self, *texts: str, **how: Any) -> None:
        """Replies in turn; `how` are fields of `Reply`."""
        self._script(replies=[asdict(Reply(text, **how)) for text in texts])

    def fail(self, status: int, message: str = "scripted failure", **how: Any) -> None:
        """An error; `how` are fields of `Reply`, such as `times=None` or `headers={"Retry-After": "1"}`."""
        self.say(message, status=status, **how)

    def refuse(self, *parameters: str) -> None:
        """Requests with one of "temperature", "system", "stream", "stream_options", "max_tokens"... get a 400."""
        self._script(refused=list(parameters))

    def require_key(self, key: str) -> None:
        """Other keys get a 401 that repeats them."""
        self._script(key=key)

    def serve(self, *models: str) -> None:
        """The names that /v1/models lists."""
        self._script(models=list(models))

    def clear(self) -> None:
        self._script(clear=True)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Every chat request so far: {"path", "headers" (names in small letters), "body"}."""
        asked: list[dict[str, Any]] = self._call("/asked")["asked"]
        return asked

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [request["body"] for request in self.requests]

    @property
    def abandoned(self) -> int:
        """How many replies the caller did not wait for."""
        number: int = self._call("/asked")["abandoned"]
        return number

    def _script(self, **told: Any) -> None:
        self._call("/script", json.dumps(told).encode())

    def _call(self, path: str, data: bytes | None = None) -> dict[str, Any]:
        # Without a proxy: the server is on this machine.
        with build_opener(ProxyHandler({})).open(Request(self._root + path, data), timeout=10) as response:
            answered: dict[str, Any] = json.load(response)
            return answered


@pytest.fixture(scope="session")
def model_server_process() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def model_server(model_server_process: ModelServer) -> Iterator[ModelServer]:
    """The scripted language model server, with a blank script."""
    model_server_process.clear()
    yield model_server_process
    # Whatever still waits or drips for this test stops.
    model_server_process.clear()
