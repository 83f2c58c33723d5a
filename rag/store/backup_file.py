"""The format of a backup: a zip file of an archive's home, with a manifest that says what belongs in it.

`manifest.json` comes last: {"format": 1, "made": time, "archive": id, "files": {name: {"size", "sha256", "rows"}}}.
`rows` are the numbers of rows by table of a database, {} for other files. What a backup file says is untrusted.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from rag.errors import ArchiveError

CATALOGUE = "catalogue.sqlite3"
MANIFEST = "manifest.json"
FORMAT = 1
_MANIFEST_BYTES = 50_000_000
_PIECE = 1 << 20
_NO_BACKUP = (
    KeyError, ValueError, TypeError, AttributeError, RecursionError, OSError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a backup."""

    size: int
    sha256: str
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: files by their names below the home, with forward slashes. `made` is an ISO time in UTC."""

    made: str
    archive: str
    files: Mapping[str, Kept]

    @property
    def articles(self) -> int:
        return self.files[CATALOGUE].rows.get("articles", 0)

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False)


def read_manifest(backup: zipfile.ZipFile) -> Manifest:
    """Raises ArchiveError for what is no backup, or one whose names lead out of the home."""
    name = backup.filename
    try:
        if backup.getinfo(MANIFEST).file_size > _MANIFEST_BYTES:
            raise ValueError("its manifest is too large")
        stored = json.loads(backup.read(MANIFEST))
        if stored["format"] != FORMAT:
            raise ArchiveError(f"{name} was written by a newer version of this program; update the program")
        files = {str(path): Kept(**kept) for path, kept in stored["files"].items()}
        manifest = Manifest(str(stored["made"]), str(stored["archive"]), files)
        if CATALOGUE not in files:
            raise ValueError("there is no archive in it")
        _check_names(backup, files)
    except (
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        RecursionError,
        OSError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise ArchiveError(f"{name} is no backup of an archive ({error}); choose another file") from error
    return manifest


def _check_names(backup: zipfile.ZipFile, files: Mapping[str, Kept]) -> None:
    """Raises ValueError."""
    for path in files:
        parts = PurePosixPath(path)
        if parts.is_absolute() or ".." in parts.parts or "\\" in path or parts.as_posix() != path or ":" in path:
            raise ValueError(f"it names the file {path!r}")
    if sorted(backup.namelist()) != sorted([*files, MANIFEST]):
        raise ValueError("it does not hold what its manifest says")


def unpack(path: Path, folder: Path | None) -> Manifest:
    """Reads all of a backup, every byte checked against the manifest; writes its files below `folder` unless None.

    Raises ArchiveError for anything that is not as it was when the backup was made.
    """
    try:
        with zipfile.ZipFile(path) as backup:
            manifest = read_manifest(backup)
            for name, kept in manifest.files.items():
                with backup.open(name) as source:
                    if _copied(source, folder and folder / name, kept.size) != kept.sha256:
                        raise ArchiveError(f"{path} is damaged ({name} is not as it was saved); use another backup")
    except FileNotFoundError:
        raise ArchiveError(f"{path}: there is no such file; check the name") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ArchiveError(f"{path} is damaged or no backup ({error}); use another backup") from error
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read or unpacked ({error.strerror or error}); check the disk") from error
    return manifest


def _copied(source: IO[bytes], target: Path | None, size: int) -> str | None:
    """The sha256 of what was copied; None where it is longer than `size`."""
    digest = hashlib.sha256()
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") if target is not None else _Nowhere() as out:
        left = size
        while piece := source.read(_PIECE):
            left -= len(piece)
            if left < 0:
                return None
            digest.update(piece)
            out.write(piece)
    return digest.hexdigest()


class _Nowhere:
    def __enter__(self) -> _Nowhere:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def write(self, data: bytes) -> None:
        pass


def digest_of(path: Path) -> str:
    """Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_rows(path: Path) -> dict[str, int]:
    """The numbers of rows by table of a database that nobody uses. Raises ArchiveError if it is not sound."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            # One file instead of three from here on.
            connection.execute("PRAGMA journal_mode = DELETE")
            said = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
            if said != ["ok"]:
                raise ArchiveError(f"{path.name} is damaged ({said[0]}); run `rag doctor --repair` on its home")
            if lost := connection.execute("PRAGMA foreign_key_check").fetchall():
                raise ArchiveError(f"{path.name} has rows without owner in {lost[0][0]}; run `rag doctor --repair`")
            return rows_of(connection)
    except sqlite3.Error as error:
        raise ArchiveError(f"{path.name} is damaged ({error}); run `rag doctor --repair` on its home") from error


def rows_of(connection: sqlite3.Connection) -> dict[str, int]:
    sql = """SELECT name FROM sqlite_master
        WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'"""
    names: list[Any] = [row[0] for row in connection.execute(sql)]
    counted = {name: f'SELECT count(*) FROM "{name}"' for name in names}  # noqa: S608 - the schema's own names
    return {name: int(connection.execute(sql).fetchone()[0]) for name, sql in counted.items()}
