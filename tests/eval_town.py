"""A small invented archive with cases, and a system that answers every one of them rightly: what tests damage."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from eval.cases import Case, Gold
from eval.records import Record
from eval.report import data
from eval.score import Scorer
from eval.suite import Library
from rag.types import Answer, AnswerSentence, Article, Citation, Hit, Passage

# Towns without a common word, so that an answer about one says nothing about another.
TOWNS = (
    "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ivy", "Juniper", "Kapok", "Larch",
    "Maple", "Nutmeg", "Oak", "Pine", "Quince", "Rowan", "Spruce", "Teak", "Ulmus", "Viburnum", "Willow", "Yew",
)  # fmt: skip


def town_article(number: int, name: str) -> Article:
    """Two sentences about one town; the first one's figure is what is asked for."""
    text = f"The bridge of {name} cost {number * 7 + 100} million dong. Its mayor praised the workers of {name}."
    return Article(
        f"a-{name}",
        text,
        f"A bridge in {name}",
        f"The {name} Paper",
        f"2025-03-{number + 1:02}",
        path=f"towns/{name}.md",
    )


ARTICLES = tuple(town_article(number, name) for number, name in enumerate(TOWNS))
ASKED = tuple(
    Case(
        id=f"town-{number}",
        split="dev" if number % 2 else "test",
        question=f"How much did the bridge of {name} cost?",
        language="en",
        kind="how_many" if number % 3 else "factoid",
        answerable=True,
        expected=((f"{number * 7 + 100} million dong",),),
        gold=(Gold(f"towns/{name}.md", article.text.split(". ")[0] + "."),),
    )
    for number, (name, article) in enumerate(zip(TOWNS, ARTICLES, strict=True))
)
CASES = (*ASKED, Case("nothing", "dev", "Who owns the moon?", "en", "unanswerable", False))
LIBRARY = Library(ARTICLES)
RUN = {
    "suite": "towns", "engine": "quotes", "model": None, "settings": {"top_k": 10}, "archive": {"articles": 24},
    "fingerprint": "f", "started": "2026-01-01", "finished": "2026-01-01", "split": None, "judge": "exact",
}  # fmt: skip


def spans(article: Article) -> tuple[tuple[int, int], tuple[int, int]]:
    first = article.text.index(". ") + 1
    return (0, first), (first + 1, len(article.text))


def hit(article: Article, rank: int) -> Hit:
    return Hit(Passage(f"p-{article.id}", article.id, 0, len(article.text), "en"), 1 / rank, rank)


def quoted(question: str, article: Article) -> Answer:
    """Both sentences of the article, each resting on its own quote."""
    citations = tuple(
        Citation(
            marker, article.id, article.title, article.source, article.published, "en", article.path, None,
            start, end, article.text[start:end], 0.9,
        )
        for marker, (start, end) in enumerate(spans(article), start=1)
    )  # fmt: skip
    sentences = tuple(AnswerSentence(each.quote, (each.marker,), "supported") for each in citations)
    text = " ".join(f"{each.quote} [{each.marker}]" for each in citations)
    return Answer(question, text, True, "en", "quotes", sentences, citations, confidence=0.9)


@dataclass(frozen=True)
class Honest:
    """Finds the article that answers, first of three, and quotes it; refuses where nothing answers."""

    def ask(self, case: Case) -> Answer:
        if not case.answerable:
            return Answer(case.question, "The archive does not say.", False, "en", "quotes", confidence=0.1)
        return quoted(case.question, self.passages(case)[0])

    def retrieve(self, case: Case) -> Sequence[Hit]:
        return [hit(article, rank) for rank, article in enumerate(self.passages(case), start=1)]

    def passages(self, case: Case) -> list[Article]:
        place = next((at for at, one in enumerate(CASES) if one.id == case.id), 0) % len(ARTICLES)
        return [ARTICLES[(place + step) % len(ARTICLES)] for step in range(3)]


@dataclass(frozen=True)
class RandomPassages(Honest):
    """Damage: the retriever returns any passages, and what is quoted comes from them."""

    def passages(self, case: Case) -> list[Article]:
        return random.Random(case.id).sample(ARTICLES, 3)


@dataclass(frozen=True)
class ChangedFigure(Honest):
    """Damage: one figure of what is written is another than in the quote."""

    def ask(self, case: Case) -> Answer:
        answer = super().ask(case)
        sentences = tuple(
            replace(sentence, text=sentence.text.replace(" million", "9 million")) for sentence in answer.sentences
        )
        return replace(answer, sentences=sentences)


@dataclass(frozen=True)
class ShiftedCitations(Honest):
    """Damage: each sentence carries the marker of the next."""

    def ask(self, case: Case) -> Answer:
        answer = super().ask(case)
        markers = [sentence.citations for sentence in answer.sentences]
        shifted = markers[1:] + markers[:1]
        sentences = tuple(
            replace(sentence, citations=marker) for sentence, marker in zip(answer.sentences, shifted, strict=True)
        )
        return replace(answer, sentences=sentences)


@dataclass(frozen=True)
class ShiftedQuotes(Honest):
    """Damage: each quote's place is one character off."""

    def ask(self, case: Case) -> Answer:
        answer = super().ask(case)
        citations = tuple(replace(each, start=each.start + 1, end=each.end + 1) for each in answer.citations)
        return replace(answer, citations=citations)


def a_report(cases: tuple[Case, ...] = CASES, library: Library = LIBRARY, **changed: Record) -> dict[str, Any]:
    """The report of the honest system, but for the records that are `changed`."""
    system = Honest()
    records = [changed.get(case.id) or Record(case.id, system.ask(case), (), 0.5) for case in cases]
    return data.report(RUN, Scorer(library).score(cases, records))
