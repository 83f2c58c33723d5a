"""From the pieces a language model sends to whole sentences, as they are completed. Pure; fed by hand in tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex as re

from rag.text.sentences import sentences

_MARKERS = re.compile(r"(?:\s*[\[【(][^\[\]【】()\n]{1,80}[\]】)])+")
_STOPS = (".", "!", "?", "…", "”", '"', "»", ")")
_OPEN = re.compile(r"\s*[\[【(<!][^\]】)>]*$")
# So much of the next sentence must be there: a stop behind "TP" or "1" may turn out not to end anything.
_LOOK_AHEAD = 3
_ENDED = re.compile(r"[.!?…:][”’\"')\]】]*(?:\s*[\[【(][^\[\]【】()\n]{1,80}[\]】)])*\s*$")


@dataclass(frozen=True, slots=True)
class Received:
    """A sentence as it was written, with its markers; `new_line` where it begins one; `cut` where it has no end."""

    text: str
    new_line: bool = False
    cut: bool = False


class SentenceReader:
    """`feed` gives the sentences that a piece completes, `pending` is what is left, `finish` gives the rest."""

    def __init__(self) -> None:
        self.pending = ""
        self._new_line = False

    def feed(self, piece: str) -> Iterator[Received]:
        self.pending += piece
        start = 0
        for cut in _cuts(self.pending):
            yield from self._sentence(self.pending[start:cut])
            start = cut
        self.pending = self.pending[start:]

    def finish(self) -> Iterator[Received]:
        text, self.pending = self.pending, ""
        yield from self._sentence(text, cut=not _ENDED.search(text))

    def _sentence(self, text: str, *, cut: bool = False) -> Iterator[Received]:
        leading = text[: len(text) - len(text.lstrip())]
        new_line = self._new_line or "\n" in leading
        stripped = text.strip()
        self._new_line = "\n" in text[len(text.rstrip()) :] or (not stripped and new_line)
        if stripped:
            yield Received(stripped, new_line, cut)


def _cuts(text: str) -> list[int]:
    """Where sentences of `text` end for certain; markers behind a stop belong to the sentence before."""
    masked = _MARKERS.sub(_mask, text)
    starts = [span.start for span in sentences(masked)[1:]]
    return [start for start in starts if len(_OPEN.sub("", masked[start:]).strip()) >= _LOOK_AHEAD]


def _mask(match: re.Match[str]) -> str:
    """Markers as blanks behind a stop, else as a word, so that the stop behind them is seen."""
    before = match.string[: match.start()].rstrip()
    if before.endswith(_STOPS):
        return " " * len(match.group())
    return re.sub(r"\S", "x", match.group())
