"""How a question and a passage stand in one row of tokens. Pure.

`<s> query: QUESTION </s> passage: TITLE </s> TEXT </s>`; where
there is no title, nor is the mark behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.embed.engines import PASSAGE_PREFIX, QUERY_PREFIX
from rag.read.pieces import PieceCutter, Pieces
from rag.types import Span

MAX_QUESTION = 64
MAX_TITLE = 32


@dataclass(frozen=True, slots=True)
class Layout:
    """`second` is the first token that belongs to the passage, `text` the first of its text, which is `pieces`."""

    ids: tuple[int, ...]
    second: int
    text: int
    pieces: Pieces

    def __len__(self) -> int:
        return len(self.ids)

    def tokens_of(self, span: Span) -> tuple[int, int] | None:
        """The first and the last token of a range of the text's characters; None where it is not wholly there."""
        pieces = self.pieces
        inside = [at for at in range(len(pieces)) if pieces.starts[at] < span.end and pieces.ends[at] > span.start]
        if not inside or pieces.ends[-1] < span.end:
            return None
        return self.text + inside[0], self.text + inside[-1]


def laid_out(cutter: PieceCutter, question: str, title: str, text: str, longest: int) -> Layout:
    """At most `longest` tokens: a long question keeps its end, a long title and a long text their beginnings."""
    asked = cutter.cut(QUERY_PREFIX).ids + cutter.cut(question).ids[-MAX_QUESTION:]
    before = (cutter.start, *asked, cutter.end)
    head = cutter.cut(PASSAGE_PREFIX).ids
    if title:
        head = (*head, *cutter.cut(title).ids[:MAX_TITLE], cutter.end)
    at = len(before) + len(head)
    pieces = cutter.cut(text).between(0, max(0, longest - at - 1))
    return Layout((*before, *head, *pieces.ids, cutter.end), len(before), at, pieces)
