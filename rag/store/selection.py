"""Which passages a question is limited to: a condition that both databases evaluate, for all passages or for some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rag.text.dates import bounds
from rag.text.outlets import outlet_keys
from rag.text.terms import folded_terms
from rag.types import Filters

Run = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

# Days from the first to the last that a date may mean, which is a year at most.
_LONGEST = 366


@dataclass(frozen=True, slots=True)
class Selection:
    """`about` are conditions on the table articles, each with its parameter; `languages` may pass (none: all of them).

    False where every passage passes.
    """

    about: tuple[tuple[str, Any], ...] = ()
    languages: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.about or self.languages)

    def has(self, language: str) -> bool:
        return not self.languages or language in self.languages

    def where(self, language: str | None = None) -> tuple[str, list[Any]]:
        """The condition on the tables passages and articles, joined, and its parameters; for one language if given."""
        conditions = list(self.about)
        if self.languages:
            conditions.append(("passages.language = ANY(?)", list(self.languages)))
        if language is not None:
            conditions.append(("passages.language = ?", language))
        return " AND ".join(sql for sql, _ in conditions) or "TRUE", [value for _, value in conditions]


def selection(filters: Filters, stored: Iterable[str] = (), bylines: Iterable[str] = ()) -> Selection:
    """What the filters let pass. Raises UsageError on a bad date.

    `stored` are the source lines of the archive: an outlet passes however it is spelt, and with what others retell
    of it. `bylines` are what it says of authors. A year or a month overlaps every day in it; an article without a date
    passes no date filter.
    """
    about: list[tuple[str, Any]] = []
    if filters.since:
        about.append(("published_last >= ?", bounds(filters.since)[0].toordinal()))
    if filters.until:
        last = bounds(filters.until)[1].toordinal()
        # The second follows from the first, and bounds what is read of the index by both ends.
        about += [("published_first <= ?", last), ("published_last <= ?", last + _LONGEST)]
    if filters.sources:
        wanted = [set(outlet_keys(source)) for source in filters.sources]
        passing_sources = [line for line in stored if any(keys <= set(outlet_keys(line)) for keys in wanted)]
        about.append(("source = ANY(?)", passing_sources))
    if filters.authors:
        names = [set(folded_terms(author)) for author in filters.authors]
        about.append(
            ("author = ANY(?)", [line for line in bylines if any(n <= set(folded_terms(line)) for n in names)])
        )
    return Selection(tuple(about), filters.languages)


def passing(run: Run, chosen: Selection, rowids: Iterable[int]) -> set[int]:
    """Those of the passages that are chosen."""
    condition, parameters = chosen.where()
    sql = f"""SELECT passages.id FROM passages JOIN articles ON articles.id = article_id
        WHERE passages.id = ANY(?) AND {condition}"""  # noqa: S608 - of the constants above
    return {row[0] for row in run(sql, [list(rowids), *parameters])}


def selected(run: Run, chosen: Selection, language: str | None, limit: int) -> list[int] | None:
    """The chosen passages of a language (None: of any), ascending; None if there are more than `limit`."""
    condition, parameters = chosen.where(language)
    # CROSS JOIN has SQLite begin with the articles, which have indexes for this.
    sql = f"""SELECT passages.id FROM articles CROSS JOIN passages
        WHERE articles.id = article_id AND {condition} LIMIT ?"""  # noqa: S608 - of the constants above
    found = sorted(row[0] for row in run(sql, [*parameters, limit + 1]))
    return None if len(found) > limit else found
