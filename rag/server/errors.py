"""Every refusal and failure of the HTTP API in one shape: problem details (RFC 9457), and what OpenAI's clients read.

{"title", "status", "detail", "error": {"message", "type", "code", "param", "request_id"}}: `detail` and `message` are
the same line that says what to do, `code` is for programs, `param` names the field that is wrong.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from rag.errors import (
    ArchiveError,
    EmbedderError,
    ModelError,
    RagError,
    ReadError,
    SettingsError,
    UnknownArticle,
    UsageError,
)
from rag.server.jsonline import JsonResponse
from rag.server.line import Busy

_log = logging.getLogger("rag.server")

PROBLEM = "application/problem+json"
# Status -> what OpenAI's API calls it.
TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    413: "invalid_request_error",
    415: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
}
# Status -> the code of a refusal that has none of its own.
_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_type"}
_SAID = {
    404: "there is nothing at this address; /docs tells what there is",
    405: "this address takes other methods; /docs tells which",
}
# The first that fits decides. A model's failure ends in quotes; one that comes here could not.
_FAILURES: tuple[tuple[type[RagError], int, str], ...] = (
    (Busy, 429, "busy"),
    (UsageError, 400, "invalid_request"),
    (SettingsError, 400, "not_configured"),
    (ReadError, 422, "unreadable"),
    (UnknownArticle, 404, "article_not_found"),
    (ArchiveError, 503, "archive_unavailable"),
    (EmbedderError, 503, "embedder_unavailable"),
    (ModelError, 503, "model_unavailable"),
    (RagError, 400, "refused"),
)
_WAIT_SECONDS = 5
_MOST_FAULTS = 3


class Refusal(HTTPException):
    """A request that is not answered; `param` is the field at fault, `seconds` after how many it may be tried again."""

    def __init__(
        self, status: int, code: str, message: str, param: str | None = None, seconds: int | None = None
    ) -> None:
        self.code = code
        self.param = param
        headers = {} if seconds is None else {"Retry-After": str(seconds)}
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        super().__init__(status, message, headers or None)


def refusal(error: Exception) -> Refusal:
    """Any error as the refusal a program gets; what nobody expected is told by the log alone."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):
        detail = _SAID.get(error.status_code, " ".join(str(error.detail).split()))
        return Refusal(error.status_code, _CODES.get(error.status_code, "refused"), detail)
    if isinstance(error, RequestValidationError):
        faults = error.errors()[:_MOST_FAULTS]
        fault: dict[str, Any] = dict(faults[0]) if faults else {"type": "", "loc": ("",)}
        if fault["type"] == "json_invalid":
            why = fault.get("ctx", {}).get("error", "it ends too early")
            said = f"the body is no JSON: {why} at character {fault['loc'][-1]}"
            return Refusal(400, "invalid_json", said)
        if fault["type"] == "extra_forbidden":
            said = f"{_field(fault)}: there is no such field; /docs tells which there are"
            return Refusal(400, "unknown_field", said, _field(fault))
        said = "; ".join(f"{_field(fault)}: {fault['msg']}" for fault in faults)
        return Refusal(422, "invalid_request", said or "the request cannot be read", _field(faults[0]) or None)
    for kind, status, code in _FAILURES:
        if isinstance(error, kind):
            return Refusal(status, code, str(error), seconds=_WAIT_SECONDS if status == 429 else None)
    _log.error("unexpected error", exc_info=error)
    return Refusal(500, "unexpected", "something unexpected failed; the server's log tells more under this request_id")


def error_body(refused: Refusal, scope: Scope) -> dict[str, Any]:
    return {
        "title": HTTPStatus(refused.status_code).phrase,
        "status": refused.status_code,
        "detail": refused.detail,
        "error": {
            "message": refused.detail,
            "type": TYPES.get(refused.status_code, "server_error"),
            "code": refused.code,
            "param": refused.param,
            "request_id": scope.get("state", {}).get("request_id", ""),
        },
    }


def error_response(error: Exception, scope: Scope) -> Response:
    refused = refusal(error)
    scope.setdefault("state", {})["code"] = refused.code
    return JsonResponse(error_body(refused, scope), refused.status_code, refused.headers, PROBLEM)


def add_handlers(api: FastAPI) -> None:
    async def respond(request: Request, error: Exception) -> Response:
        return error_response(error, request.scope)

    for kind in (HTTPException, RequestValidationError, RagError):
        api.add_exception_handler(kind, respond)


def _field(fault: Any) -> str:
    """("body", "history", 0, "role") -> "history.0.role"."""
    return ".".join(str(part) for part in fault["loc"][1:]) or str(fault["loc"][0])
