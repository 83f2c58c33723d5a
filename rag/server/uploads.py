"""Files that people and programs send: their names made safe, and where they are kept."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import BinaryIO

from rag.text.normalise import normalise

# File systems take 255 bytes; what stores the file may put something before its name.
MAX_NAME_BYTES = 200
_NOT_IN_A_NAME = re.compile(r"[^\w .,()+'–-]")


def stored(home: Path, file: BinaryIO, name: str) -> Path:
    """The file in the archive's home, in a folder named by its content, so that names do not meet."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    folder = home / "uploads" / digest.hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    file.seek(0)
    path = folder / name
    with path.open("wb") as copy:
        shutil.copyfileobj(file, copy)
    return path


def safe_name(name: str) -> str:
    """A file name that stays in its folder, is not hidden and reads as it is; the ending survives. Idempotent."""
    last = re.split(r"[/\\]", normalise(name[-1000:]))[-1]
    plain = " ".join(_NOT_IN_A_NAME.sub("_", last).split()).strip(". ") or "_"
    stem, dot, suffix = plain.rpartition(".")
    if not stem or len(suffix) > 10:
        stem, dot, suffix = plain, "", ""
    room = MAX_NAME_BYTES - len((dot + suffix).encode())
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(". ") or "_"
    return stem + dot + suffix
