"""Questions to begin with, made from what the archive holds. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import regex as re

from rag.answer.messages import AnswerLanguage
from rag.store.rows import ArticleInfo

SHOWN = 4
_TRIED = 24
_LONGEST = 110
# A title's first part says what it is about: "Flood in Ben Cu: what we know" -> "Flood in Ben Cu".
_PART = re.compile(r"\s*(?:: | [/|–—] )\s*")
_ASKS = {"vi": "{title}: chuyện thế nào?", "en": "{title}: what happened?"}


def candidates(articles: Sequence[ArticleInfo], language: AnswerLanguage) -> Iterator[str]:
    """A question for each of the newest articles, the outlets in turn, those in the page's language first."""
    own = [info for info in articles if info.title and info.language == language]
    others = [info for info in articles if info.title and info.language != language]
    for info in (*_in_turn(own), *_in_turn(others)):
        title = _PART.split(info.title or "")[0].strip()
        if title.endswith("?"):
            yield title
        elif len(title) <= _LONGEST:
            yield _ASKS["en" if info.language == "en" else "vi"].format(title=title)


def examples(
    articles: Sequence[ArticleInfo], language: AnswerLanguage, is_answered: Callable[[str], bool]
) -> tuple[str, ...]:
    """The first few candidates that the archive does answer."""
    tried = islice(candidates(articles, language), _TRIED)
    return tuple(islice((question for question in dict.fromkeys(tried) if is_answered(question)), SHOWN))


def _in_turn(articles: Iterable[ArticleInfo]) -> Iterator[ArticleInfo]:
    """The newest of each outlet, then the second newest of each, and so on."""
    by_outlet: dict[str, list[ArticleInfo]] = {}
    for info in sorted(articles, key=lambda info: info.published or "", reverse=True):
        by_outlet.setdefault(info.source or "", []).append(info)
    depth = max(map(len, by_outlet.values()), default=0)
    for place in range(depth):
        yield from (infos[place] for infos in by_outlet.values() if place < len(infos))
