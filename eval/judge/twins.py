"""Pairs of a right claim about `corpus/` and its twin with one thing wrong: what the judge is measured on at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.cases import LANGUAGES, Gold
from eval.judge.agreement import Labelled
from eval.lines import Fields, read_lines
from eval.suite import DATASETS, Library
from rag.errors import UsageError
from rag.text.normalise import normalise
from rag.types import Article, Citation, Span

TWINS = DATASETS / "twins.jsonl"
ERRORS = ("figure", "date", "name", "negation", "place", "outlet")
_FIELDS = ("id", "file", "quote", "language", "claim", "wrong", "error", "claim_language", "note")


@dataclass(frozen=True, slots=True)
class Twin:
    """`claim` rests on `quote`, which stands verbatim in `file`; `wrong` differs from it by one `error`."""

    id: str
    file: str
    quote: str
    language: str
    claim: str
    wrong: str
    error: str
    claim_language: str


def load(path: Path = TWINS) -> tuple[Twin, ...]:
    """Raises UsageError, one line with file, line and what is wrong."""
    return tuple(_twin(fields) for fields in read_lines(path))


def labelled(twins: Iterable[Twin], library: Library) -> Iterator[Labelled]:
    """Each right claim and each wrong one beside the quote. Raises UsageError for a quote that does not stand there."""
    for twin in twins:
        gold = Gold(twin.file, twin.quote)
        article = library.named(gold)
        if article is None or not (spans := gold.spans(article.text)):
            raise UsageError(f"{twin.id}: the quote does not stand in {twin.file}; correct the pair")
        quotes = (citation(article, spans[0]),)
        pair = f"{twin.claim_language}→{twin.language}"
        yield Labelled(twin.id, twin.claim, twin.claim_language, quotes, True, twin.error, pair)
        yield Labelled(f"{twin.id} wrong", twin.wrong, twin.claim_language, quotes, False, twin.error, pair)


def citation(article: Article, span: Span) -> Citation:
    """A quote of an article as an answer would cite it."""
    return Citation(
        1, article.id, article.title, article.source, article.published, article.language, article.path, article.url,
        span.start, span.end, article.quote(span.start, span.end), 1.0,
    )  # fmt: skip


def _twin(fields: Fields) -> Twin:
    fields.only(_FIELDS)
    return Twin(
        id=fields.text("id"),
        file=fields.text("file"),
        quote=normalise(fields.text("quote")),
        language=fields.choice("language", LANGUAGES),
        claim=normalise(fields.text("claim")),
        wrong=normalise(fields.text("wrong")),
        error=fields.choice("error", ERRORS),
        claim_language=fields.choice("claim_language", LANGUAGES),
    )
