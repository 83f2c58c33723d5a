"""What was quoted in a conversation, shown again: found anew in the archive, so that every quote is exact. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.answer import messages
from rag.answer.compose import ENGINE, shown_line
from rag.answer.quotes import newest_first
from rag.types import Answer, AnswerLanguage, AnswerSentence, Article, Citation, Span

# More than that is no summary.
MAX_RECALLED = 6
# A quote as an answer shows it: “...” [1] or «...» (in Vietnamese) [2].
_SHOWN = re.compile(r"[“«\"](?P<quote>[^\n].{8,1500}?)[”»\"](?: \([^()\n]{1,60}\))? \[[0-9]{1,2}\]", re.DOTALL)


def quotes_in(text: str) -> list[str]:
    """The quotes that an earlier answer showed."""
    return [match["quote"] for match in _SHOWN.finditer(text)]


@dataclass(frozen=True, slots=True)
class Recalled:
    """A quote found again at `[start, end)`: word for word, so that there is nothing to doubt."""

    start: int
    end: int
    language: str
    chance: float = 1.0
    answer: Span | None = None


def recalled(article: Article, quote: str, language: str) -> Recalled | None:
    """Where `quote` stands word for word in what may be quoted of the article."""
    start = article.text.find(quote)
    place = Span(start, start + len(quote))
    if start < 0 or any(place.overlaps(span) for span in article.unquotable):
        return None
    return Recalled(place.start, place.end, language)


def recap(question: str, cited: Iterable[Citation], language: AnswerLanguage) -> Answer:
    """The conversation's quotes, each once, newest first, with outlet and date; says so where there are none."""
    chosen: list[Citation] = []
    for citation in cited:
        if not any(_is_same(citation, other) for other in chosen):
            chosen.append(citation)
    chosen = sorted(chosen[:MAX_RECALLED], key=lambda citation: newest_first(citation.published))
    if not chosen:
        return Answer(question, messages.NOTHING_YET[language], found=True, language=language, engine=ENGINE)
    return _shown(question, chosen, language)


def _shown(question: str, chosen: Sequence[Citation], language: AnswerLanguage) -> Answer:
    citations = tuple(replace(citation, marker=marker) for marker, citation in enumerate(chosen, start=1))
    lines = [shown_line(citation, language, attributed=True) for citation in citations]
    return Answer(
        question=question,
        text="\n".join([messages.RECAP[language], *lines]),
        found=True,
        language=language,
        engine=ENGINE,
        sentences=tuple(AnswerSentence(citation.quote, (citation.marker,), "supported") for citation in citations),
        citations=citations,
    )


def _is_same(one: Citation, other: Citation) -> bool:
    overlapping = one.article_id == other.article_id and one.start < other.end and other.start < one.end
    return overlapping or one.quote == other.quote
