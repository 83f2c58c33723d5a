"""A batch of records: embedded together, written in one transaction, so that a kill leaves whole articles only."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.ingest.embedding import embed, identity
from rag.ingest.place import Incoming, Reading, place
from rag.store.catalogue import Catalogue
from rag.store.writer import Writer

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

# About as much as the embedder needs to work at full speed; a kill costs no more than this.
_CHARACTERS = 30_000
_RECORDS = 500


class Batch:
    """Collects records and ended files until `is_full`; `write` empties it."""

    def __init__(self, catalogue: Catalogue, embedder: BaseEmbedding) -> None:
        self._catalogue = catalogue
        self._embedder = embedder
        self._records: list[Incoming] = []
        self._ended: list[Reading] = []
        self._characters = 0

    @property
    def is_full(self) -> bool:
        return self._characters >= _CHARACTERS or len(self._records) + len(self._ended) >= _RECORDS

    def add(self, record: Incoming) -> None:
        self._records.append(record)
        if self._catalogue.id_of_content(record.content_hash) is None:
            self._characters += len(record.article.text)

    def end(self, reading: Reading) -> None:
        """All of the file has been added."""
        self._ended.append(reading)

    def write(self) -> Counter[str]:
        """Embeds and stores what was collected; the numbers of records by outcome, and of "passages".

        Raises EmbedderError or ArchiveError; then nothing of the batch is stored.
        """
        tally: Counter[str] = Counter()
        records, ended = self._records, self._ended
        self._records, self._ended, self._characters = [], [], 0
        # A second round only if another process removed an article between the look and the write.
        while records:
            records = self._write(self._embedded(records), tally)
        with self._catalogue.transaction() as writer:
            for reading in ended:
                _close(writer, reading)
        return tally

    def _embedded(self, records: list[Incoming]) -> list[Incoming]:
        new = [record for record in records if self._catalogue.id_of_content(record.content_hash) is None]
        passages = dict(zip(map(id, new), embed(self._embedder, [record.article for record in new]), strict=True))
        return [replace(record, passages=passages.get(id(record))) for record in records]

    def _write(self, records: list[Incoming], tally: Counter[str]) -> list[Incoming]:
        written: Counter[str] = Counter()
        left: list[Incoming] = []
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
        tally.update(written)
        return left


def _close(writer: Writer, reading: Reading) -> None:
    if not reading.is_whole:
        return
    path = reading.state.path
    for record in set(writer.ledger.records(path)) - reading.records:
        writer.ledger.displace(path, record)
    writer.ledger.record_file(reading.state)
