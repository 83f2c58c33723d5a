"""Replies to talk, to questions about the archive itself, and to what it cannot do: never from an article. Pure.

Such a reply is an Answer with `found` True, because the archive does say how much it holds and small talk asks nothing
that it could lack, without `sentences` and `citations`, because it claims nothing about what the articles report: there
is no sentence to verify, and no source is invented. A program tells it from an answer by `found and not citations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.compose import ENGINE
from rag.answer.messages import UNKNOWN_SOURCE, shown_date
from rag.types import Answer, AnswerLanguage, Intent

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


_TALK: dict[str, dict[AnswerLanguage, str]] = {
    "greeting": {
        "vi": "Xin chào! Bạn muốn biết điều gì trong kho bài báo?",
        "en": "Hello! What would you like to know from the news archive?",
    },
    "thanks": {"vi": "Không có gì. Bạn cứ hỏi tiếp nhé.", "en": "You're welcome. Ask on whenever you like."},
    "noted": {"vi": "Vâng. Bạn cứ hỏi tiếp nhé.", "en": "All right. Ask on whenever you like."},
    "farewell": {"vi": "Tạm biệt, hẹn gặp lại!", "en": "Goodbye!"},
}
_CANNOT = {
    "vi": "Tôi không làm được việc này; tôi trả lời câu hỏi, liệt kê, tóm tắt và so sánh các bài báo trong kho, kèm "
    "trích dẫn nguyên văn.",
    "en": "That is beyond me; I answer questions about the articles of this archive, list, summarise and compare them, "
    "with exact quotes.",
}
_NOISE = {
    "vi": "Tôi chưa hiểu; hãy hỏi về điều bạn muốn biết, ví dụ: “Có tin gì mới?”",
    "en": "I did not understand; ask about what you would like to know, for example: “What is new?”",
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
_LANGUAGES: dict[AnswerLanguage, dict[str, str]] = {
    "vi": {"vi": "tiếng Việt", "en": "tiếng Anh", "und": "ngôn ngữ khác"},
    "en": {"vi": "Vietnamese", "en": "English", "und": "other languages"},
}


def reply(message: str, intent: Intent, talk: str, facts: ArchiveFacts, language: AnswerLanguage) -> Answer:
    """What to say to a `message` that asks the articles nothing; `talk` is its kind where it is "talk"."""
    match intent:
        case "talk":
            text = _TALK[talk][language]
        case "cannot":
            text = _CANNOT[language]
        case "noise":
            text = _NOISE[language]
        case _:
            text = "\n".join(_told(facts, language))
    return Answer(question=message, text=text, found=True, language=language, engine=ENGINE, intent=intent)


def _told(facts: ArchiveFacts, language: AnswerLanguage) -> Sequence[str]:
    """What answers here, and what is in the archive."""
    if not facts.articles:
        return [_ABILITIES[language], _EMPTY[language]]
    return [_ABILITIES[language], _holding(facts, language), _outlets(facts, language), _newest(facts, language)]


def _holding(facts: ArchiveFacts, language: AnswerLanguage) -> str:
    count = f"{facts.articles:,}"
    dated = "" if facts.first is None else f", {_period(facts, language)}"
    if language == "vi":
        return f"Kho có {count.replace(',', '.')} bài báo ({_listed_languages(facts, language)}){dated}."
    noun = "article" if facts.articles == 1 else "articles"
    return f"The archive holds {count} {noun} ({_listed_languages(facts, language)}){dated}."


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


def _newest(facts: ArchiveFacts, language: AnswerLanguage) -> str:
    if not facts.newest:
        return _UNDATED[language]
    newest = facts.newest[0]
    source = newest.source or UNKNOWN_SOURCE[language]
    date = shown_date(newest.published, language)
    if language == "vi":
        return f"Bài mới nhất trong kho đăng {date}: “{newest.title}” ({source})."
    return f"The newest article in the archive is of {date}: “{newest.title}” ({source})."
