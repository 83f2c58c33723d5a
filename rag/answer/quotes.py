"""Which sentences are shown: the one that answers, and those that add a value, an outlet or a list's member. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
import regex as re
from numpy.typing import NDArray

from rag.answer.value import Value, agree, differ, value_of
from rag.text.asked_time import ANY_TIME, AskedTime, Period
from rag.text.dates import bounds, find_dates
from rag.text.figures import figures
from rag.types import Relation, Span

MAX_QUOTES = 3
# Where outlets differ each of them counts.
MAX_OUTLETS = 6
# A further quote must be at least this likely, and this likely beside the best, to be worth the reader's time.
MIN_CHANCE = 0.1
MIN_RATIO = 0.6
# Centred cosines from which two sentences are taken to tell the same. Of 340 sentences of the sample archive and
# their translations half have more than 0.61; the second-best sentence in the other language rarely has 0.55.
SAME_FACT = 0.72
SAME_FACT_ACROSS = 0.55
# ... and from which they are about the same thing, so that their values stand side by side.
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


@dataclass(frozen=True)
class Quote:
    """A sentence that was read, where it stands, the chance that it answers, and the words that do.

    `teller` is the same for articles that tell one story (reprints); `vector` is the centred unit vector [d];
    `before` the sentence before it; `answer` a range of the article's text inside `start..end`.
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
    answer: Span | None = None

    @cached_property
    def value(self) -> Value:
        """What the answering words say."""
        words = (
            self.text
            if self.answer is None
            else self.text[self.answer.start - self.start : self.answer.end - self.start]
        )
        return value_of(words, self.language)


@dataclass(frozen=True, slots=True)
class Selection:
    """The quotes to show in order, the newest first where they are `differing` or `latest`.

    `differing` says what the quotes tell differently: "figures" or "dates", or that a later one is a "correction" of
    the others; `latest` is True where a quote leads for being the latest, so that the quotes' dates are to be told.
    """

    quotes: tuple[Quote, ...]
    differing: Differing | None = None
    latest: bool = False

    @property
    def relation(self) -> Relation | None:
        """How the quotes stand to one another; None for one alone."""
        if len(self.quotes) < 2:
            return None
        if self.differing:
            return "corrected" if self.differing == "correction" else "differ"
        first, *others = self.quotes
        return "agree" if all(agree(first.value, other.value) for other in others) else "list"


def select(candidates: Sequence[Quote], language: str, asked: AskedTime = ANY_TIME) -> Selection:
    """The quotes to show for a question in `language` about the time `asked`."""
    ordered = sorted(candidates, key=lambda quote: -quote.chance)
    if not ordered:
        return Selection(())
    preferred = _of_period(ordered, asked)
    if asked.latest:
        preferred = _latest_first(preferred)
    first = _in_own_language(preferred, language)
    corrections = [quote for quote in preferred if _corrects(quote, first)]
    if corrections:
        return Selection((_correcting(corrections[0], first), first), "correction", asked.latest)
    rivals = _rivals(first, preferred)
    if rivals:
        differing: Differing = "dates" if first.value.kind == "dates" else "figures"
        return Selection(tuple(sorted([first, *rivals], key=_by_date)), differing, asked.latest)
    chosen = [first]
    for quote in preferred:
        if len(chosen) == MAX_QUOTES:
            break
        if quote.chance >= max(MIN_CHANCE, MIN_RATIO * ordered[0].chance) and _adds(quote, chosen):
            chosen.append(quote)
    return Selection(tuple(chosen), latest=asked.latest)


def _adds(quote: Quote, chosen: Sequence[Quote]) -> bool:
    """Whether the quote says something that none of the chosen says, or another story says the same."""
    return not any(
        _tells_the_same(quote, other) or (quote.teller == other.teller and agree(quote.value, other.value))
        for other in chosen
    )


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


def _correcting(correction: Quote, wrong: Quote) -> Quote:
    """The correction; where the words that were read in it are the wrong value that it names, none are marked."""
    return replace(correction, answer=None) if agree(correction.value, wrong.value) else correction


def _rivals(first: Quote, ordered: Sequence[Quote]) -> list[Quote]:
    """The best quote of each other story that gives another figure, or date, for the same thing."""
    best: dict[str, Quote] = {}
    for other in ordered if first.value.kind != "words" else ():
        if _is_rival(first, other) and differ(first.value, other.value):
            best.setdefault(other.teller, other)
    return list(best.values())[: MAX_OUTLETS - 1]


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
