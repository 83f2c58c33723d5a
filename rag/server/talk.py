"""A request of either of OpenAI's interfaces: what it asks, how its answer is written, and its way to the engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import Request

from rag.server.chores import chore
from rag.server.reply import Form
from rag.server.service import Happening, Question, Service
from rag.server.spoken import Message
from rag.text.language import detect
from rag.types import Answer, Turn

if TYPE_CHECKING:
    from rag.server.chat_bodies import ChatAsked
    from rag.server.response_bodies import ResponseAsked


@dataclass(frozen=True, slots=True)
class Talk:
    """`question` is None where a chat program asked for something beside the conversation, told by `chore`."""

    form: Form
    question: Question | None
    chore: Answer | None = None

    @classmethod
    def read(cls, asked: ChatAsked | ResponseAsked, messages: Sequence[Message], param: str, request: Request) -> Talk:
        """`param` is the field that the messages stand in. Raises Refusal."""
        asked.check()
        address = str(request.base_url)
        if said := _chore(messages):
            answer = Answer(messages[-1].words(), said, False, detect(said), "quotes")
            return cls(Form(address, is_markdown=False), None, answer)
        question = asked.question(messages, param)
        has_unread = any(message.has_unread for message in messages)
        form = Form(address, asked.wants_footnotes, asked.wants_json, has_unread=has_unread)
        return cls(form, question)

    async def events(self, service: Service, request: Request) -> AsyncGenerator[Happening]:
        """What happens to the question. Raises what `Service.events` raises."""
        if self.chore:
            yield self.chore
        elif self.question:
            async with aclosing(service.events(self.question, request)) as events:
                async for event in events:
                    yield event

    async def answer(self, service: Service, request: Request) -> Answer:
        """The whole answer. Raises what `Service.answer` raises."""
        if self.question is None:
            assert self.chore
            return self.chore
        return self.form.completed(await service.answer(self.question, request))


def _chore(messages: Sequence[Message]) -> str | None:
    if not messages or messages[-1].role not in ("user", "system", "developer"):
        return None
    history = [Turn(message.role, message.words()) for message in messages[:-1]]
    return chore(messages[-1].words(), history)
