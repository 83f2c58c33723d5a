"""Server-sent events as they arrive in bytes -> the JSON objects of a reply. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

# Bytes. More than any answer needs; a server must not fill the memory.
MOST_BYTES = 16_000_000
_DONE = b"[DONE]"


def events(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Each `data:` object in turn, until "[DONE]" or the end of the bytes.

    A comment, by which servers say that they are still at work, is an empty object; other fields are passed over.
    Raises ValueError for data that is no JSON object and for more than MOST_BYTES.
    """
    data = b""
    for line in _lines(chunks):
        if line.startswith(b"data:"):
            data += line[5:].strip()
            if data == _DONE:
                return
            # Some servers leave out the empty line between events.
            if (found := _parsed(data)) is not None:
                yield found
                data = b""
        elif line.startswith(b":"):
            yield {}
        elif not line and data:
            raise ValueError("data that is no JSON object")
    if data:
        raise ValueError("data that ends within an event")


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Ended by a line feed alone or after a carriage return: JSON strings may hold other kinds of line ends."""
    rest = bytearray()
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > MOST_BYTES:
            raise ValueError("far more than was asked for")
        rest += chunk
        if b"\n" in chunk:
            *whole, last = bytes(rest).split(b"\n")
            rest = bytearray(last)
            for line in whole:
                yield line.removesuffix(b"\r")
    if rest:
        yield bytes(rest)


def _parsed(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
