"""A `rag serve` process that a benchmark starts on the loopback address, and what it takes of the machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from rag.settings import environment_with

_START_SECONDS = 120
_END_SECONDS = 20
_SAMPLE_SECONDS = 0.25


class Served:
    """The process: `with Served(home, {"RAG_CONCURRENT": "2", "API_KEYS": key}) as served: served.ask(key, "...")`."""

    def __init__(self, home: Path, settings: Mapping[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{port}"
        self.log = home.parent / "server.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rag.cli", "serve", "--no-page", "--port", str(port)],
                # No .env lies there.
                env=environment_with({**settings, "RAG_HOME": str(home)}), cwd=home.parent, stdout=log, stderr=log,
            )  # fmt: skip
        self.pid = self._process.pid
        # A proxy of the surroundings has nothing to do with this machine's own servers.
        self._client = httpx.Client(base_url=self.url, timeout=60, trust_env=False)

    def ask(self, key: str, question: str) -> float:
        """Milliseconds of one answer. Raises SystemExit where there is none."""
        began = time.perf_counter()
        try:
            response = self._client.post(
                "/api/ask", json={"question": question}, headers={"Authorization": f"Bearer {key}"}
            )
        except httpx.TransportError as error:
            raise SystemExit(f"the server does not answer: {type(error).__name__}") from None
        if response.status_code != 200:
            raise SystemExit(
                f"the server answers one who asks alone with {response.status_code}: {response.text[:200]}"
            )
        return 1_000 * (time.perf_counter() - began)

    def __enter__(self) -> Served:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                self._client.get("/healthz")
                return self
            except httpx.TransportError:
                time.sleep(0.05)
        self._stop()
        raise SystemExit(f"the server did not start: {self.log.read_text(encoding='utf-8')[-500:]}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        self._client.close()
        self._process.terminate()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Watch:
    """Memory and processor time of a process while the block runs; None where the system does not tell (no /proc)."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Watch:
        self._began, self._before = time.perf_counter(), _processor_seconds(self._pid)
        self._memory = [_memory_megabytes(self._pid)]
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._seconds, self._after = time.perf_counter() - self._began, _processor_seconds(self._pid)
        self._ended.set()
        self._thread.join()
        self._memory.append(_memory_megabytes(self._pid))

    def figures(self) -> dict[str, Any]:
        known = [megabytes for megabytes in self._memory if megabytes is not None]
        memory = {"start": self._memory[0], "peak": max(known, default=None), "end": self._memory[-1]}
        used = None if self._before is None or self._after is None else (self._after - self._before) / self._seconds
        return {"memory MB": memory, "server cores": used}

    def _sample(self) -> None:
        while not self._ended.wait(_SAMPLE_SECONDS):
            self._memory.append(_memory_megabytes(self._pid))


def _memory_megabytes(pid: int) -> float | None:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _processor_seconds(pid: int) -> float | None:
    try:
        # What precedes the last bracket is the program's name, which may hold anything.
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
