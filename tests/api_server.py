"""`rag serve` as a process of its own, for tests of the HTTP API: `with ApiServer(home) as server: server.ask("")`."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

_START_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def surroundings() -> dict[str, str]:
    """The environment of a process that is to see none of this one's settings."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PYTHONPATH", "LANG")}


class ApiServer:
    """The process; its log is read once it has ended, or so far by `log`."""

    def __init__(
        self,
        home: Path,
        settings: Mapping[str, str] | None = None,
        arguments: Sequence[str] = ("--no-page",),
        host: str = "127.0.0.1",
        port: int | None = None,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = home.parent / f"log-{self.port}-{secrets.token_hex(4)}"
        environment = {**surroundings(), "RAG_HOME": str(home), "RAG_ENGINE": "quotes", **(settings or {})}
        command = [sys.executable, "-m", "rag.cli", "serve", "--host", host, "--port", str(self.port), *arguments]
        self._file = self._log.open("wb")
        self.process = subprocess.Popen(
            command, env=environment, cwd=home.parent, stdout=subprocess.PIPE, stderr=self._file
        )
        # A proxy of the surroundings has nothing to do with this machine's own servers.
        self.client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def __enter__(self) -> ApiServer:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.client.get("/healthz")
                return self
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the server did not start: {self.log_text()}")

    def __exit__(self, *_: object) -> None:
        self.client.close()
        self.process.terminate()
        try:
            self.process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        finally:
            self._file.close()

    def kill(self) -> None:
        """As `kill -9`; another one may be started on the same port."""
        self.process.kill()
        self.process.wait()

    def log_text(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def log(self, request_id: str) -> dict[str, Any]:
        """The log's line on a request."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            for line in self.log_text().splitlines():
                if line.startswith("{") and (read := json.loads(line)).get("request_id") == request_id:
                    return dict(read)
            time.sleep(0.05)
        raise AssertionError(f"no line of {request_id}")

    def ask(self, question: str, **fields: Any) -> httpx.Response:
        return self.client.post("/api/ask", json={"question": question, **fields})


def events(text: str) -> list[tuple[str, Any]]:
    """Name and data of each event of a stream; comments are passed over."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if "data" in fields:
            found.append((fields.get("event", "message"), json.loads(fields["data"])))
    return found
