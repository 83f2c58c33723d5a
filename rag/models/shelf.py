"""The local language model of this user: which file it is, and what was found when it was accepted."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.cache import cache_folder
from rag.errors import ModelMissing, UsageError

_MAGIC = b"GGUF"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A GGUF file. `size` in bytes, `modified` in nanoseconds and `sha256` are those of its acceptance."""

    name: str
    path: str
    size: int
    modified: int
    sha256: str

    @property
    def is_fetched(self) -> bool:
        """Whether it is this program's own copy, and not a file of the user's."""
        return Path(self.path).parent == models_folder()

    def check(self) -> None:
        """Raises ModelMissing unless the file is there as it was accepted. Reads no content."""
        again = "run: rag model pull" + ("" if self.is_fetched else " --path FILE.gguf")
        try:
            found = Path(self.path).stat()
        except OSError:
            raise ModelMissing(f"the local language model {self.path} is gone; {again}") from None
        if (found.st_size, found.st_mtime_ns) != (self.size, self.modified):
            raise ModelMissing(f"the local language model {self.path} has changed since it was accepted; {again}")


def models_folder() -> Path:
    return cache_folder() / "models"


def current() -> LocalModel:
    """The model that was accepted last. Raises ModelMissing where there is none."""
    try:
        model = LocalModel(**json.loads(_note().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise ModelMissing("there is no local language model on this machine yet; run: rag model pull") from None
    model.check()
    return model


def accept(path: Path, *, name: str | None = None, sha256: str | None = None) -> LocalModel:
    """Remembers a GGUF file as the local model. `sha256` where it is known already. Raises UsageError."""
    path = path.expanduser().absolute()
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); check the name") from error
    if magic != _MAGIC:
        raise UsageError(f"{path} is no GGUF file; llama.cpp runs models of that format only")
    found = path.stat()
    model = LocalModel(name or path.stem, str(path), found.st_size, found.st_mtime_ns, sha256 or digest(path))
    models_folder().mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=models_folder(), prefix="local", suffix=".part")
    with os.fdopen(descriptor, "w", encoding="utf-8") as note:
        json.dump(asdict(model), note, ensure_ascii=False, indent=1)
    Path(part).replace(_note())
    return model


def forget() -> LocalModel | None:
    """Forgets the local model, and deletes its file if it was fetched; what was forgotten."""
    try:
        model = LocalModel(**json.loads(_note().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if model.is_fetched:
        Path(model.path).unlink(missing_ok=True)
    _note().unlink(missing_ok=True)
    return model


def digest(path: Path, on_progress: Callable[[int], None] | None = None) -> str:
    """SHA-256 in hexadecimal; `on_progress` gets the bytes read so far."""
    found, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
            done += len(block)
            if on_progress:
                on_progress(done)
    return found.hexdigest()


def _note() -> Path:
    return models_folder() / "local.json"
