"""Vector scores that let Vietnamese and English compete fairly: pure numpy.

Multilingual embeddings of one language lie together, so a plain cosine prefers the question's own language
whatever the content. Subtracting the archive's mean vector of each language from that language's passages,
and the mean of the question's language from the question, removes what they share
(after "all-but-the-top", Mu & Viswanath 2018, arXiv 1702.01417, applied per language).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

# A mean over fewer vectors than this says more about the articles' topic than about the language.
SHRINKAGE = 20


@dataclass(frozen=True, slots=True)
class Means:
    """Mean vectors [d] per language, of passages and of sentences; the archive's main language first."""

    passages: Mapping[str, Vector]
    sentences: Mapping[str, Vector]


def shrunk(count: int, mean: Vector, prior: Vector | None) -> Vector:
    """The mean [d] of `count` vectors drawn towards `prior`, or towards nothing (no centring) where there is none."""
    towards = np.zeros_like(mean) if prior is None else prior
    return np.asarray((count * mean + SHRINKAGE * towards) / (count + SHRINKAGE), dtype=np.float32)


@cache
def priors() -> Mapping[str, Vector]:
    """Means [d] of the bundled embedder over the sample archive by "kind-language", from eval.benchmarks.fit_means."""
    with np.load(Path(__file__).with_name("priors.npz")) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def centred(vectors: Vector, mean: Vector | None) -> Vector:
    """Rows [n, d] (or one vector [d]) minus `mean`, scaled to unit length; a zero vector stays zero."""
    moved = vectors if mean is None else vectors - mean
    lengths = np.linalg.norm(moved, axis=-1, keepdims=True)
    return np.asarray(moved / np.where(lengths > 0, lengths, 1), dtype=np.float32)
