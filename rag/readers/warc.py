"""Web archives (WARC): an article for each page that was fetched whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.errors import ReadError
from rag.readers.encoding import decode
from rag.readers.record import Draft
from rag.readers.web import read_page
from rag.text.normalise import normalise

MAX_PAGE_BYTES = 20_000_000
_HTML = ("text/html", "application/xhtml+xml")


def entries_of_warc(path: Path) -> Iterator[tuple[str, Draft | ReadError]]:
    """(" address", page) of each page of an archive of any size. Raises ReadError for a broken or an empty one."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    found = False
    with path.open("rb") as file:
        try:
            for record in ArchiveIterator(file):
                address = record.rec_headers.get_header("WARC-Target-URI") or ""
                if _is_page(record):
                    found = True
                    yield f" {address}"[:300], _page(record, address.strip("<>"))
        except ArchiveLoadFailed as error:
            raise ReadError("a broken web archive; save it again") from error
    if not found:
        raise ReadError("a web archive without pages; remove it")


def _is_page(record: Any) -> bool:
    if record.rec_type == "resource":
        kind = record.rec_headers.get_header("Content-Type") or ""
    elif record.rec_type == "response" and record.http_headers:
        status = record.http_headers.get_statuscode()
        kind = record.http_headers.get_header("Content-Type") or "" if status == "200" else ""
    else:
        return False
    return kind.partition(";")[0].strip().lower() in _HTML


def _page(record: Any, address: str) -> Draft | ReadError:
    try:
        data = record.content_stream().read(MAX_PAGE_BYTES + 1)
        if len(data) > MAX_PAGE_BYTES:
            return ReadError("a page over 20 MB; leave it out")
        draft = read_page(normalise(decode(data)))
    except ReadError as error:
        return error
    except (OSError, ValueError, EOFError) as error:
        return ReadError(f"a page that cannot be unpacked ({type(error).__name__}); save the archive again")
    return replace(draft, url=draft.url or address or None)
