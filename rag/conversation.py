"""Conversations: what a follow-up asks and leans on, small talk, and what was quoted so far."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from datetime import date
from typing import TYPE_CHECKING

from rag import background
from rag.text.dates import bounds
from rag.text.elliptic import Understood, completed
from rag.text.followup import leans_back
from rag.text.language import detect
from rag.text.smalltalk import small_talk
from rag.types import Answer, AnswerEvent, Citation, Filters, Turn

if TYPE_CHECKING:
    from rag.answer.about import ArchiveFacts
    from rag.answer.messages import AnswerLanguage
    from rag.answer.rewrite import Write
    from rag.retrieve.query import ArchiveQuery
    from rag.retrieve.retriever import ArchiveRetriever
    from rag.store.catalogue import Catalogue

# What was said longer ago than this no longer says what "he" or "there" means.
REMEMBERED_TURNS = 8
# How far back a recap reaches.
RECAPPED_TURNS = 24
# How many articles a conversation can be about at a time.
FOCUS = 2
# Headlines named when somebody asks what is new.
HEADLINES = 5


def standalone(
    question: str,
    history: Sequence[Turn],
    retriever: ArchiveRetriever,
    filters: Filters | None = None,
    write: Write | None = None,
) -> ArchiveQuery:
    """The question as it is searched: made whole from the earlier ones, or with what it leans on.

    "And in 2023?" becomes the earlier question with another date, by rules; other follow-ups are written out by a
    language model (`write`) where there is one and what it writes passes the check; else the question is searched
    behind the last one that stood on its own. The articles talked about are found anew from the history's text, so a
    history that another program kept serves as well. Errors of `write` pass through.
    """
    from rag.answer.rewrite import rewrite
    from rag.retrieve.query import ArchiveQuery

    limits = filters or Filters()
    recent = _about_news(history)[-REMEMBERED_TURNS:]
    today = _newest_day(retriever.catalogue)
    asked = in_full([turn.content for turn in recent if turn.role == "user"], today)
    if not asked:
        return ArchiveQuery(query_str=question, filters=limits)
    understood = completed(question, asked[-1], today) or Understood("", whole=False)
    if understood.whole:
        return ArchiveQuery(query_str=question, filters=limits, rewritten=understood.text)
    focus = _talked_about(asked, recent, retriever, limits)
    leaning = bool(understood.text) or leans_back(question)
    if leaning and write and (written := rewrite(question, recent, write)):
        return ArchiveQuery(query_str=question, filters=limits, rewritten=written, focus=focus)
    background = _background(asked) if leaning else ""
    return ArchiveQuery(
        query_str=question, filters=limits, rewritten=understood.text, background=background, focus=focus
    )


def in_full(asked: Sequence[str], today: date | None = None) -> list[str]:
    """A conversation's questions in turn, those that only name what changes made whole from the one before."""
    whole: list[str] = []
    for question in asked:
        understood = completed(question, whole[-1], today) if whole else None
        whole.append(understood.text if understood else question)
    return whole


def reply(
    question: str,
    history: Sequence[Turn],
    retriever: ArchiveRetriever,
    quote: Callable[[ArchiveQuery], Answer],
    filters: Filters | None = None,
) -> Answer | None:
    """The answer to small talk, to a question about the archive itself, or to the wish for a summary; None for a
    question to the articles.

    A summary shows the conversation's quotes again, newest first: the history holds text alone, so they are looked up
    word for word; where it shows none (a language model's prose), the earlier questions are quoted for by `quote`.
    """
    from rag.answer import about, recap

    talk = small_talk(question)
    if talk is None or (talk.kind == "headlines" and filters):
        # The newest articles of the whole archive are no answer within limits.
        return None
    language = talk.language or _language_of(history)
    if talk.kind == "recap":
        recent = _about_news(history)[-RECAPPED_TURNS:]
        cited = list(_quoted_before(recent, retriever)) or list(_quoted_anew(recent, retriever, quote, filters))
        return recap.recap(question, cited, language)
    return about.reply(question, talk.kind, archive_facts(retriever.catalogue), language)


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
    """The turns that say something, less small talk and what was replied to it."""
    kept: list[Turn] = []
    is_talk = False
    for turn in history:
        if turn.role == "user":
            is_talk = small_talk(turn.content) is not None
        if turn.content.strip() and not is_talk:
            kept.append(turn)
    return kept


def _talked_about(
    asked: Sequence[str], recent: Sequence[Turn], retriever: ArchiveRetriever, limits: Filters
) -> tuple[str, ...]:
    from rag.retrieve.query import ArchiveQuery

    told = [turn.content for turn in recent if turn.role != "user"][-1:]
    talked_about = ArchiveQuery(query_str=" ".join([*asked[-2:], *told]), filters=limits, top_k=3)
    return tuple(dict.fromkeys(hit.passage.article_id for hit in retriever.search(talked_about)))[:FOCUS]


def _background(asked: Sequence[str]) -> str:
    """The last question that does not itself lean back, or else the first that is remembered."""
    return next((question for question in reversed(asked) if not leans_back(question)), asked[0])


def _newest_day(catalogue: Catalogue) -> date | None:
    dates = catalogue.date_range()
    return bounds(dates[1])[1] if dates else None


def _language_of(history: Sequence[Turn]) -> AnswerLanguage:
    """The language that was asked in last; English where nothing tells."""
    asked = (detect(turn.content) for turn in reversed(history) if turn.role == "user")
    return "vi" if next((language for language in asked if language != "und"), "en") == "vi" else "en"


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
    quote: Callable[[ArchiveQuery], Answer],
    filters: Filters | None,
) -> Iterator[Citation]:
    """The first quote for each of the earlier questions, the last first."""
    for place in reversed([place for place, turn in enumerate(recent) if turn.role == "user"]):
        yield from quote(standalone(recent[place].content, recent[:place], retriever, filters)).citations[:1]


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
