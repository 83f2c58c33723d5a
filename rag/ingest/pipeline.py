"""The write path, from files and folders to the catalogue: safe to repeat, to interrupt and to run twice at once."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UnknownArticle
from rag.ingest.batch import Batch
from rag.ingest.embedding import identity
from rag.ingest.place import Incoming, Reading, content_hash
from rag.ingest.reembed import reembed
from rag.ingest.refrains import Refrains
from rag.ingest.sweep import key, sweep, take_out
from rag.readers.files import Record, discover, read
from rag.store.catalogue import Catalogue
from rag.store.rows import FileState
from rag.types import Article, Failure, IngestReport

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding


# The coarsest clocks of file systems (FAT) tick every two seconds.
_TICK_NS = 2_000_000_000
_UNKNOWN_TIME = -1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingestion is: `done` of `total` bytes of files that have to be read, and what was stored so far.

    While the archive is embedded anew, `done` and `total` count articles instead and `path` is "".
    """

    done: int
    total: int
    articles: int
    passages: int
    path: str


def ingest(
    catalogue: Catalogue,
    embedder: BaseEmbedding,
    paths: Sequence[Path],
    *,
    field_map: Mapping[str, str] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    rebuild: bool = False,
    prune: bool = False,
) -> IngestReport:
    """Adds what is new, updates what changed, removes what is gone from the given folders and files.

    A folder all of whose known files are gone may be a drive that is not mounted: nothing of it is removed unless
    `prune` is set. `rebuild` first embeds the whole archive again. Unreadable files are reported, not raised. Raises
    EmbedderMismatch if another model embedded the archive, ArchiveError if it cannot be written, EmbedderError.
    """
    began = time.monotonic()
    run = _Run(catalogue, embedder, field_map, on_progress)
    if rebuild:
        run.reembed()
    catalogue.check_embedder(identity(embedder))
    left_out: Counter[str] = Counter()
    with run.batch:
        run.files(discover(paths, left_out))
    run.refrains.mend(embedder)
    swept = sweep(catalogue, [path for path in paths if path.is_dir()], prune=prune)
    removed = swept.removed
    if removed or run.tally["updated"]:
        catalogue.tidy()
    tally = run.tally
    return IngestReport(
        added=tally["added"],
        updated=tally["updated"],
        unchanged=tally["unchanged"] + tally["duplicate"],
        removed=removed,
        failed=tuple(run.failed),
        duplicates=tally["duplicate"],
        passages=tally["passages"],
        seconds=time.monotonic() - began,
        left_out=tuple(left_out.most_common()),
        missing=swept.missing,
    )


def remove(catalogue: Catalogue, ids: Iterable[str] = (), sources: Iterable[str] = ()) -> int:
    """Removes articles by id and by outlet; how many. Raises UnknownArticle before anything is removed."""
    with catalogue.transaction() as writer:
        chosen = set(ids)
        if unknown := chosen - catalogue.known(chosen):
            raise UnknownArticle(f"no article has the id {min(unknown)!r}; `rag list` shows all ids")
        for source in sources:
            of_source = catalogue.of_source(source)
            if not of_source:
                raise UnknownArticle(f"no article is from {source!r}; `rag list` shows all outlets")
            chosen.update(of_source)
        for article_id in chosen:
            # The files have to be read again, should they be ingested again.
            for path in writer.ledger.paths_of(article_id):
                writer.ledger.forget_file(path)
            take_out(writer, article_id)
    if chosen:
        catalogue.tidy()
    return len(chosen)


class _Run:
    """One ingestion: what failed, and the numbers of articles by outcome."""

    def __init__(
        self,
        catalogue: Catalogue,
        embedder: BaseEmbedding,
        field_map: Mapping[str, str] | None,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self.failed: list[Failure] = []
        self.tally: Counter[str] = Counter()
        self._catalogue = catalogue
        self._embedder = embedder
        self.batch = Batch(catalogue, embedder)
        self._field_map = field_map
        self._mapping = json.dumps(field_map, sort_keys=True) if field_map else ""
        self._on_progress = on_progress
        self._read = self._total = 0
        self._has_edits = catalogue.edits.any()
        self.refrains = Refrains(catalogue)

    def reembed(self) -> None:
        total = self._catalogue.count().articles

        def report(articles: int, passages: int) -> None:
            if self._on_progress:
                self._on_progress(Progress(articles, max(articles, total), articles, passages, ""))

        reembed(self._catalogue, self._embedder, report)

    def files(self, found: Iterable[Path]) -> None:
        todo: list[tuple[Path, os.stat_result]] = []
        for path in found:
            try:
                stat = path.stat()
            except OSError:
                # The reader says what is wrong with it.
                self.failed += [item for item in read(path) if isinstance(item, Failure)]
                continue
            known = self._catalogue.ledger.file(key(path))
            if known and (known.size, known.mtime_ns, known.mapping) == (stat.st_size, stat.st_mtime_ns, self._mapping):
                self.tally["unchanged"] += len(self._catalogue.ledger.records(known.path))
            else:
                todo.append((path, stat))
        self._total = sum(stat.st_size for _, stat in todo)
        for path, stat in todo:
            self._report(path)
            self._file(path, stat)
        self.tally.update(self.batch.finish())
        if todo:
            self._report(todo[-1][0])

    def _file(self, path: Path, stat: os.stat_result) -> None:
        end = self._read + stat.st_size
        # What changed a moment ago may change again within the same tick of its file system's clock, and what carries
        # a time to come tells nothing: such a file's bytes are compared the next time.
        is_settled = stat.st_mtime_ns < time.time_ns() - _TICK_NS
        modified = stat.st_mtime_ns if is_settled else _UNKNOWN_TIME
        state = FileState(key(path), stat.st_size, modified, _digest(path), self._mapping)
        if not (state.digest and self._is_known(path, state)):
            self._records(path, state, end)
        self._read = end

    def _is_known(self, path: Path, state: FileState) -> bool:
        """Whether the same bytes were read before, here or elsewhere; then nothing has to be read."""
        with self._catalogue.transaction() as writer:
            ledger = writer.ledger
            here = ledger.file(state.path)
            records = ledger.records(state.path)
            if here and (here.digest, here.mapping) == (state.digest, state.mapping):
                self.tally["unchanged"] += len(records)
            elif not records and (twin := ledger.twin(state)):
                records = ledger.records(twin)
                if Path(twin).exists():
                    ledger.place_all(state.path, str(path), records)
                    self.tally["duplicate"] += len(records)
                else:
                    ledger.move(twin, state.path, str(path))
                    self.tally["unchanged"] += len(records)
            else:
                return False
            ledger.record_file(state)
            return True

    def _records(self, path: Path, state: FileState, end: int) -> None:
        reading = Reading(state, str(path))
        for item in read(path, field_map=self._field_map):
            if isinstance(item, Failure):
                self.failed.append(item)
                reading.is_whole = False
                continue
            told = _article(item)
            self._read = min(end, self._read + len(told.text.encode()))
            incoming = Incoming(told, content_hash(told), reading.new_key(item.record), reading)
            incoming = self._edited(incoming) if self._has_edits else incoming
            self.batch.add(replace(incoming, article=self.refrains.marked(incoming.article)))
            if self.batch.is_full:
                self._write()
                self._report(path)
        self.batch.end(reading)

    def _edited(self, incoming: Incoming) -> Incoming:
        """With what a person corrected of the article that stands there."""
        told = incoming.article
        known = self._catalogue.id_of_content(incoming.content_hash)
        standing = known or told.id or self._catalogue.ledger.article_at(incoming.location)
        return (
            replace(incoming, article=self._catalogue.edits.applied(standing, told), told=told)
            if standing
            else incoming
        )

    def _write(self) -> None:
        self.tally.update(self.batch.write())

    def _report(self, path: Path) -> None:
        if self._on_progress:
            articles = self.tally["added"] + self.tally["updated"]
            self._on_progress(Progress(self._read, self._total, articles, self.tally["passages"], str(path)))


def _article(record: Record) -> Article:
    return Article(
        id=record.article_id or "",
        text=record.text,
        title=record.title,
        source=record.source,
        author=record.author,
        published=record.published,
        language=record.language,
        url=record.url,
        unquotable=record.unquotable,
        updated=record.updated,
        contradictions=record.contradictions,
        pages=record.pages,
    )


def _digest(path: Path) -> str:
    """The sha256 of a file; "" for what cannot be read as one, which the reader then reports."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
