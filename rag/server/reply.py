"""An answer in OpenAI's objects: its text, in pieces where it is streamed, and its sources as annotations. Pure."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from rag.engine.pieces import Pieces
from rag.server.asking import Waiting, Working
from rag.server.footnotes import ends_at, harmless, is_address, not_read, notes
from rag.server.jsonline import json_line
from rag.server.service import Happening
from rag.types import Answer, Settled


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is written. `address` is where the API is reached, with a slash at its end.

    `as_json`: the text is the object of /api/ask. `is_markdown`: chat programs render it, so that it is made harmless.
    `has_unread`: something was sent that is not read, which the answer says.
    """

    address: str
    footnotes: bool = False
    as_json: bool = False
    is_markdown: bool = True
    has_unread: bool = False

    def completed(self, answer: Answer) -> Answer:
        if not self.has_unread:
            return answer
        return replace(answer, notice=" ".join(filter(None, (answer.notice, not_read(answer.language)))))

    def text(self, answer: Answer) -> str:
        """The whole text of a completed answer."""
        if self.as_json:
            return json_line(answer.to_dict())
        return self.piece(answer.text) + self.ending(answer)

    def piece(self, text: str) -> str:
        return harmless(text) if self.is_markdown else text

    def ending(self, answer: Answer) -> str:
        return notes(answer, sources=self.footnotes)

    def annotations(self, answer: Answer, text: str) -> list[dict[str, Any]]:
        """A source for each marker of the text, where OpenAI's clients look for sources."""
        if self.as_json:
            return []
        found = []
        for citation in answer.citations:
            marker = f"[{citation.marker}]"
            start = text.find(marker, 0, ends_at(text))
            while start >= 0:
                place = {"start_index": start, "end_index": start + len(marker)}
                own = f"{self.address}api/articles/{quote(citation.article_id)}"
                url = citation.url if citation.url and is_address(citation.url) else own
                found.append({**place, "title": citation.title or citation.source or citation.article_id, "url": url})
                start = text.find(marker, start + 1, ends_at(text))
        return sorted(found, key=lambda one: one["start_index"])


def ours(answer: Answer) -> dict[str, Any]:
    """What stands beside OpenAI's fields."""
    told = answer.to_dict()
    return {name: told[name] for name in ("found", "sentences", "citations", "notice")}


async def written(happening: AsyncGenerator[Happening], form: Form) -> AsyncGenerator[str | Waiting | Working | Answer]:
    """Pieces of text as they are sure to stay, signs of life between them; at the end the completed answer."""
    pieces = Pieces()
    async with aclosing(happening):
        async for event in happening:
            if isinstance(event, Waiting | Working):
                yield event
            elif isinstance(event, Settled) and not form.as_json and (piece := pieces.settled(event)):
                yield form.piece(piece)
            elif isinstance(event, Answer):
                answer = form.completed(event)
                rest = form.text(answer) if form.as_json else form.piece(pieces.answered(answer)) + form.ending(answer)
                if rest:
                    yield rest
                yield answer
