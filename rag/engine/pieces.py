"""The text of an answer while it is made: pieces that are sure to stay, in any interface that streams text. Pure."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from rag.types import Answer, AnswerEvent, Settled


class Pieces:
    """The text of a streamed answer, piece by piece; what was given out is always the beginning of the whole.

    A model's sentences that are not supported wait for one that is: only then is it sure that they stay.
    """

    def __init__(self) -> None:
        self._given = ""
        self._held = ""

    def settled(self, event: Settled) -> str:
        self._held += event.shown
        return self._give() if event.shown and event.sentence.verdict == "supported" else ""

    def answered(self, answer: Answer) -> str:
        """The rest. Were the answer another than what was given out, it follows whole."""
        rest = answer.text.removeprefix(self._given) if answer.text.startswith(self._given) else f"\n\n{answer.text}"
        self._given += rest
        return rest

    def _give(self) -> str:
        piece = self._held if self._given else self._held.lstrip()
        self._given += piece
        self._held = ""
        return piece


def text_of(events: Iterable[AnswerEvent]) -> Generator[str, None, None]:
    """The pieces of an answer's text, as its events come."""
    pieces = Pieces()
    for event in events:
        if isinstance(event, Settled) and (piece := pieces.settled(event)):
            yield piece
        elif isinstance(event, Answer) and (rest := pieces.answered(event)):
            yield rest
