"""A question with its limits and its place in a conversation, as LlamaIndex passes it around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from llama_index.core.schema import QueryBundle

from rag.errors import UsageError
from rag.text.dates import bounds
from rag.text.language import detect
from rag.text.normalise import normalise
from rag.types import Filters

LANGUAGES = ("vi", "en", "und")
# Characters. A longer question is a pasted document; its beginning is searched.
MAX_QUESTION = 2000


@dataclass
class ArchiveQuery(QueryBundle):
    """`query_str` is what the user typed.

    `background` is the earlier question a follow-up leans on, "" where it stands on its own; `focus` are the
    ids of the articles the conversation is about. `usage` are the tokens that understanding it took.
    """

    filters: Filters = field(default_factory=Filters)
    top_k: int | None = None
    rewritten: str = ""
    background: str = ""
    focus: tuple[str, ...] = ()
    usage: Mapping[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What is asked, as the archive's texts are stored: NFC, trimmed, of bounded length."""
        return normalise((self.rewritten or self.query_str)[:MAX_QUESTION]).strip()

    @property
    def answered_like(self) -> str:
        """The text whose language is the answer's: what was typed where that tells, since a follow-up may switch."""
        typed = normalise(self.query_str[:MAX_QUESTION]).strip()
        return typed if detect(typed) != "und" else self.searched

    @property
    def searched(self) -> str:
        """The text behind what it leans on."""
        return f"{self.background} {self.text}".strip()


def archive_query(query: QueryBundle) -> ArchiveQuery:
    """The query itself, or a plain one with its limits unset."""
    return query if isinstance(query, ArchiveQuery) else ArchiveQuery(query.query_str)


def checked_filters(filters: Filters) -> Filters:
    """The same filters, or UsageError naming the one that cannot be understood."""
    for name, value in (("from", filters.since), ("to", filters.until)):
        if value is None:
            continue
        try:
            bounds(value)
        except UsageError:
            raise UsageError(
                f"the {name} date {value!r} is not understood; write 2024-06-19, 2024-06 or 2024"
            ) from None
    if filters.since and filters.until and bounds(filters.since)[0] > bounds(filters.until)[1]:
        raise UsageError(f"the from date {filters.since} is after the to date {filters.until}; swap them")
    for language in filters.languages:
        if language not in LANGUAGES:
            raise UsageError(f"language {language!r} is unknown; use one of: {', '.join(LANGUAGES)}")
    return filters
