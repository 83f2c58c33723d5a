"""Correcting what is known of an article: kept until its file itself says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from rag.ingest.embedding import embed
from rag.store.catalogue import Catalogue
from rag.store.edits import FIELDS, Edit
from rag.text.dates import parse_date
from rag.text.normalise import normalise
from rag.types import Article

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding

_LONGEST = 500


def edit(
    catalogue: Catalogue, embedder: Callable[[], BaseEmbedding], article_id: str, changes: Mapping[str, str | None]
) -> Article:
    """The article with the given fields ("title", "source", "published", "author") set; None or "" for unknown.

    A new title is embedded with the article's passages; `embedder` is called for that alone. Raises UnknownArticle,
    and UsageError for another field or what is no date.
    """
    checked: dict[str, Any] = {field: _checked(field, value) for field, value in changes.items()}
    article = catalogue.article(article_id)
    edited = replace(article, **checked)
    passages = embed(embedder(), [edited])[0] if edited.title != article.title else None
    with catalogue.transaction() as writer:
        known = writer.edits.of(article_id)
        for field, value in checked.items():
            told = known[field].told if field in known else getattr(article, field)
            writer.edits.set(article_id, Edit(field, value, told))
        if passages is None:
            writer.describe(edited)
        else:
            writer.replace(edited, writer.content_hash(article_id), passages)
    return edited


def _checked(field: str, value: str | None) -> str | None:
    if field not in FIELDS:
        raise UsageError(f"{field!r} cannot be edited; edit one of: {', '.join(FIELDS)}")
    line = " ".join(normalise(value or "").split())[:_LONGEST].strip()
    if not line or field != "published":
        return line or None
    published = parse_date(line)
    if published is None:
        raise UsageError(f"the date {line!r} is not understood; write 2024-06-19, 2024-06 or 2024")
    return published
