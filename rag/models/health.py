"""Whether the chosen language model would answer: found out without asking it anything."""

from __future__ import annotations

from importlib import metadata

from rag.errors import ModelMissing, ModelUnknown
from rag.models import shelf
from rag.models.catalogue import listed_models
from rag.models.choose import Choice
from rag.models.endpoint import remote_endpoint
from rag.settings import Settings

# The binding of llama.cpp, an optional extra.
LIBRARY = "xllamacpp"
_SECONDS = 5.0
_SHOWN = 5


def health(settings: Settings, choice: Choice) -> tuple[str, str]:
    """What is found of the model of a choice, and what to do about it ("": nothing).

    Raises ModelError for what keeps it from answering.
    """
    if choice.provider == "local":
        return _local(), ""
    endpoint = remote_endpoint(settings, choice)
    accepts = "accepts the key" if endpoint.key else "asks for no key"
    try:
        names = listed_models(endpoint, min(settings.llm_timeout, _SECONDS))
    except ModelUnknown as error:
        return str(error), "ask a question with --engine llm to see whether it answers"
    if choice.provider == "azure":
        return f"{endpoint.title} answers and {accepts}; deployments are not listed", ""
    if choice.model is None:
        return f"{endpoint.title} answers, {accepts}, and serves {names[0]!r} first", ""
    if choice.model in names:
        return f"{endpoint.title} answers, {accepts}, and knows {choice.model!r}", ""
    others = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return f"{endpoint.title} answers, but does not list {choice.model!r}", f"set LLM_MODEL to one of: {others}"


def _local() -> str:
    model = shelf.current()
    try:
        version = metadata.version(LIBRARY)
    except metadata.PackageNotFoundError:
        raise ModelMissing(f"the local language model needs llama.cpp; run: pip install {LIBRARY}") from None
    return (
        f"{model.path}, {model.size / 1e9:.2f} GB, unchanged since its SHA-256 was {model.sha256[:12]}..., "
        f"run by {LIBRARY} {version}"
    )
