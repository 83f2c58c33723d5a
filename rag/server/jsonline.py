"""JSON as it is sent and logged: readable Unicode, and nothing that breaks a line, a terminal or an encoding. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.responses import JSONResponse

# What JSON may hold as it is, and yet ends a line for some readers, steers a terminal or cannot be encoded.
_UNSAFE = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def json_line(value: Any) -> str:
    """One line; unsafe characters are written as escapes, so that the value stays what it is."""
    written = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", written)


class JsonResponse(JSONResponse):
    def render(self, content: Any) -> bytes:
        return json_line(content).encode()
