"""Spans and events for LlamaIndex's instrumentation, by which tracers see what was asked and found."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from llama_index_instrumentation import get_dispatcher
from llama_index_instrumentation.base import BaseEvent
from llama_index_instrumentation.dispatcher import Dispatcher
from llama_index_instrumentation.span import active_span_id

_dispatcher = get_dispatcher(__name__)


@contextmanager
def span(method: Callable[..., Any], *arguments: Any) -> Iterator[None]:
    """Around what the bound method does with these arguments; what is asked meanwhile becomes part of it.

    LlamaIndex's own decorator ends the span of a generator at once.
    """
    instance = method.__self__  # type: ignore[attr-defined]
    span_id = f"{type(instance).__name__}.{method.__name__}-{uuid.uuid4()}"
    bound = inspect.signature(method).bind(*arguments)
    _dispatcher.span_enter(id_=span_id, bound_args=bound, instance=instance, parent_id=active_span_id.get())
    token = active_span_id.set(span_id)
    try:
        yield
    except BaseException as error:
        _dispatcher.span_drop(id_=span_id, bound_args=bound, instance=instance, err=error)
        raise
    else:
        _dispatcher.span_exit(id_=span_id, bound_args=bound, instance=instance, result=None)
    finally:
        # A stream that its reader forgot is ended anywhere, where nothing is to be reset.
        with suppress(ValueError):
            active_span_id.reset(token)


def tell(event: BaseEvent) -> None:
    _dispatcher.event(event)


def is_heard() -> bool:
    """Whether anybody listens to events: what they hold is not made for nobody."""
    dispatcher: Dispatcher | None = _dispatcher
    while dispatcher is not None:
        if dispatcher.event_handlers:
            return True
        dispatcher = dispatcher.parent if dispatcher.propagate else None
    return False
