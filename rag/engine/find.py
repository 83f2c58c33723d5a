"""What every engine starts from: the passages found, their sentences weighed, and whether the archive answers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.answer import compose, messages
from rag.answer.quotes import Quote, Selection, select
from rag.answer.weigh import Calibration, Weighed, calibration, weigh
from rag.read.reader import default_reader
from rag.retrieve.dense import Means, Vector, centred
from rag.retrieve.query import ArchiveQuery
from rag.retrieve.retriever import ArchiveRetriever, Found
from rag.types import Answer, AnswerLanguage, Article, Hit

# How many titles are offered when nothing answers.
NEAREST = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for a question, at one moment of the archive.

    `quotes` are all sentences that may answer, `selection` those that answer best. `refusal` is the answer of an
    archive that does not say; `confidence` is None where there was nothing to judge.
    """

    query: ArchiveQuery
    language: AnswerLanguage
    hits: Sequence[Hit] = ()
    articles: Mapping[str, Article] = field(default_factory=dict)
    quotes: Sequence[Quote] = ()
    selection: Selection = field(default_factory=lambda: Selection(()))
    confidence: float | None = None
    refusal: Answer | None = None
    means: Means | None = None
    seconds: float = 0.0

    @property
    def question(self) -> str:
        return self.query.query_str


class Finder:
    """Retrieves and weighs. Reads the catalogue, so it runs within one snapshot of it."""

    def __init__(self, retriever: ArchiveRetriever) -> None:
        self.retriever = retriever

    def find(self, query: ArchiveQuery) -> Finding:
        started = time.perf_counter()
        found = self.retriever.found(query)
        hits = found.hits
        language = query.language
        if not query.text or not hits:
            nothing = compose.unanswered(query.query_str, self._nothing(query, language), language)
            return Finding(query, language, refusal=nothing, seconds=time.perf_counter() - started)
        articles = self.retriever.catalogue.articles({hit.passage.article_id for hit in hits})
        fitted = calibration()
        weighed = self.weigh(found, articles, fitted)
        confidence = weighed.confidence
        refusal: Answer | None = None
        if confidence < fitted.threshold:
            nearest = list(dict.fromkeys(_name(articles[hit.passage.article_id]) for hit in hits))[:NEAREST]
            refusal = compose.unanswered(query.query_str, messages.NOT_FOUND[language], language, nearest, confidence)
        means = self.retriever.means()
        quotes = self._quotes(weighed, articles, means.sentences)
        selection = select(quotes, language, self.retriever.asked_time(query.text))
        seconds = time.perf_counter() - started
        return Finding(query, language, hits, articles, quotes, selection, confidence, refusal, means, seconds)

    def _nothing(self, query: ArchiveQuery, language: AnswerLanguage) -> str:
        if not query.text:
            return messages.EMPTY_QUESTION[language]
        empty = not self.retriever.catalogue.count().articles
        return (messages.EMPTY_ARCHIVE if empty else messages.NONE_WITHIN_FILTERS)[language]

    def weigh(self, found: Found, articles: Mapping[str, Article], fitted: Calibration) -> Weighed:
        """The likeliest sentences of the hits with the chance that each answers."""
        return weigh(default_reader(), found.question, found.hits, articles, fitted)

    def _quotes(self, weighed: Weighed, articles: Mapping[str, Article], means: Mapping[str, Vector]) -> list[Quote]:
        stored = {
            item.passage.id: item
            for item in self.retriever.catalogue.passages(
                {candidate.hit.rowid for candidate in weighed.candidates}
            ).values()
        }
        quotes = []
        for candidate, chance, answer in zip(weighed.candidates, weighed.chances, weighed.answers, strict=True):
            item = stored[candidate.hit.passage.id]
            vector = centred(item.sentence_vectors[candidate.place], means.get(item.passage.language))
            article = articles[candidate.hit.passage.article_id]
            quotes.append(
                Quote(
                    article.id, item.story_id, candidate.span.start, candidate.span.end, candidate.text,
                    candidate.language, article.published, float(chance), vector, candidate.before, answer,
                )
            )  # fmt: skip
        return quotes


def _name(article: Article) -> str:
    return article.title or article.path
