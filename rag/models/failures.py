"""What went wrong while asking a language model, as one line that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from rag.errors import (
    ModelBroken,
    ModelBusy,
    ModelError,
    ModelKeyError,
    ModelRefused,
    ModelUnknown,
    ModelUnreachable,
)
from rag.models.dialect import is_too_long
from rag.text.address import one_line

if TYPE_CHECKING:
    from openai import APIStatusError

    from rag.models.endpoint import Endpoint

# HTTP statuses that pass by themselves.
PASSING = (408, 429, 500, 502, 503, 504, 529)


def failure(error: Exception, endpoint: Endpoint, model: str | None) -> ModelError:
    """The ModelError for whatever `openai` or the reading of its reply raised."""
    from httpx2 import HTTPError
    from openai import APIConnectionError, APIStatusError

    if isinstance(error, ModelError):
        return error
    name = f"{endpoint.title} (model {model!r})" if model else endpoint.title
    if isinstance(error, APIStatusError):
        return _refusal(error, name, endpoint)
    if isinstance(error, APIConnectionError):
        if endpoint.on_machine:
            return ModelUnreachable(f"{name} stopped; run the question again, or see: rag doctor")
        return ModelUnreachable(f"{name} cannot be reached; check {_address_of(endpoint)}")
    if isinstance(error, HTTPError):
        return ModelBroken(f"{name} broke off; ask again, or see: rag doctor")
    said = one_line(str(error), *endpoint.secrets, limit=100)
    return ModelBroken(
        f"{name} did not answer as an OpenAI-compatible server does ({said}); check {_address_of(endpoint)}"
    )


def expired(limit: str, seconds: float, endpoint: Endpoint) -> ModelUnreachable:
    """The error after `seconds`: of silence for the limit "quiet", in all for "total"."""
    spent = f"gave no sign of life for {seconds:g} s" if limit == "quiet" else f"was not done after {seconds:g} s"
    return ModelUnreachable(f"{endpoint.title} {spent}; ask again, or raise LLM_TIMEOUT")


def broken_off(said: str, endpoint: Endpoint) -> str:
    """The line for a reply that stopped before its end."""
    return f"{endpoint.title} broke off ({one_line(said, *endpoint.secrets)}); ask again, or see: rag doctor"


def words(error: APIStatusError) -> str:
    """The server's own words, of any length, keys included."""
    body: Any = error.body
    if isinstance(body, Mapping):
        found = body.get("message") or body.get("detail") or body.get("error")
        return found if isinstance(found, str) else str(found or body)
    return body if isinstance(body, str) else error.message


def retry_after(error: Exception) -> float | None:
    """Seconds that the server asks to wait, None where it does not say."""
    headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", {})
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        value = headers.get("retry-after", "")
        if value.strip().isdigit():
            return float(value)
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()) if value else None
    except (ValueError, TypeError):
        return None


def passes(error: Exception) -> bool:
    """Whether asking again may help, as long as no text has arrived."""
    from httpx2 import ConnectError, TimeoutException, TransportError
    from openai import APIConnectionError, APIStatusError

    if isinstance(error, APIStatusError):
        return error.status_code in PASSING and error.code != "insufficient_quota"
    cause = error.__cause__ if isinstance(error, APIConnectionError) else error
    # Where nobody listens or answers, nobody will in a second.
    return isinstance(cause, TransportError) and not isinstance(cause, ConnectError | TimeoutException)


def _refusal(error: APIStatusError, name: str, endpoint: Endpoint) -> ModelError:
    status, said = error.status_code, one_line(words(error), *endpoint.secrets)
    if status in (401, 403):
        return ModelKeyError(f"{name} refused the key (HTTP {status}: {said}); set LLM_API_KEY or OPENAI_API_KEY")
    if status == 404:
        return ModelUnknown(f"{name} answered HTTP 404 ({said}); check LLM_MODEL and {_address_of(endpoint)}")
    if error.code == "insufficient_quota":
        return ModelBusy(f"{name} has no credit left for this key ({said}); see your account there")
    if status == 429:
        wait = retry_after(error)
        when = f"in {wait:.0f} s" if wait else "in a while"
        return ModelBusy(f"{name} has too many requests now (HTTP 429: {said}); ask again {when}")
    if status in PASSING or status >= 500:
        return ModelBroken(f"{name} failed (HTTP {status}: {said}); ask again in a while")
    if is_too_long(words(error)):
        return ModelRefused(f"{name} was given too much ({said}); lower LLM_EVIDENCE_TOKENS or LLM_MAX_TOKENS")
    return ModelRefused(f"{name} refused the request (HTTP {status}: {said}); check {_address_of(endpoint)}")


def _address_of(endpoint: Endpoint) -> str:
    from rag.models.endpoint import OPENAI_URL

    return "the network" if endpoint.base_url == OPENAI_URL else "LLM_BASE_URL and that the server runs"
