"""Messages to learn from: those that were written, and those made of them by other typing and other wrapping."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.text.language import detect
from rag.text.normalise import fold, normalise
from rag.types import Intent

DATA = Path(__file__).parents[1] / "datasets"
INTENTS_FILE = DATA / "intents.jsonl"
_NEWS = ("parallel", "stories_questions", "vietnews")


@dataclass(frozen=True, slots=True)
class Message:
    """A message and what is to be learnt of it; None where it does not tell.

    `start` and `end` are the words that ask; `weight` is what its intent counts.
    """

    text: str
    start: int
    end: int
    writer: str
    intent: Intent
    leans: bool | None
    in_conversation: bool
    instructions: tuple[str, ...] = ()
    several: bool = False
    talk: str | None = None
    weight: float = 1.0
    history: tuple[str, ...] = ()

    @property
    def bare(self) -> str:
        return self.text[self.start : self.end]


def read_messages(split: str) -> list[Message]:
    return [
        _message(fields)
        for line in INTENTS_FILE.read_text(encoding="utf-8").splitlines()
        if (fields := json.loads(line))["split"] == split
    ]


def _message(fields: dict[str, object]) -> Message:
    text, bare = normalise(str(fields["message"])), normalise(str(fields["bare"]))
    start = text.find(bare)
    history = fields.get("history") or []
    return Message(
        text,
        start,
        start + len(bare),
        str(fields["writer"]),
        fields["intent"],  # type: ignore[arg-type]
        bool(fields["leans"]),
        bool(history),
        tuple(fields["instructions"]),  # type: ignore[arg-type]
        bool(fields.get("several")),
        fields.get("talk"),  # type: ignore[arg-type]
        history=tuple(turn["content"] for turn in history),  # type: ignore[attr-defined]
    )


def news_questions(draws: random.Random) -> list[str]:
    """Questions about the news of the reader's own sets, in both languages, in any order."""
    rows = [
        json.loads(line)
        for name in _NEWS
        for line in (DATA / "reading" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    found = [normalise(row[language]) for row in rows for language in ("vi", "en") if row.get(language)]
    draws.shuffle(found)
    return found


def varied(written: Sequence[Message], draws: random.Random) -> list[Message]:
    """The messages, the same typed plain, news questions bare and in other messages' wrapping, and those in others'."""
    news = news_questions(draws)
    wrappers = [one for one in written if one.bare and len(one.text) > len(one.bare) + 4 and not one.several]
    made = list(written)
    made += [plain for one in written if draws.random() < 0.8 and (plain := typed_plain(one, draws)).text != one.text]
    made += [_news(text, in_conversation=False) for text in _some_plain(news[:500], draws)]
    made += [_news(text, in_conversation=True) for text in _some_plain(news[500:800], draws)]
    made += [wrapped(_news(text, in_conversation=False), wrappers, draws) for text in news[800:1600]]
    askers = [one for one in written if one.bare and not one.leans]
    made += [wrapped(one, wrappers, draws) for one in draws.choices(askers, k=500)]
    return made


def typed_plain(message: Message, draws: random.Random) -> Message:
    """As on a phone: without diacritics, perhaps without capitals and the last mark."""
    text = message.text.rstrip(".?!")
    text = "".join(map(fold_letter, text)) if draws.random() < 0.7 or detect(text) != "vi" else text
    if draws.random() < 0.5:
        text = text.lower()
    return replace(message, text=text, end=min(message.end, len(text)), weight=0.5)


def fold_letter(letter: str) -> str:
    """Without its marks, in its case; always one character, so that no offset shifts."""
    folded = fold(letter)
    return letter if len(folded) != 1 else folded.upper() if letter.isupper() else folded


def wrapped(message: Message, wrappers: Sequence[Message], draws: random.Random) -> Message:
    """The question in the wrapping of another message of its language."""
    language = detect(message.bare)
    around = draws.choice([one for one in wrappers if detect(one.text) == language] or wrappers)
    question = message.bare.rstrip("?!. ") if draws.random() < 0.5 else message.bare
    if around.start and draws.random() < 0.7 and not question[:2].isupper():
        question = question[:1].lower() + question[1:]
    return replace(
        message,
        text=around.text[: around.start] + question + around.text[around.end :],
        start=around.start,
        end=around.start + len(question),
        instructions=tuple(sorted({*message.instructions, *around.instructions})),
        in_conversation=False,
        leans=None,
        # What is around a summary may say that one is wanted.
        weight=0.5 if around.intent == message.intent else 0.0,
    )


def _news(text: str, *, in_conversation: bool) -> Message:
    return Message(text, 0, len(text), "news", "question", False, in_conversation, weight=0.5)


def _some_plain(texts: Sequence[str], draws: random.Random) -> Iterator[str]:
    for text in texts:
        yield "".join(map(fold_letter, text)) if detect(text) == "vi" and draws.random() < 0.3 else text
