"""Full-text search in SQLite that common words do not slow down: a question's rarest phrases find, all of them score.

FTS5 gives every passage that holds any phrase its BM25 score, and common syllables stand in most of a large archive.
Here a budget says how many passages may be scored. The best of those are then scored with the phrases that were left
out, as BM25 does. Within the budget the result is FTS5's own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rag.store import bm25
from rag.text.normalise import fold

# Passages that may be scored; an archive that holds no more is searched by every phrase. At 100,000 passages as many
# articles are found as by every phrase, in a sixth of the time (eval.benchmarks.scale_words).
BUDGET = 3000
# A phrase of several words costs a share of its rarest word's passages, where it may stand, and a smaller one of its
# commonest word's, which are only read past.
_RAREST_SHARE, _COMMONEST_SHARE = 32, 128
# The best by rare phrases that are scored with all phrases; ranks beyond hardly ever reach the first 60.
RESCORED = 120

Run = Callable[[str, Any], list[tuple[Any, ...]]]


def search(
    run: Run, match: str, language: str | None, limit: int, allowed: Sequence[int] | None = None
) -> list[tuple[int, float]]:
    """Row ids and BM25 scores of the best `limit` passages, higher is better; `run` executes a statement.

    `match` is what rag.retrieve.lexical.match_expression makes. `language` and `allowed` limit what is found.
    """
    passages = run("SELECT coalesce(sum(count), 0) FROM language_means WHERE kind = 'passage'", ())[0][0]
    within = passages if allowed is None else len(allowed)
    if within <= BUDGET:
        return _scored(run, match, language, limit, allowed)
    query = bm25.parsed(match)
    column, phrases = query.column, [" ".join(phrase) for phrase in query.phrases]
    frequencies = _frequencies(run, {word for phrase in phrases for word in phrase.split()}, column)
    budget = BUDGET
    while True:
        kept = rarest(phrases, frequencies, budget)
        quoted = " OR ".join(f'"{phrase}"' for phrase in kept)
        best = _scored(run, f"{column} : ({quoted})", language, max(limit, RESCORED), allowed)
        if len(best) >= limit or len(kept) == len(phrases):
            break
        # Estimates may be far off, and filters may leave little.
        budget *= 8
    common = [phrase for phrase in phrases if phrase not in kept]
    weights = {phrase: bm25.weight(round(held(phrase, frequencies)), passages) for phrase in common}
    return _rescored(run, column, best, weights)[:limit]


def rarest(phrases: Sequence[str], frequencies: Mapping[str, int], budget: int) -> list[str]:
    """The rarest phrases, at least one, that together cost about as much as `budget` passages at most.

    `frequencies` are the numbers of passages that hold each word.
    """

    def cost(phrase: str) -> float:
        words = phrase.split()
        read_past = max(frequencies.get(word, 0) for word in words) / _COMMONEST_SHARE if len(words) > 1 else 0
        return held(phrase, frequencies) + read_past

    kept: list[str] = []
    left = float(budget)
    for phrase in sorted(phrases, key=cost):
        left -= cost(phrase)
        if kept and left < 0:
            break
        kept.append(phrase)
    return kept


def held(phrase: str, frequencies: Mapping[str, int]) -> float:
    """How many passages hold the phrase; of several words, about."""
    words = [frequencies.get(word, 0) for word in phrase.split()]
    return words[0] if len(words) == 1 else min(words) / _RAREST_SHARE


def _scored(
    run: Run, match: str, language: str | None, limit: int, allowed: Sequence[int] | None
) -> list[tuple[int, float]]:
    # The limit inside keeps SQLite from asking for the language of every match instead of the best ones'.
    sql = """SELECT rowid, score FROM (
            SELECT rowid, -bm25(passages_fts) AS score FROM passages_fts WHERE passages_fts MATCH :match
            AND (:allowed IS NULL OR rowid IN (SELECT value FROM json_each(:allowed)))
            ORDER BY score DESC, rowid LIMIT -1
        ) AS best WHERE (:language IS NULL OR (SELECT language FROM passages WHERE id = best.rowid) = :language)
        LIMIT :limit"""
    rowids = None if allowed is None else json.dumps(list(allowed))
    return run(sql, {"match": match, "language": language, "allowed": rowids, "limit": limit})


def _frequencies(run: Run, words: Iterable[str], column: str) -> dict[str, int]:
    """In how many passages each word stands; of a folded one, about."""
    figures = [word for word in words if word[0].isdigit()]
    others = [word for word in words if not word[0].isdigit()]
    # FTS5 would count by reading all places of a word; only for figures there is no other count.
    sql = "SELECT term, doc FROM passages_terms WHERE term IN (SELECT value FROM json_each(?)) AND col = ?"
    found: dict[str, int] = dict(run(sql, [json.dumps(figures), column]))
    if column == "folded":
        sql = """SELECT folded, sum(count) FROM vocabulary WHERE folded IN (SELECT value FROM json_each(?))
            GROUP BY folded"""
        return found | dict(run(sql, [json.dumps(others)]))
    sql = "SELECT term, count FROM vocabulary WHERE folded IN (SELECT value FROM json_each(?))"
    spelt: dict[str, int] = dict(run(sql, [json.dumps([fold(word) for word in others])]))
    return found | {word: spelt[word] for word in others if word in spelt}


def _rescored(
    run: Run, column: str, scored: Sequence[tuple[int, float]], weights: Mapping[str, float]
) -> list[tuple[int, float]]:
    """The scores with those of further phrases added, best first."""
    sql = f"SELECT rowid, {column} FROM passages_fts WHERE rowid IN (SELECT value FROM json_each(?))"  # noqa: S608
    rows = run(sql, [json.dumps([rowid for rowid, _ in scored])])
    # Doubled spaces let neighbours be counted that are alike.
    texts = {rowid: f" {_doubled(words)} " for rowid, words in rows}
    lengths = {rowid: text.count("  ") + 1 for rowid, text in texts.items()}
    # Of all passages the mean is not known; those that hold the question's words are about as long.
    mean = sum(lengths.values()) / (len(lengths) or 1)
    phrases = [(f" {_doubled(phrase)} ", weight) for phrase, weight in weights.items()]

    def score(rowid: int) -> float:
        text, length = texts[rowid], lengths[rowid] / mean
        return sum(weight * bm25.share(text.count(phrase), length) for phrase, weight in phrases)

    return sorted(((rowid, first + score(rowid)) for rowid, first in scored), key=lambda pair: (-pair[1], pair[0]))


def _doubled(words: str) -> str:
    return words.replace(" ", "  ")
