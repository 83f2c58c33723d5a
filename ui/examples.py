"""Questions to begin with, made from the headlines of what the archive holds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import regex as re

from rag.store.rows import ArticleInfo
from rag.text.names import name_phrases
from rag.types import AnswerLanguage
from ui.sample_questions import SAMPLE_QUESTIONS

SHOWN = 4
_TRIED = 30
_LONGEST = 90
# A headline's first clause says what it is about: "Flood in Ben Cu: what we know" -> "Flood in Ben Cu".
_CLAUSE = re.compile(r"\s*(?:: | [/|–—] |, |; |\. )\s*")
# What a headline tells in the present tense, and the verb of "When did ...?".
_HEADLINE_VERBS = {
    **{f"{verb}s": verb for verb in (
        "agree", "ask", "ban", "begin", "build", "buy", "cancel", "close", "cut", "end", "face", "fall", "flood", "hit",
        "hold", "join", "kill", "launch", "leave", "lift", "lose", "meet", "move", "open", "order", "plan", "raise",
        "reject", "return", "reverse", "rise", "sell", "sign", "start", "strike", "swamp", "visit", "vote", "win",
    )},
    "approves": "approve", "passes": "pass", "reaches": "reach", "wins": "win", "makes": "make", "takes": "take",
}  # fmt: skip
# What makes "... khi nào?" odd: the headline asks, says when by itself, or is no sentence.
_NO_WHEN = re.compile(
    r"\d{1,2}/\d{1,4}|\b(?:gì|nào|đâu|sao|ai|ngày \d+|tháng \d+|năm \d+|mỗi|sau|trước|trong|hơn|từ .* đến)\b",
    re.IGNORECASE,
)
# What follows the first thing that an English headline tells.
_FURTHER = re.compile(r" (?:and|as|days|in more|at last|after|before|while|but)\b")
_SEEN = re.compile(r"(?<![.!?:] )(?<!^)\b\p{Ll}+\b")


def candidates(articles: Sequence[ArticleInfo], language: AnswerLanguage) -> Iterator[str]:
    """Questions about the newest articles, the outlets in turn, those in the page's language first."""
    titles = {info.title for info in articles}
    yield from (question for title, question in SAMPLE_QUESTIONS[language] if title in titles)
    common = {word for title in titles if title for word in _SEEN.findall(title)}
    own = [info for info in articles if info.title and info.language == language]
    others = [info for info in articles if info.title and info.language != language]
    newest = [(info.title or "", _asked_in(info)) for info in (*_in_turn(own), *_in_turn(others))]
    yield from filter(None, (question_of(title, asked_in, common) for title, asked_in in newest))
    yield from filter(None, (name_question(title, asked_in) for title, asked_in in newest))


def _asked_in(info: ArticleInfo) -> AnswerLanguage:
    return "en" if info.language == "en" else "vi"


def question_of(title: str, language: AnswerLanguage, common: Iterable[str] = ()) -> str:
    """A question that a headline's article should answer, "" where none comes to mind.

    `common` are words that are written small elsewhere: a headline that begins with one need not.
    """
    if "?" in title:
        asked = title.partition("?")[0].strip()
        return f"{asked}?" if len(asked) <= _LONGEST else ""
    clause = _CLAUSE.split(title)[0].strip(" .\"'“”")
    first, _, rest = clause.partition(" ")
    clause = f"{first.lower()} {rest}" if first.lower() in set(common) and rest else clause
    asked = _when_vietnamese(clause) if language == "vi" else _when_english(clause)
    return asked if len(asked) <= _LONGEST else ""


def name_question(title: str, language: AnswerLanguage) -> str:
    """What is told of the longest name in a headline, "" where it holds none of several words."""
    # The first word is written large whatever it is.
    found = (title[start:end] for start, end in name_phrases(title) if start)
    named = max((name for name in found if " " in name), key=len, default="")
    if not named or len(named) > _LONGEST // 2:
        return ""
    return f"Có tin gì về {named}?" if language == "vi" else f"What is reported about {named}?"


def examples(
    articles: Sequence[ArticleInfo], language: AnswerLanguage, is_answered: Callable[[str], bool]
) -> tuple[str, ...]:
    """The first few candidates that the archive does answer."""
    tried = islice(candidates(articles, language), _TRIED)
    return tuple(islice((question for question in dict.fromkeys(tried) if is_answered(question)), SHOWN))


def _when_vietnamese(clause: str) -> str:
    # Words are not inflected: what is told can be asked as it is. A clause of few words is a heading, no sentence.
    is_sentence = len(clause.split()) >= 6 and not _NO_WHEN.search(clause)
    return f"{clause[0].upper()}{clause[1:]} khi nào?" if is_sentence else ""


def _when_english(clause: str) -> str:
    words = clause.split()
    for place, word in enumerate(words[1:], start=1):
        if verb := _HEADLINE_VERBS.get(word):
            told = " ".join([*words[:place], verb, *words[place + 1 :]])
            return f"When did {_FURTHER.split(told)[0]}?"
    return ""


def _in_turn(articles: Iterable[ArticleInfo]) -> Iterator[ArticleInfo]:
    """The newest of each outlet, then the second newest of each, and so on."""
    by_outlet: dict[str, list[ArticleInfo]] = {}
    for info in sorted(articles, key=lambda info: info.published or "", reverse=True):
        by_outlet.setdefault(info.source or "", []).append(info)
    depth = max(map(len, by_outlet.values()), default=0)
    for place in range(depth):
        yield from (infos[place] for infos in by_outlet.values() if place < len(infos))
