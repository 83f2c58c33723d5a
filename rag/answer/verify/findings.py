"""What a claim says that the sentences it rests on do not: hard disagreements, each with a code. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import regex as re

from rag.answer.evidence import Evidence
from rag.answer.verify import amounts, entities, moments, polarity
from rag.answer.verify.entities import Known, Name
from rag.answer.verify.reading import Reading, read
from rag.text.language import detect

# What Vietnamese puts before the name of a person or a place that keeps its name in English.
_KEEPS_ITS_NAME = re.compile(
    r"(?:ông|bà|anh|chị|cô|em|chú|bác|thầy|phường|xã|quận|huyện|tỉnh|thành phố|TP\.?|sông|cầu|chợ|đường|phố|"
    r"tướng|tá|tiến sĩ|giáo sư|bác sĩ)\s+(?:\p{Lu}[\p{L}.]*\s+)*$"
)
_PASSIVE = re.compile(r"\b(?:by|bị|được|bởi|from|của)\b", re.IGNORECASE)
_VIETNAMESE_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnpt])?"
)


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

    @classmethod
    def of(cls, chosen: Sequence[Evidence]) -> Grounds:
        around = {
            (text, item.language, item.published)
            for item in chosen
            for text in (item.before, item.title or "", item.source or "")
            if text
        }
        return cls(
            tuple(read(item.text, _language(item), item.published) for item in chosen),
            tuple(read(*each) for each in sorted(around, key=lambda each: each[0])),
            tuple(item.published for item in chosen),
        )

    @cached_property
    def everything(self) -> tuple[Reading, ...]:
        return self.sentences + self.context

    @cached_property
    def known(self) -> Known:
        return entities.joined([reading.known for reading in self.everything])

    @cached_property
    def years(self) -> frozenset[int]:
        return frozenset(year for reading in self.everything for year in reading.moments.years)

    @cached_property
    def languages(self) -> frozenset[str]:
        return frozenset(reading.language for reading in self.sentences)


def findings(claim: Reading, grounds: Grounds) -> list[Finding]:
    """Every hard disagreement of the claim with its grounds, the gravest kinds first."""
    return [
        *(Finding("figure", detail) for detail in wrong_figures(claim, grounds)),
        *(Finding("date", detail) for detail in wrong_dates(claim, grounds)),
        *(Finding("name", detail) for detail in wrong_names(claim, grounds)),
        *(Finding("negation", detail) for detail in wrong_negations(claim, grounds)),
        *(Finding("order", detail) for detail in reversed_roles(claim, grounds)),
    ]


def wrong_figures(claim: Reading, grounds: Grounds) -> list[str]:
    known = [amount for reading in grounds.everything for amount in reading.amounts]
    missing = [amount.text for amount in amounts.unmatched(claim.amounts, known, grounds.years)]
    stated = [
        amount for reading in grounds.sentences if reading.language == claim.language for amount in reading.amounts
    ]
    missing += [amount.text for amount in amounts.misplaced(claim.amounts, stated) if amount.text not in missing]
    clocks = {clock for reading in grounds.everything for clock in reading.clocks}
    missing += [f"{hour}:{minute:02d}" for hour, minute in sorted(claim.clocks - clocks)]
    codes = {code for reading in grounds.everything for code in reading.codes}
    return missing + sorted(claim.codes - codes)


def wrong_dates(claim: Reading, grounds: Grounds) -> list[str]:
    stated = [mention for reading in grounds.sentences for mention in reading.moments.mentions]
    published = [moments.of_publication(day) for day in grounds.published]
    around = [reading.moments for reading in grounds.context] + published
    context = [mention for moment in around for mention in moment.mentions]
    numbers = [
        int(amount.value) for reading in grounds.everything for amount in reading.amounts if amount.value < 3_000
    ]
    missing = moments.unmatched(claim.text, claim.moments, stated, context, numbers)
    if not missing and moments.wrong_weekdays(claim.moments, [reading.moments for reading in grounds.sentences]):
        missing.append(moments.weekday_words(claim.text))
    return missing


def missing_names(claim: Reading, grounds: Grounds) -> list[Name]:
    """The names that certainly are some and that nothing around the quoted sentences has."""
    return [name for name in claim.names if name.sure and not entities.holds(name, grounds.known)]


def wrong_names(claim: Reading, grounds: Grounds) -> list[str]:
    """The missing names that a source would have to give: all within one language, across languages only those that
    keep their form there or are listed with their other form."""
    missing = missing_names(claim, grounds)
    if claim.language in grounds.languages:
        return [name.text for name in missing]
    return [name.text for name in missing if name.key.startswith("@") or _keeps_its_form(name, claim, grounds)]


def _keeps_its_form(name: Name, claim: Reading, grounds: Grounds) -> bool:
    is_syllable = bool(_VIETNAMESE_SYLLABLE.fullmatch(name.key))
    if claim.language == "vi":
        return not is_syllable or bool(_KEEPS_ITS_NAME.search(claim.text[max(0, name.start - 40) : name.start]))
    # An English word may be a translation ("Friendship Park"); a Vietnamese syllable in English is a name.
    if is_syllable and detect(name.text) != "en" and name.text.casefold() not in _ENGLISH_SYLLABLES:
        return True
    ours = {other.key for other in claim.names}
    foreign = {
        other.key
        for reading in grounds.sentences
        for other in reading.names
        if other.sure and not other.key.startswith("@") and not _VIETNAMESE_SYLLABLE.fullmatch(other.key)
    }
    return bool(foreign) and not any(key in ours for key in foreign)


_ENGLISH_SYLLABLES = frozenset(
    "can man pan sea sun son bay ban song long hung van do go to so no me he she a i no".split()
)


def wrong_negations(claim: Reading, grounds: Grounds) -> list[str]:
    """Negations in only one of claim and grounds, and opposites."""
    own = [reading for reading in grounds.sentences if reading.language == claim.language]
    found = []
    if own:
        merged = polarity.merged([reading.polarity for reading in own])
        words = [word for reading in own for word in reading.words]
        found += [cue] if (cue := polarity.denial(claim.polarity, merged, claim.words, words)) else []
    elif len(grounds.sentences) == 1:
        found += [cue] if (cue := polarity.denial_across(claim.polarity, grounds.sentences[0].polarity)) else []
    merged = polarity.merged([reading.polarity for reading in grounds.sentences])
    return found + polarity.opposite_words(claim.text, polarity.opposed(claim.polarity, merged))


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


def _language(item: Evidence) -> str:
    return item.language if item.language in ("vi", "en") else detect(item.text)
