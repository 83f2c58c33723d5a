"""Which article a record is: one that is there, the new text of one that is there, or a new one.

Decided from the catalogue inside the transaction that writes it, so that two ingesting processes agree.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from rag.ingest import stories
from rag.store.rows import EmbeddedPassage, FileState, Location
from rag.store.writer import Writer
from rag.types import Article

Outcome = Literal["added", "updated", "unchanged", "duplicate", "not embedded"]

_ID_LENGTH = 12


@dataclass(slots=True)
class Reading:
    """One file while it is read: the records found so far, and the articles that stand in them.

    `is_whole` is False once a record could not be read: then what is missing is not taken for deleted.
    """

    state: FileState
    shown: str
    records: set[str] = field(default_factory=set)
    articles: set[str] = field(default_factory=set)
    is_whole: bool = True

    def new_key(self, record: str) -> str:
        """The record's key, made different from those before it."""
        key, count = record, 1
        while key in self.records:
            count += 1
            key = f"{record}#{count}"
        self.records.add(key)
        return key


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record on its way in: `article.id` is the id that the file gives it, or "".

    `content_hash` is of what the file tells. `passages` is None while its content is known to the archive and nothing
    has to be embedded. `told` is the article as the file tells it, where `article` may have a person's corrections.
    """

    article: Article
    content_hash: str
    record: str
    reading: Reading
    passages: Sequence[EmbeddedPassage] | None = None
    told: Article | None = None

    @property
    def location(self) -> Location:
        return Location(self.reading.state.path, self.record, self.reading.shown)


def content_hash(article: Article) -> str:
    """Equal for exact duplicates: the same text, title, outlet and date."""
    content = [article.text, article.title, article.source, article.published]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def place(writer: Writer, incoming: Incoming) -> Outcome:
    """Writes a record; "not embedded" if it would need passages that it does not have."""
    location, claimed = incoming.location, incoming.reading.articles
    known = writer.id_of_content(incoming.content_hash)
    standing = writer.ledger.article_at(location)
    if known is not None:
        claimed.add(known)
        _settle_edits(writer, known, incoming)
        if known != standing:
            writer.ledger.place(location, known)
            return "duplicate"
        if writer.ledger.paths_of(known)[0] == location.path:
            writer.describe(replace(incoming.article, id=known))
        return "unchanged"
    if incoming.passages is None:
        return "not embedded"
    changed = _changed_article(writer, incoming, standing)
    article = replace(incoming.article, id=changed or _free_id(writer, incoming))
    if changed:
        stories.unlink(writer, article.id)
        writer.replace(article, incoming.content_hash, incoming.passages)
    else:
        writer.add(article, incoming.content_hash, incoming.passages)
    _settle_edits(writer, article.id, incoming)
    stories.link(writer, article)
    writer.ledger.place(location, article.id)
    claimed.add(article.id)
    return "updated" if changed else "added"


def _settle_edits(writer: Writer, article_id: str, incoming: Incoming) -> None:
    if incoming.told is not None:
        writer.edits.drop_outdated(article_id, incoming.told)


def _changed_article(writer: Writer, incoming: Incoming, standing: str | None) -> str | None:
    """The article whose new text this is: it has the record's id, or stands in its place, and nowhere else."""
    given = incoming.article.id
    if given and not writer.has_article(given):
        return None
    for candidate in (given, standing):
        if candidate and candidate not in incoming.reading.articles:
            others = set(writer.ledger.paths_of(candidate)) - {incoming.reading.state.path}
            if not any(Path(path).exists() for path in others):
                return candidate
    return None


def _free_id(writer: Writer, incoming: Incoming) -> str:
    if incoming.article.id and not writer.has_article(incoming.article.id):
        return incoming.article.id
    length = _ID_LENGTH
    while writer.has_article(incoming.content_hash[:length]):
        length += 1
    return incoming.content_hash[:length]
