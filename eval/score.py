"""Everything the metrics say about the answered cases of a run. Pure, but for what the judge does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from eval.cases import Case
from eval.judge.judge import ExactJudge, Judge, remembered
from eval.metrics import answers, citations, faithfulness, refusals, retrieval, usage
from eval.metrics.citations import Claim
from eval.metrics.faithfulness import Counts
from eval.metrics.retrieval import Ranking
from eval.metrics.score import Score
from eval.metrics.text import without_markers
from eval.metrics.usage import Price
from eval.outcomes import FAILED, RIGHT, Outcome, is_judged, outcome_of, said
from eval.records import Record
from eval.suite import Library
from rag.types import Answer, Citation, Span, Verdict

FAITHFULNESS = ("faithfulness", "faithfulness, at least", "faithfulness, no judge")
LEVELS: Mapping[str, tuple[int, ...]] = {"article": (1, 5, 10), "passage": (1, 5, 10), "quote": (1, 3)}
NOTHING_EXPECTED = "the case expects no answer, only what is retrieved"


@dataclass(frozen=True, slots=True)
class Place:
    """A gold quote located in its article, for the expected part `part`."""

    article_id: str
    span: Span
    part: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim of an answer with what the judge found, beside what exact comparison alone finds."""

    text: str
    verdict: Verdict
    exact: Verdict


@dataclass(frozen=True, slots=True)
class Scored:
    """A case as answered, with its scores by metric name; `why` says in one line what is wrong with it."""

    case: Case
    record: Record
    outcome: Outcome
    why: str
    pair: str
    places: tuple[Place, ...] = ()
    claims: tuple[Judged, ...] = ()
    scores: Mapping[str, Score] = field(default_factory=dict)

    @property
    def doubtful(self) -> tuple[str, ...]:
        """The claims that the judge does not call supported: against the evidence, or undecided."""
        return tuple(claim.text for claim in self.claims if claim.verdict != "supported")

    @property
    def is_right(self) -> bool:
        return self.outcome in RIGHT

    @property
    def is_judged(self) -> bool:
        return is_judged(self.case)


@dataclass(frozen=True, slots=True)
class Scorer:
    """What scoring needs beside the records."""

    library: Library
    judge: Judge = field(default_factory=ExactJudge)
    prices: Mapping[str, Price] = field(default_factory=dict)
    # The language model of the run: an answer that fell back to quotes names none, and cost something.
    model: str | None = None
    on_case: Callable[[int, int], None] | None = None

    def score(self, cases: Sequence[Case], records: Sequence[Record]) -> list[Scored]:
        """Each case with its record, in order."""
        scored = []
        rankings: dict[str, dict[str, Ranking]] = {level: {} for level in LEVELS}
        for number, (case, record) in enumerate(zip(cases, records, strict=True), start=1):
            one = self._scored(case, record)
            scored.append(one)
            if one.places:
                for level, ranking in _rankings(one).items():
                    rankings[level][case.id] = ranking
            if self.on_case:
                self.on_case(number, len(cases))
        by_level = [retrieval.scores(level, rankings[level], depths) for level, depths in LEVELS.items()]
        return [_with(one, *(found.get(one.case.id, {}) for found in by_level)) for one in scored]

    def _scored(self, case: Case, record: Record) -> Scored:
        places = tuple(located(case, self.library))
        outcome, why = outcome_of(case, record)
        answer = record.answer
        claims = tuple(self._judged(answer)) if answer and answer.found else ()
        correct = outcome in RIGHT if is_judged(case) else None
        not_asked = Score(None, NOTHING_EXPECTED)
        scores = {
            "correct": not_asked if correct is None else Score(float(correct)),
            # A crash is quick, and no sooner an answer for that.
            "seconds": Score(record.seconds) if answer else Score(None, FAILED),
        }
        if correct is None:
            scores["reliability"] = not_asked
        refused = answer is not None and not answer.found
        scores |= refusals.refusal_scores(
            answerable=case.answerable,
            answered=answer is not None and answer.found,
            refused=refused,
            correct=correct,
        )
        if case.expected:
            scores |= _answer_scores(case, answer)
        scores |= self._citation_scores(case, answer, places)
        scores |= _faithfulness_scores(claims, failed=answer is None)
        scores |= self._usage_scores(answer)
        if answer:
            scores["Brier"] = _brier(case, answer, correct=correct)
        return Scored(case, record, outcome, why, language_pair(case, places, self.library), places, claims, scores)

    def _judged(self, answer: Answer) -> list[Judged]:
        """Each claim against all quotes of the answer: whether its own markers are right is for the citations."""
        exact = ExactJudge()
        return [
            Judged(
                claim.text,
                self.judge.verdict(claim.text, answer.language, answer.citations),
                exact.verdict(claim.text, answer.language, answer.citations),
            )
            for claim in claims_of(answer)
        ]

    def _citation_scores(self, case: Case, answer: Answer | None, places: Sequence[Place]) -> dict[str, Score]:
        shown = answer.citations if answer else ()
        found: dict[str, Score] = {}
        # A refusal has nothing to cite where nothing answers; elsewhere it cites nothing where it should.
        if case.answerable or shown or answer is None:
            supports = remembered(self.judge, answer.language if answer else case.language)
            claims = claims_of(answer) if answer else []
            found["citation recall"] = citations.citation_recall(claims, supports)
            found["citation precision"] = citations.citation_precision(claims, supports)
            found["citation recall, at least"] = citations.citation_recall_at_least(claims, supports)
            found["citation precision, at least"] = citations.citation_precision_at_least(claims, supports)
        if shown:
            articles = self.library.articles
            found["quote exactness"] = citations.quote_exactness(shown, articles)
            found["outlet accuracy"] = citations.outlet_accuracy(shown, articles)
            found["date accuracy"] = citations.date_accuracy(shown, articles)
        if shown and case.answerable:
            gold = {place.article_id for place in places}
            none = Score(None, "no gold article is in the archive")
            found["wrong source rate"] = citations.wrong_source_rate(shown, gold) if gold else none
        return found

    def _usage_scores(self, answer: Answer | None) -> dict[str, Score]:
        if answer is None:
            return {name: Score(None, FAILED) for name in ("tokens", "cost")}
        tokens = sum(answer.usage.values())
        price = usage.cost(answer.model or self.model, answer.usage, self.prices)
        found = {"tokens": Score(float(tokens)), "cost": price}
        by_model = answer.engine == "llm"
        if by_model or answer.notice:
            found["written by the model"] = Score(float(by_model))
        return found


def claims_of(answer: Answer) -> list[Claim]:
    at = {citation.marker: citation for citation in answer.citations}
    return [
        Claim(
            without_markers(sentence.text),
            tuple(at[marker] for marker in sentence.citations if marker in at),
            sum(marker not in at for marker in sentence.citations),
        )
        for sentence in answer.sentences
    ]


def located(case: Case, library: Library) -> list[Place]:
    """Where the gold quotes stand; those that cannot be found are left out (`rag eval check` names them)."""
    return [
        Place(article.id, span, gold.part)
        for gold in case.gold
        if (article := library.named(gold))
        for span in gold.spans(article.text)[:1]
    ]


def language_pair(case: Case, places: Sequence[Place], library: Library) -> str:
    """ "vi→en": the question's language, and its own or else the first in which the archive answers."""
    spoken = sorted({library.articles[place.article_id].language for place in places})
    if not spoken:
        return f"{case.language}→–"
    return f"{case.language}→{case.language if case.language in spoken else spoken[0]}"


def covered(places: Sequence[Place], article_id: str, span: Span) -> frozenset[int]:
    """The parts whose gold quote a passage or quote holds: at least half of the shorter of the two is shared."""
    return frozenset(
        place.part
        for place in places
        if place.article_id == article_id
        and 2 * (min(place.span.end, span.end) - max(place.span.start, span.start))
        >= min(place.span.end - place.span.start, span.end - span.start)
    )


def _rankings(scored: Scored) -> dict[str, Ranking]:
    """By article (each at its best place), by passage, by shown quote."""
    places, record = scored.places, scored.record
    parts = len(scored.case.expected) or 1 + max(gold.part for gold in scored.case.gold)
    ids = list(dict.fromkeys(hit.article_id for hit in record.found))
    quotes: Sequence[Citation] = record.answer.citations if record.answer else ()
    return {
        "article": Ranking(
            tuple(frozenset(place.part for place in places if place.article_id == article_id) for article_id in ids),
            parts,
        ),
        "passage": Ranking(
            tuple(covered(places, hit.article_id, Span(hit.start, hit.end)) for hit in record.found), parts
        ),
        "quote": Ranking(
            tuple(covered(places, quote.article_id, Span(quote.start, quote.end)) for quote in quotes), parts
        ),
    }


def _answer_scores(case: Case, answer: Answer | None) -> dict[str, Score]:
    """A refusal and a failure say nothing of what is expected."""
    text = said(answer) if answer and answer.found else ""
    language = answer.language if answer else case.language
    found = {
        "answer recall": Score(answers.answer_recall(text, case.expected)),
        "exact match": answers.exact_match(text, case.expected, language),
        "F1": answers.f1(text, case.expected, language),
    }
    if figures := answers.figure_accuracy(text, case.expected, language):
        found["figure accuracy"] = figures
    return found


def _faithfulness_scores(claims: Sequence[Judged], *, failed: bool) -> dict[str, Score]:
    if failed:
        return dict.fromkeys(FAITHFULNESS, Score(None, FAILED))
    if not claims:
        return {}
    found, exact = counted(claims), faithfulness.counts(claim.exact for claim in claims)
    values = (
        faithfulness.faithfulness(found),
        faithfulness.faithfulness_at_least(found),
        faithfulness.faithfulness(exact),
    )
    return dict(zip(FAITHFULNESS, values, strict=True))


def counted(claims: Sequence[Judged]) -> Counts:
    return faithfulness.counts(claim.verdict for claim in claims)


def _brier(case: Case, answer: Answer, *, correct: bool | None) -> Score:
    """What a needless refusal would have shown is not known, so whether its confidence came true is not either."""
    if answer.confidence is None:
        return Score(None, "the answer gives no confidence")
    if not answer.found and case.answerable:
        return Score(None, "refused: whether its quotes would have answered is not known")
    if correct is None:
        return Score(None, NOTHING_EXPECTED)
    return Score(refusals.brier(answer.confidence, answer.found and correct))


def _with(scored: Scored, *more: Mapping[str, Score]) -> Scored:
    from dataclasses import replace

    merged = dict(scored.scores)
    for each in more:
        merged |= each
    return replace(scored, scores=merged)
