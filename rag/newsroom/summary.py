"""The few sentences that carry an article: its lead, its key figures, who says what; verbatim, in order."""

from __future__ import annotations

import numpy as np

from rag.answer.candidates import candidate
from rag.answer.recap import Recalled
from rag.retrieve.dense import centred
from rag.retrieve.retriever import ArchiveRetriever
from rag.store.rows import StoredPassage
from rag.text.figures import figures
from rag.text.names import names
from rag.types import Article, Hit

SENTENCES = 4
# What a figure, or a name, adds to a sentence's closeness to the whole article.
_TELLING = 0.05
_MOST_TELLING = 3


def summary(article: Article, retriever: ArchiveRetriever) -> list[Recalled]:
    """The lead and the sentences that say most of what the article says."""
    stored = retriever.catalogue.passages(retriever.catalogue.rowids(article.id))
    ranked: dict[tuple[int, int], tuple[float, Recalled]] = {}
    for passage in stored.values():
        for place, closeness in enumerate(_closeness(passage, stored, retriever)):
            found = candidate(Hit(passage.passage, 0.0, 0), place, article)
            if found:
                told = len(figures(found.text, found.language)) + len(names(found.text))
                quote = Recalled(found.span.start, found.span.end, found.language)
                ranked[quote.start, quote.end] = (closeness + _TELLING * min(told, _MOST_TELLING), quote)
    in_order = [quote for _, (_, quote) in sorted(ranked.items())]
    best = sorted(ranked.values(), key=lambda scored: -scored[0])
    chosen = in_order[:1]
    for _, quote in best:
        if len(chosen) == SENTENCES:
            break
        if not any(quote.start < other.end and other.start < quote.end for other in chosen):
            chosen.append(quote)
    return sorted(chosen, key=lambda quote: quote.start)


def _closeness(passage: StoredPassage, stored: dict[int, StoredPassage], retriever: ArchiveRetriever) -> list[float]:
    """Cosine of each sentence of the passage with the mean of the article's."""
    means = retriever.means().sentences
    whole = np.concatenate([one.sentence_vectors for one in stored.values()]).mean(axis=0)
    mean = means.get(passage.passage.language)
    about = centred(whole / np.linalg.norm(whole), mean)
    closeness: list[float] = (centred(passage.sentence_vectors, mean) @ about).tolist()
    return closeness
