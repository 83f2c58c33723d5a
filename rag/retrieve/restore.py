"""Puts the diacritics back into a Vietnamese question typed without them ("gia vang" -> "giá vàng"). Pure.

The archive itself says how its syllables are written: the passages that match the question without
diacritics are read, and the most likely path through their spellings is taken (Viterbi over neighbouring pairs).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

import regex as re

from rag.text.normalise import fold
from rag.text.terms import terms

# Spellings considered for one syllable; the rest are rare.
SPELLINGS = 6
# A spelling in the matching texts counts this many times as much as one anywhere in the archive.
NEAR_WEIGHT = 2.0
_WORD = re.compile(r"\p{L}+")
_UNSEEN = math.log(0.02)


def restore(question: str, matching: Iterable[str], vocabulary: Mapping[str, list[tuple[str, int]]]) -> str:
    """The question with each syllable in the spelling that its neighbours make most likely.

    `matching` are texts that hold the question's words; `vocabulary` maps a folded syllable to the archive's
    spellings with their counts, for syllables that the texts do not hold. What is unknown stays as typed.
    """
    single, pairs = _counts(matching)
    words = list(_WORD.finditer(question))
    syllables = [fold(word.group()) for word in words]
    spelt = _best_path([_spellings(syllable, single, vocabulary) for syllable in syllables], pairs)
    out, last = [], 0
    for word, spelling in zip(words, spelt, strict=True):
        out += [question[last : word.start()], spelling.capitalize() if word.group()[0].isupper() else spelling]
        last = word.end()
    return "".join([*out, question[last:]])


def _counts(texts: Iterable[str]) -> tuple[dict[str, Counter[str]], Counter[tuple[str, str]]]:
    single: dict[str, Counter[str]] = defaultdict(Counter)
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        words = terms(text)
        for word in words:
            single[fold(word)][word] += 1
        pairs.update(pairwise(words))
    return single, pairs


def _spellings(
    syllable: str, single: Mapping[str, Counter[str]], vocabulary: Mapping[str, list[tuple[str, int]]]
) -> list[tuple[str, float]]:
    """Spellings with their log share; the syllable as typed where none is known."""
    counted = Counter(dict(vocabulary.get(syllable, ())[:SPELLINGS]))
    total = sum(counted.values()) or 1
    weighed = defaultdict(float, {spelling: count / total for spelling, count in counted.items()})
    near = single.get(syllable, Counter())
    for spelling, count in near.items():
        weighed[spelling] += NEAR_WEIGHT * count / near.total()
    if not weighed:
        return [(syllable, 0.0)]
    best = sorted(weighed, key=weighed.__getitem__, reverse=True)[:SPELLINGS]
    return [(spelling, math.log(weighed[spelling] / sum(weighed.values()))) for spelling in best]


def _best_path(columns: list[list[tuple[str, float]]], pairs: Mapping[tuple[str, str], int]) -> list[str]:
    if not columns:
        return []
    paths = {spelling: (share, [spelling]) for spelling, share in columns[0]}
    for column in columns[1:]:
        step = {}
        for spelling, share in column:
            score, path = max(
                (score + _joined(previous, spelling, pairs), path) for previous, (score, path) in paths.items()
            )
            step[spelling] = (score + share, [*path, spelling])
        paths = step
    return max(paths.values())[1]


def _joined(left: str, right: str, pairs: Mapping[tuple[str, str], int]) -> float:
    count = pairs.get((left, right), 0)
    return math.log(1 + count) if count else _UNSEEN
