"""The models that a server offers: `/v1/models`."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

from rag.errors import ModelUnknown
from rag.models import failures
from rag.models.lifeline import Lifeline

if TYPE_CHECKING:
    from rag.models.endpoint import Endpoint

# The longest that a list of names may take, whatever answers may.
LIST_SECONDS = 10.0


def listed_models(endpoint: Endpoint, timeout: float = LIST_SECONDS) -> list[str]:
    """Names, the server's first model first; at least one. Raises ModelError."""
    seconds = min(timeout, LIST_SECONDS)
    lifeline = Lifeline(seconds, seconds)
    with closing(endpoint.client(lifeline)) as client:
        # Loads a part of the library, which takes its time but not the server's.
        models = client.models.with_raw_response
        try:
            with lifeline:
                names = _names(json.loads(models.list().content))
        except Exception as error:
            # Whatever openai, its transport or a server's odd reply raises.
            if lifeline.expired:
                raise failures.expired("quiet", seconds, endpoint) from error
            raise failures.failure(error, endpoint, None) from error
        finally:
            lifeline.cut()
    if not names:
        raise ModelUnknown(f"{endpoint.title} offers no model; load one there, or set LLM_MODEL")
    return names


def _names(listed: Any) -> list[str]:
    """Raises ValueError for what is no list of models."""
    data = listed.get("data") if isinstance(listed, dict) else None
    if not isinstance(data, list):
        raise ValueError("no list of models")
    return [model["id"] for model in data if isinstance(model, dict) and isinstance(model.get("id"), str)]
