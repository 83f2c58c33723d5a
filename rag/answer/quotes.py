"""Which sentences are shown: the one to three that answer, most direct first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.text.figures import Figure, figures
from rag.text.question import Kind

MAX_QUOTES = 3
# A further quote must be at least this likely, and this likely beside the best, to be worth the reader's time.
MIN_CHANCE = 0.1
MIN_RATIO = 0.4
# Questions for several things need several sentences more often.
MIN_RATIO_SEVERAL = 0.2
SEVERAL: frozenset[Kind] = frozenset({"list", "compare", "why", "how"})
# Centred cosines from which two sentences are taken to tell the same. Of 340 sentences of the sample archive and
# their translations half have more than 0.61; the second-best sentence in the other language rarely has 0.55.
SAME_FACT = 0.72
SAME_FACT_ACROSS = 0.55
# ... and from which they are about the same thing, so that their figures stand side by side.
SAME_THING = 0.4
RIVAL_RATIO = 0.5
# A quote in the reader's language is preferred to one that tells the same in the other, down to this ratio.
OWN_LANGUAGE_RATIO = 0.4


@dataclass(frozen=True, slots=True)
class Quote:
    """A candidate sentence with where it stands and the chance that it answers.

    `teller` is the same for articles that tell one story (reprints); `vector` is the centred unit vector [d];
    `before` the sentence before it.
    """

    article_id: str
    teller: str
    start: int
    end: int
    text: str
    language: str
    published: str | None
    chance: float
    vector: NDArray[np.float32]
    before: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """The quotes to show in order; `differing` is True where the first ones give different figures."""

    quotes: tuple[Quote, ...]
    differing: bool = False


def select(candidates: Sequence[Quote], kind: Kind, language: str) -> Selection:
    """The quotes to show for a question of `kind` asked in `language`."""
    ordered = sorted(candidates, key=lambda quote: -quote.chance)
    if not ordered:
        return Selection(())
    first = _in_own_language(ordered, language)
    rivals = _rivals(first, ordered) if kind == "how_many" else []
    if rivals:
        return Selection(tuple(sorted([first, *rivals], key=_newest_first)), differing=True)
    chosen = [first]
    ratio = MIN_RATIO_SEVERAL if kind in SEVERAL else MIN_RATIO
    for quote in ordered:
        if len(chosen) == MAX_QUOTES or quote.chance < max(MIN_CHANCE, ratio * ordered[0].chance):
            break
        if not any(_tells_the_same(quote, other) for other in chosen):
            chosen.append(quote)
    return Selection(tuple(chosen))


def _rivals(first: Quote, ordered: Sequence[Quote]) -> list[Quote]:
    """The best quote of each other story that puts a different figure to the same thing."""
    best: dict[str, Quote] = {}
    for other in ordered:
        if _disagrees(first, other):
            best.setdefault(other.teller, other)
    return list(best.values())[: MAX_QUOTES - 1]


def _in_own_language(ordered: Sequence[Quote], language: str) -> Quote:
    best = ordered[0]
    if best.language == language:
        return best
    for quote in ordered[1:]:
        if quote.chance < OWN_LANGUAGE_RATIO * best.chance:
            break
        if quote.language == language and _tells_the_same(quote, best):
            return quote
    return best


def _tells_the_same(one: Quote, other: Quote) -> bool:
    overlapping = one.article_id == other.article_id and one.start < other.end and other.start < one.end
    limit = SAME_FACT if one.language == other.language else SAME_FACT_ACROSS
    return overlapping or one.text == other.text or float(one.vector @ other.vector) >= limit


def _disagrees(first: Quote, other: Quote) -> bool:
    """Another story puts a different figure to the same thing."""
    if other.teller == first.teller or other.chance < max(MIN_CHANCE, RIVAL_RATIO * first.chance):
        return False
    if float(first.vector @ other.vector) < SAME_THING:
        return False
    ours, theirs = figures(first.text, first.language), figures(other.text, other.language)
    if first.language == other.language:
        units = {figure.unit for figure in ours} & {figure.unit for figure in theirs}
        ours, theirs = _of_units(ours, units), _of_units(theirs, units)
    return bool(ours and theirs) and not {figure.value for figure in ours} & {figure.value for figure in theirs}


def _of_units(found: Sequence[Figure], units: set[str]) -> list[Figure]:
    return [figure for figure in found if figure.unit in units]


def _newest_first(quote: Quote) -> tuple[int, ...]:
    """Later dates first, unknown dates last."""
    if quote.published is None:
        return (1,)
    return (0, *(-int(part) for part in quote.published.split("-")))
