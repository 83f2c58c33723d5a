"""Work on many items at once, each with a time limit. What takes too long is given up, and the others go on."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
_TICK = 0.05


@dataclass(frozen=True, slots=True)
class Done(Generic[Item, Result]):
    """`result` is None where the work failed: `error` is what it raised, a TimeoutError where it took too long."""

    item: Item
    result: Result | None
    error: Exception | None
    seconds: float


class _Worker(Generic[Item, Result]):
    """One thread that works on an item at a time. It cannot be stopped, only left behind: it ends with the process."""

    def __init__(
        self, work: Callable[[Item], Result], done: queue.SimpleQueue[tuple[object, Done[Item, Result]]]
    ) -> None:
        self._work, self._done = work, done
        self._items: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self.item: Item | None = None
        self.since = 0.0
        threading.Thread(target=self._run, daemon=True, name="eval").start()

    def give(self, item: Item) -> None:
        self.item, self.since = item, time.monotonic()
        self._items.put(item)

    def end(self) -> None:
        self._items.put(None)

    def _run(self) -> None:
        while (item := self._items.get()) is not None:
            began = time.perf_counter()
            result: Result | None = None
            error: Exception | None = None
            try:
                result = self._work(item)
            except Exception as raised:  # whatever happens to one item is told, and the next goes on
                error = raised
            self._done.put((self, Done(item, result, error, time.perf_counter() - began)))


def each(
    items: Iterable[Item], work: Callable[[Item], Result], *, workers: int, timeout: float
) -> Iterator[Done[Item, Result]]:
    """What `work` makes of each item, as it is done; `timeout` seconds are given to each. Items are not None."""
    waiting = list(items)[::-1]
    done: queue.SimpleQueue[tuple[object, Done[Item, Result]]] = queue.SimpleQueue()
    idle = [_Worker(work, done) for _ in range(min(workers, len(waiting)))]
    busy: list[_Worker[Item, Result]] = []
    try:
        while waiting or busy:
            while waiting and idle:
                busy.append(idle.pop())
                busy[-1].give(waiting.pop())
            yield from _collected(done, busy, idle)
            now = time.monotonic()
            for worker in [worker for worker in busy if now - worker.since > timeout]:
                assert worker.item is not None
                busy.remove(worker)
                idle.append(_Worker(work, done))
                worker.end()
                yield Done(worker.item, None, TimeoutError(f"no answer within {timeout:g} s"), timeout)
    finally:
        for worker in [*idle, *busy]:
            worker.end()


def _collected(
    done: queue.SimpleQueue[tuple[object, Done[Item, Result]]],
    busy: list[_Worker[Item, Result]],
    idle: list[_Worker[Item, Result]],
) -> Iterator[Done[Item, Result]]:
    """Waits a moment; results of workers that were left behind are dropped."""
    try:
        worker, finished = done.get(timeout=_TICK)
    except queue.Empty:
        return
    for known in busy:
        if known is worker:
            busy.remove(known)
            idle.append(known)
            yield finished
            return
