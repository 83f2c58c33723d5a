"""Which sentences are shown: the one to three that answer, most direct first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import regex as re
from numpy.typing import NDArray

from rag.text.asked_time import ANY_TIME, AskedTime, Period
from rag.text.dates import bounds, find_dates
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
SAME_THING_ACROSS = 0.33
RIVAL_RATIO = 0.5
# Where the latest is asked for, a newer quote on the same thing leads that is at least this likely beside the best.
LATEST_RATIO = 0.3
# A quote of the period that is asked for is preferred down to this ratio.
PERIOD_RATIO = 0.5
# A quote in the reader's language is preferred to one that tells the same in the other, down to this ratio.
OWN_LANGUAGE_RATIO = 0.4


Differing = Literal["figures", "dates", "correction"]

_CORRECTION = re.compile(
    r"\b(?:correct(?:ed|ion|ing)?|error|mistake|wrong(?:ly)?)\b"
    r"|\b(?:đính chính|(?:con số|số liệu|thông tin) đúng|sai sót|nhầm lẫn|đã sửa|sửa số liệu)\b",
    re.IGNORECASE,
)


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
    """The quotes to show in order, the newest first where they are `differing` or `latest`.

    `differing` says what the quotes tell differently: "figures" or "dates", or that a later one is a "correction" of
    the others; `latest` is True where a quote leads for being the latest, so that the quotes' dates are to be told.
    """

    quotes: tuple[Quote, ...]
    differing: Differing | None = None
    latest: bool = False


def select(candidates: Sequence[Quote], kind: Kind, language: str, asked: AskedTime = ANY_TIME) -> Selection:
    """The quotes to show for a question of `kind` about the time `asked`, in `language`."""
    ordered = sorted(candidates, key=lambda quote: -quote.chance)
    if not ordered:
        return Selection(())
    preferred = _of_period(ordered, asked)
    if asked.latest:
        preferred = _latest_first(preferred)
    first = _in_own_language(preferred, language)
    corrections = [quote for quote in preferred if _corrects(quote, first)]
    if corrections:
        return Selection((corrections[0], first), "correction", asked.latest)
    rivals = _rivals(first, preferred, kind)
    if rivals:
        differing: Differing = "dates" if kind == "when" else "figures"
        return Selection(tuple(sorted([first, *rivals], key=_by_date)), differing, asked.latest)
    chosen = [first]
    ratio = MIN_RATIO_SEVERAL if kind in SEVERAL else MIN_RATIO
    for quote in ordered:
        if len(chosen) == MAX_QUOTES or quote.chance < max(MIN_CHANCE, ratio * ordered[0].chance):
            break
        if not any(_tells_the_same(quote, other) for other in chosen):
            chosen.append(quote)
    if kind == "why" and len(chosen) > 1 and is_later(chosen[1], first) and _is_rival(first, chosen[1]):
        # Causes are found out later.
        return Selection((chosen[1], first, *chosen[2:]), latest=True)
    return Selection(tuple(chosen), latest=asked.latest)


def _of_period(ordered: list[Quote], asked: AskedTime) -> list[Quote]:
    """Those of the period that is asked for, where one of them is about as likely as the best; else all."""
    inside = [quote for quote in ordered if any(_is_of(quote, period) for period in asked.periods)]
    return inside if inside and inside[0].chance >= PERIOD_RATIO * ordered[0].chance else ordered


def _is_of(quote: Quote, period: Period) -> bool:
    """Whether the quote was published in the period or names a date in it."""
    since, until = period
    published = bounds(quote.published) if quote.published else None
    named = [(date.first, date.last) for date in find_dates(quote.text) if date.first and date.last]
    return any(first <= until and since <= last for first, last in ([published] if published else []) + named)


def _latest_first(ordered: list[Quote]) -> list[Quote]:
    """The newest of the quotes on what the best is about, then the others."""
    best = ordered[0]
    # `min` keeps the likelier of those of one day.
    leading = min((quote for quote in ordered if quote is best or _is_on(quote, best)), key=_by_date)
    return [leading, *(quote for quote in ordered if quote is not leading)]


def _is_on(quote: Quote, best: Quote) -> bool:
    """Whether the quote is likely enough to be the latest word on what `best` is about."""
    # What tells the same, with other figures, needs no second proof that it answers.
    ratio = 0.0 if float(quote.vector @ best.vector) >= SAME_FACT else LATEST_RATIO
    return quote.chance >= max(MIN_CHANCE, ratio * best.chance) and _same_thing(quote, best)


def _same_thing(one: Quote, other: Quote) -> bool:
    return float(one.vector @ other.vector) >= (SAME_THING if one.language == other.language else SAME_THING_ACROSS)


def _corrects(quote: Quote, earlier: Quote) -> bool:
    """Whether the quote says, later, that what `earlier` tells was wrong: it holds one of its figures and another."""
    if quote.chance < MIN_CHANCE or not is_later(quote, earlier) or not _CORRECTION.search(quote.text):
        return False
    wrong = {figure.value for figure in figures(earlier.text, earlier.language)}
    told = {figure.value for figure in figures(quote.text, quote.language)}
    return bool(wrong & told) and bool(told - wrong)


def _rivals(first: Quote, ordered: Sequence[Quote], kind: Kind) -> list[Quote]:
    """The best quote of each other story that puts a different figure, or date, to the same thing."""
    best: dict[str, Quote] = {}
    for other in ordered if kind in ("how_many", "when") else ():
        differs = _dates_differ if kind == "when" else _figures_differ
        if _is_rival(first, other) and differs(first, other):
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


def _is_rival(first: Quote, other: Quote) -> bool:
    """Whether another story tells of the same thing, and likely enough."""
    if other.teller == first.teller or other.chance < max(MIN_CHANCE, RIVAL_RATIO * first.chance):
        return False
    return _same_thing(first, other)


def _figures_differ(first: Quote, other: Quote) -> bool:
    ours, theirs = figures(first.text, first.language), figures(other.text, other.language)
    if first.language == other.language:
        units = {figure.unit for figure in ours} & {figure.unit for figure in theirs}
        ours, theirs = _of_units(ours, units), _of_units(theirs, units)
    return bool(ours and theirs) and not {figure.value for figure in ours} & {figure.value for figure in theirs}


def _dates_differ(first: Quote, other: Quote) -> bool:
    """Whether both name days, and none that the other names."""
    ours, theirs = _days(first), _days(other)
    return bool(ours and theirs) and not ours & theirs


def _days(quote: Quote) -> set[tuple[int, int]]:
    return {(date.month, date.day) for date in find_dates(quote.text) if date.month and date.day}


def _of_units(found: Sequence[Figure], units: set[str]) -> list[Figure]:
    return [figure for figure in found if figure.unit in units]


def is_later(one: Quote, other: Quote) -> bool:
    """Whether `one` was published later for certain, as far as the dates are known."""
    if one.published is None or other.published is None:
        return False
    return bounds(one.published)[0] > bounds(other.published)[1]


def _by_date(quote: Quote) -> tuple[int, ...]:
    return newest_first(quote.published)


def newest_first(published: str | None) -> tuple[int, ...]:
    """A sorting key: later dates first, unknown dates last."""
    if published is None:
        return (1,)
    return (0, *(-int(part) for part in published.split("-")))
