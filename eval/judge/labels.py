"""What people have labelled, as claims for a judge: the project's own twins, and the public judge sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eval.adapters import JudgedClaim
from eval.cases import Gold
from eval.judge.agreement import Labelled
from eval.suite import DATASETS, Library
from eval.twins import Twin
from rag.errors import UsageError
from rag.text.language import detect
from rag.types import Article, Citation, Span

TWINS = DATASETS / "twins.jsonl"


def of_twins(twins: Iterable[Twin], library: Library) -> Iterator[Labelled]:
    """Each right claim and its wrong twin beside the quote. Raises UsageError for a quote that does not stand there."""
    for twin in twins:
        gold = Gold(twin.file, twin.quote)
        article = library.named(gold)
        if article is None or not (spans := gold.spans(article.text)):
            raise UsageError(f"{twin.id}: the quote does not stand in {twin.file}; correct the pair")
        quotes = (citation(article, spans[0]),)
        pair = f"{twin.claim_language}→{twin.language}"
        yield Labelled(twin.id, twin.claim, twin.claim_language, quotes, True, twin.error, pair)
        yield Labelled(f"{twin.id} wrong", twin.wrong, twin.claim_language, quotes, False, twin.error, pair)


def of_claims(claims: Iterable[JudgedClaim]) -> Iterator[Labelled]:
    """Judged texts beside their whole evidence."""
    for claim in claims:
        language = detect(claim.evidence)
        quote = Citation(1, claim.id, None, None, None, language, "", None, 0, len(claim.evidence), claim.evidence, 1.0)
        group = claim.error or "supported"
        pair = f"{claim.language}→{language}"
        yield Labelled(claim.id, claim.claim, claim.language, (quote,), claim.supported, group, pair)


def citation(article: Article, span: Span) -> Citation:
    """A quote of an article as an answer would cite it."""
    return Citation(
        1, article.id, article.title, article.source, article.published, article.language, article.path, article.url,
        span.start, span.end, article.quote(span.start, span.end), 1.0,
    )  # fmt: skip
