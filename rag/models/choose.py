"""Which engine answers, and through which language model: read from the settings alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from rag.errors import SettingsError, UsageError
from rag.settings import DEFAULT_LLM, ENGINES, LOCAL_LLM, Settings
from rag.text.address import without_credentials

Provider = Literal["openai", "azure", "server", "local"]

_AZURE_HOSTS = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")


@dataclass(frozen=True, slots=True)
class Choice:
    """`provider` is None for quotes. `model` is None where the server's first model is meant.

    `base_url` is the address that is asked, None for OpenAI's own and for the local model. `why` names the settings
    that decided.
    """

    engine: Literal["quotes", "llm"]
    provider: Provider | None = None
    model: str | None = None
    base_url: str | None = None
    why: str = ""


QUOTES = Choice("quotes", why="since no language model is configured")


def choose(settings: Settings, engine: str | None = None) -> Choice:
    """The choice for `engine` ("auto", "quotes", "llm"; default: the settings').

    "auto" takes the local model where LLM_MODEL=local, else the server of a base URL, else OpenAI where there is a
    key, else quotes. Raises SettingsError where "llm" is asked for and no language model is configured, and for an
    address that is none; UsageError for an engine that there is not.
    """
    asked = engine or settings.engine
    if asked not in ENGINES:
        raise UsageError(f"there is no engine {asked!r}; use one of: {', '.join(ENGINES)}")
    if asked == "quotes":
        return Choice("quotes", why="as asked for")
    if settings.llm_model == LOCAL_LLM:
        return Choice("llm", "local", LOCAL_LLM, why="since LLM_MODEL=local")
    if settings.llm_base_url:
        return _server(settings, settings.llm_base_url)
    if settings.llm_api_key:
        return Choice("llm", "openai", settings.llm_model or DEFAULT_LLM, why="since a key is set")
    if asked == "auto":
        return QUOTES
    raise SettingsError(
        "no language model is configured for the engine llm; set OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible "
        "server, or LLM_MODEL=local after: rag model pull"
    )


def _server(settings: Settings, base_url: str) -> Choice:
    """The server of an address. Paths that are left out are those that the servers' own documents give."""
    try:
        address = urlsplit(base_url)
        host = address.hostname or ""
        _ = address.port
    except ValueError:
        host = ""
    if not host or address.scheme not in ("http", "https"):
        shown = without_credentials(base_url) if "//" in base_url else base_url.rpartition("@")[2]
        raise SettingsError(f"LLM_BASE_URL is {shown!r}, no web address; write it as http://host:port/v1")
    path, model = address.path.rstrip("/"), settings.llm_model
    is_azure = host.endswith(_AZURE_HOSTS)
    if is_azure and not model and "/deployments/" not in path:
        raise SettingsError("LLM_BASE_URL is an Azure resource; set LLM_MODEL to the name of your deployment")
    if settings.llm_api_version:
        path = path or "/openai"
        why = "since a base URL and LLM_API_VERSION are set"
    else:
        path = path or ("/openai/v1" if is_azure else "/v1")
        why = "since a base URL is set"
    url = urlunsplit((address.scheme, address.netloc, path, address.query, ""))
    deployment = path.partition("/deployments/")[2].partition("/")[0]
    return Choice("llm", "azure" if settings.llm_api_version else "server", model or deployment or None, url, why)
