"""A Chroma server of the tests' own over a folder, as a process that can be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from rag.settings import ChromaServer

_START_SECONDS = 60
_NUMBERS = count()


class Server:
    """`settings` is what the program is told of it; the port stays the same over its lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.settings = ChromaServer(f"http://127.0.0.1:{self.port}")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(self.folder)]
        self._process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("Chroma did not start")

    def new_database(self) -> ChromaServer:
        """A tenant with an empty database of its own on this server."""
        import chromadb
        from chromadb.config import Settings

        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_server_host="127.0.0.1",
            chroma_server_http_port=self.port,
            anonymized_telemetry=False,
        )
        tenant, admin = f"newsroom-{next(_NUMBERS)}", chromadb.AdminClient(settings)
        admin.create_tenant(tenant)
        admin.create_database("archive", tenant)
        return ChromaServer(self.settings.url, tenant, "archive")

    def kill(self) -> None:
        """kill -9, if it runs."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def lose(self) -> None:
        """Kills it and deletes its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests that leave it alive: each archive has collections of its own."""
    with Server(tmp_path_factory.mktemp("chroma-server")) as server:
        yield server
