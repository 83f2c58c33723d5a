"""From selected quotes to the Answer that users see. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rag.answer import citations, messages
from rag.answer.messages import AnswerLanguage
from rag.answer.quotes import Quote, Selection
from rag.text.dates import bounds
from rag.types import Answer, AnswerSentence, Article, Citation

ENGINE = "quotes"
_OPENING, _CLOSING = '“"«', '”"»'


class Quotable(Protocol):
    """What can be cited: a `Quote`, or an `Evidence` that a language model was shown."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def language(self) -> str: ...
    @property
    def chance(self) -> float: ...


def quoted(
    question: str, selection: Selection, articles: Mapping[str, Article], language: AnswerLanguage, confidence: float
) -> Answer:
    """The answer that shows the selected quotes; each is one sentence resting on one citation."""
    cited = tuple(
        citation(marker, quote, articles[quote.article_id]) for marker, quote in enumerate(selection.quotes, start=1)
    )
    lines = [_line(item, language, attributed=selection.differing) for item in cited]
    if selection.differing:
        lines.insert(0, (messages.UPDATED if _is_later(*selection.quotes[:2]) else messages.DISAGREE)[language])
    return Answer(
        question=question,
        text="\n".join(lines),
        found=True,
        language=language,
        engine=ENGINE,
        sentences=tuple(AnswerSentence(item.quote, (item.marker,), "supported") for item in cited),
        citations=cited,
        confidence=round(confidence, 4),
    )


def written(
    question: str,
    sentences: Sequence[AnswerSentence],
    cited: Sequence[Citation],
    new_lines: Sequence[bool],
    language: AnswerLanguage,
    confidence: float,
    model: str,
    notice: str | None = None,
) -> Answer:
    """The answer that a language model wrote; `new_lines` says which sentences begin a line."""
    text = ""
    for sentence, new_line in zip(sentences, new_lines, strict=True):
        text += ("\n" if new_line else " ") + citations.with_markers(sentence.text, sentence.citations)
    return Answer(
        question=question,
        text=text.strip(),
        found=True,
        language=language,
        engine="llm",
        sentences=tuple(sentences),
        citations=tuple(cited),
        confidence=round(confidence, 4),
        model=model,
        notice=notice,
    )


def unanswered(
    question: str,
    message: str,
    language: AnswerLanguage,
    nearest: Sequence[str] = (),
    confidence: float | None = None,
) -> Answer:
    """The honest "the archive does not say", with the titles of the nearest articles."""
    return Answer(
        question=question,
        text=message,
        found=False,
        language=language,
        engine=ENGINE,
        nearest=tuple(nearest),
        confidence=None if confidence is None else round(confidence, 4),
    )


def citation(marker: int, quote: Quotable, article: Article) -> Citation:
    """A quote of `article` as it is cited by `[marker]`."""
    return Citation(
        marker=marker,
        article_id=article.id,
        title=article.title,
        source=article.source,
        published=article.published,
        language=quote.language,
        path=article.path,
        url=article.url,
        start=quote.start,
        end=quote.end,
        quote=article.quote(quote.start, quote.end),
        score=round(quote.chance, 4),
    )


def _is_later(first: Quote, second: Quote) -> bool:
    """Whether `first` was published later for certain, as far as the dates are known."""
    if first.published is None or second.published is None:
        return False
    return bounds(first.published)[0] > bounds(second.published)[1]


def _line(citation: Citation, language: AnswerLanguage, *, attributed: bool) -> str:
    quote = citation.quote
    opened, closed = quote[:1] in _OPENING, quote[-1:] in _CLOSING
    if opened != closed:
        # A mark that belongs to speech inside the quote must not be taken for ours.
        quote = f"«{quote}»"
    elif not opened:
        quote = f"“{quote}”"
    if attributed:
        source = citation.source or messages.UNKNOWN_SOURCE[language]
        quote = f"{source}, {messages.shown_date(citation.published, language)}: {quote}"
    label = messages.QUOTED_IN.get((language, citation.language)) if citation.language != language else None
    return f"{quote} ({label}) [{citation.marker}]" if label else f"{quote} [{citation.marker}]"
