"""How sure a figure is: bootstrap intervals, and whether two runs differ by more than chance. Pure and seeded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
PERMUTATIONS = 10_000
# Pairs up to which every assignment of signs is tried.
EXACT_PAIRS = 12
_BLOCK = 200
Item = TypeVar("Item")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over `n` cases with its 95% interval."""

    value: float
    low: float
    high: float
    n: int


def mean(values: Sequence[float], seed: int = 0) -> Estimate:
    """The mean with a percentile bootstrap interval (Efron 1979). Raises ValueError without values."""
    if not values:
        raise ValueError("no mean of nothing")
    given = np.asarray(values, dtype=np.float64)
    low, high = np.percentile(_resampled_means(given, seed), [2.5, 97.5])
    return Estimate(float(given.mean()), float(low), float(high), len(values))


def _resampled_means(given: Floats, seed: int) -> Floats:
    if given.min() == given.max():
        return given[:1]
    random = np.random.default_rng(seed)
    # In blocks: memory stays bounded however many cases there are.
    drawn = [given[random.integers(len(given), size=(_BLOCK, len(given)))].mean(axis=1) for _ in range(_blocks())]
    return np.concatenate(drawn)


def _blocks() -> int:
    return RESAMPLES // _BLOCK


def bootstrap(items: Sequence[Item], statistic: Callable[[Sequence[Item]], float], seed: int = 0) -> Estimate:
    """The interval of any figure of a sample; fewer resamples, since `statistic` runs in Python."""
    random = np.random.default_rng(seed)
    drawn = [
        statistic([items[place] for place in random.integers(len(items), size=len(items))])
        for _ in range(RESAMPLES // 10)
    ]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(statistic(items), float(low), float(high), len(items))


@dataclass(frozen=True, slots=True)
class Paired:
    """B less A over the same cases: the mean difference with its interval, the chance `p` of one this large if A and
    B were alike, and in how many cases B gave more and less.
    """

    difference: Estimate
    p: float
    more: int
    less: int


def paired(first: Sequence[float], second: Sequence[float], seed: int = 0) -> Paired:
    """Paired bootstrap interval, and a two-sided paired permutation test (Fisher 1935; Smucker et al. 2007 recommend
    it for retrieval): under the null hypothesis each difference could as well have the other sign.
    """
    differences = np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64)
    found = mean(differences.tolist(), seed)
    return Paired(found, _sign_flip_p(differences, seed), int((differences > 0).sum()), int((differences < 0).sum()))


def _sign_flip_p(differences: Floats, seed: int) -> float:
    # A difference of nothing has the same sign either way.
    moved = differences[differences != 0]
    if not len(moved):
        return 1.0
    observed = abs(moved.sum()) - 1e-12
    if len(moved) <= EXACT_PAIRS:
        signs = 1 - 2 * ((np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1)
        return float((np.abs(signs @ moved) >= observed).mean())
    random = np.random.default_rng(seed)
    extreme = 0
    for _ in range(PERMUTATIONS // _BLOCK):
        signs = random.integers(2, size=(_BLOCK, len(moved))) * 2 - 1
        extreme += int((np.abs(signs @ moved) >= observed).sum())
    # One is added for the observed assignment itself (Phipson & Smyth 2010).
    return (extreme + 1) / (PERMUTATIONS + 1)


def means_apart(first: Sequence[float | None], second: Sequence[float | None], seed: int = 0) -> Paired:
    """B's mean less A's where a system chooses the cases it is measured on, so that either may lack a value (None).

    Cases are resampled whole for the interval, and swapped whole between the runs for the test (approximate
    randomisation, Noreen 1989). `more` and `less` count cases that both have. Raises ValueError where a run has none.
    """
    a, b = (np.array([np.nan if one is None else one for one in side], dtype=np.float64) for side in (first, second))
    if np.isnan(a).all() or np.isnan(b).all():
        raise ValueError("no mean of nothing")
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(_blocks()):
        places = random.integers(len(a), size=(_BLOCK, len(a)))
        drawn.append(_apart(a[places], b[places]))
    resampled = np.concatenate(drawn)
    # A sample in which a run has no value says nothing of the difference.
    low, high = np.percentile(resampled[~np.isnan(resampled)], [2.5, 97.5])
    value = float(_apart(a[None], b[None])[0])
    n = int((~np.isnan(a) | ~np.isnan(b)).sum())
    more, less = int((b > a).sum()), int((b < a).sum())
    return Paired(Estimate(value, float(low), float(high), n), _swap_p(a, b, abs(value), random), more, less)


def _swap_p(a: Floats, b: Floats, observed: float, random: np.random.Generator) -> float:
    if not observed:
        return 1.0
    extreme = 0
    for _ in range(PERMUTATIONS // _BLOCK):
        swapped = random.integers(2, size=(_BLOCK, len(a)), dtype=np.int8) == 1
        apart = np.abs(_apart(np.where(swapped, b, a), np.where(swapped, a, b)))
        # What leaves a run without a value is counted against the difference.
        extreme += int((np.isnan(apart) | (apart >= observed - 1e-12)).sum())
    return (extreme + 1) / (PERMUTATIONS + 1)


def _apart(a: Floats, b: Floats) -> Floats:
    """Row by row, the difference of the means of what is there; NaN where a side has nothing."""
    with np.errstate(invalid="ignore"):
        sides = [np.nansum(side, axis=1) / (~np.isnan(side)).sum(axis=1) for side in (a, b)]
    found: Floats = sides[1] - sides[0]
    return found


def holm(chances: Sequence[float]) -> list[float]:
    """Chances corrected for asking several questions at once (Holm 1979), in the given order."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    corrected = [0.0] * len(chances)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, chances[place] * (len(chances) - rank)))
        corrected[place] = highest
    return corrected
