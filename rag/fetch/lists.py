"""What a feed or a sitemap lists: addresses of pages, newest first, and of further sitemaps. Pure."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from urllib.parse import urljoin

from rag.errors import FetchError
from rag.text.dates import parse_date

MAX_UNPACKED = 50_000_000
_ROOT = re.compile(rb"<(?![?!])(?:[\w-]+:)?([\w-]+)")


@dataclass(frozen=True, slots=True)
class Listed:
    """Addresses of pages, each once, with the day each changed ("" where that is not said), and of more sitemaps."""

    pages: tuple[tuple[str, str], ...] = ()
    sitemaps: tuple[str, ...] = ()


def listed_in(data: bytes, address: str) -> Listed | None:
    """What an answer from `address` lists; None for what is neither a feed nor a sitemap. Raises FetchError."""
    data = _unpacked(data)
    root = _ROOT.search(data[:2000])
    name = root[1].lower() if root else b""
    if name in (b"rss", b"feed", b"rdf"):
        return Listed(pages=_newest_first(_feed(data, address)))
    if name in (b"urlset", b"sitemapindex"):
        found = _sitemap(data, address)
        if name == b"sitemapindex":
            return Listed(sitemaps=tuple(page for page, _ in _newest_first(found)))
        return Listed(pages=_newest_first(found))
    return None


def _newest_first(found: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    once: dict[str, str] = {}
    for page, changed in found:
        once.setdefault(page, changed)
    return tuple(sorted(once.items(), key=lambda page: page[1], reverse=True))


def _feed(data: bytes, address: str) -> list[tuple[str, str]]:
    import feedparser

    entries = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False).entries
    return [
        (urljoin(address, entry["link"]), parse_date(entry.get("updated") or entry.get("published") or "") or "")
        for entry in entries
        if entry.get("link")
    ]


def _sitemap(data: bytes, address: str) -> list[tuple[str, str]]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(data, parser)
    found = []
    for entry in root.iterchildren("{*}url", "{*}sitemap") if root is not None else ():
        place = (entry.findtext("{*}loc") or "").strip()
        changed = entry.findtext("{*}lastmod") or next((one.text for one in entry.iter("{*}publication_date")), "")
        if place:
            found.append((urljoin(address, place), parse_date(changed or "") or ""))
    return found


def _unpacked(data: bytes) -> bytes:
    """A sitemap that is kept compressed (sitemap.xml.gz)."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
        unpacked = unpacking.decompress(data, MAX_UNPACKED)
    except zlib.error:
        raise FetchError("a damaged compressed file; try again later") from None
    if unpacking.unconsumed_tail:
        raise FetchError(f"over {MAX_UNPACKED // 1_000_000} MB when unpacked; give the addresses of its parts")
    return unpacked
