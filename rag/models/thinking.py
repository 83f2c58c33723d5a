"""What a reasoning model thinks aloud at the start of a reply is not part of the answer. Pure."""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"


class ThinkingFilter:
    """Fed with pieces of a reply in turn, gives the pieces of the answer: what stands after `<think>...</think>`."""

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._answering = False

    def feed(self, piece: str) -> str:
        """The text that is certain to be of the answer, "" while that is not known."""
        if self._answering:
            return piece
        self._held += piece
        if not self._inside:
            start = self._held.lstrip()
            if _OPEN.startswith(start[: len(_OPEN)]) and len(start) < len(_OPEN):
                return ""
            if not start.startswith(_OPEN):
                return self._answer(start)
            self._inside, self._held = True, start[len(_OPEN) :]
        thought, closed, after = self._held.partition(_CLOSE)
        if not closed:
            # Only a part of the closing mark can still matter.
            self._held = thought[-len(_CLOSE) :]
            return ""
        if not after.strip():
            # Empty lines after the thoughts are not of the answer either.
            self._inside, self._held = False, ""
            return ""
        return self._answer(after.lstrip())

    def end(self) -> str:
        """What was held back and turns out to be of the answer."""
        held = "" if self._inside or self._answering else self._held.lstrip()
        self._held = ""
        return held

    def _answer(self, text: str) -> str:
        self._answering, self._held = True, ""
        return text
