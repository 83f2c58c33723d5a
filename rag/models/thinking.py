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
        while True:
            if self._inside:
                thought, closed, after = self._held.partition(_CLOSE)
                if not closed:
                    # Only a part of the closing mark can still matter.
                    self._held = thought[-len(_CLOSE) :]
                    return ""
                self._inside, self._held = False, after
            start = self._held.lstrip()
            if len(start) < len(_OPEN) and _OPEN.startswith(start):
                return ""
            if not start.startswith(_OPEN):
                self._answering, self._held = True, ""
                return start
            self._inside, self._held = True, start[len(_OPEN) :]

    def end(self) -> str:
        """What was held back and turns out to be of the answer."""
        held = "" if self._inside or self._answering else self._held.lstrip()
        self._held = ""
        return held
