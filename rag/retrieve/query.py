"""A question with its limits and its place in a conversation, as LlamaIndex passes it around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from llama_index.core.schema import QueryBundle

from rag.errors import UsageError
from rag.text.dates import bounds
from rag.text.language import detect
from rag.text.normalise import normalise
from rag.types import AnswerLanguage, Filters
from rag.understand.understood import MAX_QUESTION, Understood

LANGUAGES = ("vi", "en", "und")


@dataclass
class ArchiveQuery(QueryBundle):
    """`query_str` is what the user typed, `understood` what it wants; without it, `query_str` is searched as it is."""

    understood: Understood | None = None
    filters: Filters = field(default_factory=Filters)
    top_k: int | None = None

    @classmethod
    def of(cls, understood: Understood) -> ArchiveQuery:
        return cls(understood.message, understood=understood, filters=understood.filters)

    @property
    def text(self) -> str:
        """What is asked, as the archive's texts are stored: NFC, trimmed, of bounded length."""
        asked = self.understood.question if self.understood else self.query_str
        return normalise(asked[:MAX_QUESTION]).strip()

    @property
    def language(self) -> AnswerLanguage:
        """The language to answer in: Vietnamese where it cannot be told."""
        if self.understood:
            return self.understood.language
        return "en" if detect(self.text) == "en" else "vi"

    @property
    def background(self) -> str:
        """The earlier question that it leans on, "" where it stands on its own."""
        return self.understood.background if self.understood else ""

    @property
    def searched(self) -> str:
        """The text behind what it leans on."""
        return f"{self.background} {self.text}".strip()

    @property
    def focus(self) -> tuple[str, ...]:
        return self.understood.focus if self.understood else ()

    @property
    def usage(self) -> Mapping[str, int]:
        return self.understood.usage if self.understood else {}


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
