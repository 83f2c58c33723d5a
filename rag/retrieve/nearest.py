"""The nearest passages among those that a question is limited to, without reading all of a large archive."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.store.rows import Vector
from rag.store.selection import Selection

if TYPE_CHECKING:
    from rag.store.catalogue import Catalogue
    from rag.store.vectors import Index

# How many times as many as are wanted the index is asked for first, and in turn until enough of them pass. An index
# that knows of the limits itself, as Chroma does, is a hundred times slower.
FIRST, WIDER = 8, (64, 512)
# Before it is asked for more, a selection of no more passages is compared one by one, in a tenth of a second.
FEW = 20_000
_PAGE = 2000


def nearest(
    catalogue: Catalogue, index: Index, vector: Vector, language: str, k: int, chosen: Selection
) -> list[tuple[int, float]]:
    """The `k` passages of `language` that are chosen and nearest to vector [d]: row id and cosine, best first.

    Exact where few are chosen or hardly any of those near the question, else as good as the index.
    Raises EmbedderMismatch if the vector is not of the archive's dimension.
    """
    if not chosen.has(language):
        return []
    if not chosen.about:
        return index.search(vector, language, k)

    def among(most: int) -> list[tuple[int, float]]:
        found = index.search(vector, language, most)
        passing = catalogue.passing(chosen, [rowid for rowid, _ in found])
        return [(rowid, cosine) for rowid, cosine in found if rowid in passing][:k]

    kept = among(FIRST * k)
    if len(kept) < k:
        few = catalogue.selected(chosen, language, FEW)
        if few is not None:
            return _compared(catalogue, vector, few, k)
        wider = (among(times * k) for times in WIDER)
        kept = next((found for found in wider if len(found) == k), [])
    return kept or _compared(catalogue, vector, catalogue.selected(chosen, language, sys.maxsize - 1) or [], k)


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
