"""From stored candidates to ranked hits: dense, sentence and lexical evidence in one score. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.retrieve.dense import Means, Vector, centred
from rag.store.rows import StoredPassage
from rag.types import Hit

# Chosen on XQuAD's mixed pool: the largest weight that costs nothing across languages (make bench-retrieval).
LEXICAL_WEIGHT = 0.12
# Scores closer than this are those of reprints of one text.
SAME_TELLING = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in `language` as a raw vector [d], with all that it leans on."""

    language: str
    vector: Vector


def score(
    asked: Asked,
    candidates: Iterable[StoredPassage],
    means: Means,
    lexical: Mapping[int, float],
    preference: Mapping[str, float],
) -> list[tuple[StoredPassage, Hit]]:
    """Candidates with their hits, best first, not yet ranked.

    `lexical` is `prominence` by row id; `preference` is added to every passage of an article (dates asked for,
    articles talked about).
    """
    own = asked.language if asked.language in means.passages else next(iter(means.passages), "")
    to_passages = centred(asked.vector, means.passages.get(own))
    to_sentences = centred(asked.vector, means.sentences.get(own))
    scored = []
    for language, group in _by_language(candidates).items():
        dense = centred(np.stack([stored.vector for stored in group]), means.passages.get(language)) @ to_passages
        lengths = [len(stored.sentence_vectors) for stored in group]
        vectors = centred(np.concatenate([stored.sentence_vectors for stored in group]), means.sentences.get(language))
        by_passage = np.split(vectors @ to_sentences, np.cumsum(lengths)[:-1])
        for stored, own_dense, sentences in zip(group, dense.tolist(), by_passage, strict=True):
            passage, prominence = stored.passage, lexical.get(stored.rowid, 0.0)
            hit = Hit(
                passage=passage,
                score=own_dense
                + float(sentences.max(initial=0.0))
                + LEXICAL_WEIGHT * prominence
                + preference.get(passage.article_id, 0.0),
                rank=0,
                rowid=stored.rowid,
                dense=own_dense,
                lexical=prominence,
                sentence_scores=tuple(sentences.tolist()),
            )
            scored.append((stored, hit))
    scored.sort(key=lambda pair: (-pair[1].score, pair[0].rowid))
    return scored


def _by_language(candidates: Iterable[StoredPassage]) -> dict[str, list[StoredPassage]]:
    grouped: dict[str, list[StoredPassage]] = {}
    for stored in candidates:
        grouped.setdefault(stored.passage.language, []).append(stored)
    return grouped


def collapsed(scored: Sequence[tuple[StoredPassage, Hit]], top_k: int) -> tuple[Hit, ...]:
    """The best `top_k` hits; of articles that tell one story only one is kept.

    That is the one published last among those that score about as well as the best, since it may correct the others.
    """
    teller: dict[str, StoredPassage] = {}
    best: dict[str, float] = {}
    for stored, hit in scored:
        if hit.score < best.setdefault(stored.story_id, hit.score) - SAME_TELLING:
            continue
        current = teller.setdefault(stored.story_id, stored)
        if (stored.published_last or 0) > (current.published_last or 0):
            teller[stored.story_id] = stored
    kept = [hit for stored, hit in scored if teller[stored.story_id].passage.article_id == hit.passage.article_id]
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(kept[:top_k], start=1))
