"""The note beside a vector index: it is there exactly while the index is as it says, and nobody is changing it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

# How many changes a question may wait for, or make up for (about a second); more are left to `sync()`.
AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class IndexNote:
    """Which vectors the index holds.

    `archive` and `embedder` say whose they are, `applied` is the catalogue's generation that it follows,
    `counts` are vectors per language, `files` size and modification time (ns) of each file, by relative name;
    `build` is what the server calls it; see `Chroma.building`.
    """

    archive: str
    embedder: str
    dimension: int
    applied: int
    counts: dict[str, int] = field(default_factory=dict)
    files: dict[str, list[int]] = field(default_factory=dict)
    build: str = ""


def read_note(path: Path) -> IndexNote | None:
    """None if there is no note, or none that can be read: the index is then built anew."""
    try:
        return noted(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def noted(written: str) -> IndexNote | None:
    """The note that was written as JSON; None if it is none."""
    try:
        return IndexNote(**json.loads(written))
    except (ValueError, TypeError):
        return None


def write_note(path: Path, note: IndexNote) -> None:
    """Puts the note there in one step, after everything it speaks of is on disk. Raises OSError."""
    for name in note.files:
        to_disk(path.parent / name)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(asdict(note)), encoding="utf-8")
    to_disk(draft)
    draft.replace(path)
    to_disk(path.parent)


def withdraw_note(path: Path) -> None:
    """From here until the next note the index counts as damaged. Raises OSError."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        to_disk(path.parent)


def files_of(folder: Path) -> dict[str, list[int]]:
    """Size and modification time (ns) of every file below `folder` but the note itself."""
    found: dict[str, list[int]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent / path.stem != folder / "state":
            state = path.stat()
            found[path.relative_to(folder).as_posix()] = [state.st_size, state.st_mtime_ns]
    return found


def to_disk(path: Path) -> None:
    """Waits until a file, or the names in a folder, would survive a loss of power. Raises OSError."""
    if os.name == "nt" and path.is_dir():
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
