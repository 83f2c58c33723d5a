"""The nearest passages among those that a question is limited to, without reading all of a large archive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.store.rows import Vector
from rag.store.selection import Selection

if TYPE_CHECKING:
    from rag.store.catalogue import Catalogue
    from rag.store.vectors import Index

# How many times as many as are wanted the index is asked for, and how many times more if that promises enough of those
# that pass. An index that knows of the limits itself, as Chroma does, is a hundred times slower.
FIRST, WIDER = 8, 8
_PAGE = 2000


def nearest(
    catalogue: Catalogue, index: Index, vector: Vector, language: str, k: int, chosen: Selection
) -> list[tuple[int, float]]:
    """The `k` passages of `language` that are chosen and nearest to vector [d]: row id and cosine, best first.

    As good as the index where many of those near the question pass; else all that pass are compared one by one, which
    is exact. Raises EmbedderMismatch if the vector is not of the archive's dimension.
    """
    if not chosen.has(language):
        return []
    if not chosen.about:
        return index.search(vector, language, k)
    most = FIRST * k
    while True:
        found = index.search(vector, language, most)
        passing = catalogue.passing(chosen, [rowid for rowid, _ in found])
        kept = [(rowid, cosine) for rowid, cosine in found if rowid in passing]
        if len(kept) >= k:
            return kept[:k]
        if len(kept) * WIDER < k or len(found) < most:
            return _compared(catalogue, vector, catalogue.selected(chosen, language) or [], k)
        most *= WIDER


def _compared(catalogue: Catalogue, vector: Vector, rowids: Sequence[int], k: int) -> list[tuple[int, float]]:
    catalogue.check_dimension(vector)
    unit = vector / (np.linalg.norm(vector) or 1.0)
    best, cosines = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    for start in range(0, len(rowids), _PAGE):
        held, rows = catalogue.vectors_of(rowids[start : start + _PAGE])
        best, cosines = np.append(best, held), np.append(cosines, rows @ unit)
        order = np.lexsort((best, -cosines))[:k]
        best, cosines = best[order], cosines[order]
    return list(zip(best.tolist(), cosines.tolist(), strict=True))
