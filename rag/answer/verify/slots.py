"""A near copy of a sentence in which one telling place (a figure, a name) says something else. Pure.

Words can agree almost everywhere and the answer still be wrong: "The wall is banana long" shares all but one word with
"The wall is 640 metres long". So claim and sentence are laid side by side (Ratcliff and Obershelp's longest matching
blocks, as in `difflib`), and where the sentence has a figure or a name between two shared stretches and the claim
something else, that must be the same figure or name in other words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import regex as re

from rag.answer.verify import amounts, entities
from rag.answer.verify.reading import Reading
from rag.answer.verify.wording import content, uncovered
from rag.text.terms import content_terms

_WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*%?")
# Fewer shared words, or a smaller share of the claim, and the two need not speak of the same thing.
_SHARED_WORDS = 4
_SHARED_PART = 0.5
# So many words beside a place must be shared, or it stands at the border of both texts.
_ANCHOR = 2
# Words of a place; in a longer one the figure or name is not all that it says.
_LONGEST = 5
# What may stand for a name that was given before.
_PRONOUNS = frozenset(
    """
    he she it they we i you his her their its him them who which that this these those the a an there
    ông bà anh chị cô em họ nó ấy ta này đó kia vị người đội bên phía cậu chàng nàng hắn
    """.split()  # noqa: SIM905
)
# Amounts that `numerals` does not count, and what denies that there is one.
_QUANTITIES = frozenset(
    """
    no none nobody nothing zero half one single couple several dozens hundreds thousands
    không chẳng ai nửa một vài mấy chục trăm nghìn ngàn
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Refilled:
    """A place: what the sentence has there (`kind` "figure" or "name") and what the claim has."""

    kind: str
    stated: str
    claimed: str


def refilled(claim: Reading, evidence: Iterable[Reading]) -> list[Refilled]:
    """The places of the sentence most like the claim where the claim says something else than it does.

    Only sentences in the claim's language are laid beside it. A description whose words all stand in the evidence
    ("the returning officer") and a pronoun may stand for a name.
    """
    own = [reading for reading in evidence if reading.language == claim.language]
    shared, nearest = max(((_shared(claim, reading), place) for place, reading in enumerate(own)), default=(0, 0))
    if shared < max(_SHARED_WORDS, _SHARED_PART * len(_words(claim.text))):
        return []
    known = [word for reading in own for word in reading.words]
    return [place for place in _places(claim, own[nearest]) if not _is_same(place, claim, own[nearest], known)]


def _places(claim: Reading, sentence: Reading) -> Iterator[Refilled]:
    """The telling stretches of the sentence that the claim has other words for."""
    ours, theirs = _words(claim.text), _words(sentence.text)
    steps = _matcher(claim, sentence).get_opcodes()
    for number, (step, left, right, start, end) in enumerate(steps):
        if step != "replace" or right - left > _LONGEST or end - start > _LONGEST:
            continue
        before = steps[number - 1] if number else None
        behind = steps[number + 1] if number + 1 < len(steps) else None
        if not (_anchors(before) and _anchors(behind)) or (before is None and behind is None):
            continue
        stated = sentence.text[theirs[left].start() : theirs[right - 1].end()]
        claimed = claim.text[ours[start].start() : ours[end - 1].end()]
        kind = _kind(sentence, theirs[left].start(), theirs[right - 1].end())
        if kind:
            yield Refilled(kind, stated, claimed)


def _anchors(step: tuple[str, int, int, int, int] | None) -> bool:
    return step is None or (step[0] == "equal" and step[2] - step[1] >= _ANCHOR)


def _kind(sentence: Reading, start: int, end: int) -> str:
    """What a source would have to say there: a "figure", a "name", or nothing in particular."""
    words = [match.group() for match in _words(sentence.text[start:end])]
    if any(char.isdigit() for word in words[:2] for char in word):
        return "figure"
    is_named = any(name.sure and start <= name.start < end for name in sentence.names)
    return "name" if is_named and 2 * sum(word[0].isupper() for word in words) >= len(words) else ""


def _is_same(place: Refilled, claim: Reading, sentence: Reading, known: list[str]) -> bool:
    """Whether the claim's words stand for what the sentence has there, or the claim says it elsewhere."""
    if place.kind == "figure":
        return _is_same_figure(place, claim, sentence)
    words = {match.group().casefold() for match in _WORD.finditer(place.claimed)}
    if words <= _PRONOUNS or any(
        name.sure and entities.holds(name, claim.known) for name in entities.names(place.stated)
    ):
        return True
    if any(name.sure and not entities.holds(name, sentence.known) for name in _names_in(claim, place.claimed)):
        return False
    if _QUANTITIES & words or amounts.amounts(place.claimed, claim.language):
        return False
    return not uncovered(_meant(place.claimed, claim.language), known, claim.language)


def _is_same_figure(place: Refilled, claim: Reading, sentence: Reading) -> bool:
    """Whether the claim gives the figure in other words or elsewhere, or has nothing in its place but "up" or "to"."""
    stated = amounts.amounts(place.stated, sentence.language)
    if stated and all(any(amounts.agrees(ours, other) for ours in claim.amounts) for other in stated):
        return True
    if all(re.search(rf"(?<!\d){number}(?!\d)", claim.text) for number in re.findall(r"\d+", place.stated)):
        return True
    words = {match.group().casefold() for match in _WORD.finditer(place.claimed)}
    return not (_QUANTITIES & words or any(map(str.isdigit, place.claimed)) or _meant(place.claimed, claim.language))


def _meant(part: str, language: str) -> list[str]:
    """The words of a part that mean something: function words alone may bridge a gap."""
    return content(part, language) or content_terms(part)


def _names_in(claim: Reading, part: str) -> list[entities.Name]:
    start = claim.text.find(part)
    return [name for name in claim.names if start <= name.start < start + len(part)]


def _words(text: str) -> list[re.Match[str]]:
    return list(_WORD.finditer(text))


def _matcher(claim: Reading, sentence: Reading) -> SequenceMatcher[str]:
    ours, theirs = ([match.group().casefold() for match in _words(each.text)] for each in (claim, sentence))
    return SequenceMatcher(None, theirs, ours, autojunk=False)


def _shared(claim: Reading, sentence: Reading) -> int:
    return sum(block.size for block in _matcher(claim, sentence).get_matching_blocks())
