"""How Chroma gets the catalogue's vectors: all of them, or what came and went since. Raises ChromaError."""

from __future__ import annotations

from rag.store.catalogue import Catalogue
from rag.store.chroma import Chroma


def fill(chroma: Chroma, catalogue: Catalogue) -> int:
    """Writes every vector; the generation that the index follows then.

    What comes or goes meanwhile is in the log behind that generation; applying it twice does no harm.
    """
    counts = catalogue.count()
    for language in counts.languages:
        for rowids, vectors in catalogue.vector_pages(language):
            chroma.upsert(language, rowids, vectors)
    return counts.generation


def follow(chroma: Chroma, catalogue: Catalogue, applied: int) -> int:
    """Applies the log after generation `applied`; the generation that the index follows then."""
    generation = catalogue.generation()
    while applied < generation:
        changes = catalogue.changes(applied)
        for language, gone in changes.removed.items():
            chroma.delete(language, gone)
        for language, come in changes.added.items():
            rowids, vectors = catalogue.vectors_of(come)
            if rowids:
                chroma.upsert(language, rowids, vectors)
        applied = changes.through
    return applied
