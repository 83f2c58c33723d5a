"""The articles of a folder as the archive would store them, without an archive."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rag.errors import UsageError
from rag.readers.files import discover, read
from rag.types import Article, Failure


def read_articles(paths: Iterable[Path]) -> tuple[Article, ...]:
    """Every article below `paths`, its path as id where it has none. Raises UsageError for one that cannot be read."""
    articles = []
    for path in discover(paths):
        for record in read(path):
            if isinstance(record, Failure):
                raise UsageError(f"{record.path}: {record.reason}")
            articles.append(
                Article(
                    id=record.article_id or record.path,
                    text=record.text,
                    title=record.title,
                    source=record.source,
                    author=record.author,
                    published=record.published,
                    language=record.language,
                    url=record.url,
                    path=record.path,
                    unquotable=record.unquotable,
                )
            )
    return tuple(articles)
