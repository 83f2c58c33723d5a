"""The articles of a folder as the archive would store them, without an archive."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rag.errors import UsageError
from rag.readers.files import discover, read
from rag.types import Article, Failure


def read_articles(paths: Iterable[Path]) -> tuple[Article, ...]:
    """Every article below `paths`. Raises UsageError for one that cannot be read.

    One that declares no id has its path as id, with its key in the file where that holds several.
    """
    articles = []
    for path in discover(paths):
        for record in read(path):
            if isinstance(record, Failure):
                raise UsageError(f"{record.path}: {record.reason}")
            articles.append(
                Article(
                    id=record.article_id or "#".join(filter(None, (record.path, record.record))),
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
