"""Finds article files and reads them, whatever their format: the entrance of everything that is ingested.

A file that cannot be read, or one bad entry of a list, becomes a `Failure` with one line that says why; the others
go on. Time and memory are bounded: what may take much of either is read in a process of its own.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rag.readers import bounded
from rag.readers.fields import checked_field_map
from rag.readers.kinds import has_suffix, is_about_the_folder
from rag.readers.parse import MAX_FILE_BYTES, SUFFIXES, is_harmless, parse
from rag.readers.record import Record
from rag.types import Failure

__all__ = ["MAX_FILE_BYTES", "SUFFIXES", "Record", "discover", "read"]

_LEFT_BEHIND = frozenset(
    ["thumbs.db", "desktop.ini", "icon\r", "__macosx", "$recycle.bin", "system volume information"]
)


def discover(paths: Iterable[Path], left_out: Counter[str] | None = None) -> Iterator[Path]:
    """The files to read, each once: those named, and in folders those of a known format, at any depth, sorted.

    Hidden files and folders, a folder's own README or LICENSE and what programs leave behind (locks, thumbnails) are
    passed over; files of other types are counted in `left_out` by their suffix. A folder is entered once, whatever
    links lead to it. A path that does not exist, a folder that cannot be listed, a link that leads nowhere and what is
    no file come too, so that reading them says what is wrong.
    """
    left_out = Counter() if left_out is None else left_out
    seen: set[str] = set()
    for path in paths:
        for found in _files_below(path, seen, left_out) if _is_folder(path) else (path,):
            real = os.path.realpath(found)
            if real not in seen:
                seen.add(real)
                yield found


def read(path: Path, *, field_map: Mapping[str, str] | None = None) -> Iterator[Record | Failure]:
    """The articles of one file. Raises UsageError for a field map that names no field of articles, and nothing else."""
    checked_field_map(field_map)
    yield from parse(path, field_map) if is_harmless(path) else bounded.parse(path, field_map)


def _files_below(folder: Path, entered: set[str], left_out: Counter[str]) -> Iterator[Path]:
    # Not by recursion: folders nest deeper than calls.
    waiting = [folder]
    while waiting:
        entry = waiting.pop()
        if not _is_folder(entry):
            if has_suffix(entry.name) or not _is_file(entry):
                yield entry
            else:
                left_out[entry.suffix.lower() or "no suffix"] += 1
            continue
        real = os.path.realpath(entry)
        if real in entered:
            continue
        entered.add(real)
        try:
            inside = sorted(entry.iterdir(), key=lambda one: one.name, reverse=True)
        except OSError:
            yield entry
            continue
        waiting += [one for one in inside if not _is_passed_over(one.name)]


def _is_passed_over(name: str) -> bool:
    """Whether it is by its name no article: hidden, about the folder, or left behind by a program."""
    lower = name.lower()
    return name.startswith((".", "~$")) or lower in _LEFT_BEHIND or is_about_the_folder(name)


def _is_folder(path: Path) -> bool:
    """False, too, for what may not even be looked at; reading it says why."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False
