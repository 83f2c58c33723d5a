"""What an engine replied to a question, what of it was right, and the figures of many such replies. Pure.

Measures, each a share (a refusal of an answerable question is a miss everywhere):

correct     an accepted answer stands in the reply's text: whole, or, for answers of four words and more, all of its
            figures and four fifths of its words (recall, as in Adlakha et al., TACL 2024: free text is seldom verbatim)
shown       ... in the text or in a quote shown with it
citation P  of the citations shown for answerable questions, those whose quote holds an accepted answer and whose
            article is one that answers (after ALCE, Gao et al. 2023, with the accepted answer for the judge)
citation R  answerable questions with at least one such citation
supported   of the sentences shown, those that the engine itself calls supported
unmarked    of the sentences shown without a warning, those that the check of written sentences calls unsupported
fell back   of the replies, those of the quotes engine because the model failed or wrote nothing that stands
abstain P/R of the refused, those without an answer; of those without, the refused
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from eval.benchmarks.answer_sets import AskedQuestion
from rag.text.normalise import normalise
from rag.types import Verdict

_WORDS = re.compile(r"[^\W_]+(?:[.,][^\W_]+)*")
# An accepted answer of so many words is not expected verbatim, only this share of its words.
LONG_ANSWER = 4
RECALLED = 0.8


@dataclass(frozen=True, slots=True)
class Cited:
    """A source shown with a reply: a sentence of ours, a whole chunk of LlamaIndex's."""

    article_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence of a reply. `verdict` is what is shown with it, None where the engine gives none.

    `checked` is what the check of written sentences says of it afterwards, None where it was not asked.
    """

    text: str
    verdict: Verdict | None
    checked: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """`engine` is what answered in the end; `first` and `total` are seconds to the first words and to the last.

    `tokens` are those of the prompts and of what was written, None where they are not known.
    """

    engine: str
    text: str
    found: bool
    citations: tuple[Cited, ...]
    sentences: tuple[Written, ...]
    first: float
    total: float
    tokens: tuple[int, int] | None = None
    model: str | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One question to one engine, with what the figures need: a line of the results file."""

    set: str
    question: str
    engine: str
    model: str | None
    answerable: bool
    found: bool
    correct: bool
    shown: bool
    citations: int
    right_citations: int
    sentences: int
    supported: int
    checked: int
    unmarked: int
    first: float
    total: float
    prompt_tokens: int | None
    completion_tokens: int | None
    fell_back: bool
    text: str
    notice: str | None = None

    @property
    def key(self) -> tuple[str, str, str, str | None]:
        return (self.set, self.question, self.engine, self.model)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def judged(name: str, question: AskedQuestion, engine: str, model: str | None, reply: Reply) -> Row:
    """The reply measured. `engine` and `model` are what was asked for."""
    everything = {answer for answers in question.gold.values() for answer in answers}
    quotes = [cited.quote for cited in reply.citations]
    right = [cited for cited in reply.citations if holds(cited.quote, accepted_from(question, cited.article_id))]
    checked = [sentence for sentence in reply.sentences if sentence.checked and sentence.verdict != "unsupported"]
    return Row(
        set=name,
        question=question.text,
        engine=engine,
        model=model,
        answerable=question.answerable,
        found=reply.found,
        correct=reply.found and holds(reply.text, everything),
        shown=reply.found and any(holds(text, everything) for text in (reply.text, *quotes)),
        citations=len(reply.citations),
        right_citations=len(right),
        sentences=len(reply.sentences),
        supported=sum(sentence.verdict == "supported" for sentence in reply.sentences),
        checked=len(checked),
        unmarked=sum(sentence.checked == "unsupported" for sentence in checked),
        first=round(reply.first, 3),
        total=round(reply.total, 3),
        prompt_tokens=reply.tokens[0] if reply.tokens else None,
        completion_tokens=reply.tokens[1] if reply.tokens else None,
        fell_back=engine == "llm" and reply.engine != "llm" and reply.notice is not None,
        text=reply.text,
        notice=reply.notice,
    )


def accepted_from(question: AskedQuestion, article_id: str) -> tuple[str, ...]:
    return (*question.gold.get(article_id, ()), *question.gold.get("", ()))


def holds(text: str, accepted: Iterable[str]) -> bool:
    """Whether one of the accepted answers stands in the text (see `correct` above)."""
    folded = normalise(text).casefold()
    there = set(_WORDS.findall(folded))
    return any(_stands(answer, folded, there) for answer in accepted)


def _stands(answer: str, folded: str, there: set[str]) -> bool:
    if re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", folded):
        return True
    words = set(_WORDS.findall(answer))
    if len(words) < LONG_ANSWER:
        return False
    figures = {word for word in words if any(map(str.isdigit, word))}
    return figures <= there and len(words & there) >= RECALLED * len(words)


def figures(rows: Sequence[Row]) -> dict[str, float | None]:
    """The measures over rows of one engine; None for what there was nothing to measure on."""
    answerable = [row for row in rows if row.answerable]
    refused = [row for row in rows if not row.found]
    lacking = [row for row in rows if not row.answerable]
    checked = sum(row.checked for row in rows)
    sentences = sum(row.sentences for row in rows)
    first, total = [row.first for row in rows], [row.total for row in rows]
    return {
        "correct": _share(sum(row.correct for row in answerable), len(answerable)),
        "shown": _share(sum(row.shown for row in answerable), len(answerable)),
        "answered": _share(sum(row.found for row in answerable), len(answerable)),
        "citation P": _share(sum(row.right_citations for row in answerable), sum(row.citations for row in answerable)),
        "citation R": _share(sum(row.right_citations > 0 for row in answerable), len(answerable)),
        "supported": _share(sum(row.supported for row in rows), sentences) if _gives_verdicts(rows) else None,
        "unmarked": _share(sum(row.unmarked for row in rows), checked),
        "abstain P": _share(sum(not row.answerable for row in refused), len(refused)),
        "abstain R": _share(sum(not row.found for row in lacking), len(lacking)),
        "first p50 s": _percentile(first, 50),
        "first p95 s": _percentile(first, 95),
        "total p50 s": _percentile(total, 50),
        "total p95 s": _percentile(total, 95),
        "prompt tokens": _mean([row.prompt_tokens for row in rows]),
        "completion tokens": _mean([row.completion_tokens for row in rows]),
        "fell back": _share(sum(row.fell_back for row in rows), len(rows)),
    }


def _gives_verdicts(rows: Sequence[Row]) -> bool:
    """LlamaIndex's engine calls no sentence supported nor unsupported."""
    return any(row.engine in ("quotes", "llm") for row in rows)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percentile(values: Sequence[float], percent: float) -> float | None:
    return float(np.percentile(values, percent)) if values else None


def _mean(values: Sequence[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
