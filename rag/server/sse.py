"""Server-sent events: how they are written, and a response that ends its source when its reader leaves."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Send

from rag.server.jsonline import json_line


def event(name: str | None, data: Any) -> str:
    """One event; `data` is written as JSON, so that no line of it can end the event."""
    named = f"event: {name}\n" if name else ""
    return f"{named}data: {json_line(data)}\n\n"


def comment(word: str) -> str:
    """A sign of life that readers pass over."""
    return f": {word}\n\n"


def described(*names: str) -> dict[str, Any]:
    """OpenAPI's content of a stream whose events have these names, or none; `data` is JSON."""
    event = {"event": {"enum": list(names)}} if names else {}
    schema = {"type": "object", "properties": {**event, "data": {"type": "string"}}, "required": [*event, "data"]}
    return {"text/event-stream": {"schema": schema}}


class EventStream(StreamingResponse):
    """Sends what the generator gives; it is closed whether or not the reader stayed."""

    media_type = "text/event-stream"

    def __init__(self, source: AsyncGenerator[str]) -> None:
        # Proxies would hold the events back to compress or buffer them.
        headers = {"x-accel-buffering": "no"}
        super().__init__(source, headers=headers)
        self._source = source

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._source):
            await super().stream_response(send)
