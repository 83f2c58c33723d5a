"""Twins: a correct sentence about a quote and the same sentence with one thing wrong. They judge the judge.

After BUMP (Ma et al. 2023): a check of faithfulness must tell a claim from its minimally wrong twin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.cases import LANGUAGES, SPLITS, Gold, named_article, shortened
from eval.lines import Fields, read_lines, write_lines
from rag.text.normalise import normalise
from rag.types import Article

ERRORS = ("figure", "date", "name", "negation", "place", "outlet")
_FIELDS = ("id", "split", "file", "quote", "language", "claim", "claim_language", "wrong", "error")


@dataclass(frozen=True, slots=True)
class Twin:
    """`quote` stands in the article `file` and supports `claim`; `wrong` differs from it in one thing, the `error`.

    `language` is that of the quote. An outlet that the quote does not name is the article's own source.
    """

    id: str
    split: str
    file: str
    quote: str
    language: str
    claim: str
    claim_language: str
    wrong: str
    error: str

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _FIELDS}


def load(path: Path) -> tuple[Twin, ...]:
    """The twins of a file. Raises UsageError, one line that names the file, the line and what is wrong."""
    twins: dict[str, Twin] = {}
    for fields in read_lines(path):
        twin = _twin(fields)
        if twin.id in twins:
            fields.fail(f"another twin has the id {twin.id!r}")
        twins[twin.id] = twin
    return tuple(twins.values())


def dump(twins: Iterable[Twin], path: Path) -> None:
    write_lines((twin.to_dict() for twin in twins), path)


def changed(claim: str, wrong: str) -> tuple[str, str]:
    """The words in which two sentences differ: those between what they begin and end with alike."""
    one, other = claim.split(), wrong.split()
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return " ".join(one[start : len(one) - end]), " ".join(other[start : len(other) - end])


def check(twins: Iterable[Twin], articles: Sequence[Article]) -> list[str]:
    """What is wrong with the twins in these articles, one line each."""
    return [f"{twin.id}: {problem}" for twin in twins for problem in _problems(twin, articles)]


def _problems(twin: Twin, articles: Sequence[Article]) -> Iterator[str]:
    article = named_article(twin.file, articles)
    if article is None:
        yield f"no article {twin.file}"
        return
    if (count := len(Gold(twin.file, twin.quote).spans(article.text))) != 1:
        yield f"the quote {shortened(twin.quote)} stands {count} times in {twin.file}; it must stand there once"
    if normalise(twin.claim).casefold().strip(" .") in twin.quote.casefold():
        yield "the claim is a copy of the quote"
    if twin.error == "outlet":
        said, _ = changed(twin.claim, twin.wrong)
        if not _is_named(said, twin.quote) and not _is_named(said, article.source or ""):
            yield f"{shortened(said)} is neither in the quote nor the source of {twin.file}"


def _is_named(said: str, text: str) -> bool:
    """Whether the changed words are, or are part of, an outlet's name in the text."""
    return bool(said) and said.strip(" .,").casefold() in text.casefold()


def _twin(fields: Fields) -> Twin:
    fields.only(_FIELDS)
    twin = Twin(
        id=fields.text("id"),
        split=fields.choice("split", SPLITS),
        file=fields.text("file"),
        quote=normalise(fields.text("quote")),
        language=fields.choice("language", LANGUAGES),
        claim=fields.text("claim"),
        claim_language=fields.choice("claim_language", LANGUAGES),
        wrong=fields.text("wrong"),
        error=fields.choice("error", ERRORS),
    )
    if twin.claim == twin.wrong:
        fields.fail("claim and wrong are the same")
    return twin
