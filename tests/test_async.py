"""Questions beside an event loop: the same answers, a loop that goes on, errors and ends that arrive."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Awaitable, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from rag import Answer, Filters, NewsQA, background
from rag.errors import UsageError

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
FERRY = "How much is a monthly card of the Luu River Line?"


@pytest.fixture(scope="module")
def qa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsQA]:
    with NewsQA.open(home=tmp_path_factory.mktemp("async") / "home") as opened:
        assert opened.ingest([CORPUS / "delta-courier/2025-09-18-ferry-fares.md"]).added == 1
        opened.warm_up()
        yield opened


async def last(events: AsyncGenerator[object]) -> object:
    return [event async for event in events][-1]


def test_the_same_answers(qa: NewsQA) -> None:
    limits = {"engine": "quotes", "until": "2030"}
    told = qa.ask(FERRY, **limits)
    assert told.found
    for answer in (asyncio.run(qa.aask(FERRY, **limits)), asyncio.run(last(qa.astream(FERRY, **limits)))):
        assert isinstance(answer, Answer)
        assert answer.citations == told.citations
    assert asyncio.run(qa.aretrieve(FERRY, 1)) == qa.retrieve(FERRY, 1)
    node, *_ = asyncio.run(qa.retriever.aretrieve(FERRY))
    assert node.node_id == qa.retrieve(FERRY)[0].passage.id


@pytest.mark.parametrize("kind", ["aask", "astream", "aretrieve", "retriever", "query engine"])
def test_the_loop_goes_on(qa: NewsQA, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search waits until the loop has turned a hundred times: one that is blocked would wait for ever."""
    turned = threading.Event()
    search = qa.retriever.search

    def patient(query: object) -> object:
        assert turned.wait(30)
        return search(query)  # type: ignore[arg-type]

    monkeypatch.setattr(qa.retriever, "search", patient)

    async def turning() -> None:
        for _ in range(100):
            await asyncio.sleep(0)
        turned.set()

    async def both() -> None:
        waiting: dict[str, Awaitable[object]] = {
            "aask": qa.aask(FERRY, engine="quotes"), "astream": last(qa.astream(FERRY, engine="quotes")),
            "aretrieve": qa.aretrieve(FERRY), "retriever": qa.retriever.aretrieve(FERRY),
            "query engine": qa.engine("quotes").aquery(FERRY),
        }  # fmt: skip
        asked = waiting.pop(kind)
        for other in waiting.values():
            other.close()  # type: ignore[attr-defined]
        await asyncio.gather(asked, turning())

    asyncio.run(both())


def test_errors_arrive(qa: NewsQA) -> None:
    with pytest.raises(UsageError, match="from date"):
        asyncio.run(qa.aask(FERRY, since="soon"))
    with pytest.raises(UsageError, match="from date"):
        asyncio.run(last(qa.astream(FERRY, since="soon")))


@pytest.mark.parametrize("ask", [NewsQA.ask, lambda *asked, **how: list(NewsQA.stream(*asked, **how))])
def test_a_filter_given_twice_is_an_error(qa: NewsQA, ask: type[NewsQA.ask]) -> None:
    with pytest.raises(UsageError, match="the filter since is given twice"):
        ask(qa, FERRY, filters=Filters(since="2025"), since="2024")
    with pytest.raises(UsageError, match="there is no engine 'oracle'; use one of: auto, quotes, llm"):
        ask(qa, FERRY, engine="oracle")


def test_filters_of_both_kinds_are_joined(qa: NewsQA) -> None:
    assert qa.ask(FERRY, filters=Filters(since="2025"), until="2026", engine="quotes").found
    assert not qa.ask(FERRY, filters=Filters(since="2025"), until="2025-08", engine="quotes").found


def test_a_stream_that_is_left_ends_its_source() -> None:
    is_closed = threading.Event()

    def numbers() -> Iterator[int]:
        try:
            yield from range(10**9)
        finally:
            is_closed.set()

    async def some() -> list[int]:
        taken = []
        async with aclosing(background.items(numbers)) as items:
            async for number in items:
                taken.append(number)
                if number == 3:
                    break
        return taken

    assert asyncio.run(some()) == [0, 1, 2, 3]
    assert is_closed.wait(10)
