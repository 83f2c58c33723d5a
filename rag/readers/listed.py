"""Files that list several articles: JSON and JSON Lines. Yields (place in the file, fields) one by one."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from rag.errors import ReadError
from rag.readers.encoding import decode, wide_codec
from rag.readers.fields import is_whole, role_of
from rag.readers.ghost import with_authors
from rag.readers.record import Draft

MAX_LINE_BYTES = 50_000_000
_LISTS = (
    "articles",
    "data",
    "items",
    "results",
    "records",
    "docs",
    "documents",
    "entries",
    "rows",
    "news",
    "hits",
    "posts",
)
_DEEPEST = 30

# A place in the file, and the fields of an article, the article itself, or why it cannot be read.
Entry = tuple[str, Mapping[str, Any] | Draft | ReadError]


def entries_of_json(text: str) -> tuple[bool, list[Entry]]:
    """Whether the file is a list of articles, and its entries: ("", fields) for one article, ("[3]", fields) in a list.

    Raises ReadError for broken or too deeply nested JSON.
    """
    value = _loads(text)
    if isinstance(value, Mapping):
        listed = next((value[name] for name in _LISTS if _is_list_of_objects(value.get(name))), None)
        # A list of blocks or of related links inside an article is no list of articles.
        if listed is not None and not any(map(_is_article, listed)):
            listed = None
        if listed is None and len(value) > 1 and all(_is_article(inner) for inner in value.values()):
            return True, [(f"[{key}]", {"id": key, **inner}) for key, inner in value.items()]
        if listed is None and not is_whole(value) and (inside := list(_articles_inside(value, "", 0))):
            return True, inside
        if listed is None:
            return False, [("", value)]
        value = listed
    if not isinstance(value, list):
        raise ReadError("JSON that is neither an object nor a list of objects; write an article as an object")
    return True, [(f"[{i}]", _object(entry)) for i, entry in enumerate(value)]


def entries_of_lines(path: Path) -> Iterator[Entry]:
    """The objects of a JSON Lines file of any size, (":line", fields), blank lines skipped.

    One line at a time is held in memory. A bad line comes as (":line", ReadError). Raises ReadError for a binary file.
    """
    with path.open("rb") as file:
        codec = wide_codec(file.read(65_536))
        file.seek(0)
        wide = io.TextIOWrapper(file, encoding=codec, errors="replace", newline="\n") if codec else None
        for number, line in enumerate(_bounded_lines(wide or file), start=1):
            try:
                if len(line) > MAX_LINE_BYTES:
                    raise ReadError(f"over {MAX_LINE_BYTES // 1_000_000} MB in one line; split it into its articles")
                text = (decode(line) if isinstance(line, bytes) else line).strip()
                if text:
                    yield f":{number}", _object(_loads(text))
            except ReadError as error:
                yield f":{number}", error


def _bounded_lines(file: BinaryIO | TextIO) -> Iterator[bytes | str]:
    """Lines of the file; of one over the limit only so much as shows that it is."""
    while line := file.readline(MAX_LINE_BYTES + 1):
        yield line
        while len(line) > MAX_LINE_BYTES and line[-1:] not in ("\n", b"\n"):
            line = file.readline(MAX_LINE_BYTES + 1)
            if not line:
                return


def _loads(text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"))
    except RecursionError:
        raise ReadError("JSON nested too deeply to read; write an article as a flat object") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise ReadError(f"not valid JSON ({place}); correct it there") from None
    except ValueError:
        # The only other error: int() takes time that grows with the square of the digits.
        raise ReadError("a number of thousands of digits in its JSON; write it as text") from None


def _articles_inside(value: Any, place: str, depth: int) -> Iterator[Entry]:
    """The objects with an article's text at any depth of an export, in its order; nothing inside of an article."""
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        if depth and is_whole(value):
            yield f"[{place}]", value
            return
        for name, inner in with_authors(value).items():
            if isinstance(inner, Mapping | list):
                yield from _articles_inside(inner, f"{place}.{name}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            if isinstance(inner, Mapping | list):
                yield from _articles_inside(inner, f"{place}.{i}".lstrip("."), depth + 1)


def _object(entry: Any) -> Mapping[str, Any] | ReadError:
    if isinstance(entry, Mapping):
        return entry
    return ReadError(f"a {type(entry).__name__} where an object belongs; write an article as an object with its fields")


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _is_article(value: Any) -> bool:
    return isinstance(value, Mapping) and any(role_of(name) in ("text", "title", "abstract") for name in value)
