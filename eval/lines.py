"""JSON files of evaluation data: what is wrong with one is told by file, line and field."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from rag.errors import UsageError


class Fields:
    """One JSON object, read field by field; what is missing or of another type raises UsageError naming `place`."""

    def __init__(self, values: Any, place: str) -> None:
        self.place = place
        if not isinstance(values, dict):
            self.fail("no JSON object")
        self.values: Mapping[str, Any] = values

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def fail(self, wrong: str) -> NoReturn:
        raise UsageError(f"{self.place}: {wrong}")

    def only(self, known: Collection[str]) -> None:
        """Raises UsageError for a field that is not known."""
        if unknown := [name for name in self.values if name not in known]:
            self.fail(f"unknown field {unknown[0]!r}; known are {', '.join(known)}")

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not blank; blank is as good as missing where there is a default."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            self.fail(f"{name} is {'missing' if value is None else 'no text'}")
        if not value.strip() and default is None:
            self.fail(f"{name} is empty")
        return value if value.strip() else default or ""

    def optional_text(self, name: str) -> str | None:
        return self.text(name, "") or None

    def choice(self, name: str, known: Collection[str]) -> str:
        value = self.text(name)
        if value not in known:
            self.fail(f"{name} is {value!r}; use {' or '.join(known)}")
        return value

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        if not isinstance(value, bool):
            self.fail(f"{name} is {'missing' if value is None else 'neither true nor false'}")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        value = self.values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            self.fail(f"{name} is {'missing' if value is None else 'no whole number'}")
        return value

    def items(self, name: str, *, optional: bool = False) -> list[Any]:
        value = self.values.get(name)
        if value is None and optional:
            return []
        if not isinstance(value, list):
            self.fail(f"{name} is {'missing' if value is None else 'no list'}")
        return value

    def texts(self, name: str, *, optional: bool = False) -> list[str]:
        values = self.items(name, optional=optional)
        if not all(isinstance(value, str) for value in values):
            self.fail(f"{name} holds something else than texts")
        return values

    def objects(self, name: str, *, optional: bool = False) -> list[Fields]:
        values = self.items(name, optional=optional)
        return [Fields(value, f"{self.place}: {name}[{number}]") for number, value in enumerate(values)]

    def object(self, name: str) -> Fields:
        return Fields(self.values.get(name), f"{self.place}: {name}")


def read_lines(path: Path) -> Iterator[Fields]:
    """The objects of a JSON Lines file; blank lines are passed over."""
    for line in written_lines(path):
        yield line.fields()


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands in a file; `place` is file and number."""

    text: str
    place: str

    def fields(self) -> Fields:
        """Raises UsageError where it is no JSON object."""
        return Fields(_parsed(self.text, self.place), self.place)


def written_lines(path: Path) -> Iterator[Line]:
    """The lines of a file that are not blank."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, text in enumerate(file, start=1):
                if text.strip():
                    yield Line(text, f"{path}:{number}")
    except OSError as error:
        raise UsageError(f"{path}: cannot be opened ({error.strerror}); check the name") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8; save the file as UTF-8") from None


def read_json(path: Path) -> Any:
    """What a JSON file holds."""
    try:
        return _parsed(path.read_text(encoding="utf-8-sig"), str(path))
    except OSError as error:
        raise UsageError(f"{path}: cannot be opened ({error.strerror}); check the name") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8; save the file as UTF-8") from None


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        wrong = f"{error.msg} at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise UsageError(f"{place}: not JSON ({wrong})") from None


def write_lines(objects: Iterable[Mapping[str, Any]], path: Path) -> None:
    lines = (json.dumps(fields, ensure_ascii=False) + "\n" for fields in objects)
    path.write_text("".join(lines), encoding="utf-8")
