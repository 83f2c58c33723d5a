"""Web archives (WARC): an article for each page that was fetched whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.errors import ReadError
from rag.readers.encoding import decode
from rag.readers.pdf import read_pdf
from rag.readers.record import Draft
from rag.readers.web import read_pages
from rag.text.normalise import normalise

MAX_PAGE_BYTES = 20_000_000
_HTML = ("text/html", "application/xhtml+xml")
_READ = (*_HTML, "application/pdf")


def entries_of_warc(path: Path) -> Iterator[tuple[str, Draft | ReadError]]:
    """(" address", page) of each page of an archive of any size. Raises ReadError for a broken or an empty one."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    found = False
    with path.open("rb") as file:
        try:
            for record in ArchiveIterator(file):
                address = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")
                content_type = _content_type(record)
                if content_type.partition(";")[0].strip().lower() in _READ:
                    found = True
                    for draft in _articles(record, content_type.lower(), address):
                        yield f" {address}"[:300], draft
        except ArchiveLoadFailed as error:
            raise ReadError("a broken web archive; save it again") from error
    if not found:
        raise ReadError("a web archive without pages; remove it")


def _content_type(record: Any) -> str:
    """The type of what was fetched whole; "" for anything else."""
    if record.rec_type == "resource":
        return record.rec_headers.get_header("Content-Type") or ""
    if record.rec_type == "response" and record.http_headers and record.http_headers.get_statuscode() == "200":
        return record.http_headers.get_header("Content-Type") or ""
    return ""


def _articles(record: Any, content_type: str, address: str) -> list[Draft] | list[ReadError]:
    try:
        data = record.content_stream().read(MAX_PAGE_BYTES + 1)
        if len(data) > MAX_PAGE_BYTES:
            return [ReadError("a page over 20 MB; leave it out")]
        if content_type.startswith("application/pdf"):
            return [replace(read_pdf(data), url=address or None)]
        drafts = read_pages(normalise(_decoded(data, content_type)))
    except ReadError as error:
        return [error]
    except (OSError, ValueError, EOFError) as error:
        return [ReadError(f"a page that cannot be unpacked ({type(error).__name__}); save the archive again")]
    if len(drafts) > 1:
        return drafts
    return [replace(drafts[0], url=drafts[0].url or address or None)]


def _decoded(data: bytes, content_type: str) -> str:
    """In the encoding that the server named, if the bytes are in it."""
    named = re.search(r"charset=[\"']?([\w.:-]{1,40})", content_type)
    try:
        return data.decode(named[1]) if named else decode(data)
    except (LookupError, UnicodeDecodeError):
        return decode(data)
