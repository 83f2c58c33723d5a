"""Reads one file, whatever its format, in this process: `rag.readers.bounded` does so in one that may be lost.

A file that cannot be read, or one bad entry of a list, becomes a `Failure` with one line that says why; the others
go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rag.errors import ReadError, UsageError
from rag.readers.encoding import decode
from rag.readers.fields import read_fields
from rag.readers.listed import Entry, entries_of_json, entries_of_lines
from rag.readers.markdown import read_text
from rag.readers.pdf import read_pdf
from rag.readers.record import Draft, Record, finish
from rag.readers.web import read_pages
from rag.readers.word import read_docx
from rag.text.normalise import normalise
from rag.types import Failure

MAX_FILE_BYTES = 50_000_000

_MARKDOWN = frozenset({".md", ".markdown", ".mdown"})
_HTML = frozenset({".html", ".htm", ".xhtml"})
_LINES = frozenset({".jsonl", ".ndjson"})
SUFFIXES = frozenset({".txt", ".text", ".pdf", ".docx", ".json", *_MARKDOWN, *_HTML, *_LINES})
# What is small and not packed is read at once; beyond that a parser may need more time or memory than there is.
_SMALL_BYTES = 100_000
# Of one file; a list of a million wrong entries is told in as many lines as somebody may read.
_MOST_FAILURES = 1_000
_LONGEST_REASON = 400


def is_harmless(path: Path) -> bool:
    """Whether reading the file surely needs little time and memory, or fails at once."""
    try:
        if not path.is_file():
            return True
        with path.open("rb") as file:
            head = file.read(4096)
        return _format(path, head) not in {".pdf", ".docx", *_HTML} and path.stat().st_size <= _SMALL_BYTES
    except (OSError, ReadError):
        return True


def parse(path: Path, field_map: Mapping[str, str] | None, skip: int = 0) -> Iterator[Record | Failure]:
    """The articles of one file but for the first `skip`. Raises UsageError, and nothing else."""
    try:
        yield from _read(path, field_map, skip)
    except ReadError as error:
        yield _failure(str(path), str(error))
    except OSError as error:
        yield Failure(
            str(path), f"cannot be opened ({error.strerror or type(error).__name__}); check its name and rights"
        )
    except UsageError:
        raise
    except MemoryError:
        yield Failure(str(path), "takes more memory than there is; split it, or save it as plain text")
    except Exception as error:  # a hostile file may break any parser; the other files must go on
        yield Failure(str(path), f"cannot be parsed ({type(error).__name__}); save it as plain text and try again")


def _read(path: Path, field_map: Mapping[str, str] | None, skip: int) -> Iterator[Record | Failure]:
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
        yield from _listed(entries_of_lines(path), path, field_map, skip, is_listed=True)
    elif path.stat().st_size > MAX_FILE_BYTES:
        raise ReadError(f"over {MAX_FILE_BYTES // 1_000_000} MB; split it, or write its articles as JSON Lines")
    elif suffix == ".json":
        yield from _json(path, field_map, skip)
    elif skip:
        # What is read as a whole breaks its reader again.
        return
    elif suffix in _HTML:
        drafts = read_pages(normalise(decode(path.read_bytes())))
        yield from (finish(draft, str(path), is_listed=len(drafts) > 1) for draft in drafts)
    else:
        yield finish(_reader(suffix)(path.read_bytes()), str(path))


def _json(path: Path, field_map: Mapping[str, str] | None, skip: int) -> Iterator[Record | Failure]:
    try:
        is_listed, entries = entries_of_json(decode(path.read_bytes()))
    except ReadError:
        # Many ".json" files are JSON Lines: two good objects in the first lines tell.
        lines = [entry for _, (_, entry) in zip(range(2), entries_of_lines(path), strict=False)]
        if len(lines) < 2 or any(isinstance(entry, ReadError) for entry in lines):
            raise
        is_listed, entries = True, list(entries_of_lines(path))
    yield from _listed(entries, path, field_map, skip, is_listed=is_listed)


def _listed(
    entries: Iterable[Entry], path: Path, field_map: Mapping[str, str] | None, skip: int, *, is_listed: bool
) -> Iterator[Record | Failure]:
    count = failed = 0
    for place, fields in entries:
        count += 1
        if count <= skip:
            continue
        item = _entry(f"{path}{place}", fields, path, field_map, is_listed=is_listed)
        failed += isinstance(item, Failure)
        if isinstance(item, Record) or failed <= _MOST_FAILURES:
            yield item
    if failed > _MOST_FAILURES:
        yield Failure(
            str(path), f"{failed - _MOST_FAILURES} more of its entries cannot be read; correct or remove them"
        )
    if not count:
        raise ReadError("a list without articles; remove it or write one object for each article")


def _entry(
    place: str,
    fields: Mapping[str, Any] | ReadError,
    path: Path,
    field_map: Mapping[str, str] | None,
    *,
    is_listed: bool,
) -> Record | Failure:
    try:
        if isinstance(fields, ReadError):
            raise fields
        return finish(read_fields(fields, field_map), str(path), is_listed=is_listed)
    except ReadError as error:
        return _failure(place, str(error))
    except UsageError:
        raise
    except MemoryError:
        return Failure(place, "takes more memory than there is; split it")
    except Exception as error:  # one bad entry never stops the others
        return Failure(place, f"cannot be parsed ({type(error).__name__}); correct or remove it")


def _failure(place: str, reason: str) -> Failure:
    """A failure whose words, some of them from the file, are one line of letters."""
    place, reason = ("".join(char if char.isprintable() else "�" for char in text) for text in (place, reason))
    return Failure(place, reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]} …")


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
    return lambda data: read_text(decode(data), is_markdown=suffix in _MARKDOWN)
