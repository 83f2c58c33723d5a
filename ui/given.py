"""An object of a JSON file that another program wrote: each reading gives a value of the right type, or none. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import UsageError
from rag.text.dates import bounds

# More of one text, or of one list, is never shown.
MOST_CHARACTERS, MOST_ITEMS = 20_000, 20_000


@dataclass(frozen=True, slots=True)
class Given:
    fields: Mapping[str, Any]

    @classmethod
    def of(cls, value: Any) -> Given:
        return cls(value if isinstance(value, dict) else {})

    def text(self, name: str) -> str:
        value = self.fields.get(name)
        return value[:MOST_CHARACTERS] if isinstance(value, str) else ""

    def number(self, name: str) -> float | None:
        return _number(self.fields.get(name))

    def count(self, name: str) -> int:
        value = self.fields.get(name)
        return value if type(value) is int and 0 <= value < 10**12 else 0

    def flag(self, name: str) -> bool:
        return self.fields.get(name) is True

    def date(self, name: str) -> str | None:
        """An ISO date, month or year."""
        try:
            bounds(self.text(name))
        except UsageError:
            return None
        return self.text(name).strip()

    def object(self, name: str) -> Given:
        return Given.of(self.fields.get(name))

    def objects(self, name: str) -> Iterator[Given]:
        for value in self.items(name):
            if isinstance(value, dict):
                yield Given(value)

    def items(self, name: str) -> list[Any]:
        value = self.fields.get(name)
        return value[:MOST_ITEMS] if isinstance(value, list) else []

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(value[:MOST_CHARACTERS] for value in self.items(name) if isinstance(value, str))

    def numbers(self) -> Iterator[tuple[str, float | None]]:
        """Every field that holds a number or null, in order."""
        for name, value in list(self.fields.items())[:MOST_ITEMS]:
            if value is None or _number(value) is not None:
                yield str(name)[:MOST_CHARACTERS], _number(value)

    def shown(self) -> tuple[tuple[str, str], ...]:
        """Every field that is a text, a number or a flag, as it is written."""
        texts = {name: value for name, value in self.fields.items() if isinstance(value, str | bool)}
        numbers = {name: f"{value:g}" for name, value in self.numbers() if value is not None}
        return tuple(
            (name[:MOST_CHARACTERS], str(value)[:MOST_CHARACTERS]) for name, value in {**texts, **numbers}.items()
        )


def _number(value: Any) -> float | None:
    """A finite number; NaN and infinities, which Python's JSON lets through, are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
