"""Full-text search in PostgreSQL: a small archive is scored in full, a large one by the budget of rag.store.fulltext.

PostgreSQL finds the words; its own ranking does not know how rare they are, so the weights are ours (rag.store.bm25).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rag.store import bm25, fulltext, postgres_schema
from rag.store.rows import PhraseQuery
from rag.store.selection import Run, Selection, passing, selected

# Passages that one phrase may find: what is estimated to be rare may not be.
MOST_HITS = 20_000


def search(
    run: Run,
    query: PhraseQuery,
    language: str | None,
    limit: int,
    chosen: Selection | None,
    passages: int,
    average: float,
) -> list[tuple[int, float]]:
    """As `Catalogue.lexical`, in an archive of so many passages and of so many words a passage on average."""
    if passages <= fulltext.BUDGET:
        return _every(run, query, language, limit, chosen, passages, average)
    phrases = [" ".join(phrase) for phrase in query.phrases]
    frequencies = _frequencies(run, {word for phrase in phrases for word in phrase.split()}, query)
    weights = {phrase: bm25.weight(round(fulltext.held(phrase, frequencies)), passages) for phrase in phrases}
    some = selected(run, chosen, language, fulltext.FEW) if chosen else None
    most = fulltext.budget(passages)
    while some is None:
        kept = fulltext.rarest(phrases, frequencies, most)
        found = _promising(run, query.column, {phrase: weights[phrase] for phrase in kept}, average, language, chosen)
        if len(found) >= min(limit, fulltext.ENOUGH) or len(kept) == len(phrases):
            some = found
        most *= 8
    scored = fulltext.rescored(run, query.column, [(rowid, 0.0) for rowid in some], weights)
    return [(rowid, score) for rowid, score in scored[:limit] if score > 0]


def document_frequency(run: Run, words: Iterable[str], *, folded: bool) -> dict[str, int]:
    """In how many passages each word stands; words that stand nowhere are left out."""
    column = "folded" if folded else "terms"
    sql = f"SELECT count(*) FROM passages_fts WHERE {column}_vector @@ ?::tsquery"  # noqa: S608 - one of two names
    # What the full text takes for no word stands nowhere.
    counted = {word: run(sql, [_tsquery([(word,)])])[0][0] for word in words if " " not in word and word}
    return {word: count for word, count in counted.items() if count}


def _every(
    run: Run,
    query: PhraseQuery,
    language: str | None,
    limit: int,
    chosen: Selection | None,
    passages: int,
    average: float,
) -> list[tuple[int, float]]:
    """Of every passage that holds a phrase, with its exact score."""
    sql = f"""SELECT rowid, language, {query.column} FROM passages_fts JOIN passages ON passages.id = rowid
        WHERE {query.column}_vector @@ ?::tsquery"""  # noqa: S608 - one of two names
    rows = run(sql, [_tsquery(query.phrases)])
    scored = bm25.scores(query, [(row[0], row[2].split()) for row in rows], passages, average)
    within = passing(run, chosen, scored) if chosen else None
    kept = [
        (rowid, scored[rowid])
        for rowid, spoken, _ in rows
        if rowid in scored and language in (None, spoken) and (within is None or rowid in within)
    ]
    return sorted(kept, key=lambda item: (-item[1], item[0]))[:limit]


def _promising(
    run: Run,
    column: str,
    weights: Mapping[str, float],
    average: float,
    language: str | None,
    chosen: Selection | None,
) -> list[int]:
    """The passages that are best by which of the phrases they hold and how long they are, not by how often."""
    condition, limits = (chosen or Selection()).where(language)
    share = f"{bm25.K1 + 1} / (1 + {bm25.K1} * ({1 - bm25.B} + {bm25.B} * length / ?::float8))"
    held = f"""(SELECT rowid, ?::float8 * {share} AS score FROM passages_fts
        WHERE {column}_vector @@ ?::tsquery LIMIT ?)"""  # noqa: S608 - constants
    hits = " UNION ALL ".join([held] * len(weights))
    sql = f"""SELECT found.rowid FROM (SELECT rowid, sum(score) AS score FROM ({hits}) AS hits GROUP BY rowid) AS found
        JOIN passages ON passages.id = found.rowid JOIN articles ON articles.id = article_id
        WHERE {condition} ORDER BY score DESC, found.rowid LIMIT ?"""  # noqa: S608 - constants
    parameters: list[Any] = []
    for phrase, weight in weights.items():
        parameters += [weight, average, _tsquery([tuple(phrase.split())]), MOST_HITS]
    return [row[0] for row in run(sql, [*parameters, *limits, fulltext.RESCORED])]


def _frequencies(run: Run, words: Iterable[str], query: PhraseQuery) -> dict[str, int]:
    """In how many passages each word stands; of a folded one, about."""
    sql = f"SELECT {query.key}, sum(count) FROM vocabulary WHERE {query.key} = ANY(?) GROUP BY 1"  # noqa: S608
    counted = {word: int(count) for word, count in run(sql, [list(words)])}
    # The vocabulary holds no figures.
    return counted | document_frequency(run, [word for word in words if word[0].isdigit()], folded=query.folded)


def _tsquery(phrases: Iterable[tuple[str, ...]]) -> str:
    """Any of the phrases, in the notation of PostgreSQL's tsquery."""
    return " | ".join(f"({' <-> '.join(map(_quoted, phrase))})" for phrase in phrases)


def _quoted(word: str) -> str:
    escaped = word[: postgres_schema.LONGEST_WORD].replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
