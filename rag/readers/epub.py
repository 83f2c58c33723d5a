"""EPUB books and magazines: an article for each part that reads as one, in the order of the book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rag.errors import ReadError
from rag.readers.encoding import decode
from rag.readers.package import Package, member_at
from rag.readers.record import Draft
from rag.readers.web import text_of_fragment
from rag.text.dates import parse_date

_CONTAINER = "META-INF/container.xml"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_HEADING = re.compile(r"<h[1-3]\b[^>]*>(?P<text>.*?)</h[1-3]\s*>", re.IGNORECASE | re.DOTALL)
_HEAD = re.compile(r"^.{0,1000}?<head\b.*?</head\s*>|^\s*<\?xml[^>]*\?>", re.IGNORECASE | re.DOTALL)
_MOST_PARTS = 5_000
# Covers and half-titles: fewer words than a news item has.
_FEWEST_WORDS = 12


def entries_of_epub(data: bytes) -> Iterator[tuple[str, Draft | ReadError]]:
    """(place, part) of each part with text. Raises ReadError for a broken or locked book or one without any text."""
    package = Package(data, "EPUB")
    if "META-INF/rights.xml" in package.names:
        raise ReadError("an EPUB locked by its seller; ask for one without copy protection")
    root = next((one.get("full-path") for one in package.xml(_CONTAINER).iter("{*}rootfile")), None) or ""
    book = package.xml(root)
    found = [(name, part) for name in _parts(package, book, root) if (part := _part(package, name))]
    long = [(name, part) for name, part in found if _is_long(part)]
    if not (long or found):
        raise ReadError("an EPUB without text; save its articles as text or HTML")
    told = _told(book)
    for name, part in long or found:
        if isinstance(part, ReadError):
            yield f"/{name}", part
            continue
        title, text = part
        # The only part of a book carries its title; one of several is an article of that publication.
        is_whole = len(long or found) == 1
        yield (
            f"/{name}",
            Draft(
                text=text,
                title=title or told["title"] if not is_whole else told["title"] or title,
                source=told["publisher"] or (None if is_whole else told["title"]),
                author=told["creator"],
                published=parse_date(told["date"]) if told["date"] else None,
            ),
        )


def _is_long(part: tuple[str | None, str] | ReadError) -> bool:
    return isinstance(part, ReadError) or len(part[1].split()) >= _FEWEST_WORDS


def _told(book: Any) -> dict[str, str | None]:
    names = ("title", "creator", "publisher", "date")
    return {name: " ".join((book.findtext(f".//{_DC}{name}") or "").split()) or None for name in names}


def _parts(package: Package, book: Any, root: str) -> list[str]:
    """The members of the book in reading order, without its table of contents."""
    items = {one.get("id"): one for one in book.iter("{*}item")}
    listed = [items[ref.get("idref")] for ref in book.iter("{*}itemref") if ref.get("idref") in items]
    chosen = [
        one for one in listed if one.get("media-type") in _PAGES and "nav" not in (one.get("properties") or "").split()
    ]
    names = dict.fromkeys(member_at(root, one.get("href") or "") for one in chosen)
    return [name for name in names if name in package.names][:_MOST_PARTS]


def _part(package: Package, name: str) -> tuple[str | None, str] | ReadError | None:
    """Title and text of a part; None where it has no text."""
    try:
        html = decode(package.read(name))
    except ReadError as error:
        return error
    text = text_of_fragment(_HEAD.sub("", html, count=1))
    heading = _HEADING.search(html)
    title = " ".join(text_of_fragment(heading["text"]).split()) if heading else None
    return (title or None, text) if any(map(str.isalnum, text)) else None
