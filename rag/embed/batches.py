"""How a model's inputs are run: batches of equal length, in parallel, each on one thread.

Equal lengths need no padding and no mask, and single threads stay fast when other processes want the cores too.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# Activations of this many tokens stay in the cache of a core; larger batches are slower.
BATCH_TOKENS = 256


def equal_lengths(items: Iterable[Item], length_of: Callable[[Item], int]) -> list[list[Item]]:
    """Items of one length each, at most `BATCH_TOKENS` together (or one item); the longest first."""
    by_length: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_length[length_of(item)].append(item)
    batches = []
    for length, alike in sorted(by_length.items(), reverse=True):
        size = max(1, BATCH_TOKENS // length)
        batches += [alike[left : left + size] for left in range(0, len(alike), size)]
    return batches


def in_parallel(run: Callable[[list[Item]], Result], batches: Sequence[list[Item]]) -> list[Result]:
    """The results of the batches, in their order."""
    threads = min(available_cores(), len(batches))
    if threads < 2:
        return [run(batch) for batch in batches]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, batches))


def available_cores() -> int:
    """Cores this process may run on, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
