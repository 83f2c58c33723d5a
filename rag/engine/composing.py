"""The LlamaIndex query engine in which a language model writes and every sentence is checked before it counts."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

import numpy as np

from rag.answer import compose, messages, prompt
from rag.answer.evidence import Evidence, key_of
from rag.answer.judge import judging
from rag.answer.quotes import Quote
from rag.answer.verify import Embed, Verifier
from rag.answer.write import Composition
from rag.engine.find import Finding
from rag.engine.quotes import QuotesQueryEngine, quoted
from rag.errors import ModelError
from rag.retrieve.dense import Vector, centred
from rag.retrieve.retriever import ArchiveRetriever
from rag.types import Answer, AnswerEvent, Draft, Settled, Turn, add_tokens

# A model that sees no answer is believed where the archive's own confidence is below this; above, quotes are shown.
TRUSTED_REFUSAL = 0.75
# A yes or a no.
JUDGED_TOKENS = 4


class Writing(Protocol):
    """Text as a model writes it: iterate for the pieces; `close` stops it."""

    usage: dict[str, int]
    finish_reason: str | None

    def __iter__(self) -> Iterator[str]: ...
    def close(self) -> None: ...


class Model(Protocol):
    """A language model: `rag.models.client.ChatModel`."""

    @property
    def name(self) -> str: ...
    def write(self, messages: Sequence[Turn], *, max_tokens: int | None = None) -> Writing: ...
    def say(self, messages: Sequence[Turn], usage: dict[str, int], *, max_tokens: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """`strict` withholds what nothing supports, `judged` asks the model about each sentence; the rest are tokens."""

    strict: bool = True
    evidence_tokens: int = 1200
    answer_tokens: int = 600
    judged: bool = False


class ComposingQueryEngine(QuotesQueryEngine):
    """Like `QuotesQueryEngine`, but a language model writes the answer from the found sentences.

    Whatever fails (no connection, a refusal, nonsense, nothing supported) ends in the quotes and one honest line.
    """

    def __init__(self, retriever: ArchiveRetriever, model: Model, limits: Limits) -> None:
        super().__init__(retriever)
        self.model = model
        self.limits = limits

    def _told(self, finding: Finding) -> Iterator[AnswerEvent]:
        evidence = self._evidence(finding)
        # Of an archive that does not answer a model finds something to say, true and beside the point.
        if not evidence or finding.refusal:
            for told in quoted(finding):
                spent = finding.query.usage
                yield replace(told, usage=_with_usage(told, spent)) if isinstance(told, Answer) else told
            return
        usage: dict[str, int] = {}
        judge = judging(partial(self.model.say, usage=usage, max_tokens=JUDGED_TOKENS)) if self.limits.judged else None
        verifier = Verifier(self._embed(finding), judge)
        composition = Composition(evidence, finding.articles, finding.language, verifier, self.limits.strict)
        seconds: dict[str, float] = {}
        failure = ""
        try:
            yield from self._written(finding, composition, usage, seconds)
        except ModelError as error:
            failure = messages.model_trouble(error, finding.language)
        for event in self._concluded(finding, composition, failure):
            if isinstance(event, Answer):
                yield replace(event, usage=_with_usage(event, usage, finding.query.usage), seconds=seconds)
            else:
                yield event

    def _written(
        self, finding: Finding, composition: Composition, usage: dict[str, int], seconds: dict[str, float]
    ) -> Iterator[Draft | Settled]:
        started = time.perf_counter()
        turns = prompt.messages(
            finding.query.text,
            finding.language,
            composition.evidence,
            earlier=finding.query.background,
            differing=bool(finding.selection.differing),
        )
        writing = self.model.write(turns, max_tokens=self.limits.answer_tokens)

        def timed() -> Iterator[str]:
            for piece in writing:
                seconds.setdefault("first", time.perf_counter() - started)
                yield piece

        try:
            yield from composition.write(timed(), lambda: writing.finish_reason in ("stop", None))
        finally:
            writing.close()
            add_tokens(usage, writing.usage)

    def _concluded(self, finding: Finding, composition: Composition, failure: str) -> Iterator[AnswerEvent]:
        """The answer as it was written, or the quotes with a line that says why."""
        language = finding.language
        if composition.stands:
            yield self._answer(finding, composition, failure)
            return
        if composition.refused and not failure and (finding.confidence or 0.0) < TRUSTED_REFUSAL:
            nearest = list(dict.fromkeys(article.title or article.path for article in finding.articles.values()))[:3]
            refusal = compose.unanswered(
                finding.question, messages.NOT_FOUND[language], language, nearest, finding.confidence
            )
            yield replace(refusal, engine="llm", model=self.model.name)
            return
        if failure:
            notice = messages.MODEL_FAILED[language].format(detail=failure)
        elif composition.refused:
            notice = messages.MODEL_REFUSED[language]
        else:
            notice = messages.MODEL_UNSUPPORTED[language]
        for event in quoted(finding):
            yield replace(event, notice=notice) if isinstance(event, Answer) else event

    def _answer(self, finding: Finding, composition: Composition, failure: str) -> Answer:
        language = finding.language
        notice = None
        if failure or composition.cut:
            notice = messages.CUT_OFF[language]
        elif composition.withheld:
            notice = messages.WITHHELD[language].format(detail=composition.withheld)
        return compose.written(
            finding.question,
            composition.sentences,
            composition.citations,
            composition.new_lines,
            language,
            finding.confidence or 0.0,
            self.model.name,
            notice,
        )

    def _evidence(self, finding: Finding) -> list[Evidence]:
        """The sentences the quotes engine would show, then the most likely others, within the token budget."""
        best = sorted(finding.quotes, key=lambda quote: -quote.chance)
        chosen: list[Quote] = []
        for quote in [*finding.selection.quotes, *best]:
            if len(chosen) == prompt.MOST_EVIDENCE:
                break
            if not any(_overlap(quote, other) for other in chosen):
                chosen.append(quote)
        evidence: list[Evidence] = []
        for quote in chosen:
            key = key_of(quote.article_id, quote.start, frozenset(item.key for item in evidence))
            article = finding.articles[quote.article_id]
            evidence.append(
                Evidence(
                    key, quote.article_id, quote.start, quote.end, quote.text, quote.language, quote.before,
                    article.title, article.source, article.published, quote.chance, quote.vector, quote.answer,
                )
            )  # fmt: skip
        return prompt.within_budget(evidence, finding.language, self.limits.evidence_tokens)

    def _embed(self, finding: Finding) -> Embed:
        means = finding.means.sentences if finding.means else {}

        def embed(texts: Sequence[tuple[str, str]]) -> Vector:
            embedder = self.retriever.embedder
            vectors = np.asarray(embedder.get_text_embedding_batch([text for text, _ in texts]), dtype=np.float32)
            rows = [centred(row, means.get(language)) for row, (_, language) in zip(vectors, texts, strict=True)]
            return np.asarray(rows, dtype=np.float32)

        return embed


def _with_usage(answer: Answer, *parts: Mapping[str, int]) -> dict[str, int]:
    usage = dict(answer.usage)
    for part in parts:
        add_tokens(usage, part)
    return usage


def _overlap(one: Quote, other: Quote) -> bool:
    return one.text == other.text or (
        one.article_id == other.article_id and one.start < other.end and other.start < one.end
    )
