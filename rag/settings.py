"""The only reader of the environment: every setting, its default, and where it comes from.

Precedence: an argument in code or on the command line, the process environment, `.env` in the
working directory, the default. `.env.example` documents each name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SettingsError

DEFAULT_HOME = ".rag"
LOCAL_EMBEDDER = "e5-small"
ENGINES = ("quotes", "llm")


@dataclass(frozen=True, slots=True)
class Settings:
    """Resolved settings. Secrets are kept out of `repr`."""

    home: Path
    engine: str = "quotes"
    embed_model: str = LOCAL_EMBEDDER
    embed_base_url: str | None = None
    embed_api_key: str | None = None
    chroma_url: str | None = None
    top_k: int = 10

    def __repr__(self) -> str:
        return f"Settings(home={str(self.home)!r}, engine={self.engine!r}, embed_model={self.embed_model!r})"


def load(home: str | os.PathLike[str] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `environ` (default: the process's, over `.env`). Raises SettingsError on a bad value."""
    env = dict(_environment() if environ is None else environ)

    def text(name: str) -> str | None:
        return (env.get(name) or "").strip() or None

    engine = text("RAG_ENGINE") or "quotes"
    if engine not in ENGINES:
        raise SettingsError(f"RAG_ENGINE is {engine!r}; use one of: {', '.join(ENGINES)}")
    return Settings(
        home=Path(home or text("RAG_HOME") or DEFAULT_HOME).expanduser(),
        engine=engine,
        embed_model=text("EMBED_MODEL") or LOCAL_EMBEDDER,
        embed_base_url=text("EMBED_BASE_URL") or text("OPENAI_BASE_URL"),
        embed_api_key=text("EMBED_API_KEY") or text("OPENAI_API_KEY"),
        chroma_url=text("CHROMA_URL"),
        top_k=_integer("RAG_TOP_K", text("RAG_TOP_K"), default=10, low=1, high=100),
    )


def _environment() -> dict[str, str]:
    from dotenv import dotenv_values

    stored = {key: value for key, value in dotenv_values(".env").items() if value is not None}
    return {**stored, **os.environ}


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
