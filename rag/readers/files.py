"""Finds article files and reads them, whatever their format: the entrance of everything that is ingested.

A file that cannot be read, or one bad entry of a list, becomes a `Failure` with one line that says why; the others
go on. Time and memory are bounded: what may take much of either is read in a process of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rag.readers import bounded
from rag.readers.fields import checked_field_map
from rag.readers.kinds import is_article_name
from rag.readers.parse import MAX_FILE_BYTES, SUFFIXES, is_harmless, parse
from rag.readers.record import Record
from rag.types import Failure

__all__ = ["MAX_FILE_BYTES", "SUFFIXES", "Record", "discover", "read"]


def discover(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to read, each once: those named, and in folders those of a known format, at any depth, sorted.

    Hidden files and folders and a folder's own README or LICENSE are left out; a folder is entered once, whatever
    links lead to it. A path that does not exist and a folder that cannot be listed come too, so that reading them
    says what is wrong.
    """
    seen: set[str] = set()
    for path in paths:
        for found in _files_below(path, seen) if path.is_dir() else (path,):
            real = os.path.realpath(found)
            if real not in seen:
                seen.add(real)
                yield found


def read(path: Path, *, field_map: Mapping[str, str] | None = None) -> Iterator[Record | Failure]:
    """The articles of one file. Raises UsageError for a field map that names no field of articles, and nothing else."""
    checked_field_map(field_map)
    yield from parse(path, field_map) if is_harmless(path) else bounded.parse(path, field_map)


def _files_below(folder: Path, entered: set[str]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in entered:
        return
    entered.add(real)
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _files_below(entry, entered)
        elif entry.is_file() and is_article_name(entry.name):
            yield entry
