"""How large a request may be, of the API and of the page."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from rag.server.errors import Refusal

# Bytes: a question with a long conversation and images in it (which are not read); as many files as are taken at a
# time (with what holds them); what a page sends beside.
MAX_JSON_BYTES, MAX_UPLOAD_BYTES, MAX_PAGE_BYTES = 20_000_000, 201_000_000, 1_000_000


def limited_body(scope: Scope, receive: Receive, most: int) -> Receive:
    """The same body, refused once it is over `most` bytes. Raises Refusal where it says so beforehand."""
    told = Request(scope).headers.get("content-length", "0")
    if not told.isascii() or not told.isdigit():
        raise Refusal(400, "bad_request", "the header Content-Length is no number")
    if int(told[:20]) > most:
        raise _too_large(most)
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise _too_large(most)
        return message

    return counted


def _too_large(most: int) -> Refusal:
    return Refusal(413, "too_large", f"the request is over {most / 1e6:g} MB; send less at a time")
