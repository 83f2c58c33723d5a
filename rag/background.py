"""Work that waits for a processor, a disk or a server, done in threads while an event loop goes on."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


async def items(make: Callable[[], Iterator[T]]) -> AsyncGenerator[T]:
    """The items of an iterator that one thread makes and reads. Raises what that raises.

    Once this is closed the iterator is, too, after the item that it is at.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[T | _End] = asyncio.Queue()
    is_closed = threading.Event()

    def put(item: T | _End) -> None:
        # Of a loop that was closed meanwhile nobody listens.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(queue.put_nowait, item)

    def work() -> None:
        try:
            iterator = make()
            for item in iterator:
                put(item)
                if is_closed.is_set():
                    break
            if hasattr(iterator, "close"):
                iterator.close()
        except BaseException as error:
            put(_End(error))
        else:
            put(_End())

    # What is asked within it belongs to the caller's trace.
    loop.run_in_executor(None, contextvars.copy_context().run, work)
    try:
        while not isinstance(item := await queue.get(), _End):
            yield item
        if item.error:
            raise item.error
    finally:
        is_closed.set()
