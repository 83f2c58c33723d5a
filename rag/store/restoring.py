"""An archive's home from a backup: checked before anything is touched, the old files kept.

Each file is replaced in one step, the catalogue last, and the vector index goes first: killed at any moment, the home
holds a whole archive, the old or the new one, and restoring again completes it.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import ArchiveError, UsageError
from rag.store import schema
from rag.store.backup_file import CATALOGUE, Manifest, checked_rows, rows_of, unpack
from rag.store.index_note import to_disk
from rag.store.sqlite import read_only_address

# What a restoring that was killed leaves in the home; of no use to anybody.
LEFT_OVER = ".restoring-"
_BUSY = "is in use by another process; stop it (`rag chat`, `rag serve`, `rag ingest`) and try again"
_PRIVATE = 0o600


def restore(backup: Path, home: Path, *, replace: bool = False) -> tuple[Manifest, Path | None]:
    """Puts the files of a backup into `home`; what it holds, and the folder with the files that were replaced, if any.

    Files of the home that the backup does not have stay. Raises UsageError if the home holds articles or
    conversations and `replace` is not set; ArchiveError if the backup is not sound or the archive is in use.
    """
    if not replace and (what := _held(home)):
        raise UsageError(f"{home} holds {what}; choose another --home, or add --replace (the old files are kept)")
    try:
        home.mkdir(parents=True, exist_ok=True)
        with (
            _locked(home),
            tempfile.TemporaryDirectory(dir=home, prefix=LEFT_OVER, ignore_cleanup_errors=True) as work,
        ):
            manifest = unpack(backup, Path(work))
            _check(Path(work), manifest)
            for name in manifest.files:
                (Path(work) / name).chmod(_PRIVATE)
                to_disk(Path(work) / name)
            with _alone(home, manifest.files):
                kept = _keep_old(home, manifest)
                _put(Path(work), home, manifest)
    except OSError as error:
        raise ArchiveError(f"{home} cannot be written ({error.strerror or error}); choose another --home") from error
    return manifest, kept


def _held(home: Path) -> str:
    """What would be lost, "" for nothing."""
    for path in (home / CATALOGUE, *sorted(home.glob("*.sqlite3"))):
        if not path.exists():
            continue
        try:
            with closing(sqlite3.connect(read_only_address(path), uri=True)) as connection:
                rows = rows_of(connection)
        except sqlite3.Error:
            return f"a damaged {path.name}"
        for table in ("articles", "conversations"):
            if rows.get(table):
                return f"{rows[table]} {table}"
    return ""


def _check(work: Path, manifest: Manifest) -> None:
    """Raises ArchiveError unless every database is sound, whole and of a version that this program reads."""
    for name, kept in manifest.files.items():
        if kept.rows and checked_rows(work / name) != dict(kept.rows):
            raise ArchiveError(f"{name} of the backup does not hold what its manifest says; use another backup")
    with closing(sqlite3.connect(work / CATALOGUE)) as connection:
        if schema.version(connection) > len(schema.MIGRATIONS):
            raise ArchiveError("the backup was made by a newer version of this program; update the program")


@contextmanager
def _alone(home: Path, names: Iterable[str]) -> Iterator[None]:
    """While nobody else uses the databases of these names. Raises ArchiveError if somebody does."""
    with ExitStack() as opened:
        for path in (home / name for name in names):
            if path.suffix == ".sqlite3" and path.exists():
                connection = sqlite3.connect(path, isolation_level=None, timeout=1)
                opened.enter_context(closing(connection))
                if not _seized(connection):
                    raise ArchiveError(f"{home} {_BUSY}")
        yield


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """Keeps others from the vector index, and from repairing or restoring meanwhile."""
    lock = FileLock(home / "chroma.lock", blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise ArchiveError(f"{home} {_BUSY}") from None
    try:
        yield
    finally:
        lock.release()


def _seized(connection: sqlite3.Connection) -> bool:
    """Whether nobody else has the database open; then nobody can until the connection is closed."""
    try:
        # Only who is alone may leave the mode with a log; it writes the log into the file.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        # A damaged file cannot be used by anybody.
        return getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return True


def _keep_old(home: Path, manifest: Manifest) -> Path | None:
    """Gives the files that will be replaced a second name in a folder of their own; the folder."""
    present = [name for name in manifest.files if (home / name).exists()]
    if not present:
        return None
    folder = home / f"replaced-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    for name in present:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            (folder / name).hardlink_to(home / name)
        except OSError:
            # Not every file system has hard links.
            shutil.copy2(home / name, folder / name)
        # Those of a damaged database: left behind, they would be taken for the new file's.
        for side in (f"{name}{ending}" for ending in ("-wal", "-shm", "-journal")):
            if (home / side).exists():
                (home / side).replace(folder / side)
    return folder


def _put(work: Path, home: Path, manifest: Manifest) -> None:
    (home / "chroma" / "state.json").unlink(missing_ok=True)
    (home / "chroma-server.json").unlink(missing_ok=True)
    for name in sorted(manifest.files, key=lambda name: name == CATALOGUE):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).replace(home / name)
    to_disk(home)
