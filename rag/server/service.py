"""What all requests share: the archive, the line of questions, the figures; and one question on its way through it."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from rag.ingest.embedding import identity
from rag.newsqa import NewsQA
from rag.server import asking
from rag.server.asking import Stop, Waiting, Working
from rag.server.line import Queue
from rag.server.metrics import Metrics
from rag.store.rows import Counts
from rag.types import Answer, AnswerEvent, Filters, Turn

# What happens to a question: its place in line, signs of life, and the events of its answer.
Happening = AnswerEvent | Waiting | Working
# A program may ask many questions at a time; the line serves others between them.
MOST_OF_ONE_PROGRAM = 50
# More threads than that many questions in line ever need.
_THREADS = 400


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the archive, as `NewsQA.ask` takes it."""

    text: str
    history: tuple[Turn, ...] = ()
    filters: Filters = field(default_factory=Filters)
    engine: str | None = None


class Gone(Exception):
    """Who asked is not there any more."""


class Service:
    """Used by all requests of one server; made before its loop runs."""

    def __init__(self, qa: NewsQA, line: Queue) -> None:
        self.qa = qa
        self.line = line
        # Reading files and embedding them fills the machine: one upload at a time, a few in line.
        self.upload_line = Queue(at_once=1, most_in_line=20, most_of_one=20)
        self.metrics = Metrics(line, self._counts)
        self._limiter: CapacityLimiter | None = None

    async def events(self, question: Question, request: Request) -> AsyncGenerator[Happening]:
        """As `asking.events`; with a sign of life every second. Raises what that raises."""
        stop = Stop()
        began = time.perf_counter()
        told = request.state.told = {"waited": 0.0}
        if self.qa.settings.log_questions:
            told["question"] = question.text
        found = asking.events(
            _Engine(self.qa, question.engine), self.line, request.state.who, question.text, question.filters,
            question.history, stop, MOST_OF_ONE_PROGRAM,
        )  # fmt: skip
        try:
            while (event := await to_thread.run_sync(next, found, None, limiter=self._threads())) is not None:
                if isinstance(event, Waiting):
                    told["waited"] = round(time.perf_counter() - began, 3)
                if isinstance(event, Answer):
                    self.metrics.answered(event)
                    told.update({"engine": event.engine, "found": event.found, "answered": event.to_dict()["seconds"]})
                yield event
        finally:
            stop()
            # One that still stands in line leaves it here.
            found.close()

    async def answer(self, question: Question, request: Request) -> Answer:
        """The whole answer. Raises Gone once nobody waits for it, and what `events` raises."""
        async with aclosing(self.events(question, request)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
                if isinstance(event, Waiting | Working) and await request.is_disconnected():
                    break
        raise Gone

    async def in_turn(self, question: Question, who: str) -> Answer:
        """The answer in its turn, for those who cannot be told of their place in line. Raises what `ask` does, Busy."""
        return await to_thread.run_sync(self._in_turn, question, who, limiter=self._threads(), abandon_on_cancel=True)

    def _in_turn(self, question: Question, who: str) -> Answer:
        with self.line.enter(who, MOST_OF_ONE_PROGRAM) as place:
            place.wait()
            answer = self.qa.ask(
                question.text, filters=question.filters, history=question.history, engine=question.engine
            )
        self.metrics.answered(answer)
        return answer

    def check(self) -> None:
        """Whether a question could be answered. Raises what answering it would."""
        self.qa.catalogue.check_embedder(identity(self.qa.embedder))
        _ = self.qa.query_engine

    def _counts(self) -> Counts:
        return self.qa.catalogue.count()

    def _threads(self) -> CapacityLimiter:
        # A limiter belongs to the loop that it is first used in.
        if self._limiter is None:
            self._limiter = CapacityLimiter(_THREADS)
        return self._limiter


async def begun(events: AsyncGenerator[Happening]) -> AsyncGenerator[Happening]:
    """The same events once the first is there: until then an error can still be told by a status. Raises it."""
    first = await anext(events, None)

    async def all_of_them() -> AsyncGenerator[Happening]:
        async with aclosing(events):
            if first is not None:
                yield first
            async for event in events:
                yield event

    return all_of_them()


@dataclass(frozen=True, slots=True)
class _Engine:
    """The archive, answering by the engine of that name."""

    qa: NewsQA
    name: str | None

    def stream(
        self, question: str, *, filters: Filters | None = None, history: Sequence[Turn] = ()
    ) -> Iterator[AnswerEvent]:
        return self.qa.stream(question, filters=filters, history=history, engine=self.name)
