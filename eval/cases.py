"""Cases: a question, what answers it and where that stands. One JSON object a line, checked when read.

`check` proves a suite against its articles: every gold quote stands where it says, and holds what is expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.lines import Fields, write_lines, written_lines
from rag.errors import UsageError
from rag.text.normalise import fold, normalise
from rag.types import Article, Filters, Span, Turn

SPLITS = ("dev", "test")
LANGUAGES = ("vi", "en")
ROLES = ("user", "assistant")
# What a person rated on the page; after a thumb down nobody has said yet what answers the question.
FEEDBACK = "feedback"
KINDS = (
    *("factoid", "who", "what", "when", "where", "how", "how_many", "why", "yes_no", "list", "compare"),
    *("multi_article", "cross_language", "updated", "disagreeing", "follow_up"),
    *("unanswerable", "false_premise", "injection", "no_diacritics", "misspelt"),
    FEEDBACK,
)
PATTERN = "re:"
_FIELDS = (
    *("id", "split", "question", "history", "language", "kind"),
    *("answerable", "expected", "gold", "filters", "note"),
)
_GOLD_FIELDS = ("file", "quote", "part", "start")
_FILTER_FIELDS = ("from", "to", "source", "language")


@dataclass(frozen=True, slots=True)
class Gold:
    """A quote that gives the part number `part` of the expected answer, verbatim in the article `file`.

    `file` is the article's id or how its path ends. `start` is where the quote begins in the article's text; it may
    be None where the quote stands there once. Several for one part are alternatives.
    """

    file: str
    quote: str
    part: int = 0
    start: int | None = None

    def names(self, article_id: str, path: str = "") -> bool:
        """Whether the article of that id and path is the one that holds this quote."""
        return self.file in (article_id, path) or path.endswith(f"/{self.file}")

    def spans(self, text: str) -> list[Span]:
        """Where the quote stands in the article's text: one place where all is well."""
        if self.start is not None:
            return [Span(self.start, self.start + len(self.quote))] if text.startswith(self.quote, self.start) else []
        return [Span(found.start(), found.end()) for found in re.finditer(re.escape(self.quote), text)]


@dataclass(frozen=True, slots=True)
class Case:
    """`expected` has a part for each thing the answer must say, each part the strings accepted for it.

    A string that begins with "re:" is a regular expression. All are empty where the archive does not answer; with
    gold quotes and nothing expected, only retrieval is measured.
    """

    id: str
    split: str
    question: str
    language: str
    kind: str
    answerable: bool
    expected: tuple[tuple[str, ...], ...] = ()
    gold: tuple[Gold, ...] = ()
    history: tuple[Turn, ...] = ()
    filters: Filters = field(default_factory=Filters)
    note: str = ""

    def gold_of(self, part: int) -> tuple[Gold, ...]:
        return tuple(gold for gold in self.gold if gold.part == part)

    def literals(self) -> list[str]:
        """Every accepted string that is no pattern, of all parts."""
        return [accepted for part in self.expected for accepted in part if not accepted.startswith(PATTERN)]

    def to_dict(self) -> dict[str, Any]:
        """The object of one line; what is optional and empty is left out."""
        limits = {
            "from": self.filters.since,
            "to": self.filters.until,
            "source": _one_or_all(self.filters.sources),
            "language": _one_or_all(self.filters.languages),
        }
        optional: dict[str, Any] = {
            "filters": {name: limit for name, limit in limits.items() if limit},
            "note": self.note,
        }
        history = [{"role": turn.role, "content": turn.content} for turn in self.history]
        return {
            "id": self.id,
            "split": self.split,
            "question": self.question,
            **({"history": history} if history else {}),
            "language": self.language,
            "kind": self.kind,
            "answerable": self.answerable,
            "expected": [list(part) for part in self.expected],
            "gold": [_gold_dict(gold) for gold in self.gold],
            **{name: value for name, value in optional.items() if value},
        }


def is_accepted(accepted: str, text: str) -> bool:
    """Whether an accepted string stands in the text, or its pattern matches there; case does not count.

    A figure stands alone ("63" is not in "163" nor in "63,5"). A string without diacritics also stands where the text
    has them, so that "Dam Huu Khoat" accepts "Đàm Hữu Khoát".
    """
    text = normalise(text)
    if accepted.startswith(PATTERN):
        return re.search(accepted.removeprefix(PATTERN), text, re.IGNORECASE) is not None
    wanted = normalise(accepted).casefold()
    before = r"(?<!\d)(?<!\d[.,])" if wanted[:1].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if wanted[-1:].isdigit() else ""
    searched = fold(text) if wanted.isascii() else text.casefold()
    return re.search(before + re.escape(wanted) + after, searched) is not None


def load(path: Path) -> tuple[Case, ...]:
    """The cases of a file. Raises UsageError, one line that names the file, the line and what is wrong."""
    reading = read_all(path)
    if reading.problems:
        raise UsageError(reading.problems[0])
    return tuple(reading.cases.values())


@dataclass(frozen=True, slots=True)
class Reading:
    """A file of cases, good lines and bad: `cases` by their place (file and line), `problems` a line each."""

    cases: Mapping[str, Case]
    problems: tuple[str, ...]


def read_all(path: Path) -> Reading:
    """Every case that can be read, and what is wrong with the others. Raises UsageError for the file as a whole."""
    cases: dict[str, Case] = {}
    problems: list[str] = []
    known: set[str] = set()
    for line in written_lines(path):
        try:
            fields = line.fields()
            case = _case(fields)
            if case.id in known:
                fields.fail(f"another case has the id {case.id!r}")
        except UsageError as error:
            problems.append(str(error))
        else:
            known.add(case.id)
            cases[line.place] = case
    return Reading(cases, tuple(problems))


def dump(cases: Iterable[Case], path: Path) -> None:
    write_lines((case.to_dict() for case in cases), path)


def check(cases: Iterable[Case], articles: Sequence[Article]) -> list[str]:
    """What is wrong with the cases in these articles, one line each; empty where every gold quote holds."""
    by_id = {article.id: article for article in articles}
    return [f"{case.id}: {problem}" for case in cases for problem in _problems(case, articles, by_id)]


def named_article(file: str, articles: Iterable[Article]) -> Article | None:
    """The article whose id is `file`, or whose path ends with it."""
    return next((article for article in articles if Gold(file, "").names(article.id, article.path)), None)


def _problems(case: Case, articles: Sequence[Article], by_id: Mapping[str, Article]) -> Iterator[str]:
    for gold in case.gold:
        article = by_id.get(gold.file) or named_article(gold.file, articles)
        if article is None:
            yield f"no article {gold.file}"
        elif len(spans := gold.spans(article.text)) != 1:
            stands = f"{len(spans)} times" if spans else "nowhere"
            yield f"the quote {shortened(gold.quote)} stands {stands} in {gold.file}; it must stand there once"
    for number, part in enumerate(case.expected):
        for accepted in part:
            if not any(is_accepted(accepted, gold.quote) for gold in case.gold_of(number)):
                yield f"expected {shortened(accepted)} stands in no gold quote of part {number}"


def _case(fields: Fields) -> Case:
    fields.only(_FIELDS)
    case = Case(
        id=fields.text("id"),
        split=fields.choice("split", SPLITS),
        question=fields.text("question"),
        language=fields.choice("language", LANGUAGES),
        kind=fields.choice("kind", KINDS),
        answerable=fields.flag("answerable"),
        expected=tuple(_expected(fields)),
        gold=tuple(_gold(each) for each in fields.objects("gold", optional=True)),
        history=tuple(_turn(each) for each in fields.objects("history", optional=True)),
        filters=_filters(fields.object("filters")) if "filters" in fields else Filters(),
        note=fields.text("note", ""),
    )
    if wrong := _contradiction(case):
        fields.fail(wrong)
    return case


def _contradiction(case: Case) -> str | None:
    if not case.answerable:
        return "not answerable, yet it has gold quotes or expected answers" if case.gold or case.expected else None
    if not case.gold:
        return None if case.kind == FEEDBACK and not case.expected else "answerable, yet it has no gold quote"
    if not case.expected:
        return None
    for number in range(len(case.expected)):
        if not case.gold_of(number):
            return f"part {number} of expected has no gold quote"
    strays = [gold.part for gold in case.gold if not 0 <= gold.part < len(case.expected)]
    return f"a gold quote is for part {strays[0]}, but expected has {len(case.expected)}" if strays else None


def _expected(fields: Fields) -> Iterator[tuple[str, ...]]:
    for number, part in enumerate(fields.items("expected", optional=True)):
        if not isinstance(part, list) or not part or not all(isinstance(one, str) and one.strip() for one in part):
            fields.fail(f"expected[{number}] is no list of accepted texts")
        for accepted in part:
            _compiled(accepted, fields)
        yield tuple(normalise(accepted) for accepted in part)


def _compiled(accepted: str, fields: Fields) -> None:
    if accepted.startswith(PATTERN):
        try:
            re.compile(accepted.removeprefix(PATTERN))
        except re.error as error:
            fields.fail(f"the pattern {accepted!r} is wrong: {error}")


def _gold(fields: Fields) -> Gold:
    fields.only(_GOLD_FIELDS)
    start = fields.number("start") if "start" in fields else None
    return Gold(fields.text("file"), normalise(fields.text("quote")), fields.number("part", 0), start)


def _gold_dict(gold: Gold) -> dict[str, Any]:
    place = {} if gold.start is None else {"start": gold.start}
    return {"file": gold.file, "quote": gold.quote, "part": gold.part, **place}


def _turn(fields: Fields) -> Turn:
    fields.only(("role", "content"))
    return Turn(fields.choice("role", ROLES), fields.text("content", ""))


def _filters(fields: Fields) -> Filters:
    fields.only(_FILTER_FIELDS)
    return Filters(
        since=fields.optional_text("from"),
        until=fields.optional_text("to"),
        sources=_some(fields, "source"),
        languages=_some(fields, "language"),
    )


def _some(fields: Fields, name: str) -> tuple[str, ...]:
    """A field that holds one text or a list of them."""
    if isinstance(fields.values.get(name), list):
        return tuple(fields.texts(name))
    return (fields.text(name),) if name in fields else ()


def _one_or_all(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def shortened(text: str, limit: int = 60) -> str:
    return repr(text if len(text) <= limit else f"{text[: limit - 1]}…")
