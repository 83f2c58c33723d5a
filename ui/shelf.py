"""Which articles the library shows, in which order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rag.store.rows import ArticleInfo
from rag.text.normalise import fold

# Order -> the text that names it.
ORDERS = (
    ("newest", "newest"),
    ("oldest", "oldest"),
    ("title", "by_title"),
    ("source", "by_source"),
    ("added", "added_last"),
)


def chosen(articles: Sequence[ArticleInfo], search: str = "", order: str = "newest") -> list[ArticleInfo]:
    """Those in which every word of `search` stands, diacritics or not; `articles` come in the order of ingestion."""
    words = fold(search).split()
    found = [info for info in articles if all(word in _searched(info) for word in words)] if words else list(articles)
    if order == "added":
        return found[::-1]
    keys: dict[str, Callable[[ArticleInfo], Any]] = {
        "oldest": lambda info: (info.published is None, info.published),
        "title": lambda info: fold(info.title or "\uffff"),
        "source": lambda info: (fold(info.source or "\uffff"), info.published or ""),
    }
    if order in keys:
        return sorted(found, key=keys[order])
    return sorted(found, key=lambda info: info.published or "", reverse=True)


def _searched(info: ArticleInfo) -> str:
    return fold(" ".join(filter(None, (info.title, info.source, info.author, info.published))))
