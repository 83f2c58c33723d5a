"""Which articles the library shows, in which order. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from heapq import nlargest, nsmallest
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


def chosen(
    articles: Iterable[ArticleInfo], most: int, search: str = "", order: str = "newest"
) -> tuple[list[ArticleInfo], int]:
    """The first `most` of those in which every word of `search` stands, diacritics or not, and how many there are.

    `articles` come in the order of ingestion; no more than `most` of them are kept.
    """
    words, matching = fold(search).split(), 0

    def found() -> Iterator[ArticleInfo]:
        nonlocal matching
        for info in articles:
            if not words or all(word in _searched(info) for word in words):
                matching += 1
                yield info

    return _first(found(), most, order), matching


def _first(found: Iterator[ArticleInfo], most: int, order: str) -> list[ArticleInfo]:
    if order == "added":
        return list(deque(found, most))[::-1]
    keys: dict[str, Callable[[ArticleInfo], Any]] = {
        "oldest": lambda info: (info.published is None, info.published),
        "title": lambda info: fold(info.title or "\uffff"),
        "source": lambda info: (fold(info.source or "\uffff"), info.published or ""),
    }
    if order in keys:
        return nsmallest(most, found, key=keys[order])
    return nlargest(most, found, key=lambda info: info.published or "")


def _searched(info: ArticleInfo) -> str:
    return fold(" ".join(filter(None, (info.title, info.source, info.author, info.published))))
