"""What people corrected of articles: kept beside what the files tell, until a file tells something else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.types import Article

FIELDS = ("title", "source", "published", "author")


@dataclass(frozen=True, slots=True)
class Edit:
    """A field's value as a person gave it, and the one that the file told then; None for unknown."""

    field: str
    value: str | None
    told: str | None


class Edits:
    """Reads anywhere; changes only inside `Catalogue.transaction()`, as `writer.edits`."""

    def __init__(self, run: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]) -> None:
        self._run = run

    def any(self) -> bool:
        return bool(self._run("SELECT 1 FROM edits LIMIT 1", []))

    def of(self, article_id: str) -> dict[str, Edit]:
        """The edits of an article by field."""
        rows = self._run("SELECT field, value, told FROM edits WHERE article_id = ? ORDER BY field", [article_id])
        return {row[0]: Edit(*row) for row in rows}

    def applied(self, article_id: str, told: Article) -> Article:
        """The article that a file tells, with what was corrected of it where the file tells what it told then."""
        edits = self.of(article_id)
        valid: dict[str, Any] = {
            field: edit.value for field, edit in edits.items() if getattr(told, field) == edit.told
        }
        return replace(told, **valid)

    def set(self, article_id: str, edit: Edit) -> None:
        """Takes the place of an earlier edit of the field; one to what the file tells takes it back."""
        self.drop(article_id, edit.field)
        if edit.value != edit.told:
            self._run(
                "INSERT INTO edits(article_id, field, value, told) VALUES (?, ?, ?, ?)",
                [article_id, edit.field, edit.value, edit.told],
            )

    def drop(self, article_id: str, field: str) -> None:
        self._run("DELETE FROM edits WHERE article_id = ? AND field = ?", [article_id, field])

    def drop_outdated(self, article_id: str, told: Article) -> None:
        """Forgets the edits of what the file tells otherwise now."""
        for field, edit in self.of(article_id).items():
            if getattr(told, field) != edit.told:
                self.drop(article_id, field)
