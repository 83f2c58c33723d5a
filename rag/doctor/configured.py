"""What the settings say, and which engine and language model they lead to."""

from __future__ import annotations

from collections.abc import Iterator

from rag.doctor.check import Check
from rag.errors import ModelError, SettingsError
from rag.models.choose import choose
from rag.settings import Settings
from rag.text.address import without_credentials


def check_settings(settings: Settings) -> Check:
    """Every setting; of a secret only whether it is set."""
    shown = {
        "RAG_HOME": str(settings.home),
        "RAG_ENGINE": settings.engine,
        "RAG_TOP_K": str(settings.top_k),
        "EMBED_MODEL": settings.embed_model,
        "EMBED_BASE_URL": without_credentials(settings.embed_base_url),
        "EMBED_API_KEY": "set" if settings.embed_api_key else "not set",
        "LLM_MODEL": settings.llm_model or "not set",
        "LLM_BASE_URL": without_credentials(settings.llm_base_url),
        "LLM_API_KEY": "set" if settings.llm_api_key else "not set",
        "LLM_API_VERSION": settings.llm_api_version or "not set",
        "CATALOGUE_URL": without_credentials(settings.catalogue_url),
        "CHROMA_URL": without_credentials(settings.chroma_url),
        "CHROMA_TENANT": settings.chroma_tenant or "not set",
        "CHROMA_DATABASE": settings.chroma_database or "not set",
        "CHROMA_API_KEY": "set" if settings.chroma_api_key else "not set",
        "RAG_USERS": str(settings.users) if settings.users else "not set",
        "RAG_USER_HEADER": settings.user_header or "not set",
    }
    detail = ", ".join(f"{name}={value}" for name, value in shown.items())
    try:
        choose(settings)
    except SettingsError as error:
        return Check("settings", "problem", detail, str(error))
    return Check("settings", "ok", detail)


def check_model(settings: Settings) -> Iterator[Check]:
    """What answers questions and why, and whether a language model would. It is not asked anything."""
    try:
        choice = choose(settings)
    except SettingsError:
        # Told of the settings already.
        return
    if choice.engine == "quotes":
        yield Check("engine", "ok", f"quotes, {choice.why}")
        return
    from rag.models.health import health

    yield Check("engine", "ok", f"llm ({choice.provider}), {choice.why}")
    try:
        detail, advice = health(settings, choice)
    except ModelError as error:
        yield Check("model", "problem", str(error))
    else:
        yield Check("model", "warning" if advice else "ok", detail, advice)
