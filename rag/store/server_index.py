"""The vector index on a Chroma server that several processes share: each searches it, one at a time writes to it.

The note says up to which change the server holds the archive; the catalogue's log says what came and went since. A
question takes candidates from the server, adds what came since, and scores all of them by the catalogue's own vectors:
rows that are gone drop out, and nothing is stale. A writer that is killed leaves the note behind what the server holds;
to apply the log once more from there does no harm. Whatever cannot be trusted is searched exactly.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

import numpy as np

from rag.errors import ArchiveError
from rag.settings import ChromaServer
from rag.store import index_check
from rag.store.catalogue import Catalogue
from rag.store.chroma import AT_MOST, Chroma, ChromaError, connect
from rag.store.exact import ExactIndex
from rag.store.filling import fill, follow
from rag.store.index_ledger import IndexLedger
from rag.store.index_note import AT_ONCE, IndexNote
from rag.store.rows import Vector

_log = logging.getLogger(__name__)

# Seconds until a server that failed is tried again, and for which `sync` waits for another process that writes.
_RETRY, _WAIT = 5.0, 5.0


class ServerIndex:
    """The index on a server: see rag.store.vectors.Index."""

    def __init__(self, catalogue: Catalogue, server: ChromaServer, ledger: IndexLedger) -> None:
        self._catalogue = catalogue
        self._server = server
        self._ledger = ledger
        self._exact = ExactIndex(catalogue)
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._chroma: Chroma | None = None
        self._opened_for: tuple[str, str, int] | None = None
        self._building: str | None = None
        self._sound = False
        self._answers = False
        self._rest_until = 0.0

    @property
    def backend(self) -> Literal["chroma", "exact"]:
        return "chroma" if self._answers else "exact"

    def search(self, vector: Vector, language: str, k: int) -> list[tuple[int, float]]:
        found = None
        if time.monotonic() >= self._rest_until:
            try:
                self._keep_up()
                found = self._nearest(vector, language, k)
                self._answers = found is not None
            except (ChromaError, ArchiveError) as failure:
                self._give_up(failure)
        return self._exact.search(vector, language, k) if found is None else found

    def sync(self) -> bool:
        """False if another process writes to the server for longer than a moment."""
        with self._writing, self._writing_errors():
            return self._bring_up_locked()

    def mend(self) -> Literal["whole", "built", "in use"]:
        with self._writing, self._writing_errors():
            if self._catalogue.embedder() is None:
                return "whole"
            before = self._note()
            if not self._bring_up_locked():
                return "in use"
            with self._ledger.lock(_WAIT) as held:
                if not held:
                    return "in use"
                note = self._note()
                whole = note is not None and index_check.is_whole(self._catalogue, note, self._server)
                if note and not whole:
                    self._ledger.withdraw(note.build)
            if not whole:
                self._bring_up_locked()
        return "whole" if whole and before and note and before.build == note.build else "built"

    def close(self) -> None:
        self._drop()
        self._ledger.close()

    # Searching

    def _nearest(self, vector: Vector, language: str, k: int) -> list[tuple[int, float]] | None:
        """As `search`; None where the server cannot be relied on for it."""
        with self._catalogue.snapshot():
            note, generation = self._note(), self._catalogue.generation()
            if not note or abs(generation - note.applied) > AT_ONCE or note.dimension != len(vector):
                return None
            changes = self._catalogue.changes(note.applied, AT_ONCE)
            added, removed = changes.added.get(language, ()), changes.removed.get(language, ())
            # The server may hold what is gone, and while another process writes what no snapshot shows yet.
            most = max(k, AT_MOST)
            for wanted in (min(k + len(removed), most), most):
                candidates = self._candidates(vector, language, wanted) if note.counts.get(language) else []
                rowids, rows = self._catalogue.vectors_of({*candidates, *added})
                there = len(set(candidates) & set(rowids))
                if there >= k or len(candidates) < wanted:
                    break
            # Somebody may have begun to build it anew meanwhile.
            if self._ledger.read(note.build) is None:
                return None
            if there < k and (len(candidates) == wanted or len(rowids) < min(k, self._count(language))):
                # Too many of them are gone, or the index has lost some.
                return None
        cosines = rows @ (vector / (np.linalg.norm(vector) or 1.0))
        best = np.lexsort((np.array(rowids, dtype=np.int64), -cosines))[:k]
        return [(rowids[place], float(cosines[place])) for place in best]

    def _candidates(self, vector: Vector, language: str, k: int) -> list[int]:
        chroma = self._open()
        chroma.find(language)
        return [rowid for rowid, _ in chroma.query(vector, language, k)]

    def _count(self, language: str) -> int:
        return self._catalogue.count().languages.get(language, 0)

    def _note(self) -> IndexNote | None:
        """The note, if it is of this archive and of its model as this thread sees them; it may be ahead of those."""
        embedder = self._catalogue.embedder()
        note = self._read() if embedder else None
        if note is None or (note.embedder, note.dimension) != embedder:
            return None
        if note.archive != self._catalogue.archive_id():
            return None
        # Ahead of a catalogue that was brought back from an older copy; but not ahead of an older snapshot only.
        is_ahead = note.applied > self._catalogue.generation() and note.applied > self._newest_generation()
        return None if is_ahead else note

    def _read(self) -> IndexNote | None:
        """The note on what the server holds, by whatever name and in whichever of its lives it is asked."""
        chroma = self._open()
        note = self._ledger.read(self._building) if self._building else None
        if note is None and (building := chroma.building()) != self._building:
            self._building = building
            note = self._ledger.read(building) if building else None
        return note

    def _newest_generation(self) -> int:
        """The catalogue's generation now, whatever snapshot this thread reads."""
        seen: list[int | ArchiveError] = []

        def look() -> None:
            try:
                seen.append(self._catalogue.generation())
            except ArchiveError as error:
                seen.append(error)

        # Connections and their snapshots belong to threads.
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        if isinstance(seen[0], ArchiveError):
            raise seen[0]
        return seen[0]

    # Writing

    def _keep_up(self) -> None:
        """Applies a few changes if nobody else is at it: a killed writer's work is taken up by the next question."""
        note = self._note()
        if (note and note.applied >= self._catalogue.generation()) or self._catalogue.readonly:
            return
        if not self._writing.acquire(blocking=False):
            return
        try:
            with self._ledger.lock() as held:
                if held:
                    self._bring_up(AT_ONCE)
        finally:
            self._writing.release()

    def _bring_up_locked(self) -> bool:
        if self._catalogue.readonly:
            return False
        with self._ledger.lock(_WAIT) as held:
            if not held:
                return False
            self._bring_up(None)
            return True

    @contextmanager
    def _writing_errors(self) -> Iterator[None]:
        try:
            yield
        except ChromaError as failure:
            self._rest()
            stored = "articles are stored, and questions answered without it"
            raise ArchiveError(f"the vector index cannot be written: {failure}; {stored}") from failure

    def _bring_up(self, limit: int | None) -> None:
        """Makes the server hold what the catalogue holds; nothing where that takes more than `limit` changes."""
        if self._catalogue.embedder() is None:
            return
        note, generation = self._note(), self._catalogue.generation()
        if note and limit is not None and not 0 < generation - note.applied <= limit:
            return
        if note and self._follow(self._open(), note):
            return
        # A note that does not fit is left to `sync`.
        if limit is not None and (self._catalogue.count().passages > limit or self._read()):
            return
        self._build()

    def _follow(self, chroma: Chroma, note: IndexNote) -> bool:
        """Applies the log after the note; False, with the note withdrawn, if the index is not what the note says."""
        if chroma.counts() != note.counts:
            # A writer was killed, or the server has lost its folder: nobody trusts it until it is counted again.
            self._ledger.withdraw(note.build)
        if not (self._sound or self._finds(chroma, note)):
            self._ledger.withdraw(note.build)
            return False
        self._sound = True
        return self._settle(chroma, replace(note, applied=follow(chroma, self._catalogue, note.applied)))

    def _finds(self, chroma: Chroma, note: IndexNote) -> bool:
        """Whether each collection answers: a server killed while it wrote may have one that does not."""
        anything = np.ones(note.dimension, dtype=np.float32)
        try:
            for language in note.counts:
                chroma.find(language)
                chroma.query(anything, language, 1)
        except ChromaError as failure:
            _log.info("the vector index is built anew: %s", failure)
            return False
        return True

    def _build(self) -> None:
        chroma = self._open()
        if building := chroma.building():
            self._ledger.withdraw(building)
        chroma.clear(self._catalogue.archive_id())
        self._building = chroma.begin()
        note = replace(self._blank(), build=self._building)
        applied = follow(chroma, self._catalogue, fill(chroma, self._catalogue))
        if not self._settle(chroma, replace(note, applied=applied)):
            raise ChromaError("Chroma does not hold what was written to it")
        self._sound = True

    def _settle(self, chroma: Chroma, note: IndexNote) -> bool:
        """Leaves the note that the index is whole; False, with the note withdrawn, if it is not."""
        held, wanted = chroma.counts(), self._catalogue.count()
        if wanted.generation == note.applied and held != dict(wanted.languages):
            self._ledger.withdraw(note.build)
            return False
        if (settled := replace(note, counts=held)) != self._ledger.read(note.build):
            self._ledger.write(settled)
        self._answers = True
        return True

    # The connection

    def _blank(self) -> IndexNote:
        embedder = self._catalogue.embedder()
        assert embedder
        return IndexNote(self._catalogue.archive_id(), *embedder, applied=0)

    def _open(self) -> Chroma:
        blank = self._blank()
        wanted = (blank.archive, blank.embedder, blank.dimension)
        with self._lock:
            if self._chroma is None or self._opened_for != wanted:
                self._chroma = connect(self._catalogue.home, self._server, blank)
                self._opened_for, self._building, self._sound = wanted, None, False
            return self._chroma

    def _give_up(self, failure: Exception) -> None:
        _log.warning("%s; searching without it", failure)
        self._rest()

    def _rest(self) -> None:
        self._rest_until = time.monotonic() + _RETRY
        self._drop()

    def _drop(self) -> None:
        with self._lock:
            chroma, self._chroma, self._sound, self._answers = self._chroma, None, False, False
        if chroma:
            try:
                chroma.close()
            except ChromaError as failure:
                _log.info("%s", failure)
