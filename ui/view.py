"""What is shown of an answer, made or in the making: plain values, and the HTML of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.answer.messages import EMPTY_ARCHIVE, QUOTED_IN, shown_date
from rag.errors import UsageError
from rag.text.dates import bounds
from rag.types import AnswerEvent, AnswerLanguage, Citation, Draft, Filters, Settled, Span
from ui.conversation import Exchange, citations_of
from ui.leads import is_ordered, lead_of
from ui.render import render
from ui.texts import say

_OPENING, _CLOSING = '“"«', '”"»'

# Article id -> (outlet, date) of each other article that tells the same story in the same words.
Reprints = Mapping[str, Sequence[tuple[str | None, str | None]]]


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of an answer. `foreign` labels a quote that is not in the answer's language.

    `marks` are the quotation marks that a quote is put in: "plain", "angled" where it holds one of a pair itself, or
    "own" where it brings its own; "" for what is no quote. `answer` is the range of a quote's words that answer.
    """

    text: str
    verdict: str
    reason: str
    foreign: str
    marks: str
    citations: tuple[Citation, ...]
    answer: Span | None = None

    @property
    def is_quote(self) -> bool:
        return bool(self.marks)

    @property
    def parts(self) -> tuple[str, str, str]:
        """The words before the answering ones, those, and the words behind; all of them before where none answer."""
        answer = self.answer or Span(len(self.text), len(self.text))
        return self.text[: answer.start], self.text[answer.start : answer.end], self.text[answer.end :]


@dataclass(frozen=True, slots=True)
class Source:
    """A cited article with the markers that lead to it; `relevance` is in per cent, its best citation's."""

    first: Citation
    markers: tuple[int, ...]
    relevance: int | None
    reprints: tuple[tuple[str | None, str | None], ...]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer as it is shown. `lead` stands above sources that differ and stand side by side.

    `text` is shown where there are no `lines`: what the archive does not say, small talk. `is_empty`: the archive
    held nothing when it was asked.
    """

    language: str
    found: bool
    is_empty: bool
    text: str
    lead: str
    lines: tuple[Line, ...]
    sources: tuple[Source, ...]
    nearest: tuple[str, ...]
    made_by: str
    seconds: float | None
    notice: str


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

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple({citation.marker: citation for item in self.settled for citation in item.citations}.values())

    def after(self, event: AnswerEvent) -> Live:
        """What is shown once `event` has come; the whole Answer is shown by `thread`."""
        if isinstance(event, Draft):
            return replace(self, state="working", draft=event.text)
        if isinstance(event, Settled):
            return replace(self, state="working", draft="", settled=(*self.settled, event))
        return self


def answer_view(answer: Mapping[str, Any], page: AnswerLanguage, reprints: Reprints | None = None) -> AnswerView:
    """`answer` is the object of `Answer.to_dict()`, fresh or kept; `page` is the language of the labels."""
    citations = {citation.marker: citation for citation in citations_of(answer)}
    lines = tuple(_line(item, citations, page, str(answer["language"])) for item in answer["sentences"])
    lead = lead_of(answer)
    if lead and not is_ordered(lead):
        lines = tuple(sorted(lines, key=_published))
    return AnswerView(
        language=str(answer["language"]),
        found=bool(answer["found"]),
        is_empty=answer["text"] in EMPTY_ARCHIVE.values(),
        text=str(answer["text"]),
        lead=lead.rstrip(":"),
        lines=lines,
        sources=_sources(tuple(citations.values()), reprints or {}, is_chance=answer.get("confidence") is not None),
        nearest=tuple(answer.get("nearest", ())),
        made_by=_made_by(answer, page),
        seconds=answer.get("seconds", {}).get("total"),
        notice=answer.get("notice") or "",
    )


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
    citations = {citation.marker: citation for citation in state.citations}
    lines = [_line(item.sentence.to_dict(), citations, page, page) for item in state.settled]
    return render("live", page, live=state, lines=lines, words=limits_shown(state.limits, page))


def limits_shown(filters: Filters, page: AnswerLanguage) -> list[str]:
    """Each limit of a question in a few words."""
    limits = (("since", filters.since), ("until", filters.until))
    dates = [f"{say(page, name)} {_day(value, page)}" for name, value in limits if value]
    return [*dates, *filters.sources, *(say(page, language) for language in filters.languages)]


def _day(value: str, page: AnswerLanguage) -> str:
    """A limit as a date; one that was kept and is none, as it is."""
    try:
        bounds(value)
    except UsageError:
        return value
    return shown_date(value, page)


def _line(sentence: Mapping[str, Any], citations: Mapping[int, Citation], page: AnswerLanguage, language: str) -> Line:
    cited = tuple(citations[marker] for marker in sentence["citations"] if marker in citations)
    marks = _marks(cited[0].quote) if len(cited) == 1 and cited[0].quote == sentence["text"] else ""
    foreign = QUOTED_IN[page, _known(cited[0].language)] if marks and cited[0].language != language else ""
    answer = cited[0].answer if marks else None
    return Line(sentence["text"], sentence["verdict"], sentence.get("reason") or "", foreign, marks, cited, answer)


def _marks(quote: str) -> str:
    opened, closed = quote[:1] in _OPENING, quote[-1:] in _CLOSING
    if opened != closed:
        # A mark that belongs to speech inside the quote must not be taken for ours.
        return "angled"
    return "own" if opened else "plain"


def _known(language: str) -> str:
    return language if language in ("vi", "en") else "und"


def _published(line: Line) -> tuple[bool, Any]:
    """Orders by date, the undated last."""
    published = line.citations[0].published if line.citations else None
    return (published is None, bounds(published)[0] if published else None)


def _sources(citations: Sequence[Citation], reprints: Reprints, *, is_chance: bool) -> tuple[Source, ...]:
    """`is_chance`: the scores say how likely the question is answered; what is shown again answers none."""
    of_article: dict[str, list[Citation]] = {}
    for citation in citations:
        of_article.setdefault(citation.article_id, []).append(citation)
    return tuple(
        Source(
            cited[0],
            tuple(citation.marker for citation in cited),
            _percent(max(citation.score for citation in cited)) if is_chance else None,
            tuple(reprints.get(article_id, ())),
        )
        for article_id, cited in of_article.items()
    )


def _percent(score: float) -> int | None:
    """A calibrated chance in per cent, never claiming certainty; None where the score is no chance."""
    return min(99, max(1, round(100 * score))) if 0 <= score <= 1 else None


def _made_by(answer: Mapping[str, Any], page: AnswerLanguage) -> str:
    if answer["engine"] == "quotes":
        return say(page, "quotes_made") if answer["citations"] else ""
    return say(page, "model_made", model=answer.get("model") or say(page, "some_model"))
