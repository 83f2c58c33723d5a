"""The local language model: llama.cpp in this process, behind a loopback address that speaks OpenAI's protocol."""

from __future__ import annotations

import os
import secrets
import threading
import weakref
from typing import Any

from rag.errors import ModelMissing, ModelUnreachable
from rag.models.endpoint import Endpoint
from rag.models.shelf import LocalModel, current
from rag.text.address import one_line

# What the published model was trained for; longer contexts cost memory without being of use.
_LONGEST_CONTEXT = 32_768
# More do not write faster: memory is what is waited for.
_MOST_THREADS = 8
_START_SECONDS = 60.0


class LocalServer:
    """Loads the model on `start`, once; gives its memory back on `close`, and when the program ends."""

    def __init__(self, context: int) -> None:
        """`context` in tokens. Light: neither file nor library is looked for."""
        self._context = min(context, _LONGEST_CONTEXT)
        self._lock = threading.Lock()
        self._endpoint: Endpoint | None = None
        self._unload: weakref.finalize[Any, Any] | None = None

    @property
    def name(self) -> str:
        """Of the model that `start` loads. Raises ModelMissing."""
        return current().name

    def start(self) -> Endpoint:
        """Where the model listens: this machine only, for who has the key. Raises ModelError."""
        with self._lock:
            if self._endpoint is None:
                self._load(current())
            assert self._endpoint is not None
            return self._endpoint

    def close(self) -> None:
        with self._lock:
            self._endpoint = None
            if self._unload:
                self._unload()

    def _load(self, model: LocalModel) -> None:
        # Threads that wait by spinning are, on a busy machine, many times slower than those that sleep. Read by the
        # library as it is loaded.
        os.putenv("OMP_WAIT_POLICY", "passive")
        try:
            import xllamacpp
        except ImportError as error:
            raise ModelMissing("the local language model needs llama.cpp; run: pip install xllamacpp") from error
        key = secrets.token_urlsafe(24)
        try:
            server = xllamacpp.Server(_parameters(xllamacpp.CommonParams(), model, self._context, key))
            address = server.listening_address
            _await_queue(address, key)
        except Exception as error:
            # The binding raises whatever C++ throws.
            said = one_line(str(error) or type(error).__name__, key)
            raise ModelUnreachable(
                f"the local language model {model.path} cannot be loaded ({said}); run: rag model pull"
            ) from error
        held = [server]
        # Called by `close`, when nobody holds this any more, or else before the interpreter is taken down.
        self._unload = weakref.finalize(self, held.clear)
        self._endpoint = Endpoint(f"{address}/v1", key, on_machine=True, kept_by=self)


def _await_queue(address: str, key: str) -> None:
    """Returns once the server works on requests: one that is unloaded before that waits for itself forever.

    Its slots are told by the same thread that computes.
    """
    import httpx2

    with httpx2.Client(trust_env=False, timeout=_START_SECONDS) as client:
        client.get(f"{address}/slots", headers={"Authorization": f"Bearer {key}"}).raise_for_status()


def _parameters(parameters: Any, model: LocalModel, context: int, key: str) -> Any:
    parameters.model.path = model.path
    parameters.model_alias = {model.name}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [key]
    parameters.n_ctx = context
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads()
    parameters.verbosity = 0
    # Kept prompts of earlier questions would take gigabytes.
    parameters.cache_ram_mib = 0
    parameters.ui = False
    # `_await_queue` asks it.
    parameters.endpoint_slots = True
    return parameters


def threads() -> int:
    """How many to compute with: the cores this process may use; half of many, which are mostly two for one."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(cores if cores <= 4 else cores // 2, _MOST_THREADS)
