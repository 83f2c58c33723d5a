"""RSS and Atom files, WordPress's export among them: an article for each entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rag.errors import ReadError
from rag.readers.listed import Entry

# What WordPress exports besides articles.
_NO_ARTICLES = frozenset({"attachment", "nav_menu_item", "revision", "custom_css", "wp_global_styles", "wp_template"})


def entries_of_feed(data: bytes) -> Iterator[Entry]:
    """The entries as ("[number]", fields). Raises ReadError for what is no feed, or an empty one."""
    import feedparser

    feed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if not feed.version and not feed.entries:
        raise ReadError("XML that is no feed; save its articles as RSS, HTML or JSON")
    if not feed.entries:
        raise ReadError("a feed without entries; remove it")
    for number, entry in enumerate(feed.entries):
        if entry.get("wp_post_type") not in _NO_ARTICLES:
            yield f"[{number}]", _fields(entry, feed.feed, is_atom=(feed.version or "").startswith("atom"))


def _fields(entry: Mapping[str, Any], feed: Mapping[str, Any], *, is_atom: bool) -> Mapping[str, Any] | ReadError:
    contents = [part.get("value") or "" for part in entry.get("content") or ()]
    summary = entry.get("summary") or ""
    text = max([*contents, summary], key=len)
    if not text.strip():
        return ReadError("an entry without text; give its page's address to `rag ingest` instead")
    source = entry.get("source") or {}
    return {
        "title": entry.get("title"),
        "text": text,
        # An entry's teaser that its text repeats is left out when the fields are read.
        "abstract": summary if contents and text != summary else None,
        "url": entry.get("link"),
        # Not the parsed time: the day is that of the newspaper's own clock.
        # RSS names no other date.
        "published": entry.get("published") or (None if is_atom else entry.get("updated")),
        "updated": entry.get("updated") if is_atom else None,
        "author": entry.get("author"),
        "source": source.get("title") or feed.get("title"),
        "language": entry.get("language") or feed.get("language"),
    }
