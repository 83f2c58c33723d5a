"""A streamed answer as one span of LlamaIndex's instrumentation; its own decorator ends a generator's at once."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from llama_index_instrumentation import get_dispatcher
from llama_index_instrumentation.span import active_span_id

_dispatcher = get_dispatcher(__name__)


@contextmanager
def span(method: Callable[..., Any], *arguments: Any) -> Iterator[None]:
    """Around what the bound method does with these arguments; what is asked meanwhile becomes part of it."""
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
