"""What goes into the catalogue and comes out of it, and how vectors, spans and dates are written there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import UsageError
from rag.text.dates import bounds
from rag.types import Article, Page, Passage, Sentence, Span

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ArticleInfo:
    """An article without its text, as a listing shows it. `characters` is the length of the text."""

    id: str
    title: str | None
    source: str | None
    author: str | None
    published: str | None
    language: str
    url: str | None
    path: str
    characters: int
    story_id: str

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class EmbeddedPassage:
    """A passage ready to be stored: `vector` is [d], `sentence_vectors` [len(passage.sentences), d], unit rows."""

    passage: Passage
    vector: Vector
    sentence_vectors: Vector


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as the retriever reads it: `vector` is [d], `sentence_vectors` [n, d], float32 unit rows.

    `published_first` and `published_last` are the proleptic ordinals of the first and last possible day,
    None when the date is unknown.
    """

    rowid: int
    passage: Passage
    vector: Vector
    sentence_vectors: Vector
    story_id: str
    published_first: int | None
    published_last: int | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the archive holds at one moment; `languages` counts passages, `generation` is that moment."""

    articles: int
    passages: int
    sentences: int
    languages: Mapping[str, int]
    generation: int


@dataclass(frozen=True, slots=True)
class Changes:
    """The net effect of the change log after some generation up to `through`: row ids by language.

    A row that came and went within the range is in neither.
    """

    through: int
    added: Mapping[str, tuple[int, ...]]
    removed: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class FileState:
    """One ingested file as it was read last: absolute path, bytes, nanoseconds (-1: unknown), sha256 of the bytes.

    `mapping` is the JSON of the field names by which its records were read, "" for guessed ones.
    """

    path: str
    size: int
    mtime_ns: int
    digest: str
    mapping: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker embeds the article with this content hash; until then (seconds since 1970), unless it is renewed."""

    content_hash: str
    worker: str
    until: int


@dataclass(frozen=True, slots=True)
class Location:
    """Where an article stands: `path` is absolute, `shown` is that file as the user named it."""

    path: str
    record: str
    shown: str


@dataclass(frozen=True, slots=True)
class PhraseQuery:
    """Any of the phrases, each of terms in a row as rag.text.terms makes them; `folded` ones have no diacritics."""

    phrases: tuple[tuple[str, ...], ...]
    folded: bool = False

    @property
    def column(self) -> str:
        """The full-text table's column that holds such terms."""
        return "folded" if self.folded else "terms"

    @property
    def key(self) -> str:
        """The vocabulary's column that holds such terms."""
        return "folded" if self.folded else "term"


def searched_text(article: Article, passage: Passage) -> str:
    """What is embedded and full-text indexed of a passage: the title says what the passage takes for granted."""
    text = article.quote(passage.start, passage.end)
    return f"{article.title}\n{text}" if article.title and not text.startswith(article.title) else text


def to_blob(vectors: Vector) -> bytes:
    """Vectors of any shape as little-endian float16, row after row."""
    return vectors.astype("<f2").tobytes()


def from_blob(blob: bytes, dimension: int) -> Vector:
    """The rows [n, dimension] of a blob as float32."""
    return np.frombuffer(blob, dtype="<f2").reshape(-1, dimension).astype(np.float32)


def spans_to_json(spans: Iterable[Span]) -> str:
    return json.dumps([[span.start, span.end] for span in spans], separators=(",", ":"))


def spans_from_json(text: str) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in json.loads(text))


def pages_to_json(pages: Iterable[Page]) -> str:
    return json.dumps([[page.start, page.confidence] for page in pages], separators=(",", ":"))


def pages_from_json(text: str) -> tuple[Page, ...]:
    return tuple(Page(start, confidence) for start, confidence in json.loads(text))


def sentences_to_json(sentences: Iterable[Sentence]) -> str:
    return json.dumps([[s.start, s.end, s.language] for s in sentences], separators=(",", ":"))


def sentences_from_json(text: str) -> tuple[Sentence, ...]:
    return tuple(Sentence(start, end, language) for start, end, language in json.loads(text))


def day_range(published: str | None) -> tuple[int, int] | None:
    """First and last day ordinal of "2024", "2024-06" or "2024-06-19"; None for anything else."""
    try:
        first, last = bounds(published or "")
    except UsageError:
        return None
    return first.toordinal(), last.toordinal()
