"""From what a file says of an article (`Draft`) to what the archive takes in (`Record`). Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from rag.errors import ReadError
from rag.readers.addressed import addressed_spans
from rag.readers.boilerplate import markup_spans, unquotable_spans
from rag.readers.bylines import credit_of_url
from rag.readers.metadata import from_text
from rag.text.language import detect
from rag.text.normalise import normalise
from rag.text.outlets import known_name, outlet_key, outlet_keys
from rag.types import Page, Span, merge_spans

_MAX_FIELD = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as one format's reader found it: the raw text and what the file declares about it.

    `published` is an ISO date, month or year; `language` an ISO 639-1 code; what the file does not say is None.
    `is_markdown` marks a text with Markdown's links and pictures in it. `is_dated`: the reader has looked wherever a
    date of publication may stand, and none in the text is one. `contradictions` are lines on what the file's own data
    say in two ways. `pages` are offsets into a text that is normalised already.
    """

    text: str
    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: str | None = None
    language: str | None = None
    url: str | None = None
    id: str | None = None
    is_markdown: bool = False
    updated: str | None = None
    contradictions: tuple[str, ...] = ()
    is_dated: bool = False
    pages: tuple[Page, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One article read from a file, complete but for the id that the archive gives where `article_id` is None.

    `record` is its key inside the file: "" in a file of one article; in a list its id, else its address, else a hash
    of its text. `path` is the file as the caller named it. `unquotable` are spans of `text`, sorted, not overlapping.
    """

    article_id: str | None
    record: str
    text: str
    title: str | None
    source: str | None
    author: str | None
    published: str | None
    language: str
    url: str | None
    path: str
    unquotable: tuple[Span, ...] = ()
    updated: str | None = None
    contradictions: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()


def finish(draft: Draft, path: str, *, is_listed: bool = False) -> Record:
    """The record of a draft; what the file does not declare is taken from its text and address.

    `is_listed`: one of several articles in its file. Raises ReadError for an article without text.
    """
    text = normalise(draft.text)
    if not any(map(str.isalnum, text)):
        raise ReadError("no text in it; remove it or put the article's text in")
    told = from_text(text)
    url = _line(draft.url) or told.url
    address = credit_of_url(url) if url else None
    in_text = None if draft.is_dated else told.published
    published = draft.published or _finest(in_text, address.published if address else None)
    article_id = _line(draft.id)
    language = draft.language or detect(text)
    key = article_id or url or hashlib.sha256(text.encode()).hexdigest()[:16]
    return Record(
        article_id=article_id,
        record=key if is_listed else "",
        text=text,
        title=_told(draft.title) or _told(told.title),
        source=_with_its_source(
            _told(draft.source) or (address.source if address else None), _told(told.source), language
        ),
        author=_told(draft.author) or _told(told.author),
        published=published,
        language=language,
        url=url,
        path=path,
        updated=draft.updated,
        contradictions=draft.contradictions,
        unquotable=merge_spans(
            (
                *unquotable_spans(text),
                *addressed_spans(text),
                *(markup_spans(text) if draft.is_markdown else ()),
            )
        ),
        pages=tuple(Page(min(page.start, len(text)), page.confidence) for page in draft.pages),
    )


def _with_its_source(own: str | None, told: str | None, language: str) -> str | None:
    """The outlet, and the well-known one that its text says it is taken from: "Báo Bến Sông, theo AFP"."""
    if own is None or told is None or not known_name(told) or outlet_key(told) in outlet_keys(own):
        return own or told
    return f"{own}, {'theo' if language == 'vi' else 'after'} {told}"


def _line(value: str | None) -> str | None:
    """A field as one trimmed line, or None."""
    return " ".join(normalise(value).split())[:_MAX_FIELD].strip() or None if value else None


def _told(value: str | None) -> str | None:
    """A field as one line; None where it speaks to a program: a title is searched, shown and given to models."""
    line = _line(value)
    return None if line and addressed_spans(line) else line


def _finest(told: str | None, in_address: str | None) -> str | None:
    """What the text tells, unless the address gives the same date more precisely."""
    if told and not (in_address and in_address.startswith(told)):
        return told
    return in_address
