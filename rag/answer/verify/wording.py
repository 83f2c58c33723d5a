"""The content words of a claim beside those of its evidence, within one language. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import regex as re

from rag.text.terms import STOP_TERMS, terms

# Irregular forms that no ending tells apart.
_FORMS = {
    form: forms.split()[0]
    for forms in (
        "say said says saying", "rise rose risen rising", "fall fell fallen", "go went gone going", "give gave given",
        "take took taken taking", "make made making", "become became", "begin began begun", "hold held", "win won",
        "lose lost losing", "find found", "meet met", "lead led", "leave left leaving", "build built", "buy bought",
        "bring brought", "sell sold", "send sent", "spend spent", "tell told", "think thought", "write wrote written",
        "grow grew grown", "know knew known", "see saw seen", "speak spoke spoken", "break broke broken", "die dying",
        "come came coming", "fly flew flown", "pay paid", "keep kept", "drive drove driven", "choose chose chosen",
        "child children", "man men", "woman women", "person people", "feel felt", "catch caught", "teach taught",
        "wear wore worn", "fight fought", "seek sought", "steal stole stolen", "shoot shot", "strike struck",
    )
    for form in forms.split()
}  # fmt: skip
_ENDINGS = (
    "ations",
    "ation",
    "ings",
    "ing",
    "ments",
    "ment",
    "ers",
    "ed",
    "er",
    "es",
    "ly",
    "al",
    "ies",
    "s",
    "e",
    "y",
)
# Words of telling, which a writer adds or drops freely.
_TELLING = frozenset(
    """
    say tell according report state note add explain mention describe article news text source announce one two three
    four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
    twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion
    cho biết theo nói rằng nêu đưa tin thông bài báo nguồn viết đoạn văn được đề cập
    """.split()  # noqa: SIM905
)
_UNTELLING = STOP_TERMS | _TELLING


def content(text: str, language: str) -> list[str]:
    """The content words of NFC `text` in order, in English reduced to their stems; figures are none."""
    plain = [word for word in terms(text) if word not in _UNTELLING and not word[0].isdigit()]
    found = [stem(word) if language == "en" else word for word in plain]
    return [word for word in found if word not in _TELLING and len(word) > (1 if language == "vi" else 2)]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """An English word without its common endings ("visiting", "visited", "visits" -> "visit")."""
    if not word.isascii() or len(word) < 4:
        return _FORMS.get(word, word)
    if word in _FORMS:
        word = _FORMS[word]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou" else word


def uncovered(claimed: Sequence[str], known: Iterable[str], language: str) -> list[str]:
    """The words of a claim that no evidence has, not even in another form."""
    words = set(known)
    prefixes = {word[:5] for word in words if len(word) >= 5} if language == "en" else set()
    return [word for word in dict.fromkeys(claimed) if word not in words and word[:5] not in prefixes]


def pairs(words: Sequence[str]) -> set[tuple[str, str]]:
    return set(pairwise(words))


def as_written(text: str, stems: Sequence[str]) -> list[str]:
    """The words of a text that begin with these stems, each stem's first."""
    written = re.findall(r"\p{L}+", text)
    return [next((word for word in written if word.casefold().startswith(each)), each) for each in stems]
