"""One question at the engine, as a stream of what is to be shown: its place in line, its events, signs of life."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.server.line import Left, Place, Queue
from rag.types import Answer, AnswerEvent, Filters, Turn

# How often somebody who waits hears something, in seconds.
HEARTBEAT = 1.0


class Engine(Protocol):
    """What answers: `rag.NewsQA`, or anything with its `stream`."""

    def stream(
        self, question: str, *, filters: Filters | None = None, history: Sequence[Turn] = ()
    ) -> Iterator[AnswerEvent]: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """The question stands in line; 1 is the next to be served."""

    position: int


@dataclass(frozen=True, slots=True)
class Working:
    """Nothing new, after so many seconds at the engine."""

    seconds: int


class Stop:
    """A person's wish to stop; hears it whoever works on the question."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def __call__(self) -> None:
        self._asked.set()

    def __bool__(self) -> bool:
        return self._asked.is_set()


class _Workers:
    """Threads that work at the engine, kept for the next question: each has its own connection to the archive, warm.

    There are as many as were ever needed at a time, which is what the line allows.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[queue.SimpleQueue[Callable[[], None]]] = []

    def run(self, job: Callable[[], None]) -> None:
        """Does the job, which raises nothing, in a thread of its own."""
        with self._lock:
            jobs = self._idle.pop() if self._idle else None
        if jobs is None:
            jobs = queue.SimpleQueue()
            threading.Thread(target=self._work, args=(jobs,), daemon=True).start()
        jobs.put(job)

    def _work(self, jobs: queue.SimpleQueue[Callable[[], None]]) -> None:
        while True:
            jobs.get()()
            with self._lock:
                self._idle.append(jobs)


_workers = _Workers()


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None = None


def events(
    engine: Engine,
    line: Queue,
    who: str,
    question: str,
    filters: Filters,
    history: Sequence[Turn],
    stop: Stop,
    most_of_one: int | None = None,
) -> Generator[AnswerEvent | Waiting | Working]:
    """Ends after the Answer, or once `stop` is asked for. Raises Busy where the line is full, and what the engine does.
    `most_of_one` as in `Queue.enter`.

    The engine works in a thread of its own and keeps its turn until it has really ended, so that a stopped question
    cannot let more of them work at once than are allowed.
    """
    place = line.enter(who, most_of_one)
    try:
        while not place.wait(HEARTBEAT):
            if stop:
                return
            yield Waiting(place.position)
    except Left:
        return
    finally:
        if stop:
            place.leave()
    results: queue.SimpleQueue[AnswerEvent | _End] = queue.SimpleQueue()
    _workers.run(lambda: _work(engine, place, question, filters, history, stop, results))
    silent = 0
    try:
        while not stop:
            try:
                event = results.get(timeout=HEARTBEAT)
            except queue.Empty:
                silent += 1
                yield Working(silent)
                continue
            if isinstance(event, _End):
                if event.error:
                    raise event.error
                return
            yield event
    finally:
        stop()


def _work(
    engine: Engine,
    place: Place,
    question: str,
    filters: Filters,
    history: Sequence[Turn],
    stop: Stop,
    results: queue.SimpleQueue[AnswerEvent | _End],
) -> None:
    answer, end = None, _End()
    with place:
        try:
            for event in engine.stream(question, filters=filters, history=history):
                if isinstance(event, Answer):
                    answer = event
                else:
                    results.put(event)
                if stop:
                    break
        except Exception as error:  # is told by whoever asked
            end = _End(error)
    # Who has the answer may ask the next question at once, and that is no second one beside this.
    if answer:
        results.put(answer)
    results.put(end)
