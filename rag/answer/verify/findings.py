"""What a claim says that the sentences it rests on do not: hard disagreements, each with a code. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import regex as re

from rag.answer.evidence import Evidence
from rag.answer.verify import amounts, entities, moments, polarity
from rag.answer.verify.entities import Known, Name
from rag.answer.verify.opposites import OF_TWO_SIDES
from rag.answer.verify.reading import Reading, read
from rag.answer.verify.wording import as_written, content, uncovered
from rag.text.language import detect
from rag.text.normalise import fold

# What Vietnamese puts before the name of a person or a place that keeps its name in English.
_KEEPS_ITS_NAME = re.compile(
    r"\b(?i:ông|bà|anh|chị|cô|em|chú|bác|thầy|phường|xã|quận|huyện|tỉnh|thành phố|TP\.?|sông|cầu|chợ|đường|phố|"
    r"tướng|tá|tiến sĩ|giáo sư|bác sĩ)\s+(?:\p{Lu}[\p{L}.]*\s+)*$"
)
_PASSIVE = re.compile(r"\b(?:by|bị|được|bởi|from|của)\b", re.IGNORECASE)
_VIETNAMESE_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?"
)

# Share of what a claim says of its names that the sentences must have at least.
_LEAST_SAID = 0.34
_CAPITALISED = re.compile(r"\p{Lu}[\p{L}.’'-]*(?:\s+\p{Lu}[\p{L}.’'-]*)*")
# Function words that all may hang on in a short claim.
_RANK = re.compile(r"\b(?:nhất|nhì|first|second|third|last|most|least|all|none|only)\b")
# With fewer content words than this a claim says nothing by itself; up to `_FEW_WORDS` one sentence must have them all.
_FEWEST_WORDS = 2
_FEW_WORDS = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """A disagreement: a code of `messages.WHY` and what the claim says there."""

    code: str
    detail: str


@dataclass(frozen=True)
class Grounds:
    """The sentences that a claim may rest on, read: the quoted ones and what stands around them."""

    sentences: tuple[Reading, ...]
    context: tuple[Reading, ...]
    published: tuple[str | None, ...]
    outlets: tuple[str, ...]

    @classmethod
    def of(cls, chosen: Sequence[Evidence]) -> Grounds:
        around = {
            (text, item.language, item.published) for item in chosen for text in (item.before, item.title or "") if text
        }
        return cls(
            tuple(read(item.text, _language(item), item.published) for item in chosen),
            tuple(read(*each) for each in sorted(around, key=lambda each: each[0])),
            tuple(item.published for item in chosen),
            tuple(item.source for item in chosen if item.source),
        )

    @cached_property
    def everything(self) -> tuple[Reading, ...]:
        return self.sentences + self.context

    @cached_property
    def known(self) -> Known:
        return entities.joined(
            [reading.known for reading in self.everything] + [entities.known(outlet) for outlet in self.outlets]
        )

    @cached_property
    def years(self) -> frozenset[int]:
        return frozenset(year for reading in self.everything for year in reading.moments.years)

    @cached_property
    def languages(self) -> frozenset[str]:
        return frozenset(reading.language for reading in self.sentences)


@dataclass(frozen=True, slots=True)
class Checks:
    """What each check found: the words of the claim that disagree with its grounds, or that nothing there has."""

    figures: tuple[str, ...]
    dates: tuple[str, ...]
    missing_names: tuple[Name, ...]
    names: tuple[str, ...]
    denial: str
    opposites: tuple[str, ...]
    order: tuple[str, ...]
    thin: tuple[str, ...]
    unsaid: tuple[str, ...]

    @property
    def findings(self) -> list[Finding]:
        """The hard disagreements, the gravest kinds first."""
        return [
            *(Finding("figure", detail) for detail in self.figures),
            *(Finding("date", detail) for detail in self.dates),
            *(Finding("name", detail) for detail in self.names),
            *(Finding("negation", detail) for detail in (self.denial, *self.opposites) if detail),
            *(Finding("order", detail) for detail in self.order),
            *(Finding("thin", detail) for detail in self.thin),
            *(Finding("not_found", ", ".join(self.unsaid)) for _ in self.unsaid[:1]),
        ]


def check(claim: Reading, grounds: Grounds) -> Checks:
    missing = missing_names(claim, grounds)
    return Checks(
        tuple(wrong_figures(claim, grounds)),
        tuple(wrong_dates(claim, grounds)),
        tuple(missing),
        tuple(wrong_names(missing, claim, grounds)),
        denial(claim, grounds),
        tuple(opposites(claim, grounds)),
        tuple(reversed_roles(claim, grounds)),
        tuple(thin(claim, grounds)),
        tuple(unsaid(claim, grounds)),
    )


def wrong_figures(claim: Reading, grounds: Grounds) -> list[str]:
    """The figures of the claim that the quoted sentences lack: whoever opens the quote wants to see them there."""
    known = [amount for reading in grounds.sentences for amount in reading.amounts]
    missing = [amount.text for amount in amounts.unmatched(claim.amounts, known, grounds.years)]
    stated = [
        amount for reading in grounds.sentences if reading.language == claim.language for amount in reading.amounts
    ]
    missing += [amount.text for amount in amounts.misplaced(claim.amounts, stated) if amount.text not in missing]
    clocks = {clock for reading in grounds.sentences for clock in reading.clocks}
    missing += [f"{hour}:{minute:02d}" for hour, minute in sorted(claim.clocks - clocks)]
    missing += amounts.wrong_codes(claim.codes, [reading.digits for reading in grounds.everything if reading.digits])
    return list(dict.fromkeys(missing))


def wrong_dates(claim: Reading, grounds: Grounds) -> list[str]:
    stated = [mention for reading in grounds.everything for mention in reading.moments.mentions]
    publication = [mention for day in grounds.published for mention in moments.of_publication(day).mentions]
    numbers = [
        int(amount.value) for reading in grounds.everything for amount in reading.amounts if amount.value < 3_000
    ]
    missing = moments.unmatched(claim.text, claim.moments, stated, publication, numbers)
    if not missing and moments.wrong_weekdays(claim.moments, [reading.moments for reading in grounds.sentences]):
        missing.append(moments.weekday_words(claim.text))
    return missing


def missing_names(claim: Reading, grounds: Grounds) -> list[Name]:
    """The names that certainly are some and that nothing around the quoted sentences has."""
    return [name for name in claim.names if name.sure and not entities.holds(name, grounds.known)]


def wrong_names(missing: Sequence[Name], claim: Reading, grounds: Grounds) -> list[str]:
    """Those of the missing names that a source would have to give.

    Within one language all; across languages only those that keep their form or are listed with their other form.
    """
    if claim.language in grounds.languages:
        return [name.text for name in missing]
    return [name.text for name in missing if name.key.startswith("@") or _keeps_its_form(name, claim, grounds)]


def _keeps_its_form(name: Name, claim: Reading, grounds: Grounds) -> bool:
    is_syllable = bool(_VIETNAMESE_SYLLABLE.fullmatch(name.key))
    if claim.language == "vi":
        return not is_syllable or bool(_KEEPS_ITS_NAME.search(claim.text[max(0, name.start - 40) : name.start]))
    # An English word may be a translation ("Friendship Park"); Vietnamese syllables side by side are a name.
    if is_syllable and _beside_syllables(name, claim):
        return True
    ours = {other.key for other in claim.names}
    foreign = {
        other.key
        for reading in grounds.sentences
        for other in reading.names
        if other.sure and not other.key.startswith("@") and not _VIETNAMESE_SYLLABLE.fullmatch(other.key)
    }
    return bool(foreign) and not any(key in ours for key in foreign)


def _beside_syllables(name: Name, claim: Reading) -> bool:
    """Whether a neighbouring name of the claim is shaped like a Vietnamese syllable as well."""
    return any(
        other.start != name.start
        and _VIETNAMESE_SYLLABLE.fullmatch(other.key)
        and claim.text[min(name.start, other.start) : max(name.start, other.start)].count(" ") == 1
        for other in claim.names
    )


def denial(claim: Reading, grounds: Grounds) -> str:
    """The negation that stands in only one of claim and grounds."""
    own = [reading for reading in grounds.sentences if reading.language == claim.language]
    if own:
        words = [word for reading in own for word in reading.words]
        return polarity.denial(claim.polarity, polarity.merged([each.polarity for each in own]), claim.words, words)
    stated = polarity.merged([each.polarity for each in grounds.sentences])
    return polarity.denial_across(claim.text, [each.text for each in grounds.sentences], claim.polarity, stated)


def opposites(claim: Reading, grounds: Grounds) -> list[str]:
    """The words of the claim whose opposites, and not themselves, stand in the grounds.

    Within one language most words must be shared: else the two may speak of different things.
    """
    stated = polarity.merged([reading.polarity for reading in grounds.sentences])
    own = [word for reading in grounds.sentences if reading.language == claim.language for word in reading.words]
    if own and len(uncovered(claim.words, own, claim.language)) > len(set(claim.words)) / 2:
        return []
    rows = [
        row
        for row in polarity.opposed(claim.polarity, stated)
        if not (row in OF_TWO_SIDES and any(_seen_from_the_other(row, claim, each) for each in grounds.sentences))
    ]
    return polarity.opposite_words(claim.text, rows)


def _seen_from_the_other(row: int, claim: Reading, reading: Reading) -> bool:
    """ "A beat B" and "B lost to A": a shared name stands before the word in one and behind it in the other."""
    ours, theirs = polarity.place_of(claim.text, row), polarity.place_of(reading.text, row)
    if ours is None or theirs is None:
        return False
    before = {name.key for name in claim.names if name.start < ours}
    behind = {name.key for name in claim.names if name.start > ours}
    return any(name.key in (behind - before if name.start < theirs else before - behind) for name in reading.names)


def reversed_roles(claim: Reading, grounds: Grounds) -> list[str]:
    """Neighbouring names around a verb of the claim that stand the other way round about it in every sentence."""
    found = []
    for first, second in zip(claim.names, claim.names[1:], strict=False):
        if first.key == second.key or not (first.sure and second.sure):
            continue
        between = claim.text[first.start + len(first.text) : second.start]
        if _PASSIVE.search(between):
            continue
        verbs = set(read(between, claim.language).words)
        if verbs and any(_is_reversed(first, second, verbs, reading) for reading in grounds.sentences):
            found.append(f"{first.text} … {second.text}")
    return found


def _is_reversed(first: Name, second: Name, verbs: set[str], reading: Reading) -> bool:
    starts: dict[str, list[Name]] = {first.key: [], second.key: []}
    for name in reading.names:
        if name.key in starts:
            starts[name.key].append(name)
    ours, theirs = starts[first.key], starts[second.key]
    if not ours or not theirs or min(name.start for name in ours) < max(name.start for name in theirs):
        return False
    between = reading.text[theirs[-1].start + len(theirs[-1].text) : ours[0].start]
    return not _PASSIVE.search(between) and bool(verbs & set(read(between, reading.language).words))


def thin(claim: Reading, grounds: Grounds) -> list[str]:
    """The claim itself where it says too little to be weighed ("OK", "zebra", "Tom won") and no sentence has it all.

    Names may come from what stands around a sentence ("He won"); figures and dates have checks of their own.
    """
    if _has_figures(claim) or len(set(claim.words)) > _FEW_WORDS:
        return []
    if len(set(claim.words)) < _FEWEST_WORDS and not any(name.sure for name in claim.names):
        return [claim.text]
    # A bare name says nothing of who bears it; the quote that is shown instead does.
    if not set(claim.words) - _named(claim):
        return [claim.text]
    if claim.language not in grounds.languages:
        return []
    around = {name.key for reading in grounds.context for name in reading.names if name.sure}
    needed = [*(word for word in claim.words if fold(word) not in around), *_RANK.findall(claim.text.casefold())]
    own = [
        [*reading.words, *_RANK.findall(reading.text.casefold())]
        for reading in grounds.sentences
        if reading.language == claim.language
    ]
    return [] if any(not uncovered(needed, words, claim.language) for words in own) else [claim.text]


def unsaid(claim: Reading, grounds: Grounds) -> list[str]:
    """What the claim says of its names, where the sentences share the names and hardly a word of that.

    Within one language only, and where no figure or date, which have checks of their own, ties the two together; the
    first few words, as they are written.
    """
    own = [word for reading in grounds.sentences if reading.language == claim.language for word in reading.words]
    if not own or _has_figures(claim):
        return []
    named = _named(claim)
    said = [word for word in dict.fromkeys(claim.words) if word not in named]
    missing = uncovered(said, own, claim.language)
    return as_written(claim.text, missing)[:3] if len(said) - len(missing) < _LEAST_SAID * len(said) else []


def _named(claim: Reading) -> set[str]:
    """The content words of its names, each name whole."""
    sure = [name.start for name in claim.names if name.sure]
    whole = [run for run in _CAPITALISED.finditer(claim.text) if any(run.start() <= at < run.end() for at in sure)]
    return {word for run in whole for word in content(run.group(), claim.language)}


def _has_figures(claim: Reading) -> bool:
    return any(amount.sure for amount in claim.amounts) or bool(claim.moments.mentions or claim.clocks)


def _language(item: Evidence) -> str:
    return item.language if item.language in ("vi", "en") else detect(item.text)
