"""The vector index: Chroma when it is current, exact search otherwise. On a server it is `rag.store.server_index`;
here it is in a folder, owned by one process.

Chroma survives neither `kill -9` in the middle of a write nor a second process. So one process at a time owns it
(a file lock, which the system gives back when the process ends), a note on disk is there exactly while the index
is whole and untouched, and an index without its note is thrown away and built anew from the catalogue, where the
embeddings are. No answer depends on it.
"""

from __future__ import annotations

import logging
import shutil
import threading
from dataclasses import replace
from typing import Literal, Protocol

from filelock import FileLock, Timeout

from rag.errors import ArchiveError
from rag.settings import ChromaServer
from rag.store import index_check
from rag.store.catalogue import Catalogue
from rag.store.chroma import Chroma, ChromaError, connect
from rag.store.exact import ExactIndex
from rag.store.filling import fill, follow
from rag.store.index_ledger import open_ledger
from rag.store.index_note import AT_ONCE, IndexNote, files_of, read_note, withdraw_note, write_note
from rag.store.rows import Vector
from rag.store.server_index import ServerIndex

_log = logging.getLogger(__name__)


class Index(Protocol):
    """Nearest passages by cosine, for any thread of any number of processes."""

    @property
    def backend(self) -> Literal["chroma", "exact"]:
        """What is open to answer."""

    def search(self, vector: Vector, language: str, k: int) -> list[tuple[int, float]]:
        """The `k` passages of `language` nearest to vector [d]: row id and cosine.

        Best first. Raises EmbedderMismatch if the vector is not of the archive's dimension.
        """

    def sync(self) -> bool:
        """Brings Chroma up to the catalogue, building it anew if need be; False if another process does.

        Raises ArchiveError if it cannot be written; searches go on without it.
        """

    def mend(self) -> Literal["whole", "built", "in use"]:
        """Reads all of Chroma's vectors, in a process that may break of them, and builds what is not the catalogue's.

        Raises ArchiveError as `sync` does.
        """

    def close(self) -> None:
        """Leaves the index to whichever process wants it next."""


def open_index(catalogue: Catalogue, server: ChromaServer | None) -> Index:
    """Cheap: Chroma is imported and opened by the first search or sync."""
    return ServerIndex(catalogue, server, open_ledger(catalogue)) if server else VectorIndex(catalogue)


class VectorIndex:
    """The index in a folder of the home: see Index."""

    def __init__(self, catalogue: Catalogue) -> None:
        home = catalogue.home
        self._catalogue = catalogue
        self._folder = home / "chroma"
        self._note_path = self._folder / "state.json"
        self._owner = FileLock(home / "chroma.lock", thread_local=False)
        self._exact = ExactIndex(catalogue)
        self._lock = threading.Lock()
        self._syncing = False
        self._declined = False
        self._chroma: Chroma | None = None
        self._note: IndexNote | None = None

    @property
    def backend(self) -> Literal["chroma", "exact"]:
        return "chroma" if self._chroma else "exact"

    def search(self, vector: Vector, language: str, k: int) -> list[tuple[int, float]]:
        # A question does not wait for a long sync that another thread runs.
        chroma = None if self._syncing else self._current()
        if chroma:
            try:
                return chroma.query(vector, language, k)
            except ChromaError as failure:
                with self._lock:
                    if self._chroma is chroma:
                        self._give_up(failure)
        return self._exact.search(vector, language, k)

    def sync(self) -> bool:
        """False if another process owns the folder."""
        self._syncing = True
        try:
            with self._lock:
                self._declined = False
                try:
                    return self._ready(limit=None)
                except ChromaError as failure:
                    self._give_up(failure)
                    raise ArchiveError(f"the vector index cannot be written: {failure}") from failure
        finally:
            self._syncing = False

    def mend(self) -> Literal["whole", "built", "in use"]:
        with self._lock:
            if self._catalogue.embedder() is None:
                return "whole"
            if not self._own():
                return "in use"
            self._close_chroma()
            note = read_note(self._note_path)
            whole = note is not None and note.files == self._files() and note.applied <= self._catalogue.generation()
            try:
                # Until it is found whole: to look into Chroma's files changes them.
                self._withdraw()
                if note and whole and index_check.is_whole(self._catalogue, note, None):
                    write_note(self._note_path, replace(note, files=self._files()))
            except (ChromaError, OSError) as failure:
                raise ArchiveError(f"the vector index cannot be written: {failure}") from failure
            whole = read_note(self._note_path) is not None
        self.sync()
        return "whole" if whole else "built"

    def close(self) -> None:
        with self._lock:
            self._close_chroma()
            self._owner.release()

    def _current(self) -> Chroma | None:
        with self._lock:
            if self._declined:
                return None
            try:
                ready = self._ready(limit=AT_ONCE)
            except ChromaError as failure:
                self._give_up(failure)
                ready = False
            # What could not be opened is not tried again with every question, only by `sync()`.
            self._declined = self._chroma is None
            return self._chroma if ready else None

    def _ready(self, limit: int | None) -> bool:
        """Whether Chroma holds what the catalogue holds, after at most `limit` changes (None: any number)."""
        embedder = self._catalogue.embedder()
        if embedder is None or not self._own():
            return False
        if not self._note or (self._note.embedder, self._note.dimension) != embedder:
            self._close_chroma()
            blank = IndexNote(self._catalogue.archive_id(), *embedder, applied=0)
            if not self._open_clean(blank):
                if limit is not None and self._catalogue.count().passages > limit:
                    return False
                self._rebuild(blank)
        return self._catch_up(limit)

    def _own(self) -> bool:
        if self._catalogue.readonly:
            return False
        try:
            if not self._owner.is_locked:
                self._owner.acquire(blocking=False)
        except (Timeout, OSError):
            return False
        return True

    def _open_clean(self, blank: IndexNote) -> bool:
        """Opens the index if it is whole, of this archive and of this model."""
        note = read_note(self._note_path)
        if note is None or replace(note, applied=0, counts={}, files={}) != blank:
            return False
        if note.applied > self._catalogue.generation() or note.files != self._files():
            return False
        try:
            # Opening already writes to Chroma's files.
            self._withdraw()
            self._chroma = self._connect(blank)
            if self._chroma.counts() == note.counts:
                self._settle(note)
                return True
        except ChromaError as failure:
            _log.info("the vector index is built anew: %s", failure)
        self._close_chroma()
        return False

    def _rebuild(self, blank: IndexNote) -> None:
        self._withdraw()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._chroma = self._connect(blank)
        self._settle(replace(blank, applied=fill(self._chroma, self._catalogue)))

    def _catch_up(self, limit: int | None) -> bool:
        assert self._chroma and self._note
        note, generation = self._note, self._catalogue.generation()
        if limit is not None and generation - note.applied > limit:
            return False
        if note.applied == generation:
            return True
        self._withdraw()
        self._settle(replace(note, applied=follow(self._chroma, self._catalogue, note.applied)))
        return True

    def _connect(self, note: IndexNote) -> Chroma:
        return connect(self._folder, None, note)

    def _settle(self, note: IndexNote) -> None:
        """Leaves the note that the index is whole. Raises ChromaError if it is not."""
        assert self._chroma
        held, wanted = self._chroma.counts(), self._catalogue.count()
        if wanted.generation == note.applied and held != dict(wanted.languages):
            raise ChromaError(f"Chroma holds {held} passages instead of {dict(wanted.languages)}")
        self._note = replace(note, counts=held, files=self._files())
        try:
            write_note(self._note_path, self._note)
        except OSError as error:
            raise ChromaError(f"{self._note_path}: {error.strerror}") from error

    def _withdraw(self) -> None:
        try:
            withdraw_note(self._note_path)
        except OSError as error:
            raise ChromaError(f"{self._note_path}: {error.strerror}") from error

    def _files(self) -> dict[str, list[int]]:
        return files_of(self._folder)

    def _give_up(self, failure: ChromaError) -> None:
        _log.warning("%s; searching without it", failure)
        try:
            # Files that fail are not to be trusted again.
            withdraw_note(self._note_path)
        except OSError as error:
            _log.warning("%s: %s", self._note_path, error.strerror)
        self._close_chroma()

    def _close_chroma(self) -> None:
        chroma, self._chroma, self._note = self._chroma, None, None
        if chroma:
            try:
                chroma.close()
            except ChromaError as failure:
                _log.info("%s", failure)
