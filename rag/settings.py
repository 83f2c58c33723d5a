"""The only reader of the environment: every setting, its default, and where it comes from.

Precedence: an argument in code or on the command line, the process environment, `.env` in the
working directory, the default. `.env.example` documents each name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import SettingsError

DEFAULT_HOME = ".rag"
EVAL_RESULTS = "eval-results"
LOCAL_EMBEDDER = "e5-small"
ENGINES = ("auto", "quotes", "llm")
# The value of LLM_MODEL that means the model fetched by `rag model pull`.
LOCAL_LLM = "local"
DEFAULT_LLM = "gpt-4o-mini"
# Tokens of evidence: two cores read about sixty a second.
LOCAL_EVIDENCE, SERVER_EVIDENCE = 450, 1500
# Characters of a key of the HTTP API: a shorter one could be guessed.
SHORTEST_KEY = 16


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """Where a Chroma server is and how it is asked; the address may hold a password, so `repr` shows neither."""

    url: str = field(repr=False)
    tenant: str | None = None
    database: str | None = None
    api_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Resolved settings. Secrets are kept out of `repr`."""

    home: Path
    engine: str = "auto"
    embed_model: str = LOCAL_EMBEDDER
    embed_base_url: str | None = None
    embed_api_key: str | None = None
    catalogue_url: str | None = None
    chroma_url: str | None = None
    chroma_tenant: str | None = None
    chroma_database: str | None = None
    chroma_api_key: str | None = None
    top_k: int = 10
    llm_model: str | None = None
    llm_base_url: str | None = None
    llm_api_key: str | None = None
    llm_api_version: str | None = None
    llm_timeout: float = 60.0
    llm_temperature: float | None = 0.0
    llm_max_tokens: int = 600
    llm_evidence_tokens: int | None = None
    llm_judge: bool = False
    strict: bool = True
    users: Path | None = None
    host: str = "127.0.0.1"
    port: int = 7860
    proxies: tuple[str, ...] = ()
    user_header: str | None = None
    eval_results: Path = Path(EVAL_RESULTS)
    concurrent_questions: int = 2
    api_keys: tuple[str, ...] = ()
    requests_a_minute: int = 600
    log_questions: bool = False
    traces_url: str | None = None

    @property
    def evidence_tokens(self) -> int:
        """What is set, or what the model reads in a few seconds."""
        return self.llm_evidence_tokens or (LOCAL_EVIDENCE if self.llm_model == LOCAL_LLM else SERVER_EVIDENCE)

    @property
    def chroma_server(self) -> ChromaServer | None:
        """None: Chroma works in a folder of the home."""
        if not self.chroma_url:
            return None
        return ChromaServer(self.chroma_url, self.chroma_tenant, self.chroma_database, self.chroma_api_key)

    @property
    def signs_in(self) -> bool:
        """Whether the page is for people who have signed in, here or at a proxy."""
        return self.users is not None or self.user_header is not None

    def __repr__(self) -> str:
        shown = ("home", "engine", "embed_model", "llm_model")
        return f"Settings({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


def load(home: str | os.PathLike[str] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `environ` (default: the process's, over `.env`). Raises SettingsError on a bad value."""
    env = dict(_environment() if environ is None else environ)

    def text(name: str) -> str | None:
        return (env.get(name) or "").strip() or None

    engine = text("RAG_ENGINE") or "auto"
    if engine not in ENGINES:
        raise SettingsError(f"RAG_ENGINE is {engine!r}; use one of: {', '.join(ENGINES)}")
    return Settings(
        home=Path(home or text("RAG_HOME") or DEFAULT_HOME).expanduser(),
        engine=engine,
        embed_model=text("EMBED_MODEL") or LOCAL_EMBEDDER,
        embed_base_url=text("EMBED_BASE_URL") or text("OPENAI_BASE_URL"),
        embed_api_key=text("EMBED_API_KEY") or text("OPENAI_API_KEY"),
        catalogue_url=text("CATALOGUE_URL"),
        chroma_url=text("CHROMA_URL"),
        chroma_tenant=text("CHROMA_TENANT"),
        chroma_database=text("CHROMA_DATABASE"),
        chroma_api_key=_header("CHROMA_API_KEY", text("CHROMA_API_KEY")),
        top_k=_integer("RAG_TOP_K", text("RAG_TOP_K"), default=10, low=1, high=100),
        llm_model=text("LLM_MODEL"),
        llm_base_url=text("LLM_BASE_URL") or text("OPENAI_BASE_URL"),
        llm_api_key=text("LLM_API_KEY") or text("OPENAI_API_KEY"),
        llm_api_version=text("LLM_API_VERSION"),
        llm_timeout=_number("LLM_TIMEOUT", text("LLM_TIMEOUT"), default=60.0, low=1.0, high=3600.0) or 60.0,
        llm_temperature=_number("LLM_TEMPERATURE", text("LLM_TEMPERATURE"), default=0.0, low=0.0, high=2.0),
        llm_max_tokens=_integer("LLM_MAX_TOKENS", text("LLM_MAX_TOKENS"), default=600, low=50, high=8000),
        llm_evidence_tokens=_integer(
            "LLM_EVIDENCE_TOKENS", text("LLM_EVIDENCE_TOKENS"), default=0, low=200, high=100_000
        )
        or None,
        llm_judge=_switch("LLM_JUDGE", text("LLM_JUDGE"), default=False),
        strict=_switch("RAG_STRICT", text("RAG_STRICT"), default=True),
        host=text("RAG_HOST") or "127.0.0.1",
        port=_integer("RAG_PORT", text("RAG_PORT"), default=7860, low=1, high=65535),
        users=_path(text("RAG_USERS")),
        proxies=_networks("RAG_PROXIES", text("RAG_PROXIES")),
        user_header=_user_header("RAG_USER_HEADER", text("RAG_USER_HEADER"), text("RAG_PROXIES")),
        eval_results=_path(text("RAG_EVAL_RESULTS")) or Path(EVAL_RESULTS),
        concurrent_questions=_integer("RAG_CONCURRENT", text("RAG_CONCURRENT"), default=2, low=1, high=64),
        api_keys=_keys("API_KEYS", text("API_KEYS")),
        requests_a_minute=_integer(
            "RAG_REQUESTS_A_MINUTE", text("RAG_REQUESTS_A_MINUTE"), default=600, low=0, high=1_000_000
        ),
        log_questions=_switch("RAG_LOG_QUESTIONS", text("RAG_LOG_QUESTIONS"), default=False),
        traces_url=text("RAG_TRACES"),
    )


def environment_with(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that is to see these settings and none of this one's.

    Such a process is best started where no `.env` lies.
    """
    own = ("RAG_", "LLM_", "EMBED_", "OPENAI_", "CATALOGUE_", "CHROMA_", "API_KEYS")
    return {**{name: value for name, value in os.environ.items() if not name.startswith(own)}, **given}


def _environment() -> dict[str, str]:
    from dotenv import dotenv_values

    stored = {key: value for key, value in dotenv_values(".env").items() if value is not None}
    return {**stored, **os.environ}


def _keys(name: str, value: str | None) -> tuple[str, ...]:
    """Keys between commas. The message of an error tells which one is wrong, never the key."""
    keys = tuple(key.strip() for key in (value or "").split(",") if key.strip())
    for number, key in enumerate(keys, start=1):
        if len(key) < SHORTEST_KEY or not key.isascii() or not key.isprintable() or " " in key:
            raise SettingsError(
                f"{name}: key {number} cannot be used; take at least {SHORTEST_KEY} letters and digits, as "
                "`openssl rand -hex 24` writes them, with commas between keys"
            )
    return keys


def _header(name: str, value: str | None) -> str | None:
    """A key that goes into an HTTP header. The message of an error never holds it."""
    if value and not (value.isascii() and value.isprintable() and " " not in value):
        raise SettingsError(f"{name} cannot be sent: it holds a space or a letter that is not ASCII; copy it again")
    return value


def _user_header(name: str, value: str | None, proxies: str | None) -> str | None:
    if value is None:
        return None
    if not all(letter.isascii() and (letter.isalnum() or letter == "-") for letter in value):
        raise SettingsError(f"{name} is {value!r}, no name of a header; write it as X-Remote-User")
    if proxies is None:
        raise SettingsError(f"{name} is believed of a proxy alone; name the proxy by RAG_PROXIES")
    return value


def _path(value: str | None) -> Path | None:
    return Path(value).expanduser() if value else None


def _networks(name: str, value: str | None) -> tuple[str, ...]:
    from ipaddress import ip_network

    found = tuple(part.strip() for part in (value or "").split(",") if part.strip())
    for part in found:
        try:
            ip_network(part)
        except ValueError:
            raise SettingsError(
                f"{name} holds {part!r}; use addresses or networks, as 10.0.0.2 or 10.0.0.0/24"
            ) from None
    return found


def _integer(name: str, value: str | None, *, default: int, low: int, high: int) -> int:
    if value is None:
        return default
    try:
        number = int(value)
    except ValueError:
        raise SettingsError(f"{name} is {value!r}; use a whole number from {low} to {high}") from None
    if not low <= number <= high:
        raise SettingsError(f"{name} is {number}; use a whole number from {low} to {high}")
    return number


def _number(name: str, value: str | None, *, default: float, low: float, high: float) -> float | None:
    """None for "none": the parameter is not sent."""
    if value is None:
        return default
    if value.casefold() == "none":
        return None
    try:
        number = float(value)
    except ValueError:
        raise SettingsError(f"{name} is {value!r}; use a number from {low:g} to {high:g}") from None
    if not low <= number <= high:
        raise SettingsError(f"{name} is {number:g}; use a number from {low:g} to {high:g}")
    return number


def _switch(name: str, value: str | None, *, default: bool) -> bool:
    if value is None:
        return default
    if value.casefold() in ("1", "true", "yes", "on"):
        return True
    if value.casefold() in ("0", "false", "no", "off"):
        return False
    raise SettingsError(f"{name} is {value!r}; use 1 or 0")
