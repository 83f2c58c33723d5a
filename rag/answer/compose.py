"""From selected quotes to the Answer that users see. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import starmap
from typing import Protocol

from rag.answer import citations, messages
from rag.answer.quotes import Selection, is_later
from rag.types import Answer, AnswerLanguage, AnswerSentence, Article, Citation, Settled, Span

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
    @property
    def answer(self) -> Span | None: ...


def quoted(
    question: str, selection: Selection, articles: Mapping[str, Article], language: AnswerLanguage, confidence: float
) -> Answer:
    """The answer that shows the selected quotes; each is one sentence resting on one citation."""
    cited = tuple(
        citation(marker, quote, articles[quote.article_id]) for marker, quote in enumerate(selection.quotes, start=1)
    )
    attributed = selection.latest or bool(selection.differing)
    lines = [shown_line(item, language, attributed=attributed) for item in cited]
    if selection.differing:
        lines.insert(0, _lead(selection)[language])
    return Answer(
        question=question,
        text="\n".join(lines),
        found=True,
        language=language,
        engine=ENGINE,
        sentences=tuple(AnswerSentence(item.quote, (item.marker,), "supported") for item in cited),
        citations=cited,
        confidence=round(confidence, 4),
        relation=selection.relation,
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
    text = "".join(starmap(shown_sentence, zip(sentences, new_lines, strict=True)))
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


def shown_sentence(sentence: AnswerSentence, new_line: bool) -> str:
    """What a written sentence adds to the text of its answer."""
    return ("\n" if new_line else " ") + citations.with_markers(sentence.text, sentence.citations)


def settled(answer: Answer) -> Iterator[Settled | Answer]:
    """A finished answer as the events of a stream."""
    at = {item.marker: item for item in answer.citations}
    for sentence in answer.sentences:
        yield Settled(sentence, tuple(at[marker] for marker in sentence.citations))
    yield answer


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
        author=article.author,
        answer_start=quote.answer.start if quote.answer else None,
        answer_end=quote.answer.end if quote.answer else None,
        page=article.page_at(quote.start),
    )


def _lead(selection: Selection) -> Mapping[str, str]:
    """What stands above quotes that differ."""
    updated = is_later(*selection.quotes[:2])
    match selection.differing:
        case "correction":
            return messages.CORRECTED
        case "dates":
            return messages.DATES_UPDATED if updated else messages.DATES_DISAGREE
        case _:
            return messages.UPDATED if updated else messages.DISAGREE


def shown_line(citation: Citation, language: AnswerLanguage, *, attributed: bool) -> str:
    """The quote in quotation marks with its marker, its language where that is another one, and its outlet and date
    in front where it is `attributed`.
    """
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
