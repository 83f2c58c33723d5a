"""Full-text search that common words do not slow down: a question's rarest phrases find, all of them score.

`search` is SQLite's; PostgreSQL's, in rag.store.postgres_words, goes by the same budget and scores with `rescored`.

FTS5 gives every passage that holds any phrase its BM25 score, and common syllables stand in most of a large archive.
Here a budget says how many passages may be scored. The best of those are then scored with the phrases that were left
out, as BM25 does. Within the budget the result is FTS5's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from rag.store import bm25
from rag.store.rows import PhraseQuery
from rag.store.selection import Run, Selection, selected
from rag.text.normalise import fold

# Passages that may be scored; an archive that holds no more is searched by every phrase.
BUDGET, _ENOUGH_FOR = 3000, 100_000
# A phrase of several words costs a share of its rarest word's passages, where it may stand, and a smaller one of its
# commonest word's, which are only read past.
_RAREST_SHARE, _COMMONEST_SHARE = 32, 128
# The best by rare phrases that are scored with all phrases; ranks beyond hardly ever reach the first 60.
RESCORED = 120
# With so many the search ends, though fewer than wanted were found: evidence of words is judged by the best twenty.
ENOUGH = 20
# A selection of no more passages is scored text by text, which takes as long in any archive; one of no more is listed,
# instead of being looked up match by match.
FEW, LISTED = 1000, 20_000


def search(
    run: Run, query: PhraseQuery, language: str | None, limit: int, chosen: Selection | None = None
) -> list[tuple[int, float]]:
    """Row ids and BM25 scores of the best `limit` passages, higher is better; `run` is that of rag.store.driver.

    `language` and `chosen` limit what is found.
    """
    column, phrases = query.column, [" ".join(phrase) for phrase in query.phrases]
    passages = run("SELECT coalesce(sum(count), 0) FROM language_means WHERE kind = 'passage'", ())[0][0]
    if passages <= BUDGET:
        return _scored(run, column, phrases, language, limit, chosen)
    frequencies = _frequencies(run, {word for phrase in phrases for word in phrase.split()}, column)
    weights = {phrase: bm25.weight(round(held(phrase, frequencies)), passages) for phrase in phrases}
    few = selected(run, chosen, language, FEW) if chosen else None
    if few is not None:
        found = rescored(run, column, [(rowid, 0.0) for rowid in few], weights)
        return [(rowid, score) for rowid, score in found[:limit] if score > 0]
    most, listed = budget(passages), None
    while True:
        kept = rarest(phrases, frequencies, most)
        best = _scored(run, column, kept, language, max(limit, RESCORED), chosen, listed)
        if len(best) >= min(limit, ENOUGH) or len(kept) == len(phrases):
            break
        # Estimates may be far off, and a selection may leave little.
        most *= 8
        listed = listed or (selected(run, chosen, language, LISTED) if chosen else None)
    for phrase in kept:
        del weights[phrase]
    return rescored(run, column, best, weights)[:limit]


def budget(passages: int) -> int:
    """How many of an archive's passages may be scored.

    At 100,000 passages as many articles are found by 3,000 as by every phrase, in a seventh of the time. In larger
    archives phrases are commoner: three times as many at a million find 2 in a hundred more, for little more time
    (eval.benchmarks.scale_words).
    """
    return round(BUDGET * max(1.0, math.sqrt(passages / _ENOUGH_FOR)))


def rarest(phrases: Sequence[str], frequencies: Mapping[str, int], most: int) -> list[str]:
    """The rarest phrases, at least one, that together cost about as much as `most` passages at most.

    `frequencies` are the numbers of passages that hold each word.
    """

    def cost(phrase: str) -> float:
        words = phrase.split()
        read_past = max(frequencies.get(word, 0) for word in words) / _COMMONEST_SHARE if len(words) > 1 else 0
        return held(phrase, frequencies) + read_past

    kept: list[str] = []
    left = float(most)
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


def expression(column: str, phrases: Sequence[str]) -> str:
    """What FTS5 calls a MATCH expression: any of the phrases, in one column. Terms hold no quotation marks."""
    quoted = " OR ".join(f'"{phrase}"' for phrase in phrases)
    return f"{column} : ({quoted})"


def _scored(
    run: Run,
    column: str,
    phrases: Sequence[str],
    language: str | None,
    limit: int,
    chosen: Selection | None,
    listed: list[int] | None = None,
) -> list[tuple[int, float]]:
    """`listed` are the passages of the language that are chosen, where they are known."""
    match = expression(column, phrases)
    if listed is not None:
        # The plus keeps SQLite from searching anew for each row.
        sql = """SELECT rowid, -bm25(passages_fts) AS score FROM passages_fts WHERE passages_fts MATCH ?
            AND +rowid = ANY(?) ORDER BY score DESC, rowid LIMIT ?"""
        return run(sql, [match, listed, limit])
    condition, parameters = (chosen or Selection()).where(language)
    # The limit inside keeps SQLite from looking up the article of every match instead of the best ones'.
    sql = f"""SELECT rowid, score FROM (
            SELECT rowid, -bm25(passages_fts) AS score FROM passages_fts WHERE passages_fts MATCH ?
            ORDER BY score DESC, rowid LIMIT -1
        ) AS best WHERE EXISTS (
            SELECT 1 FROM passages JOIN articles ON articles.id = article_id
            WHERE passages.id = best.rowid AND {condition}
        ) LIMIT ?"""  # noqa: S608 - of constants
    return run(sql, [match, *parameters, limit])


def _frequencies(run: Run, words: Iterable[str], column: str) -> dict[str, int]:
    """In how many passages each word stands; of a folded one, about."""
    figures = [word for word in words if word[0].isdigit()]
    others = [word for word in words if not word[0].isdigit()]
    # FTS5 would count by reading all places of a word; only for figures there is no other count.
    sql = "SELECT term, doc FROM passages_terms WHERE term = ANY(?) AND col = ?"
    found: dict[str, int] = dict(run(sql, [figures, column]))
    if column == "folded":
        return found | dict(run("SELECT folded, sum(count) FROM vocabulary WHERE folded = ANY(?) GROUP BY 1", [others]))
    sql = "SELECT term, count FROM vocabulary WHERE folded = ANY(?)"
    spelt: dict[str, int] = dict(run(sql, [[fold(word) for word in others]]))
    return found | {word: spelt[word] for word in others if word in spelt}


def rescored(
    run: Run, column: str, scored: Sequence[tuple[int, float]], weights: Mapping[str, float]
) -> list[tuple[int, float]]:
    """The scores with those of further phrases added, best first."""
    sql = f"SELECT rowid, {column} FROM passages_fts WHERE rowid = ANY(?)"  # noqa: S608 - one of two names
    rows = run(sql, [[rowid for rowid, _ in scored]])
    # Doubled spaces let neighbours be counted that are alike.
    texts = {rowid: f" {_doubled(words)} " for rowid, words in rows}
    lengths = {rowid: text.count("  ") + 1 for rowid, text in texts.items()}
    # Of all passages the mean is not known; those that hold the question's words are about as long.
    mean = sum(lengths.values()) / (len(lengths) or 1)
    phrases = [(f" {_doubled(phrase)} ", weight) for phrase, weight in weights.items()]

    def score(rowid: int) -> float:
        text, length = texts[rowid], lengths[rowid] / mean
        return sum(weight * bm25.share(text.count(phrase), length) for phrase, weight in phrases)

    found = ((rowid, first + score(rowid)) for rowid, first in scored if rowid in texts)
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def _doubled(words: str) -> str:
    return words.replace(" ", "  ")
