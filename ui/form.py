"""What a browser sends, of any shape, as values that can be trusted to be of theirs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import UsageError
from rag.text.dates import bounds
from rag.types import AnswerLanguage, Filters
from ui.limits import checked_question
from ui.refusals import Refused
from ui.texts import TEXTS

# More than any list of outlets that a person ticks.
_MOST = 500


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of one event; each reading gives a value of the right type, empty where it is missing or wrong."""

    fields: Mapping[str, Any]

    @classmethod
    def of(cls, data: Any) -> Form:
        return cls(data if isinstance(data, dict) else {})

    def text(self, name: str, most: int = 200) -> str:
        value = self.fields.get(name)
        return value[:most] if isinstance(value, str) else ""

    def number(self, name: str) -> int | None:
        value = self.text(name, 12)
        return int(value) if value.isascii() and value.isdigit() else None

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.fields.get(name)
        found = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(item for item in found[:_MOST] if isinstance(item, str))

    def question(self) -> str:
        """Raises Refused."""
        return checked_question(self.text("question", 1_000_000))

    def filters(self) -> Filters:
        """Raises Refused for a date that is none."""
        since, until = (self._date(name) for name in ("since", "until"))
        if since and until and bounds(since)[0] > bounds(until)[1]:
            raise Refused(TEXTS["dates_swapped"])
        languages = tuple(language for language in self.texts("languages") if language in ("vi", "en"))
        return Filters(since, until, self.texts("sources"), languages)

    def _date(self, name: str) -> str | None:
        value = self.text(name, 40).strip()
        try:
            if value:
                bounds(value)
        except UsageError:
            raise Refused(TEXTS["bad_date"], value=value) from None
        return value or None


def page_language(value: object) -> AnswerLanguage:
    return "en" if value == "en" else "vi"
