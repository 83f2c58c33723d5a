"""Reads one file, whatever its format, in this process: `rag.readers.bounded` does so in one that may be lost.

A file that cannot be read, or one bad entry of a list, becomes a `Failure` with one line that says why; the others
go on.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from rag.errors import ReadError, UsageError
from rag.readers import kinds
from rag.readers.encoding import decode
from rag.readers.epub import entries_of_epub
from rag.readers.feeds import entries_of_feed
from rag.readers.fields import read_fields
from rag.readers.kinds import HEAD_BYTES, SUFFIXES, kind_of
from rag.readers.listed import Entry, entries_of_json, entries_of_lines
from rag.readers.mail import Part, mails_of_mbox, parts_of_mail, read_saved_pages
from rag.readers.markdown import read_text
from rag.readers.ocr import read_picture
from rag.readers.opendocument import read_odt
from rag.readers.pdf import read_pdf
from rag.readers.record import Draft, Record, finish
from rag.readers.rtf import read_rtf
from rag.readers.sheets import entries_of_csv, entries_of_sheets
from rag.readers.slides import read_pptx
from rag.readers.warc import entries_of_warc
from rag.readers.web import read_pages
from rag.readers.word import read_docx
from rag.readers.zipped import members_of_zip
from rag.text.normalise import normalise
from rag.types import Failure

__all__ = ["MAX_FILE_BYTES", "SUFFIXES", "is_harmless", "parse"]

MAX_FILE_BYTES = 50_000_000

# What is small and not packed is read at once; beyond that a parser may need more time or memory than there is.
_SMALL_BYTES = 100_000
# Of one file; a list of a million wrong entries is told in as many lines as somebody may read.
_MOST_FAILURES = 1_000
_LONGEST_REASON = 400
# An archive in an archive, a mail in a mail.
_DEEPEST = 3

FieldMap = Mapping[str, str] | None


def is_harmless(path: Path) -> bool:
    """Whether reading the file surely needs little time and memory, or fails at once."""
    try:
        if not path.is_file():
            return True
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        return kind_of(path, head) in kinds.HARMLESS and path.stat().st_size <= _SMALL_BYTES
    except (OSError, ReadError):
        return True


def parse(path: Path, field_map: FieldMap, skip: int = 0, depth: int = 0) -> Iterator[Record | Failure]:
    """The articles of one file but for the first `skip`. Raises UsageError, and nothing else."""
    try:
        yield from _read(path, field_map, skip, depth)
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


def _read(path: Path, field_map: FieldMap, skip: int, depth: int) -> Iterator[Record | Failure]:
    if path.is_dir():
        raise ReadError("a folder that cannot be listed; check its rights")
    if path.exists() and not path.is_file():
        raise ReadError("not a regular file; copy what it holds into one")
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise ReadError("an empty file; remove it or put the article's text in")
    kind = kind_of(path, head)
    if path.stat().st_size > MAX_FILE_BYTES and kind not in kinds.STREAMED:
        raise ReadError(f"over {MAX_FILE_BYTES // 1_000_000} MB; split it, or write its articles as JSON Lines")
    if kind in kinds.LINES:
        yield from _listed(entries_of_lines(path), path, field_map, skip)
    elif kind in kinds.TABLES:
        yield from _listed(entries_of_csv(path, field_map), path, field_map, skip)
    elif kind == ".json":
        yield from _json(path, field_map, skip)
    elif kind in _LISTED:
        yield from _listed(_LISTED[kind](path, field_map), path, field_map, skip)
    elif kind in (".zip", ".eml", ".mbox"):
        yield from islice(_bearable(_packed(kind, path, field_map, depth), path), skip, None)
    elif skip:
        # What is read as a whole breaks its reader again.
        return
    elif kind in kinds.HTML or kind in kinds.SAVED_PAGES:
        data = path.read_bytes()
        drafts = read_pages(normalise(decode(data))) if kind in kinds.HTML else read_saved_pages(data)
        yield from (finish(draft, str(path), is_listed=len(drafts) > 1) for draft in drafts)
    else:
        yield finish(_reader(kind)(path.read_bytes()), str(path))


_LISTED: dict[str, Callable[[Path, FieldMap], Iterator[Entry]]] = {
    **dict.fromkeys(kinds.SHEETS, lambda path, field_map: entries_of_sheets(path.read_bytes(), field_map)),
    **dict.fromkeys(kinds.FEEDS, lambda path, _: entries_of_feed(path.read_bytes())),
    ".epub": lambda path, _: entries_of_epub(path.read_bytes()),
    ".warc": lambda path, _: entries_of_warc(path),
}


def _bearable(items: Iterator[Record | Failure], path: Path) -> Iterator[Record | Failure]:
    """The items up to one failure too many."""
    failed = 0
    for item in items:
        failed += isinstance(item, Failure)
        if failed > _MOST_FAILURES:
            yield Failure(str(path), f"over {_MOST_FAILURES} of its members cannot be read; the rest was left out")
            return
        yield item


def _packed(kind: str, path: Path, field_map: FieldMap, depth: int) -> Iterator[Record | Failure]:
    """The articles of the members of a zip archive, a mail or a mailbox."""
    if depth >= _DEEPEST:
        raise ReadError("packed too deeply; unpack it and ingest the folder")
    if kind == ".zip":
        for name, data in members_of_zip(path):
            yield from _member(path, name, data, field_map, depth)
    elif kind == ".eml":
        yield from _mail(path, "", path.read_bytes(), field_map, depth)
    else:
        for place, mail in mails_of_mbox(path):
            if isinstance(mail, ReadError):
                yield _failure(f"{path}{place}", str(mail))
            else:
                yield from _mail(path, place, mail, field_map, depth)


def _mail(path: Path, place: str, data: bytes, field_map: FieldMap, depth: int) -> Iterator[Record | Failure]:
    try:
        parts: Iterable[Part] = parts_of_mail(data)
        for part in parts:
            if isinstance(part, tuple):
                yield from _member(path, *part, field_map, depth)
            else:
                yield _entry(f"{path}{place}", part, path, field_map, is_listed=bool(place) or depth > 0)
    except ReadError as error:
        yield _failure(f"{path}{place}", str(error))
    except Exception as error:  # one damaged mail never stops the others
        yield Failure(f"{path}{place}", f"cannot be parsed ({type(error).__name__}); save its text as a file")


def _member(
    path: Path, name: str, data: bytes | ReadError, field_map: FieldMap, depth: int
) -> Iterator[Record | Failure]:
    """The articles of a file inside `path`, as if it lay in a folder of that name."""
    place = f"{path}/{name}" if name else str(path)
    if isinstance(data, ReadError):
        yield _failure(place, str(data))
        return
    with tempfile.TemporaryDirectory(prefix="rag-") as folder:
        # Of the name only the last part, which may tell the format.
        inner = Path(
            folder, "".join(char for char in PurePosixPath(name).name[-100:] if char.isprintable()) or "member"
        )
        inner.write_bytes(data)
        for item in parse(inner, field_map, 0, depth + 1):
            if isinstance(item, Failure):
                yield _failure(place + item.path.removeprefix(str(inner)), item.reason)
            else:
                key = f"{name}#{item.record}" if item.record else name
                yield replace(item, path=str(path), record=key)


def _json(path: Path, field_map: FieldMap, skip: int) -> Iterator[Record | Failure]:
    try:
        is_listed, entries = entries_of_json(decode(path.read_bytes()))
    except ReadError:
        # Many ".json" files are JSON Lines: two good objects in the first lines tell.
        lines = [entry for _, (_, entry) in zip(range(2), entries_of_lines(path), strict=False)]
        if len(lines) < 2 or any(isinstance(entry, ReadError) for entry in lines):
            if path.suffix.lower() not in (".json", ""):
                # It only looked like JSON.
                yield from [] if skip else [finish(read_text(decode(path.read_bytes()), is_markdown=False), str(path))]
                return
            raise
        is_listed, entries = True, list(entries_of_lines(path))
    yield from _listed(entries, path, field_map, skip, is_listed=is_listed)


def _listed(
    entries: Iterable[Entry], path: Path, field_map: FieldMap, skip: int, *, is_listed: bool = True
) -> Iterator[Record | Failure]:
    count = failed = 0
    for place, entry in entries:
        count += 1
        if count <= skip:
            continue
        item = _entry(f"{path}{place}", entry, path, field_map, is_listed=is_listed)
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
    entry: Mapping[str, Any] | Draft | ReadError,
    path: Path,
    field_map: FieldMap,
    *,
    is_listed: bool,
) -> Record | Failure:
    try:
        if isinstance(entry, ReadError):
            raise entry
        draft = entry if isinstance(entry, Draft) else read_fields(entry, field_map)
        return finish(draft, str(path), is_listed=is_listed)
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


_DOCUMENTS: dict[str, Callable[[bytes], Draft]] = {
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".odt": read_odt,
    ".rtf": read_rtf,
    ".pptx": read_pptx,
    ".png": read_picture,
}


def _reader(kind: str) -> Callable[[bytes], Draft]:
    if kind in _DOCUMENTS:
        return _DOCUMENTS[kind]
    return lambda data: read_text(decode(data), is_markdown=kind in kinds.MARKDOWN)
