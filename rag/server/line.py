"""Turns at the engine, shared fairly by everybody who asks: the page, programs, people."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from types import TracebackType

from rag.errors import RagError

# Whoever asks many questions at once gets every eleventh turn at most while newcomers keep coming.
MOST_OVERTAKING = 10


class Busy(RagError):
    """There is no room in line; `most` of one's own questions are here already, None where the line itself is full."""

    def __init__(self, most: int | None = None) -> None:
        self.most = most
        super().__init__(
            "too many questions are waiting already; try again in a minute"
            if most is None
            else f"{most} of your questions are being answered or wait already; ask again when one is done"
        )


class Left(Exception):
    """The place in line was given up meanwhile, by whoever stopped the question."""


class Queue:
    """Turns at the engine: at most `at_once` questions at a time, first come, first served, person by person.

    Whoever has one question in line is served in the order of coming; a second question of the same person stands
    behind everybody's first (start-time fair queueing, Goyal et al. 1996), until MOST_OVERTAKING that came later were
    served before it: from then on it counts as a first one. `who` is a user, a browser's session where nobody signs in,
    or a program. Nothing is kept of those who left.
    """

    def __init__(self, at_once: int = 2, most_in_line: int = 100, most_of_one: int = 3) -> None:
        self._at_once = at_once
        self._most_in_line = most_in_line
        self._most_of_one = most_of_one
        self._changed = threading.Condition()
        self._line: list[Place] = []
        self._served: list[Place] = []
        self._round = 0
        self._arrivals = 0

    def enter(self, who: str, most_of_one: int | None = None) -> Place:
        """A place in line, to be used as a context manager. Raises Busy at once where there is no room.

        `most_of_one` is how many of `who`'s questions may be here at a time, where it differs.
        """
        allowed = most_of_one or self._most_of_one
        with self._changed:
            own = [place.round for place in (*self._served, *self._line) if place.who == who]
            if len(own) >= allowed:
                raise Busy(allowed)
            if len(self._line) >= self._most_in_line:
                raise Busy()
            self._arrivals += 1
            place = Place(self, who, max([self._round, *(number + 1 for number in own)]), self._arrivals)
            self._line.append(place)
            self._sort()
            self._serve()
            return place

    def position(self, place: Place) -> int:
        """0 when it is this place's turn, 1 when it is the next in line. Raises Left."""
        with self._changed:
            return self._position(place)

    def length(self) -> tuple[int, int]:
        """How many questions wait, and how many are being answered."""
        with self._changed:
            return len(self._line), len(self._served)

    def wait(self, place: Place, seconds: float | None = None) -> bool:
        """Whether it is this place's turn, after `seconds` at most (None: as long as it takes). Raises Left."""
        with self._changed:
            self._changed.wait_for(lambda: place not in self._line, seconds)
            return self._position(place) == 0

    def leave(self, place: Place) -> None:
        """Gives up the place or the turn; a second time changes nothing."""
        with self._changed:
            for places in (self._line, self._served):
                if place in places:
                    places.remove(place)
            self._serve()

    def _position(self, place: Place) -> int:
        if place in self._served:
            return 0
        if place not in self._line:
            raise Left
        return self._line.index(place) + 1

    def _serve(self) -> None:
        while self._line and len(self._served) < self._at_once:
            place = self._line.pop(0)
            self._round = max(self._round, place.round)
            self._served.append(place)
            self._overtake(place)
        self._changed.notify_all()

    def _overtake(self, served: Place) -> None:
        """Counts a turn for those who came before it and still wait: for the next question of each, not for all."""
        for waiting in {place.who: place for place in reversed(self._line)}.values():
            waiting.overtaken += waiting.arrival < served.arrival
            if waiting.overtaken >= MOST_OVERTAKING:
                waiting.round = self._round
        self._sort()

    def _sort(self) -> None:
        self._line.sort(key=lambda place: (place.round, place.arrival))


@dataclass(slots=True, eq=False)
class Place:
    """A question's place in line: `with queue.enter(who) as place: while not place.wait(1): show(place.position)`.

    `overtaken` counts the questions that came later and were served before it; the queue alone changes a place.
    """

    queue: Queue
    who: str
    round: int
    arrival: int
    overtaken: int = 0

    @property
    def position(self) -> int:
        return self.queue.position(self)

    def wait(self, seconds: float | None = None) -> bool:
        return self.queue.wait(self, seconds)

    def leave(self) -> None:
        self.queue.leave(self)

    def __enter__(self) -> Place:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.leave()
