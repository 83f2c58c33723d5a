"""A batch of records: embedded together, written in one transaction, so that a kill leaves whole articles only.

A thread embeds and writes one batch while the next is read. What another worker is embedding is put aside and looked at
again with the next batches: then it is stored, or its worker died.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.errors import ArchiveError
from rag.ingest.claims import Claims
from rag.ingest.embedding import embed, identity
from rag.ingest.place import Incoming, Reading, place
from rag.store.catalogue import Catalogue
from rag.store.writer import Writer

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

# About as much as a local embedder needs to work at full speed; a kill costs no more than two such batches.
_CHARACTERS = 30_000
_RECORDS = 500
# With more than so much put aside, nothing new is read before the others have stored theirs.
_ASIDE_CHARACTERS, _ASIDE_RECORDS = 10 * _CHARACTERS, 2 * _RECORDS
_LOOK_AGAIN_SECONDS = 0.2


class Batch:
    """Collects records and ended files until `is_full`; `write` hands them over to be stored; `finish` ends it all.

    Used as a context: at its end nothing is being written and nothing claimed any more, whatever happened.
    """

    def __init__(self, catalogue: Catalogue, embedder: BaseEmbedding) -> None:
        self._catalogue = catalogue
        self._embedder = embedder
        self._most = int(getattr(embedder, "batch_characters", _CHARACTERS))
        self._records: list[Incoming] = []
        self._ended: list[Reading] = []
        self._characters = 0
        # What follows belongs to the thread that stores, while it runs.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ingest")
        self._stopping = threading.Event()
        self._storing: Future[Counter[str]] | None = None
        self._claims = Claims(catalogue)
        self._has_claims = False
        self._aside: list[Incoming] = []
        self._unclosed: list[Reading] = []

    def __enter__(self) -> Batch:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.shutdown()
        # A full disk that ended the work may forbid this, too; then they run out.
        with suppress(ArchiveError):
            if self._has_claims:
                self._claims.release()

    @property
    def is_full(self) -> bool:
        return self._characters >= self._most or len(self._records) + len(self._ended) >= _RECORDS

    def add(self, record: Incoming) -> None:
        self._records.append(record)
        if self._catalogue.id_of_content(record.content_hash) is None:
            self._characters += len(record.article.text)

    def end(self, reading: Reading) -> None:
        """All of the file has been added."""
        self._ended.append(reading)

    def write(self) -> Counter[str]:
        """Begins to embed and store what was collected, once what was handed over before is stored.

        The numbers of that one's records by outcome, and of "passages". Raises EmbedderError or ArchiveError; then
        nothing of it is stored.
        """
        tally = self._stored()
        records, ended = self._records, self._ended
        self._records, self._ended, self._characters = [], [], 0
        self._storing = self._thread.submit(self._store, records, ended)
        return tally

    def finish(self) -> Counter[str]:
        """`write`, and waits for it, and for what other workers embed, or takes it over from those that died."""
        tally = self.write() + self._stored()
        while self._aside:
            self._stopping.wait(_LOOK_AGAIN_SECONDS)
            tally += self._store_once([], [])
        return tally

    def _stored(self) -> Counter[str]:
        storing, self._storing = self._storing, None
        return storing.result() if storing else Counter()

    def _store(self, records: list[Incoming], ended: list[Reading]) -> Counter[str]:
        tally = self._store_once(records, ended)
        while self._too_much_aside() and not self._stopping.wait(_LOOK_AGAIN_SECONDS):
            tally += self._store_once([], [])
        return tally

    def _store_once(self, records: list[Incoming], ended: list[Reading]) -> Counter[str]:
        tally: Counter[str] = Counter()
        records, ended = self._aside + records, self._unclosed + ended
        self._aside = []
        # A second round only if another process removed an article between the look and the write.
        while records:
            records, aside = self._embedded(records)
            self._aside += aside
            records = self._write(records, tally)
        # A file is known only when all that stands in it is stored.
        waiting = {id(record.reading) for record in self._aside}
        self._unclosed = [reading for reading in ended if id(reading) in waiting]
        if len(self._unclosed) < len(ended):
            with self._catalogue.transaction() as writer:
                for reading in ended:
                    if id(reading) not in waiting:
                        _close(writer, reading)
        return tally

    def _embedded(self, records: list[Incoming]) -> tuple[list[Incoming], list[Incoming]]:
        """The records that can be placed, the new ones among them embedded, and those that have to wait."""
        new = [record for record in records if self._catalogue.id_of_content(record.content_hash) is None]
        if not new:
            return records, []
        self._has_claims = True
        taken = self._claims.take(dict.fromkeys(record.content_hash for record in new))
        # What another worker stored since the look is no longer new.
        new = [record for record in new if self._catalogue.id_of_content(record.content_hash) is None]
        aside = _waiting(new, taken)
        apart = set(map(id, aside))
        new = [record for record in new if id(record) not in apart]
        with self._claims.kept():
            embedded = embed(self._embedder, [record.article for record in new])
        passages = dict(zip(map(id, new), embedded, strict=True))
        ready = [record for record in records if id(record) not in apart]
        return [replace(record, passages=passages.get(id(record))) for record in ready], aside

    def _write(self, records: list[Incoming], tally: Counter[str]) -> list[Incoming]:
        written: Counter[str] = Counter()
        left: list[Incoming] = []
        if not (records or self._has_claims):
            return left
        with self._catalogue.transaction() as writer:
            vectors = [passage.vector for record in records for passage in record.passages or ()]
            if vectors:
                writer.set_embedder(identity(self._embedder), len(vectors[0]))
            for record in records:
                outcome = place(writer, record)
                if outcome == "not embedded":
                    left.append(record)
                    continue
                written[outcome] += 1
                if outcome in ("added", "updated"):
                    written["passages"] += len(record.passages or ())
            if self._has_claims:
                writer.ledger.release(self._claims.worker)
        self._has_claims = False
        tally.update(written)
        return left

    def _too_much_aside(self) -> bool:
        characters = sum(len(record.article.text) for record in self._aside)
        return characters >= _ASIDE_CHARACTERS or len(self._aside) >= _ASIDE_RECORDS


def _waiting(new: Sequence[Incoming], taken: set[str]) -> list[Incoming]:
    """Those of the new records that another worker embeds, and those after one of these with its id.

    Of two records of a file with one id the first gets it, whoever embeds them.
    """
    waiting: list[Incoming] = []
    ids: set[tuple[int, str]] = set()
    for record in new:
        key = id(record.reading), record.article.id
        if record.content_hash not in taken or (record.article.id and key in ids):
            waiting.append(record)
            ids.add(key)
    return waiting


def _close(writer: Writer, reading: Reading) -> None:
    if not reading.is_whole:
        return
    path = reading.state.path
    for record in set(writer.ledger.records(path)) - reading.records:
        writer.ledger.displace(path, record)
    writer.ledger.record_file(reading.state)
