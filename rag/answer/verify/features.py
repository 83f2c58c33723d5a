"""A claim beside the sentences it may rest on, as a vector of numbers. Pure.

Two models read these (rag/answer/verify/model.py): one where claim and grounds share a language, so that words can
be compared, and one across languages, where meaning, names and figures cross over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.answer.verify.findings import Checks, Grounds
from rag.answer.verify.reading import Reading
from rag.answer.verify.wording import pairs, uncovered

FEATURES = (
    "best_dense",  # centred cosine of the claim and the nearest sentence
    "union_dense",  # ... and the sentences together
    "clause_dense",  # the least near clause of the claim, beside its nearest sentence
    "coverage",  # share of the claim's content words that the sentences have
    "near_coverage",  # ... or what stands around them
    "pair_coverage",  # share of its neighbouring pairs of content words
    "uncovered",  # content words of the claim that nothing has, as a logarithm
    "first_uncovered",  # the longest run of such words
    "name_coverage",  # share of its names that the sentences or their surroundings have
    "names_missing",  # names that nothing has
    "figures_missing",  # figures, times and codes that nothing has
    "figures_agree",  # how many figures, times and dates it gives where all are found
    "dates_missing",  # dates that nothing has
    "denial",  # 1 where a negation stands in only one of the two
    "opposites",  # opposites on different sides
    "reversed",  # names in reversed roles
    "length",  # long claims say more that may be wrong, as a logarithm of the words
    "sentences",  # how many sentences had to be put together
)
# What speaks against a claim; everything else speaks for it.
AGAINST = frozenset(
    {
        "uncovered", "first_uncovered", "names_missing", "figures_missing", "dates_missing", "denial", "opposites",
        "reversed", "length", "sentences",
    }
)  # fmt: skip
_MOST = 3.0


def row(
    claim: Reading, grounds: Grounds, checks: Checks, dense: Sequence[float], union: float, clauses: float
) -> NDArray[np.float64]:
    """The features [d] of a claim; `dense` are its cosines to each sentence of the grounds."""
    own = [reading for reading in grounds.sentences if reading.language == claim.language]
    words = [word for reading in own for word in reading.words]
    near = words + [word for reading in grounds.context if reading.language == claim.language for word in reading.words]
    open_words = uncovered(claim.words, near, claim.language)
    total = max(1, len(set(claim.words)))
    names = [name for name in claim.names if name.sure]
    figures = len({amount.value for amount in claim.amounts if amount.sure} | claim.clocks | claim.codes)
    values = {
        "best_dense": max(dense, default=0.0),
        "union_dense": union,
        "clause_dense": clauses,
        "coverage": 1 - len(uncovered(claim.words, words, claim.language)) / total if own else 0.0,
        "near_coverage": 1 - len(open_words) / total if own else 0.0,
        "pair_coverage": _share(pairs(claim.words), set().union(*(pairs(reading.words) for reading in own))),
        "uncovered": math.log1p(len(open_words)) if own else 0.0,
        "first_uncovered": math.log1p(_longest_run(claim.words, set(open_words))) if own else 0.0,
        "name_coverage": 1 - len(checks.missing_names) / len(names) if names else 1.0,
        "names_missing": min(_MOST, len(checks.missing_names)),
        "figures_missing": min(_MOST, len(checks.figures)),
        "figures_agree": min(_MOST, figures + len(claim.moments.mentions)) * (not checks.figures and not checks.dates),
        "dates_missing": min(_MOST, len(checks.dates)),
        "denial": float(bool(checks.denial)),
        "opposites": min(_MOST, len(checks.opposites)),
        "reversed": float(bool(checks.order)),
        "length": math.log1p(len(claim.text.split())),
        "sentences": len(grounds.sentences) - 1.0,
    }
    return np.array([values[name] for name in FEATURES])


def _share(wanted: set[tuple[str, str]], known: set[tuple[str, str]]) -> float:
    return len(wanted & known) / len(wanted) if wanted else 0.5


def _longest_run(words: Sequence[str], wanted: set[str]) -> int:
    longest = run = 0
    for word in words:
        run = run + 1 if word in wanted else 0
        longest = max(longest, run)
    return longest
