"""Readings of the catalogue for those who look through it: reprints of articles, articles by title, part by part."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from rag.store.catalogue import Catalogue
from rag.store.rows import ArticleInfo

_COLUMNS = "id, title, source, author, published, language, url, path, characters, story_id"


def reprints(catalogue: Catalogue, ids: Iterable[str]) -> dict[str, list[ArticleInfo]]:
    """For each of `ids` that exists, the other articles that tell its story in the same words, by date."""
    sql = f"""SELECT article.id, {", ".join(f"other.{name}" for name in _COLUMNS.split(", "))}
        FROM articles AS article
        JOIN articles_shown AS other ON other.id IN (SELECT id FROM articles WHERE story_id = article.story_id)
        WHERE article.id = ANY(?) AND other.id != article.id
        ORDER BY other.published IS NULL, other.published, other.number"""  # noqa: S608 - constants
    found: dict[str, list[ArticleInfo]] = defaultdict(list)
    for article_id, *fields in catalogue.query(sql, [list(ids)]):
        found[article_id].append(ArticleInfo(*fields))
    return dict(found)


def with_title(catalogue: Catalogue, title: str) -> ArticleInfo | None:
    """The newest article of that title."""
    sql = f"""SELECT {_COLUMNS} FROM articles_shown WHERE title = ?
        ORDER BY published IS NULL, published DESC, number LIMIT 1"""  # noqa: S608 - constants
    rows = catalogue.query(sql, [title])
    return ArticleInfo(*rows[0]) if rows else None


def part(catalogue: Catalogue, offset: int, limit: int) -> list[ArticleInfo]:
    """At most `limit` articles in the order of ingestion, after the first `offset`."""
    sql = f"SELECT {_COLUMNS} FROM articles_shown ORDER BY number LIMIT ? OFFSET ?"  # noqa: S608 - constants
    return [ArticleInfo(*row) for row in catalogue.query(sql, [limit, offset])]


def every(catalogue: Catalogue, size: int = 2000) -> Iterator[ArticleInfo]:
    """Every article in the order of ingestion, read in parts: a large archive's list would fill the memory."""
    sql = f"SELECT number, {_COLUMNS} FROM articles_shown WHERE number > ? ORDER BY number LIMIT ?"  # noqa: S608 - constants
    last = 0
    while rows := catalogue.query(sql, [last, size]):
        last = rows[-1][0]
        yield from (ArticleInfo(*fields) for _, *fields in rows)


def standing_in(catalogue: Catalogue, path: Path) -> list[str]:
    """The ids of the articles that stand in a file, in its order, each once."""
    return list(dict.fromkeys(catalogue.ledger.records(os.path.abspath(path)).values()))  # noqa: PTH100 - as ingestion does
