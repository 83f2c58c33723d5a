"""Every check of `rag doctor` in its order."""

from __future__ import annotations

from collections.abc import Iterator

from rag import settings as settings_module
from rag.doctor.archive import check_archive
from rag.doctor.check import Check
from rag.doctor.chroma_server import check_chroma_server
from rag.doctor.configured import check_model, check_settings
from rag.doctor.embedder import check_embedder
from rag.doctor.machine import check_disk, check_home, check_libraries, check_python, check_scans
from rag.errors import SettingsError
from rag.settings import Settings


def examine(home: str | None = None) -> list[Check]:
    """Every check in order; raises nothing that a check can tell."""
    checks = [check_python(), check_libraries(), check_scans()]
    try:
        settings = settings_module.load(home)
    except SettingsError as error:
        return [*checks, Check("settings", "problem", str(error), "correct it in the environment or in .env")]
    return checks + list(_examine(settings))


def _examine(settings: Settings) -> Iterator[Check]:
    yield check_settings(settings)
    yield check_home(settings.home)
    yield check_disk(settings.home)
    embedder, embedder_check = check_embedder(settings)
    yield embedder_check
    yield from check_model(settings)
    yield from check_archive(settings, embedder)
    if settings.chroma_url:
        yield check_chroma_server(settings.chroma_url)
