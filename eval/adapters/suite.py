"""What every public format is read into: articles, cases about them, and claims that people have judged."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from eval.cases import LANGUAGES, Case, Gold, is_accepted
from rag.text.language import detect
from rag.text.normalise import normalise
from rag.text.sentences import sentences
from rag.types import Article


@dataclass(frozen=True, slots=True)
class JudgedClaim:
    """A text that people have judged against its evidence.

    `error` is the data set's own word for what is wrong, "" where it is supported. `question` is what it answers.
    """

    id: str
    claim: str
    evidence: str
    language: str
    supported: bool
    error: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """`left_out` tells, a line each, of questions whose answer could not be located in the text."""

    name: str
    articles: tuple[Article, ...] = ()
    cases: tuple[Case, ...] = ()
    claims: tuple[JudgedClaim, ...] = ()
    left_out: tuple[str, ...] = ()


def language_of(text: str, otherwise: str = "en") -> str:
    """The language of a short text if it is one that cases may have."""
    found = detect(text)
    return found if found in LANGUAGES else otherwise


def split_of(name: str | None) -> str:
    """The split of a public set's own word; what it was trained on is no test."""
    return "dev" if name in ("dev", "train", "val", "validation") else "test"


def gold_at(article: Article, answer: str, start: int | None = None, part: int = 0) -> Gold | None:
    """The sentence, or sentences, of the article that hold an answer; None where it does not stand there.

    Of several places it is the one nearest to `start`, where the data set says that the answer begins.
    """
    answer, text = normalise(answer).strip(), article.text
    places = _places(answer, text) if answer else []
    if not places:
        return None
    begin = min(places, key=lambda place: abs(place - (start or 0)))
    end = begin + len(answer)
    touched = [span for span in sentences(text) if span.start < end and span.end > begin]
    first, last = min(begin, touched[0].start), max(end, touched[-1].end)
    quote = text[first:last]
    return Gold(article.id, quote, part, None if text.count(quote) == 1 else first)


def _places(answer: str, text: str) -> list[int]:
    """Where an answer begins: as whole words ("40" not in "1940"), else anywhere."""
    literal = re.escape(answer)
    whole = [found.start() for found in re.finditer(rf"(?<!\w){literal}(?!\w)", text)]
    return whole or [found.start() for found in re.finditer(literal, text)]


def answered(
    case: Case, articles: Iterable[tuple[Article, Iterable[tuple[str, int | None]]]], *, left_out: list[str]
) -> Case | None:
    """The case with the gold quotes of its answers, each (text, start) in one of the articles, all alternatives.

    None, and a line in `left_out`, where no answer stands in its article.
    """
    gold, accepted = [], []
    for article, answers in articles:
        for answer, start in answers:
            if found := gold_at(article, answer, start):
                gold.append(found)
                accepted.append(normalise(answer).strip())
    if not gold:
        left_out.append(f"{case.id}: no answer stands in its article")
        return None
    expected = tuple(text for text in dict.fromkeys(accepted) if any(is_accepted(text, one.quote) for one in gold))
    return Case(
        case.id, case.split, case.question, case.language, case.kind, True,
        (expected,), tuple(dict.fromkeys(gold)), case.history, note=case.note,
    )  # fmt: skip
