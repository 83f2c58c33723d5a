"""From addresses to files that are ingested as any others: pages, and those that feeds and sitemaps list.

Each page is kept as a web archive (WARC) of its own under `<home>/web`, which names its address and can be read again.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import ArchiveError, FetchError
from rag.fetch.addresses import host_of
from rag.fetch.lists import listed_in
from rag.fetch.web import Fetched, Web
from rag.types import Failure

MOST_PAGES = 100
_MOST_SITEMAPS = 50
_PAGES = ("text/html", "application/xhtml+xml", "application/pdf")


def visit(
    web: Web,
    home: Path,
    addresses: Sequence[str],
    *,
    most: int = MOST_PAGES,
    on_page: Callable[[str], None] | None = None,
) -> Iterator[Path | Failure]:
    """The file of each page, and why others were not had. Of a list, at most `most` pages that are new or changed.

    Raises ArchiveError where nothing can be written.
    """
    for address in addresses:
        try:
            yield from _one(web, home, address, most, on_page)
        except FetchError as error:
            yield Failure(address, str(error))


def _one(
    web: Web, home: Path, address: str, most: int, on_page: Callable[[str], None] | None
) -> Iterator[Path | Failure]:
    fetched = web.fetch(address)
    listed = listed_in(fetched.data, fetched.address)
    if listed is None:
        yield _kept(home, address, fetched)
        return
    pages = list(listed.pages)
    waiting = list(listed.sitemaps)
    for sitemap in waiting[:_MOST_SITEMAPS]:
        # Newest first: no more sitemaps than it takes.
        if sum(_is_new(home, page, changed) for page, changed in pages) >= most:
            break
        try:
            inner = web.fetch(sitemap)
            found = listed_in(inner.data, inner.address)
        except FetchError as error:
            yield Failure(sitemap, str(error))
            continue
        pages += found.pages if found else ()
    if not pages:
        raise FetchError("lists no pages; give the address of an article, a feed or a sitemap")
    new = [page for page, changed in pages if _is_new(home, page, changed)]
    for page in new[:most]:
        if on_page:
            on_page(page)
        try:
            yield _kept(home, page, web.fetch(page))
        except FetchError as error:
            yield Failure(page, str(error))
    # What is known stays listed, so that its articles count as unchanged.
    yield from (
        _file(home, page) for page, changed in pages if not _is_new(home, page, changed) and page not in new[:most]
    )
    if len(new) > most:
        yield Failure(address, f"{len(new) - most} more of its pages are new; run it again, or raise --most-pages")


def _is_new(home: Path, page: str, changed: str) -> bool:
    """Whether a page was not fetched yet, or changed on a later day than it was."""
    try:
        fetched = datetime.fromtimestamp(_file(home, page).stat().st_mtime, UTC).date().isoformat()
    except (OSError, FetchError):
        return True
    return bool(changed) and changed > fetched


def _file(home: Path, address: str) -> Path:
    name = hashlib.sha256(address.encode()).hexdigest()[:20]
    return home / "web" / host_of(address).replace(":", "_") / f"{name}.warc"


def _kept(home: Path, asked: str, fetched: Fetched) -> Path:
    if fetched.kind not in _PAGES:
        raise FetchError(f"neither a page nor a feed nor a sitemap ({fetched.kind or 'of no type'}); download the file")
    path = _file(home, asked)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        unfinished.write_bytes(_archived(fetched))
        unfinished.replace(path)
    except OSError as error:
        raise ArchiveError(
            f"{path}: cannot be written ({error.strerror}); check the disk and the folder's rights"
        ) from error
    return path


def _archived(fetched: Fetched) -> bytes:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import BufferWARCWriter

    writer = BufferWARCWriter(gzip=False)
    headers = StatusAndHeaders("200 OK", [("Content-Type", fetched.content_type)], protocol="HTTP/1.1")
    payload = io.BytesIO(fetched.data)
    writer.write_record(writer.create_warc_record(fetched.address, "response", payload=payload, http_headers=headers))
    contents: bytes = writer.get_contents()
    return contents
