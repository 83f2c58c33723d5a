"""`rag doctor --repair`: finds what a kill, a full disk or a damaged file may have left, and mends what can be mended.

Nothing is guessed: what is mended is derived from what is there. A damaged catalogue is told, not touched.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from filelock import FileLock, Timeout

from rag.errors import ArchiveError, RagError
from rag.ingest.embedding import embed, identity
from rag.settings import ChromaServer
from rag.store import mending
from rag.store.backup_file import CATALOGUE
from rag.store.catalogue import Catalogue
from rag.store.restoring import LEFT_OVER
from rag.store.sqlite import read_only_address
from rag.store.vectors import open_index

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

_RESTORE = (
    "bring a saved one back with: rag restore FILE --replace; without one, move the file away and ingest the articles "
    "again"
)
# SQLite's words for damage of what it can make again from its tables.
_OF_AN_INDEX = ("missing from index", "wrong # of entries in index", "non-unique entry in index")
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the archive: as it should be, mended, or beyond that; `advice` says what to do about the last."""

    name: str
    status: Literal["ok", "mended", "problem"]
    detail: str
    advice: str = ""


def repair(
    home: Path,
    embedder: Callable[[], BaseEmbedding],
    server: ChromaServer | None = None,
    catalogue_url: str | None = None,
) -> Iterator[Finding]:
    """Finding after finding, each when it is mended; `embedder` is called only if something has to be embedded."""
    if not catalogue_url and not (home / CATALOGUE).exists():
        yield Finding("catalogue", "problem", f"{home} holds no archive", "add articles, or: rag restore FILE")
        return
    yield from _left_overs(home)
    try:
        with Catalogue.open(home, url=catalogue_url) as catalogue:
            found = _file(catalogue)
            yield found
            if found.status != "problem":
                yield from _rows(catalogue, embedder)
                yield _index(catalogue, server)
    except ArchiveError as error:
        yield Finding("catalogue", "problem", str(error), _RESTORE)
    yield from _other_databases(home)


def _left_overs(home: Path) -> Iterator[Finding]:
    """Folders of a restoring that was killed."""
    try:
        with FileLock(home / "chroma.lock", blocking=False):
            for folder in home.glob(f"{LEFT_OVER}*"):
                shutil.rmtree(folder)
                yield Finding("left over", "mended", f"removed {folder}, of a restore that was interrupted")
    except Timeout:
        return
    except OSError as error:
        yield Finding("home", "problem", f"{home} cannot be written ({error.strerror})", "change its rights")


def _file(catalogue: Catalogue) -> Finding:
    said = catalogue.driver.damage()
    if not said:
        return Finding("catalogue", "ok", f"{catalogue.path} is whole")
    if all(any(words in line for words in _OF_AN_INDEX) for line in said):
        catalogue.driver.renew_indexes()
        if not catalogue.driver.damage():
            return Finding("catalogue", "mended", f"made its indexes again ({said[0]})")
    return Finding("catalogue", "problem", f"{catalogue.path} is damaged ({said[0].splitlines()[-1]})", _RESTORE)


def _rows(catalogue: Catalogue, embedder: Callable[[], BaseEmbedding]) -> Iterator[Finding]:
    yield _told("rows", mending.drop_orphans(catalogue), "rows without their article removed")
    yield _told("staging", mending.drop_stale_staging(catalogue), "embeddings of articles that changed removed")
    if waiting := catalogue.query("SELECT count(*) FROM staged")[0][0]:
        detail = f"a change of the model was interrupted with {waiting} articles done"
        yield Finding("staging", "ok", detail, "go on with: rag ingest --rebuild")
    yield _vectors(catalogue, embedder)
    yield _told("full text", mending.renew_words(catalogue), "passages indexed again")
    yield _told("sums", mending.renew_sums(catalogue), "means or words counted again")
    yield _told("log", mending.renew_log(catalogue), "entries corrected")


def _told(name: str, wrong: int, done: str) -> Finding:
    return Finding(name, "mended", f"{done}: {wrong}") if wrong else Finding(name, "ok", "as it should be")


def _vectors(catalogue: Catalogue, embedder: Callable[[], BaseEmbedding]) -> Finding:
    wrong = mending.without_vectors(catalogue)
    if not wrong:
        return Finding("vectors", "ok", "as they should be")
    try:
        model = embedder()
        catalogue.check_embedder(identity(model))
        for start in range(0, len(wrong), _AT_ONCE):
            articles = list(catalogue.articles(wrong[start : start + _AT_ONCE]).values())
            embedded = embed(model, articles)
            with catalogue.transaction() as writer:
                for article, passages in zip(articles, embedded, strict=True):
                    mending.drop_passages(writer, article.id)
                    writer.add_passages(article, passages)
    except RagError as error:
        return Finding("vectors", "problem", f"articles without proper vectors: {len(wrong)}", str(error))
    return Finding("vectors", "mended", f"articles embedded again: {len(wrong)}")


def _index(catalogue: Catalogue, server: ChromaServer | None) -> Finding:
    remedy = "start the Chroma server, or correct the CHROMA_ settings" if server else "free some space"
    with closing(open_index(catalogue, server)) as index:
        try:
            outcome = index.mend()
        except ArchiveError as error:
            return Finding("index", "problem", str(error), "questions are answered without it; " + remedy)
    if outcome == "in use":
        return Finding("index", "ok", "another process uses it and keeps it up to date")
    if outcome == "built":
        return Finding("index", "mended", f"built from the catalogue, passages: {catalogue.count().passages}")
    return Finding("index", "ok", "holds the catalogue's vectors")


def _other_databases(home: Path) -> Iterator[Finding]:
    for path in sorted(home.glob("*.sqlite3")):
        if path.name == CATALOGUE or ".damaged-" in path.name:
            continue
        try:
            with closing(sqlite3.connect(read_only_address(path), uri=True)) as connection:
                said = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        except sqlite3.Error as error:
            said = str(error)
        name = path.stem
        if said == "ok":
            yield Finding(name, "ok", f"{path} is whole")
        else:
            advice = "bring saved ones back with: rag restore FILE --replace; else the page sets the file aside"
            yield Finding(name, "problem", f"{path} is damaged ({said.splitlines()[-1]})", advice)
