"""The log of the server: one JSON object a line on stderr, whatever a request holds."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from rag.server.jsonline import json_line

# Characters of one value. Whoever asks chooses paths and questions.
_LONGEST = 2000


class JsonLines(logging.Formatter):
    """{"time", "level", "logger", "event", ...}: what `extra={"fields": {...}}` gives stands beside the message.

    An error is told by its type and place; its message may hold what somebody asked, so it is left out.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _short(record.getMessage()),
            **{name: _short(value) for name, value in getattr(record, "fields", {}).items()},
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            line["error"] = type(error).__name__
            line["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-5:]]
        try:
            return json_line(line)
        except (TypeError, ValueError):
            # Whatever a library logs, a line comes out.
            return json.dumps(line, default=repr)


def log_to_stderr() -> None:
    """Our own log, and the web server's, in that form from now on; nothing else is logged."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name, level in (("rag", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False


def _short(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST:
        return f"{value[:_LONGEST]}…"
    return value
