"""What is gone from the files: articles that stand nowhere any more are removed, unless a whole folder is missing."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.ingest import stories
from rag.store.catalogue import Catalogue
from rag.store.writer import Writer
from rag.types import Failure

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Swept:
    """How many articles were removed, and the folders whose files are all gone, which keep theirs."""

    removed: int
    missing: tuple[Failure, ...]


def sweep(catalogue: Catalogue, folders: Sequence[Path], *, prune: bool) -> Swept:
    """Removes the articles that stand nowhere any more.

    Without `prune` those of a folder stay that has lost all its files at once: the folder given, or one below it that
    is empty now, as where a drive is not mounted.
    """
    gone: set[str] = set()
    missing: list[Failure] = []
    for folder in folders:
        known = set(catalogue.ledger.paths_below(key(folder)))
        lost = {path for path in known if _is_gone(path)}
        kept: dict[Path, set[str]] = {} if prune else _missing(folder, known, lost)
        missing += [_told(where, len(paths)) for where, paths in sorted(kept.items())]
        gone |= lost.difference(*kept.values())
    if gone:
        with catalogue.transaction() as writer:
            for path in sorted(gone):
                writer.ledger.displace(path)
    nowhere = catalogue.ledger.nowhere()
    removed = 0
    for start in range(0, len(nowhere), _AT_ONCE):
        with catalogue.transaction() as writer:
            # Another process may have found a place for some of them meanwhile.
            for article_id in writer.ledger.nowhere(nowhere[start : start + _AT_ONCE]):
                take_out(writer, article_id)
                removed += 1
    return Swept(removed, tuple(missing))


def take_out(writer: Writer, article_id: str) -> None:
    """Removes an article, and it from its story."""
    stories.unlink(writer, article_id)
    writer.remove(article_id)


def key(path: Path) -> str:
    """The same for every way to name a file."""
    return os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links


def _missing(folder: Path, known: set[str], lost: set[str]) -> dict[Path, set[str]]:
    """The folders that lost all they held, and which files these were."""
    if lost and lost == known:
        return {folder: lost}
    found: dict[Path, set[str]] = defaultdict(set)
    for path in lost:
        standing = next((above for above in Path(path).parents if above.is_dir()), None)
        if standing is not None and key(standing) != key(folder) and _is_empty(standing):
            found[standing].add(path)
    return dict(found)


def _is_gone(path: str) -> bool:
    """Whether a file is no longer there; what may not be looked at is."""
    try:
        return not Path(path).exists()
    except OSError:
        return False


def _is_empty(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return False


def _told(folder: Path, files: int) -> Failure:
    held = "the one file that it held is" if files == 1 else f"all {files} files that it held are"
    kept = "their articles were kept, in case a drive is not mounted; add --prune to remove them"
    return Failure(str(folder), f"{held} gone; {kept}")
