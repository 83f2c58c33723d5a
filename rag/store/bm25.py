"""BM25 over words that are there already, with the formula and the constants of SQLite's FTS5. Pure.

For a database whose own ranking does not know how rare a word is, and for terms that FTS5 was not asked for (Robertson
& Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond";
https://www.sqlite.org/fts5.html#the_bm25_function).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from rag.store.rows import PhraseQuery

K1, B = 1.2, 0.75
# FTS5 gives this to words that more than half of the passages hold.
LEAST_WEIGHT = 1e-6


def scores(
    query: PhraseQuery, passages: Sequence[tuple[int, list[str]]], total: int, average: float
) -> dict[int, float]:
    """BM25 by row id, of the passages (row id, words) that hold a phrase.

    `total` is the archive's number of passages and `average` their length in words. How many passages hold a phrase
    is counted among those given, which are all of them unless the caller left some out.
    """
    counted = {rowid: _counts(query.phrases, words) for rowid, words in passages}
    holding = Counter(phrase for counts in counted.values() for phrase in counts)
    weights = {phrase: weight(held, total) for phrase, held in holding.items()}
    lengths = {rowid: len(words) for rowid, words in passages}
    return {
        rowid: sum(weights[phrase] * share(count, lengths[rowid] / average) for phrase, count in counts.items())
        for rowid, counts in counted.items()
        if counts
    }


def weight(held: int, total: int) -> float:
    """How much a phrase tells that `held` of `total` passages hold."""
    return max(math.log((max(total - held, 0) + 0.5) / (held + 0.5)), LEAST_WEIGHT)


def share(count: int, length: float) -> float:
    """How much of its weight a phrase gives that stands `count` times in a passage of `length` average ones."""
    return count * (K1 + 1) / (count + K1 * (1 - B + B * length))


def _counts(phrases: Sequence[tuple[str, ...]], words: list[str]) -> Counter[tuple[str, ...]]:
    wanted = set(phrases)
    firsts = {phrase[0] for phrase in phrases}
    lengths = sorted({len(phrase) for phrase in phrases})
    counts: Counter[tuple[str, ...]] = Counter()
    for place, word in enumerate(words):
        if word in firsts:
            for length in lengths:
                phrase = tuple(words[place : place + length])
                if len(phrase) == length and phrase in wanted:
                    counts[phrase] += 1
    return counts
