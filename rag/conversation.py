"""Conversations: what a follow-up question leans on, without a language model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rag.text.followup import leans_back
from rag.types import Answer, Filters, Turn

if TYPE_CHECKING:
    from rag.retrieve.query import ArchiveQuery
    from rag.retrieve.retriever import ArchiveRetriever

# What was said longer ago than this no longer says what "he" or "there" means.
REMEMBERED_TURNS = 8
# How many articles a conversation can be about at a time.
FOCUS = 2


def standalone(
    question: str, history: Sequence[Turn], retriever: ArchiveRetriever, filters: Filters | None = None
) -> ArchiveQuery:
    """The question with what it leans on: the last question that stood on its own, and the articles talked about.

    The articles are found anew from the history's text, so a history that another program kept serves as well.
    """
    from rag.retrieve.query import ArchiveQuery

    limits = filters or Filters()
    recent = [turn for turn in history if turn.content.strip()][-REMEMBERED_TURNS:]
    asked = [turn.content for turn in recent if turn.role == "user"]
    if not asked:
        return ArchiveQuery(query_str=question, filters=limits)
    told = [turn.content for turn in recent if turn.role != "user"][-1:]
    talked_about = ArchiveQuery(query_str=" ".join([*asked[-2:], *told]), filters=limits, top_k=3)
    focus = dict.fromkeys(hit.passage.article_id for hit in retriever.search(talked_about))
    background = _background(asked) if leans_back(question) else ""
    return ArchiveQuery(query_str=question, filters=limits, background=background, focus=tuple(focus)[:FOCUS])


def _background(asked: Sequence[str]) -> str:
    """The last question that does not itself lean back, or else the first that is remembered."""
    return next((question for question in reversed(asked) if not leans_back(question)), asked[0])


class Chat:
    """A conversation with one archive; `ask` in turn. Not for use by two threads at once."""

    def __init__(self, answer: Callable[[str, Sequence[Turn]], Answer]) -> None:
        """`answer` takes a question and the turns before it."""
        self._answer = answer
        self.turns: list[Turn] = []

    def ask(self, question: str) -> Answer:
        """The answer to a question that may lean on the earlier ones."""
        answer = self._answer(question, self.turns)
        self.turns += [Turn("user", question), Turn("assistant", answer.text if answer.found else "")]
        return answer
