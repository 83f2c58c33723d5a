"""Conversations: what a message wants and leans on, replies to talk, and what was quoted so far."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from rag import background
from rag.errors import UsageError
from rag.text.dates import bounds
from rag.text.language import detect
from rag.text.normalise import normalise
from rag.types import Answer, AnswerEvent, AnswerLanguage, Citation, Filters, Intent, Turn
from rag.understand.bare import asked
from rag.understand.elliptic import completed, in_full
from rag.understand.hear import TALKING, Heard, hear
from rag.understand.understood import MAX_QUESTION, Understood

if TYPE_CHECKING:
    from rag.answer.about import ArchiveFacts
    from rag.answer.rewrite import Write
    from rag.retrieve.retriever import ArchiveRetriever
    from rag.store.catalogue import Catalogue

# What was said longer ago than this no longer says what "he" or "there" means.
REMEMBERED_TURNS = 8
# How far back a recap reaches.
RECAPPED_TURNS = 24
# How many articles a conversation can be about at a time.
FOCUS = 2
# Headlines named when somebody asks what is in the archive.
HEADLINES = 5
_ASKED_LANGUAGE: tuple[tuple[str, AnswerLanguage], ...] = (("in_vietnamese", "vi"), ("in_english", "en"))


def understand(
    message: str,
    history: Sequence[Turn],
    retriever: ArchiveRetriever,
    filters: Filters | None = None,
    write: Write | None = None,
) -> Understood:
    """What the message wants, made whole from the earlier ones, or with what it leans on.

    "And in 2023?" becomes the earlier question with another date, by rules; other follow-ups are written out by a
    language model (`write`) where there is one and what it writes passes the check; else the question is searched
    behind the last one that stood on its own. The articles talked about are found anew from the history's text, so a
    history that another program kept serves as well. Errors of `write` pass through. Raises UsageError for a message
    that is too long.
    """
    from rag.answer.rewrite import rewrite

    limits = filters or Filters()
    text = normalise(message).strip()
    if len(text) > MAX_QUESTION:
        raise UsageError(f"the question has {len(text)} characters, the most is {MAX_QUESTION}; shorten it")
    heard = hear(text)
    understood = Understood(
        message=message,
        intent=_intent(text, heard),
        question=asked(text, heard.bare),
        language=_language(text, heard, history),
        filters=limits,
        talk=heard.talk,
        instructions=heard.instructions,
    )
    recent = _about_news(history)[-REMEMBERED_TURNS:]
    today = _newest_day(retriever.catalogue)
    earlier = in_full([turn.content for turn in recent if turn.role == "user"], today)
    if not earlier or understood.intent in TALKING:
        return understood
    made = completed(text, earlier[-1], today)
    if made and made.whole:
        return replace(understood, question=made.text)
    if made:
        understood = replace(understood, question=made.text)
    focus = _talked_about(earlier, recent, retriever, limits)
    leaning = bool(made) or heard.leans > 0.5
    if leaning and write and (written := rewrite(understood.question, recent, write)):
        return replace(understood, question=written, focus=focus)
    return replace(understood, background=_background(earlier) if leaning else "", focus=focus)


def reply(
    understood: Understood,
    history: Sequence[Turn],
    retriever: ArchiveRetriever,
    quote: Callable[[Understood], Answer],
) -> Answer:
    """The answer to what asks the articles nothing: talk, the archive itself, the wish to see again what was said.

    A recap shows the conversation's quotes again, newest first: the history holds text alone, so they are looked up
    word for word; where it shows none (a language model's prose), the earlier questions are quoted for by `quote`.
    """
    from rag.answer import about, recap

    if understood.intent == "recap":
        recent = _about_news(history)[-RECAPPED_TURNS:]
        cited = list(_quoted_before(recent, retriever))
        cited = cited or list(_quoted_anew(recent, retriever, quote, understood.filters))
        return recap.recap(understood.message, cited, understood.language)
    facts = archive_facts(retriever.catalogue)
    return about.reply(understood.message, understood.intent, understood.talk, facts, understood.language)


def archive_facts(catalogue: Catalogue) -> ArchiveFacts:
    """What the catalogue says of the archive at this moment."""
    from rag.answer.about import ArchiveFacts, Headline

    with catalogue.snapshot():
        counts = catalogue.count()
        first, last = catalogue.date_range() or (None, None)
        newest = [
            Headline(info.title or info.path, info.source, info.published) for info in catalogue.newest(HEADLINES)
        ]
        outlets = tuple(catalogue.sources())
    languages = sorted(counts.languages, key=lambda language: -counts.languages[language])
    return ArchiveFacts(counts.articles, outlets, tuple(languages), first, last, tuple(newest))


def _about_news(history: Sequence[Turn]) -> list[Turn]:
    """The turns that say something, less talk and what was replied to it."""
    kept: list[Turn] = []
    is_news = True
    for turn in history[-RECAPPED_TURNS:]:
        if turn.role == "user":
            is_news = hear(normalise(turn.content[:MAX_QUESTION])).intent not in TALKING
        if turn.content.strip() and is_news:
            kept.append(turn)
    return kept


def _talked_about(
    asked: Sequence[str], recent: Sequence[Turn], retriever: ArchiveRetriever, limits: Filters
) -> tuple[str, ...]:
    from rag.retrieve.query import ArchiveQuery

    told = [turn.content for turn in recent if turn.role != "user"][-1:]
    talked_about = ArchiveQuery(query_str=" ".join([*asked[-2:], *told]), filters=limits, top_k=3)
    return tuple(dict.fromkeys(hit.passage.article_id for hit in retriever.search(talked_about)))[:FOCUS]


def _background(earlier: Sequence[str]) -> str:
    """The last question that does not itself lean back, or else the first that is remembered."""
    return next((question for question in reversed(earlier) if hear(question).leans <= 0.5), earlier[0])


def _newest_day(catalogue: Catalogue) -> date | None:
    dates = catalogue.date_range()
    return bounds(dates[1])[1] if dates else None


def _intent(message: str, heard: Heard) -> Intent:
    """What is wanted; signs without a word are noise, and nothing at all is an empty question."""
    if not message:
        return "question"
    return heard.intent if any(char.isalnum() for char in message) else "noise"


def _language(message: str, heard: Heard, history: Sequence[Turn]) -> AnswerLanguage:
    """The language that is asked for, else that of the message, else the one that was asked in last.

    Where nothing tells, a question is answered in Vietnamese and talk in English.
    """
    for code, language in _ASKED_LANGUAGE:
        if code in heard.instructions:
            return language
    asked_in = [message, *(turn.content for turn in reversed(history) if turn.role == "user")]
    told = next((language for language in map(detect, asked_in) if language != "und"), None)
    return told or ("vi" if heard.intent not in TALKING else "en")


def _quoted_before(recent: Sequence[Turn], retriever: ArchiveRetriever) -> Iterator[Citation]:
    """The quotes that earlier answers showed, the last first, as they stand in the archive."""
    from rag.answer import compose, recap
    from rag.retrieve.query import ArchiveQuery

    for turn in reversed(recent):
        for quote in recap.quotes_in(turn.content) if turn.role != "user" else ():
            hits = retriever.search(ArchiveQuery(query_str=quote, top_k=3))
            articles = retriever.catalogue.articles({hit.passage.article_id for hit in hits})
            for hit in hits:
                article = articles.get(hit.passage.article_id)
                if article and (again := recap.recalled(article, quote, hit.passage.language)):
                    yield compose.citation(0, again, article)
                    break


def _quoted_anew(
    recent: Sequence[Turn],
    retriever: ArchiveRetriever,
    quote: Callable[[Understood], Answer],
    filters: Filters,
) -> Iterator[Citation]:
    """The first quote for each of the earlier questions, the last first."""
    for place in reversed([place for place, turn in enumerate(recent) if turn.role == "user"]):
        yield from quote(
            understand(recent[place].content[:MAX_QUESTION], recent[:place], retriever, filters)
        ).citations[:1]


class Chat:
    """A conversation with one archive; ask in turn, not by two threads or tasks at once.

    A question counts as asked once its answer is whole: a stream that is left before its end is forgotten.
    """

    def __init__(self, stream: Callable[[str, Sequence[Turn]], Iterator[AnswerEvent]]) -> None:
        """`stream` takes a question and the turns before it, and ends with the Answer."""
        self._stream = stream
        self.turns: list[Turn] = []

    def ask(self, question: str) -> Answer:
        """The answer to a question that may lean on the earlier ones."""
        *_, answer = self.stream(question)
        assert isinstance(answer, Answer)
        return answer

    def stream(self, question: str) -> Iterator[AnswerEvent]:
        """The same answer as it is made."""
        for event in self._stream(question, self.turns):
            if isinstance(event, Answer):
                self.turns += [Turn("user", question), Turn("assistant", event.text if event.found else "")]
                del self.turns[:-RECAPPED_TURNS]
            yield event

    async def aask(self, question: str) -> Answer:
        """`ask` in a thread, while the event loop goes on."""
        return await asyncio.to_thread(self.ask, question)

    async def astream(self, question: str) -> AsyncGenerator[AnswerEvent]:
        """`stream` in a thread, while the event loop goes on."""
        async with aclosing(background.items(lambda: self.stream(question))) as events:
            async for event in events:
                yield event
