"""The process in which `rag.readers.bounded` has files read: one line asks for a file, one line tells each article.

Asked: {"path", "field_map", "skip", "seconds"}. Told: {"kind": "record" | "failure" | "usage" | "end", ...}, where a
record's `unquotable` and `pages` are pairs. Its end is the end of what asks.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import IO, Any

from rag.errors import UsageError
from rag.readers.parse import parse
from rag.readers.record import Record
from rag.types import Failure


def main() -> None:
    # Ctrl+C is for the process that asks.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(int(sys.argv[2]))
    out = sys.stdout.buffer
    # A library that prints must not speak in between.
    sys.stdout = sys.stderr
    try:
        for line in sys.stdin.buffer:
            _read(json.loads(line), out)
    except BrokenPipeError:
        return


def _read(asked: dict[str, Any], out: IO[bytes]) -> None:
    _limit_time(asked["seconds"])
    try:
        for item in parse(Path(asked["path"]), asked["field_map"], asked["skip"]):
            _tell(out, _told(item))
            _limit_time(asked["seconds"])
    except UsageError as error:
        _tell(out, {"kind": "usage", "message": str(error)})
    _limit_time(0)
    _tell(out, {"kind": "end"})


def _told(item: Record | Failure) -> dict[str, Any]:
    # Not asdict(): it copies every text.
    fields = {name: getattr(item, name) for name in item.__dataclass_fields__}
    if isinstance(item, Failure):
        return {"kind": "failure", **fields}
    spans = [[span.start, span.end] for span in item.unquotable]
    pages = [[page.start, page.confidence] for page in item.pages]
    return {"kind": "record", **fields, "unquotable": spans, "pages": pages}


def _tell(out: IO[bytes], value: dict[str, Any]) -> None:
    out.write(json.dumps(value).encode() + b"\n")
    out.flush()


def _limit_time(seconds: int) -> None:
    """Ends this process after so much processor time from now, whatever library holds it; 0: never."""
    # Not everywhere is there such a clock; there the memory still is limited, or the file's size.
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit_memory(size: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        # A worker that breaks leaves no memory image of the user's files behind.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        return
