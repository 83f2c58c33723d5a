"""Reading files in processes of their own, with bounded memory and time: what a hostile file breaks is such a process.

A PDF of a few kilobytes can unpack to gigabytes, and a page can hold a parser up for hours. A worker that dies costs
the article it died of; the others of its file are read by the next one. Workers are kept for the files to come.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.readers import parse as in_this_process
from rag.readers.kinds import LISTED, suffix_of
from rag.readers.record import Record
from rag.types import Failure, Page, Span

# Bytes of address space, and seconds of processor time for one article: some, and more for each megabyte of its file.
MEMORY = 2 << 30
SECONDS, SECONDS_A_MEGABYTE, MOST_SECONDS = 30, 5, 120
# So many workers may die of one file, and so many in a row, before the rest of it is given up.
MOST_DEATHS, DEATHS_IN_A_ROW = 10, 3

_ROOT = str(Path(__file__).resolve().parents[2])
# -P and the explicit path: what lies in the working directory is data and must not be imported.
_COMMAND = "import sys; sys.path.insert(0, sys.argv[1]); from rag.readers.worker import main; main()"
_MOST_IDLE = 2

_idle: list[_Worker] = []
_lock = threading.Lock()


class WorkerLost(Exception):
    """The worker died, or cannot be spoken to."""


def parse(path: Path, field_map: Mapping[str, str] | None) -> Iterator[Record | Failure]:
    """The articles of one file. Raises UsageError, and nothing else."""
    seconds = _seconds_for(path)
    done = deaths = in_a_row = 0
    while True:
        try:
            worker = _take()
        except OSError:
            # Where no process can be started, reading without bounds is better than not reading.
            yield from in_this_process.parse(path, field_map, done)
            return
        try:
            for item in worker.read(path, field_map, done, seconds):
                done += 1
                in_a_row = 0
                yield item
            _give_back(worker)
            return
        except WorkerLost:
            deaths, in_a_row = deaths + 1, in_a_row + 1
            yield Failure(
                str(path), f"{_which(path, done)} {worker.why(seconds)}; leave it out or save it as plain text"
            )
            if deaths == MOST_DEATHS or in_a_row == DEATHS_IN_A_ROW:
                yield Failure(str(path), "was not read to its end after that; split it")
                return
            done += 1
        finally:
            # Also where whoever reads wants no more of this file.
            worker.stop_unless_idle()


def _seconds_for(path: Path) -> int:
    try:
        megabytes = path.stat().st_size / 1e6
    except OSError:
        megabytes = 0
    return int(min(SECONDS + SECONDS_A_MEGABYTE * megabytes, MOST_SECONDS))


def _which(path: Path, done: int) -> str:
    return f"its article {done + 1}" if suffix_of(path.name) in LISTED else "it"


class _Worker:
    """One running `rag.readers.worker`. Raises OSError if it cannot be started."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._idle = False
        self._process = subprocess.Popen(  # noqa: S603 - our own program; paths go through its input
            [sys.executable, "-P", "-c", _COMMAND, _ROOT, str(MEMORY)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def read(
        self, path: Path, field_map: Mapping[str, str] | None, skip: int, seconds: int
    ) -> Iterator[Record | Failure]:
        """Raises WorkerLost, UsageError."""
        asked = {"path": str(path), "field_map": dict(field_map) if field_map else None, "skip": skip}
        self._send({**asked, "seconds": seconds})
        while (told := self._next()).get("kind") != "end":
            if told["kind"] == "usage":
                raise UsageError(told["message"])
            yield _item(told)

    def why(self, seconds: int) -> str:
        """What a worker died of; waits until it has."""
        self._process.kill()
        code = self._process.wait()
        import signal

        if code == -getattr(signal, "SIGPROF", 0) != 0:
            return f"takes over {seconds} s to read"
        return "breaks its reader"

    def is_mine(self) -> bool:
        """Whether it runs and is spoken to by this process only, not by one that this one was forked from."""
        return self._owner == os.getpid() and self._process.poll() is None

    def rest(self) -> None:
        self._idle = True

    def wake(self) -> None:
        self._idle = False

    def stop_unless_idle(self) -> None:
        if not self._idle:
            self.stop()

    def stop(self) -> None:
        if self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                # What it was not told any more.
                continue

    def _send(self, value: Mapping[str, Any]) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(value).encode() + b"\n")
            self._process.stdin.flush()
        except OSError as error:
            raise WorkerLost from error

    def _next(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise WorkerLost
        told: dict[str, Any] = json.loads(line)
        return told


def _item(told: dict[str, Any]) -> Record | Failure:
    fields = {name: value for name, value in told.items() if name != "kind"}
    if told["kind"] == "failure":
        return Failure(**fields)
    spans = tuple(Span(start, end) for start, end in fields["unquotable"])
    pages = tuple(Page(*page) for page in fields["pages"])
    lines = tuple(fields["contradictions"])
    return Record(**{**fields, "unquotable": spans, "contradictions": lines, "pages": pages})


def _take() -> _Worker:
    with _lock:
        while _idle:
            worker = _idle.pop()
            if worker.is_mine():
                worker.wake()
                return worker
            worker.stop()
    return _Worker()


def _give_back(worker: _Worker) -> None:
    with _lock:
        if len(_idle) < _MOST_IDLE:
            worker.rest()
            _idle.append(worker)


@atexit.register
def _stop_all() -> None:
    with _lock:
        while _idle:
            _idle.pop().stop()
