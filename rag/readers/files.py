"""Finds article files and reads them, whatever their format: the entrance of everything that is ingested.

A file that cannot be read, or one bad entry of a list, becomes a `Failure` with one line that says why; the others
go on. Memory is bounded: a file of one article by MAX_FILE_BYTES, a JSON Lines file by its longest line.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from rag.errors import ReadError, UsageError
from rag.readers.encoding import decode
from rag.readers.fields import checked_field_map, read_fields
from rag.readers.listed import Entry, entries_of_json, entries_of_lines
from rag.readers.markdown import read_text
from rag.readers.pdf import read_pdf
from rag.readers.record import Draft, Record, finish
from rag.readers.web import read_page
from rag.readers.word import read_docx
from rag.text.normalise import normalise
from rag.types import Failure

__all__ = ["MAX_FILE_BYTES", "Record", "discover", "read"]

MAX_FILE_BYTES = 50_000_000

_MARKDOWN = frozenset({".md", ".markdown", ".mdown"})
_HTML = frozenset({".html", ".htm", ".xhtml"})
_LINES = frozenset({".jsonl", ".ndjson"})
SUFFIXES = frozenset({".txt", ".text", ".pdf", ".docx", ".json", *_MARKDOWN, *_HTML, *_LINES})
_ABOUT_THE_FOLDER = frozenset(["readme", "license", "licence", "contributing", "changelog"])


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
    try:
        yield from _read(path, field_map)
    except ReadError as error:
        yield Failure(str(path), str(error))
    except OSError as error:
        yield Failure(
            str(path), f"cannot be opened ({error.strerror or type(error).__name__}); check its name and rights"
        )
    except (UsageError, MemoryError):
        raise
    except Exception as error:  # a hostile file may break any parser; the other files must go on
        yield Failure(str(path), f"cannot be parsed ({type(error).__name__}); save it as plain text and try again")


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
        elif entry.is_file() and _is_article_file(entry):
            yield entry


def _is_article_file(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and path.name.lower().partition(".")[0] not in _ABOUT_THE_FOLDER


def _read(path: Path, field_map: Mapping[str, str] | None) -> Iterator[Record | Failure]:
    if path.is_dir():
        raise ReadError("a folder that cannot be listed; check its rights")
    if path.exists() and not path.is_file():
        raise ReadError("not a regular file; copy what it holds into one")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise ReadError("an empty file; remove it or put the article's text in")
    suffix = _format(path, head)
    if suffix in _LINES:
        yield from _listed(entries_of_lines(path), path, field_map, is_listed=True)
    elif path.stat().st_size > MAX_FILE_BYTES:
        raise ReadError(f"over {MAX_FILE_BYTES // 1_000_000} MB; split it, or write its articles as JSON Lines")
    elif suffix == ".json":
        yield from _json(path, field_map)
    else:
        yield finish(_reader(suffix)(path.read_bytes()), str(path))


def _json(path: Path, field_map: Mapping[str, str] | None) -> Iterator[Record | Failure]:
    try:
        is_listed, entries = entries_of_json(decode(path.read_bytes()))
    except ReadError:
        # Many ".json" files are JSON Lines: two good objects in the first lines tell.
        lines = [entry for _, (_, entry) in zip(range(2), entries_of_lines(path), strict=False)]
        if len(lines) < 2 or any(isinstance(entry, ReadError) for entry in lines):
            raise
        is_listed, entries = True, list(entries_of_lines(path))
    yield from _listed(entries, path, field_map, is_listed=is_listed)


def _listed(
    entries: Iterable[Entry], path: Path, field_map: Mapping[str, str] | None, *, is_listed: bool
) -> Iterator[Record | Failure]:
    count = 0
    for place, fields in entries:
        count += 1
        try:
            if isinstance(fields, ReadError):
                raise fields
            yield finish(read_fields(fields, field_map), str(path), is_listed=is_listed)
        except ReadError as error:
            yield Failure(f"{path}{place}", str(error))
    if not count:
        raise ReadError("a list without articles; remove it or write one object for each article")


def _format(path: Path, head: bytes) -> str:
    """The suffix of the format to read: by the first bytes where these are sure, by the name, else by the content."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"%PDF-"):
        return ".pdf"
    if start.startswith(b"PK\x03\x04"):
        return ".docx"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise ReadError("an old or password-protected Word file; save it as DOCX without a password")
    if start.startswith(b"{\\rtf"):
        raise ReadError("a rich text file; save it as DOCX or plain text")
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return suffix
    if start[:100].lower().startswith((b"<!doctype html", b"<html", b"<?xml")):
        return ".html"
    return ".json" if start.startswith((b"{", b"[")) else ".txt"


def _reader(suffix: str) -> Callable[[bytes], Draft]:
    if suffix == ".pdf":
        return read_pdf
    if suffix == ".docx":
        return read_docx
    if suffix in _HTML:
        return lambda data: read_page(normalise(decode(data)))
    return lambda data: read_text(decode(data), is_markdown=suffix in _MARKDOWN)
