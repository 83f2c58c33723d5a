"""Replies to small talk and to questions about the archive itself: from the catalogue, never from an article. Pure.

Such a reply is an Answer with `found` True, because the archive does say how much it holds and small talk asks nothing
that it could lack, without `sentences` and `citations`, because it claims nothing about what the articles report: there
is no sentence to verify, and no source is invented. A program tells it from an answer by `found and not citations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.compose import ENGINE
from rag.answer.messages import UNKNOWN_SOURCE, AnswerLanguage, shown_date
from rag.text.smalltalk import TalkKind
from rag.types import Answer

# Outlets named in a sentence; the others are counted.
NAMED_OUTLETS = 8


@dataclass(frozen=True, slots=True)
class Headline:
    """An article as a list of the newest names it; `published` as in `Article`."""

    title: str
    source: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    """What the catalogue knows of itself: exact.

    `outlets` are names with their numbers of articles, most first; `languages` are ISO 639-1 codes, most first;
    `first` and `last` the earliest and latest publication dates; `newest` the newest dated articles, newest first.
    """

    articles: int
    outlets: tuple[tuple[str, int], ...] = ()
    languages: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    newest: tuple[Headline, ...] = ()


_SMALL_TALK: dict[TalkKind, dict[AnswerLanguage, str]] = {
    "greeting": {
        "vi": "Xin chào! Bạn muốn biết điều gì trong kho bài báo?",
        "en": "Hello! What would you like to know from the news archive?",
    },
    "thanks": {"vi": "Không có gì. Bạn cứ hỏi tiếp nhé.", "en": "You're welcome. Ask on whenever you like."},
    "noted": {"vi": "Vâng. Bạn cứ hỏi tiếp nhé.", "en": "All right. Ask on whenever you like."},
    "farewell": {"vi": "Tạm biệt, hẹn gặp lại!", "en": "Goodbye!"},
}
_ABILITIES = {
    "vi": "Tôi trả lời câu hỏi, bằng tiếng Việt hoặc tiếng Anh, từ các bài báo trong kho này: mỗi câu trả lời kèm đoạn "
    "trích nguyên văn, tên báo và ngày đăng. Nếu kho không có câu trả lời, tôi nói rõ là không có.",
    "en": "I answer questions, in Vietnamese or English, from the articles of this archive: every answer comes with "
    "exact quotes, their outlets and dates. Where the archive does not say, I say so.",
}
_EMPTY = {
    "vi": "Kho chưa có bài báo nào.",
    "en": "The archive holds no articles yet.",
}
_UNDATED = {
    "vi": "Không bài báo nào trong kho có ghi ngày đăng.",
    "en": "No article in the archive has a known date.",
}
_NO_OUTLETS = {
    "vi": "Các bài báo trong kho không ghi tên báo.",
    "en": "The articles in the archive name no outlets.",
}
_NEWEST = {"vi": "Các bài mới nhất trong kho:", "en": "The newest articles in the archive:"}
_LANGUAGES: dict[AnswerLanguage, dict[str, str]] = {
    "vi": {"vi": "tiếng Việt", "en": "tiếng Anh", "und": "ngôn ngữ khác"},
    "en": {"vi": "Vietnamese", "en": "English", "und": "other languages"},
}


def reply(question: str, kind: TalkKind, facts: ArchiveFacts, language: AnswerLanguage) -> Answer:
    """What to say to `question`, which is small talk or about the archive."""
    text = _SMALL_TALK[kind][language] if kind in _SMALL_TALK else "\n".join(_told(kind, facts, language))
    return Answer(question=question, text=text, found=True, language=language, engine=ENGINE)


def _told(kind: TalkKind, facts: ArchiveFacts, language: AnswerLanguage) -> Sequence[str]:
    """The lines that answer a question about the archive."""
    if kind == "abilities":
        return [_ABILITIES[language], *([_holding(facts, language)] if facts.articles else [_EMPTY[language]])]
    if not facts.articles:
        return [_EMPTY[language]]
    match kind:
        case "outlets":
            return [_outlets(facts, language)]
        case "languages":
            return [_written_in(facts, language)]
        case "dates":
            return [_dates(facts, language)]
        case "newest":
            return [_newest(facts, language)]
        case "headlines":
            return _headlines(facts, language)
        case "count":
            return [_holding(facts, language)]
        case _:
            return [_holding(facts, language), _outlets(facts, language), *_headlines(facts, language)]


def _holding(facts: ArchiveFacts, language: AnswerLanguage) -> str:
    count = f"{facts.articles:,}"
    dated = "" if facts.first is None else f", {_period(facts, language)}"
    if language == "vi":
        return f"Kho có {count.replace(',', '.')} bài báo ({_listed_languages(facts, language)}){dated}."
    noun = "article" if facts.articles == 1 else "articles"
    return f"The archive holds {count} {noun} ({_listed_languages(facts, language)}){dated}."


def _written_in(facts: ArchiveFacts, language: AnswerLanguage) -> str:
    listed = _listed_languages(facts, language)
    if language == "vi":
        return f"Bạn có thể hỏi bằng tiếng Việt hoặc tiếng Anh. Các bài báo trong kho viết bằng: {listed}."
    return f"You can ask in Vietnamese or English. The articles in the archive are in: {listed}."


def _listed_languages(facts: ArchiveFacts, language: AnswerLanguage) -> str:
    return ", ".join(_LANGUAGES[language].get(code, code) for code in facts.languages)


def _outlets(facts: ArchiveFacts, language: AnswerLanguage) -> str:
    if not facts.outlets:
        return _NO_OUTLETS[language]
    listed = ", ".join(f"{name} ({count})" for name, count in facts.outlets[:NAMED_OUTLETS])
    more = len(facts.outlets) - NAMED_OUTLETS
    if language == "vi":
        return f"Nguồn (số bài): {listed}" + (f" và {more} nguồn khác." if more > 0 else ".")
    return f"Outlets (articles): {listed}" + (f" and {more} more." if more > 0 else ".")


def _period(facts: ArchiveFacts, language: AnswerLanguage) -> str:
    first, last = shown_date(facts.first, language), shown_date(facts.last, language)
    return f"đăng từ {first} đến {last}" if language == "vi" else f"published from {first} to {last}"


def _dates(facts: ArchiveFacts, language: AnswerLanguage) -> str:
    if facts.first is None:
        return _UNDATED[language]
    return f"{'Các bài báo' if language == 'vi' else 'The articles were'} {_period(facts, language)}."


def _newest(facts: ArchiveFacts, language: AnswerLanguage) -> str:
    if not facts.newest:
        return _UNDATED[language]
    newest = facts.newest[0]
    source = newest.source or UNKNOWN_SOURCE[language]
    date = shown_date(newest.published, language)
    if language == "vi":
        return f"Bài mới nhất trong kho đăng {date}: “{newest.title}” ({source})."
    return f"The newest article in the archive is of {date}: “{newest.title}” ({source})."


def _headlines(facts: ArchiveFacts, language: AnswerLanguage) -> Sequence[str]:
    if not facts.newest:
        return [_UNDATED[language]]
    lines = [
        f"- {shown_date(one.published, language)}, {one.source or UNKNOWN_SOURCE[language]}: {one.title}"
        for one in facts.newest
    ]
    return [_NEWEST[language], *lines]
