"""Saving an archive while it is in use: all of its home that cannot be made again, checked, in one file.

The vector index is left out: it is rebuilt from the catalogue. Everything else below the home is kept, databases by
SQLite's online backup, so that each is as it was at one moment whoever writes meanwhile.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import ArchiveError, UsageError
from rag.store.backup_file import CATALOGUE, MANIFEST, Kept, Manifest, checked_rows, digest_of, unpack
from rag.store.driver import BUSY_SECONDS
from rag.store.index_note import to_disk
from rag.store.sqlite import advice, read_only_address

# Derived, of one process, or what a restoring has put aside.
_LEFT_OUT = re.compile(
    r"chroma(?:/.*|-server\..*)|(?:.*/)?[^/]*(?:\.lock|-wal|-shm|-journal)|\.?(?:restoring|replaced)-.*"
)
_SQLITE = b"SQLite format 3\0"


def back_up(home: Path, target: Path) -> tuple[Path, Manifest]:
    """Writes a backup of `home` to `target`, a new file or a folder for one named by the time; it and what it holds.

    The file appears under its name when it is whole and has been read back. Raises ArchiveError, UsageError.
    """
    if not (home / CATALOGUE).exists():
        raise ArchiveError(f"{home}: there is no archive to save; check --home")
    now = datetime.now(UTC)
    path = target / f"trich-dan-{now:%Y%m%d-%H%M%S}.zip" if target.is_dir() else target
    if path.exists():
        raise UsageError(f"{path} is there already; name a new file, or a folder")
    if path.absolute().is_relative_to(home.absolute()):
        raise UsageError(f"{path} is inside the archive's own folder and would be lost with it; choose a place outside")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: there is no such folder; make it first")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-", ignore_cleanup_errors=True) as work:
            draft = Path(work) / "draft.zip"
            manifest = _write(home, draft, Path(work), now)
            if unpack(draft, None) != manifest:
                raise ArchiveError(f"{path}: what was written is not what was read; check the disk, and save again")
            draft.chmod(0o600)
            to_disk(draft)
            draft.rename(path)
            to_disk(path.parent)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be written ({error.strerror or error}); choose another place") from error
    return path, manifest


def _write(home: Path, draft: Path, work: Path, now: datetime) -> Manifest:
    files: dict[str, Kept] = {}
    # Level 1: texts shrink to half at the disk's speed, vectors hardly at any level.
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False) as backup:
        for name in _names(home):
            copy = work / "copy"
            rows = _copy(home / name, copy)
            if rows is None:
                continue
            backup.write(copy, name)
            files[name] = Kept(copy.stat().st_size, digest_of(copy), rows)
            if name == CATALOGUE:
                archive = _archive_id(copy)
            copy.unlink()
        manifest = Manifest(f"{now:%Y-%m-%dT%H:%M:%SZ}", archive, files)
        backup.writestr(MANIFEST, manifest.to_json())
    return manifest


def _names(home: Path) -> Iterator[str]:
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if path.is_file() and not path.is_symlink() and not _LEFT_OUT.fullmatch(name):
            yield name


def _copy(path: Path, copy: Path) -> dict[str, int] | None:
    """Copies a file as it is at one moment; rows by table of a database, None if the file is gone meanwhile."""
    try:
        with path.open("rb") as file:
            is_database = path.suffix == ".sqlite3" and ".damaged-" not in path.name and file.read(16) == _SQLITE
        if not is_database and path.name != CATALOGUE:
            shutil.copyfile(path, copy)
            return {}
    except FileNotFoundError:
        return None
    try:
        with (
            closing(sqlite3.connect(read_only_address(path), uri=True, timeout=BUSY_SECONDS)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            # All pages in one step: in steps, another process's write would begin it anew each time.
            source.backup(target)
    except sqlite3.Error as error:
        raise ArchiveError(f"{path}: {advice(error)}") from error
    return checked_rows(copy)


def _archive_id(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection, suppress(sqlite3.Error):
        return str(connection.execute("SELECT value FROM meta WHERE key = 'archive'").fetchone()[0])
    raise ArchiveError(f"{path.name} is no archive; check --home")
