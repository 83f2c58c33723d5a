"""What a server or model does not take, learnt from its refusals, and the requests that avoid it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rag.types import Turn

# In this order: "stream_options" is not a word about "stream".
_NAMED_BY = {
    "stream_options": re.compile(r"stream_options|include_usage"),
    "temperature": re.compile(r"\btemperature\b"),
    "max_completion_tokens": re.compile(r"\bmax_completion_tokens\b"),
    "max_tokens": re.compile(r"\bmax_tokens\b"),
    "system": re.compile(
        r"\bsystem\b[^.]*\b(role|message|prompt|instruction)|\brole[^.]*\bsystem\b"
        r"|roles must alternate|only user and assistant roles"
    ),
    "stream": re.compile(r"\bstream(ing)?\b"),
}
_TOO_LONG = re.compile(
    r"context.?(length|window|size)|maximum context|too (long|large|many tokens)|exceed\w* .*\b(context|tokens|limit)"
)


def is_too_long(message: str) -> bool:
    """Whether a refusal says that prompt and answer do not fit; its mention of `max_tokens` is then no complaint."""
    return bool(_TOO_LONG.search(message.casefold()))


class Dialect:
    """One server's manner. It only ever learns, so that several threads may share it."""

    def __init__(self, refused: Sequence[str] = ()) -> None:
        self.refused = set(refused)

    def request(
        self, turns: Sequence[Turn], model: str, *, temperature: float | None, max_tokens: int
    ) -> dict[str, Any]:
        """The parameters of a chat request. `temperature` None: not sent."""
        limit = next((name for name in ("max_tokens", "max_completion_tokens") if name not in self.refused), None)
        asked: dict[str, Any] = {"model": model, "messages": self._messages(turns), "stream": True}
        if limit:
            asked[limit] = max_tokens
        if temperature is not None:
            asked["temperature"] = temperature
        asked["stream_options"] = {"include_usage": True}
        if "stream" in self.refused:
            del asked["stream"], asked["stream_options"]
        return {name: value for name, value in asked.items() if name not in self.refused}

    def _messages(self, turns: Sequence[Turn]) -> list[dict[str, str]]:
        if "system" not in self.refused:
            return [{"role": turn.role, "content": turn.content} for turn in turns]
        # Models without a system role mostly want users and assistants to alternate, too.
        merged: list[dict[str, str]] = []
        for turn in turns:
            role = "user" if turn.role == "system" else turn.role
            if merged and merged[-1]["role"] == role:
                merged[-1]["content"] += "\n\n" + turn.content
            else:
                merged.append({"role": role, "content": turn.content})
        return merged

    def learn(self, request: dict[str, Any], message: str, parameter: str | None = None) -> bool:
        """Whether a refusal of `request` taught something, so that asking again may help."""
        words = message.casefold()
        if is_too_long(words):
            return False
        used = {name for name in _NAMED_BY if name in request}
        if any(turn["role"] == "system" for turn in request["messages"]):
            used.add("system")
        complaint = next((name for name in used if name == parameter), None) or next(
            (name for name, pattern in _NAMED_BY.items() if name in used and pattern.search(words)), None
        )
        if complaint is None:
            return False
        self.refused.add(complaint)
        return True
