"""The brake on guessing passwords: after a few wrong ones, a name and an address wait, longer each time. Pure but for
its clock.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

from ui.refusals import TOO_MANY_SIGN_INS, Refused

# Tries that are free, and the longest wait in seconds. A person may mistype a few times, and several share an address;
# a name that is guessed at from many addresses must not keep its owner out for long.
FREE_FOR_BOTH, FREE_FOR_AN_ADDRESS, FREE_FOR_A_NAME = (5, 900), (20, 900), (50, 60)
FIRST_WAIT = 2
# Nothing is remembered for longer than this after the last try, nor of more names and addresses than this.
FORGET_SECONDS, MOST_REMEMBERED = 3600.0, 10_000
# Guesses longer than any name are counted by their beginning.
_KEY_CHARACTERS = 100
# A name and an address; None where it is any.
_Key = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    last: float
    until: float


class Throttle:
    """Counts tries for each name, each address and both together; `clock` gives seconds. Safe with several threads.

    A try counts as wrong until it turned out right, so that many at once are no way around the brake.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures: dict[_Key, _Failures] = {}
        self._lock = threading.Lock()

    def enter(self, name: str, address: str) -> None:
        """Counts a try. Raises Refused while it has to wait; such a try is not counted."""
        with self._lock:
            now = self._clock()
            limits = _limits(name, address)
            waits = [self._failures[key].until - now for key in limits if key in self._failures]
            if (wait := max(waits, default=0)) > 0:
                raise Refused(TOO_MANY_SIGN_INS, seconds=math.ceil(wait))
            for key, (free, longest) in limits.items():
                self._count(key, free, longest, now)
            self._forget(now)

    def succeeded(self, name: str, address: str) -> None:
        """Forgives the name; the address is given back this try only, for its owner may guess at others."""
        with self._lock:
            by_both, by_address, by_name = _limits(name, address)
            self._failures.pop(by_both, None)
            self._failures.pop(by_name, None)
            known = self._failures.pop(by_address, None)
            if known and known.count > 1:
                self._failures[by_address] = _Failures(known.count - 1, known.last, self._clock())

    def _count(self, key: _Key, free: int, longest: int, now: float) -> None:
        known = self._failures.pop(key, None)
        count = known.count + 1 if known and now - known.last < FORGET_SECONDS else 1
        wait = min(FIRST_WAIT * 2 ** min(count - free, 30), longest) if count >= free else 0
        self._failures[key] = _Failures(count, now, now + wait)

    def _forget(self, now: float) -> None:
        # In the order of their last try, for each was put back at the end.
        while self._failures:
            oldest = next(iter(self._failures))
            if now - self._failures[oldest].last < FORGET_SECONDS and len(self._failures) <= MOST_REMEMBERED:
                break
            del self._failures[oldest]


def _limits(name: str, address: str) -> dict[_Key, tuple[int, int]]:
    """What a try is counted for -> how many are free, and the longest wait."""
    who, where = name[:_KEY_CHARACTERS], address[:_KEY_CHARACTERS]
    return {(who, where): FREE_FOR_BOTH, (None, where): FREE_FOR_AN_ADDRESS, (who, None): FREE_FOR_A_NAME}
