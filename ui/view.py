"""What is shown of an answer, made or in the making: plain values, and the HTML of them. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rag.answer.messages import DISAGREE, QUOTED_IN, UPDATED, AnswerLanguage
from rag.text.dates import bounds
from rag.types import Answer, AnswerEvent, Citation, Draft, Filters, Settled
from ui.conversation import Exchange
from ui.render import render
from ui.texts import say

_LEADS = (*DISAGREE.values(), *UPDATED.values())
_UPDATES = tuple(UPDATED.values())

# Article id -> (outlet, date) of each other article that tells the same story in the same words.
Reprints = Mapping[str, Sequence[tuple[str | None, str | None]]]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of an answer. `foreign` labels a quote that is not in the answer's language."""

    text: str
    verdict: str
    reason: str
    foreign: str
    is_quote: bool
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A cited article with the markers that lead to it; `relevance` is in per cent, its best citation's."""

    first: Citation
    markers: tuple[int, ...]
    relevance: int | None
    reprints: tuple[tuple[str | None, str | None], ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer as it is shown. `is_compared`: the sources differ, and stand side by side."""

    language: str
    found: bool
    text: str
    lead: str
    lines: tuple[Line, ...]
    is_compared: bool
    sources: tuple[Source, ...]
    nearest: tuple[str, ...]
    made_by: str
    seconds: float | None
    notice: str
    marks: str


@dataclass(frozen=True, slots=True)
class Live:
    """An answer in the making, folded from the events of its stream.

    `state` is "waiting" (`position` in line), "working" (for `seconds`), "stopped" or "failed" (`message`).
    """

    question: str
    limits: Filters
    state: str = "working"
    position: int = 0
    seconds: int = 0
    draft: str = ""
    settled: tuple[Settled, ...] = ()
    message: str = ""

    def after(self, event: AnswerEvent) -> Live:
        """What is shown once `event` has come; the whole Answer is shown by `thread`."""
        if isinstance(event, Draft):
            return replace(self, state="working", draft=event.text)
        if isinstance(event, Settled):
            return replace(self, state="working", draft="", settled=(*self.settled, event))
        return self


def answer_view(answer: Mapping[str, Any], page: AnswerLanguage, reprints: Reprints | None = None) -> AnswerView:
    """`answer` is the object of `Answer.to_dict()`, fresh or kept; `page` is the language of the labels."""
    citations = {item["marker"]: kept_citation(item) for item in answer["citations"]}
    lines = tuple(_line(item, citations, page, str(answer["language"])) for item in answer["sentences"])
    lead = next((text for text in _LEADS if str(answer["text"]).startswith(text)), "")
    if lead and lead not in _UPDATES:
        lines = tuple(sorted(lines, key=_published))
    return AnswerView(
        language=str(answer["language"]),
        found=bool(answer["found"]),
        text=str(answer["text"]),
        lead=lead.rstrip(":"),
        lines=lines,
        is_compared=bool(lead),
        sources=_sources(tuple(citations.values()), reprints or {}),
        nearest=tuple(answer.get("nearest", ())),
        made_by=_made_by(answer, page),
        seconds=answer.get("seconds", {}).get("total"),
        notice=answer.get("notice") or "",
        marks=_marks(citations.values()),
    )


def kept_citation(item: Mapping[str, Any]) -> Citation:
    """A citation as it was kept, perhaps by another version: what is unknown is left out, what lacks is blank."""
    known: dict[str, Any] = {name: item.get(name) for name in Citation.__dataclass_fields__}
    known["path"] = known["path"] or ""
    known["score"] = -1.0 if known["score"] is None else known["score"]
    return Citation(**known)


def thread(
    exchanges: Sequence[Exchange], page: AnswerLanguage, reprints: Reprints, conversation_id: str, welcome: Welcome
) -> str:
    """The HTML of a conversation, or of its empty beginning."""
    shown = [(exchange, answer_view(exchange.answer, page, reprints)) for exchange in exchanges]
    return render(
        "thread", page, shown=shown, conversation_id=conversation_id, welcome=welcome, limits=limits_shown
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the empty conversation offers; `articles` is how many there are to ask."""

    articles: int
    examples: tuple[str, ...] = ()


def live(state: Live | None, page: AnswerLanguage) -> str:
    """The HTML of an answer in the making; "" (nothing) for None."""
    if state is None:
        return render("live", page, live=None)
    citations = {citation.marker: citation for item in state.settled for citation in item.citations}
    lines = [_line(item.sentence.to_dict(), citations, page, page) for item in state.settled]
    return render(
        "live", page, live=state, lines=lines, marks=_marks(citations.values()), words=limits_shown(state.limits, page)
    )  # fmt: skip


def spoken(answer: Answer, page: AnswerLanguage) -> str:
    """What a screen reader announces when an answer is there."""
    return say(page, "done", count=len(answer.citations)) if answer.found else answer.text


def limits_shown(filters: Filters, page: AnswerLanguage) -> list[str]:
    """Each limit of a question in a few words."""
    dates = [
        f"{say(page, name)}: {value}" for name, value in (("since", filters.since), ("until", filters.until)) if value
    ]
    return [*dates, *filters.sources, *(say(page, language) for language in filters.languages)]


def _line(sentence: Mapping[str, Any], citations: Mapping[int, Citation], page: AnswerLanguage, language: str) -> Line:
    cited = tuple(citations[marker] for marker in sentence["citations"] if marker in citations)
    is_quote = len(cited) == 1 and cited[0].quote == sentence["text"]
    foreign = QUOTED_IN[page, _known(cited[0].language)] if is_quote and cited[0].language != language else ""
    return Line(sentence["text"], sentence["verdict"], sentence.get("reason") or "", foreign, is_quote, cited)


def _known(language: str) -> str:
    return language if language in ("vi", "en") else "und"


def _published(line: Line) -> tuple[bool, Any]:
    """Orders by date, the undated last."""
    published = line.citations[0].published if line.citations else None
    return (published is None, bounds(published)[0] if published else None)


def _sources(citations: Sequence[Citation], reprints: Reprints) -> tuple[Source, ...]:
    of_article: dict[str, list[Citation]] = {}
    for citation in citations:
        of_article.setdefault(citation.article_id, []).append(citation)
    return tuple(
        Source(
            cited[0],
            tuple(citation.marker for citation in cited),
            _percent(max(citation.score for citation in cited)),
            tuple(reprints.get(article_id, ())),
        )
        for article_id, cited in of_article.items()
    )


def _percent(score: float) -> int | None:
    """A calibrated chance in per cent, never claiming certainty; None where the score is no chance."""
    return min(99, max(1, round(100 * score))) if 0 <= score <= 1 else None


def _made_by(answer: Mapping[str, Any], page: AnswerLanguage) -> str:
    if answer["engine"] == "quotes":
        return say(page, "quotes_made")
    return say(page, "model_made", model=answer.get("model") or say(page, "some_model"))


def _marks(citations: Any) -> str:
    """What the reader needs to open any of these citations, as JSON for an attribute."""
    return json.dumps([asdict(citation) for citation in citations], ensure_ascii=True)
