"""What the archive holds, and whether its vectors and its index fit it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from rag.doctor.check import Check
from rag.errors import RagError
from rag.settings import ChromaServer, Settings

if TYPE_CHECKING:
    from rag.embed.base import Embedder
    from rag.store.catalogue import Catalogue
    from rag.store.index_ledger import IndexLedger
    from rag.store.index_note import IndexNote


def check_archive(settings: Settings, embedder: Embedder | None) -> Iterator[Check]:
    """What the archive holds, whether its model is the one of the settings, and the state of its vector index."""
    from rag.store.catalogue import Catalogue

    if not settings.catalogue_url and not (settings.home / "catalogue.sqlite3").exists():
        yield Check("archive", "warning", f"{settings.home} holds no archive yet", "add articles with: rag ingest PATH")
        return
    try:
        with Catalogue.open(settings.home, url=settings.catalogue_url, readonly=True) as catalogue:
            yield _contents(catalogue)
            if embedder is not None:
                yield _model(catalogue, embedder)
            yield check_index(catalogue, settings.chroma_server)
    except RagError as error:
        yield Check("archive", "problem", str(error))


def _contents(catalogue: Catalogue) -> Check:
    count = catalogue.count()
    if not count.articles:
        return Check("archive", "warning", "the archive is empty", "add articles with: rag ingest PATH")
    languages = ", ".join(f"{language} {number}" for language, number in sorted(count.languages.items()))
    dates = catalogue.date_range()
    period = f"published {dates[0]} to {dates[1]}" if dates else "no article is dated"
    outlets = len(catalogue.sources())
    held = f"articles: {count.articles}, outlets: {outlets}, passages: {count.passages} ({languages}), {period}"
    return Check("archive", "ok", held)


def _model(catalogue: Catalogue, embedder: Embedder) -> Check:
    stored = catalogue.embedder()
    try:
        catalogue.check_embedder(embedder.identity)
    except RagError as error:
        return Check("vectors", "problem", str(error))
    made = f"{stored[0]}, {stored[1]} numbers each, as set" if stored else "none yet"
    return Check("vectors", "ok", made)


def check_index(catalogue: Catalogue, server: ChromaServer | None) -> Check:
    """Reads the index's note and its lock; a folder is not opened, since only one process may."""
    from rag.store.chroma import ChromaError
    from rag.store.index_ledger import FileLedger, open_ledger
    from rag.store.index_note import files_of, read_note

    folder = catalogue.home / "chroma"
    ledger: IndexLedger = open_ledger(catalogue) if server else FileLedger(catalogue.home)
    with closing(ledger):
        if ledger.is_held():
            doing = "written to" if server else "used"
            aside = "" if server else "; this one searches exactly meanwhile"
            return Check("index", "ok", f"Chroma is {doing} by another process now{aside}")
        try:
            note = _note_on(server, catalogue, ledger) if server else read_note(folder / "state.json")
        except ChromaError as failure:
            return Check("index", "warning", str(failure), "questions are answered without it, exactly")
    if note is None or (not server and note.files != files_of(folder)):
        return Check(
            "index", "warning", "Chroma's index is not built, or was interrupted", "the next `rag ingest` mends it"
        )
    behind = catalogue.generation() - note.applied
    if (note.archive, note.embedder) != (catalogue.archive_id(), (catalogue.embedder() or ("", 0))[0]) or behind < 0:
        return Check("index", "warning", "Chroma's index is of another archive", "the next `rag ingest` mends it")
    late = f", changes still to apply: {behind}" if behind else ""
    return Check("index", "ok", f"Chroma's index is whole, passages: {sum(note.counts.values())}{late}")


def _note_on(server: ChromaServer, catalogue: Catalogue, ledger: IndexLedger) -> IndexNote | None:
    """The note on what a server holds. Raises ChromaError."""
    from rag.store.chroma import connect
    from rag.store.index_note import IndexNote

    embedder = catalogue.embedder()
    if embedder is None:
        return None
    with closing(connect(catalogue.home, server, IndexNote(catalogue.archive_id(), *embedder, applied=0))) as chroma:
        building = chroma.building()
    return ledger.read(building) if building else None
