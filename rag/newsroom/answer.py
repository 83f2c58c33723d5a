"""Lists, the latest, summaries, comparisons and timelines as answers in quotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answer import compose, messages
from rag.answer.quotes import newest_first
from rag.newsroom.gather import Told, by_outlet, gathered
from rag.newsroom.summary import summary
from rag.retrieve.retriever import ArchiveRetriever
from rag.text.terms import folded_terms
from rag.types import Answer, AnswerLanguage, AnswerSentence, Intent
from rag.understand.understood import Understood

NEWSROOM: tuple[Intent, ...] = ("find", "summary", "latest", "compare", "timeline")
# Articles shown of those found; the others are counted.
SHOWN = 8
LATEST = 5


def newsroom_answer(understood: Understood, retriever: ArchiveRetriever) -> Answer:
    """The answer to a request whose intent is one of `NEWSROOM`. Reads one moment of the archive."""
    language = understood.language
    with retriever.catalogue.snapshot():
        told = gathered(understood, retriever)
        if not told:
            empty = not retriever.catalogue.count().articles
            message = (messages.EMPTY_ARCHIVE if empty else messages.NOT_FOUND)[language]
            return replace(compose.unanswered(understood.message, message, language), intent=understood.intent)
        match understood.intent:
            case "find":
                heading = messages.FOUND[language].format(found=len(told), shown=min(SHOWN, len(told)))
                return shown(understood, heading, _newest_first(told)[:SHOWN], titled=True)
            case "latest":
                dates = retriever.catalogue.date_range()
                newest = messages.shown_date(dates[1] if dates else None, language)
                heading = messages.LATEST[language].format(newest=newest)
                return shown(understood, heading, _newest_first(told)[:LATEST], titled=True)
            case "compare":
                silent = _silent(understood, told, retriever)
                heading = "\n".join([messages.COMPARED[language], *_said_nothing(silent, language)])
                return shown(understood, heading, by_outlet(told)[:SHOWN])
            case "timeline":
                oldest_first = [one for one in reversed(_newest_first(told)) if one.article.published]
                return shown(understood, messages.TIMELINE[language], oldest_first[:SHOWN] or told[:SHOWN])
            case _:
                article = told[0].article
                quotes = [Told(article, quote, told[0].score) for quote in summary(article, retriever)] or told[:1]
                heading = messages.SUMMARY[language].format(title=article.title or article.path)
                return shown(understood, heading, quotes)


def shown(understood: Understood, heading: str, told: Sequence[Told], *, titled: bool = False) -> Answer:
    """The quotes below a heading, each with outlet and date, and below its article's title where it is `titled`."""
    citations = tuple(compose.citation(marker, one.quote, one.article) for marker, one in enumerate(told, start=1))
    lines = [compose.shown_line(citation, understood.language, attributed=True) for citation in citations]
    if titled:
        lines = [f"{one.article.title or one.article.path}\n{line}" for one, line in zip(told, lines, strict=True)]
    return Answer(
        question=understood.message,
        text="\n".join([heading, *lines]),
        found=True,
        language=understood.language,
        engine=compose.ENGINE,
        sentences=tuple(AnswerSentence(citation.quote, (citation.marker,), "supported") for citation in citations),
        citations=citations,
        intent=understood.intent,
    )


def _newest_first(told: Sequence[Told]) -> list[Told]:
    return sorted(told, key=lambda one: newest_first(one.article.published))


def _silent(understood: Understood, told: Sequence[Told], retriever: ArchiveRetriever) -> list[str]:
    """The outlets that the question names and that say nothing."""
    asked = set(folded_terms(understood.question))
    saying = {one.article.source for one in told}
    outlets = [source for source, _ in retriever.catalogue.sources() if source not in saying]
    return [source for source in outlets if set(folded_terms(source)) <= asked]


def _said_nothing(silent: Sequence[str], language: AnswerLanguage) -> list[str]:
    return [messages.SILENT[language].format(outlets=", ".join(silent))] if silent else []
