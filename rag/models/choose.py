"""Which engine answers, and through which language model: read from the settings alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.errors import SettingsError
from rag.settings import DEFAULT_LLM, LOCAL_LLM, Settings

Provider = Literal["openai", "azure", "server", "local"]


@dataclass(frozen=True, slots=True)
class Choice:
    """`provider` is None for quotes. `model` is None where the server's first model is meant."""

    engine: Literal["quotes", "llm"]
    provider: Provider | None = None
    model: str | None = None


QUOTES = Choice("quotes")


def choose(settings: Settings, engine: str | None = None) -> Choice:
    """The choice for `engine` ("auto", "quotes", "llm"; default: the settings').

    "auto" takes the local model where LLM_MODEL=local, else the server of a base URL, else OpenAI where there is a
    key, else quotes. Raises SettingsError where "llm" is asked for and no language model is configured.
    """
    asked = engine or settings.engine
    if asked == "quotes":
        return QUOTES
    if settings.llm_model == LOCAL_LLM:
        return Choice("llm", "local", LOCAL_LLM)
    if settings.llm_base_url:
        azure = settings.llm_api_version is not None
        return Choice("llm", "azure" if azure else "server", settings.llm_model)
    if settings.llm_api_key:
        return Choice("llm", "openai", settings.llm_model or DEFAULT_LLM)
    if asked == "auto":
        return QUOTES
    raise SettingsError(
        "no language model is configured for the engine llm; set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible "
        "server, or LLM_MODEL=local after: rag model pull"
    )
