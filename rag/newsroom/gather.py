"""The articles that a request is about, each with the sentence that fits it best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.answer.candidates import candidate
from rag.answer.recap import Recalled
from rag.newsroom.summary import summary
from rag.retrieve.query import ArchiveQuery
from rag.retrieve.retriever import ArchiveRetriever
from rag.text.names import name_phrases
from rag.text.normalise import has_diacritics
from rag.text.terms import folded_terms, terms
from rag.types import Article, Hit
from rag.understand.understood import Understood

# Passages that are looked through.
LOOKED_THROUGH = 200
# An article is about what is asked where its best passage scores this much beside the best of all.
ABOUT = 0.6
# Centred cosine of the best passage from which a request has a subject: of 24 requests for news over two archives,
# those without one had .22 at most ("What happened last week?"), all others but two more ("latest on the flood").
SUBJECT = 0.23
# The newest articles that are told where no subject is named.
NEWEST = 8


@dataclass(frozen=True, slots=True)
class Told:
    """An article with its sentence that fits the request best, and the passage's score."""

    article: Article
    quote: Recalled
    score: float


def gathered(understood: Understood, retriever: ArchiveRetriever) -> list[Told]:
    """The articles about what is asked, best first, one for each story; in the period that the question names.

    An article must hold the names that the question holds, where any article does.
    """
    limited = _in_period(understood, retriever)
    hits = retriever.search(replace(ArchiveQuery.of(limited), top_k=LOOKED_THROUGH))
    if understood.intent == "latest" and not _has_subject(understood, hits):
        return _newest(limited, retriever)
    articles = retriever.catalogue.articles({hit.passage.article_id for hit in hits})
    best: dict[str, Told] = {}
    for hit in hits:
        told = _told(hit, articles[hit.passage.article_id])
        if told:
            best.setdefault(told.article.id, told)
    named = _names(understood)
    about = [told for told in best.values() if named and _holds(told.article, named)]
    if about:
        return about
    return [told for told in best.values() if told.score >= ABOUT * next(iter(best.values())).score]


def _has_subject(understood: Understood, hits: Sequence[Hit]) -> bool:
    """Whether a request for news says about what."""
    return bool(_names(understood)) or max((hit.dense for hit in hits), default=0.0) >= SUBJECT


def _newest(understood: Understood, retriever: ArchiveRetriever) -> list[Told]:
    """The newest articles within the limits, each with its lead."""
    infos = retriever.catalogue.newest(NEWEST, retriever.catalogue.selection(understood.filters))
    articles = retriever.catalogue.articles([info.id for info in infos])
    leads = {article.id: summary(article, retriever)[:1] for article in articles.values()}
    return [Told(articles[info.id], lead, 0.0) for info in infos for lead in leads[info.id]]


def _names(understood: Understood) -> list[str]:
    """The names in what is asked; a capital that the message does not have makes none."""
    question = understood.question
    typed = question[:1].lower() + question[1:].rstrip("?")
    question = typed if typed in understood.message else question
    return [question[start:end] for start, end in name_phrases(question)]


def _holds(article: Article, named: Sequence[str]) -> bool:
    """Whether every name stands in the article, whole; "Trầm Ngân" is no "trăm ngàn" of a Vietnamese article, and the
    "Tram Ngan" of an English one.
    """
    text = f"{article.title or ''}\n{article.text}"
    return all(_stands(name, text, terms if _is_marked(name, article) else folded_terms) for name in named)


def _is_marked(name: str, article: Article) -> bool:
    return article.language == "vi" and has_diacritics(name)


def _stands(name: str, text: str, read: Callable[[str], list[str]]) -> bool:
    return f" {' '.join(read(name))} " in f" {' '.join(read(text))} "


def _in_period(understood: Understood, retriever: ArchiveRetriever) -> Understood:
    """Limited to the one period that the question names, unless it has limits of its own or nothing lies in it."""
    asked = retriever.asked_time(understood.question)
    filters = understood.filters
    if len(asked.periods) != 1 or filters.since or filters.until:
        return understood
    since, until = map(date.isoformat, asked.periods[0])
    limited = replace(understood, filters=replace(filters, since=since, until=until))
    return limited if retriever.search(replace(ArchiveQuery.of(limited), top_k=1)) else understood


def _told(hit: Hit, article: Article) -> Told | None:
    for place in sorted(range(len(hit.sentence_scores)), key=lambda at: -hit.sentence_scores[at]):
        found = candidate(hit, place, article)
        if found:
            quote = Recalled(found.span.start, found.span.end, found.language)
            return Told(article, quote, hit.score)
    return None


def by_outlet(told: Sequence[Told]) -> list[Told]:
    """The best of each outlet."""
    best: dict[str | None, Told] = {}
    for one in told:
        best.setdefault(one.article.source, one)
    return list(best.values())
