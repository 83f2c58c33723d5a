"""Do the citations carry the sentences, and are they what they claim to be? Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from eval.metrics.score import Score
from rag.types import Article, Citation, Verdict

# A claim and the quotes it rests on -> whether they support it; "unchecked" where the judge cannot tell.
Supports = Callable[[str, Sequence[Citation]], Verdict]
UNDECIDED = "the judge could not decide"


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of an answer with the citations it names; `dangling` counts markers that lead nowhere."""

    text: str
    citations: tuple[Citation, ...]
    dangling: int = 0


def citation_recall(claims: Sequence[Claim], supports: Supports) -> Score:
    """The share of sentences that all their citations together support (Gao et al. 2023, ALCE).

    A sentence without citations is not supported, and an answer without sentences has recall 0. Sentences that the
    judge cannot decide on are left out; where none is left, the score is None.
    """
    if not claims:
        return Score(0.0)
    decided = [verdict for claim in claims if (verdict := _judged(claim, supports)) != "unchecked"]
    if not decided:
        return Score(None, UNDECIDED)
    return Score(decided.count("supported") / len(decided))


def citation_precision(claims: Sequence[Claim], supports: Supports) -> Score:
    """The share of citations that are needed (ALCE).

    A citation is needed where its sentence is supported and it supports the sentence alone, or the others do not
    without it. One that leads nowhere is never needed; without citations the precision is 0. Citations whose need the
    judge cannot decide are left out; where none is left, the score is None.
    """
    needs = _needs(claims, supports)
    decided = [need for need in needs if need is not None]
    if not decided:
        return Score(None, UNDECIDED) if needs else Score(0.0)
    return Score(sum(decided) / len(decided))


def citation_recall_at_least(claims: Sequence[Claim], supports: Supports) -> Score:
    """Recall with undecided sentences counted as unsupported: a judge that decides on less cannot raise it."""
    supported = sum(_judged(claim, supports) == "supported" for claim in claims)
    return Score(supported / len(claims) if claims else 0.0)


def citation_precision_at_least(claims: Sequence[Claim], supports: Supports) -> Score:
    """Precision with citations whose need is undecided counted as not needed."""
    needs = _needs(claims, supports)
    return Score(sum(need is True for need in needs) / len(needs) if needs else 0.0)


def _judged(claim: Claim, supports: Supports) -> Verdict:
    return supports(claim.text, claim.citations) if claim.citations else "unsupported"


def _needs(claims: Sequence[Claim], supports: Supports) -> list[bool | None]:
    """Whether each citation is needed, None where that is undecided; those that lead nowhere among them."""
    found: list[bool | None] = []
    for claim in claims:
        verdict = _judged(claim, supports)
        for place in range(len(claim.citations)):
            if verdict == "supported":
                found.append(_is_needed(claim, place, supports))
            else:
                found.append(None if verdict == "unchecked" else False)
        found += [False] * claim.dangling
    return found


def _is_needed(claim: Claim, place: int, supports: Supports) -> bool | None:
    """Of a supported claim."""
    others = claim.citations[:place] + claim.citations[place + 1 :]
    if not others:
        return True
    alone, without = supports(claim.text, claim.citations[place : place + 1]), supports(claim.text, others)
    if alone == "supported" or without == "unsupported":
        return True
    return False if (alone, without) == ("unsupported", "supported") else None


def quote_exactness(citations: Sequence[Citation], articles: Mapping[str, Article]) -> Score:
    """The share of citations whose quote stands at `[start, end)` of their article, character for character."""
    exact = sum(
        bool(citation.quote)
        and citation.article_id in articles
        and articles[citation.article_id].text[citation.start : citation.end] == citation.quote
        for citation in citations
    )
    return Score(exact / len(citations))


def wrong_source_rate(citations: Sequence[Citation], gold: Collection[str]) -> Score:
    """The share of citations of an article that is none of the `gold` ones (ids)."""
    return Score(sum(citation.article_id not in gold for citation in citations) / len(citations))


def outlet_accuracy(citations: Sequence[Citation], articles: Mapping[str, Article]) -> Score:
    """The share of citations that name the outlet of the article they quote; unknown is right where it is unknown."""
    return _attributed(citations, articles, "source")


def date_accuracy(citations: Sequence[Citation], articles: Mapping[str, Article]) -> Score:
    """The same for the date of publication, at the precision in which it is known."""
    return _attributed(citations, articles, "published")


def _attributed(citations: Sequence[Citation], articles: Mapping[str, Article], field: str) -> Score:
    right = sum(
        citation.article_id in articles and getattr(citation, field) == getattr(articles[citation.article_id], field)
        for citation in citations
    )
    return Score(right / len(citations))
