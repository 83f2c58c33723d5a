"""The nouns of the system, as plain immutable values.

`Article` -> `Passage` (what is retrieved) -> `Sentence` (what is quoted) -> `Hit` -> `Citation` -> `Answer`.
Every offset is a character index into `Article.text`, the NFC text that the archive stores; `end` is exclusive.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from rag.errors import UsageError

# The languages that answers are given in.
AnswerLanguage = Literal["vi", "en"]
Verdict = Literal["supported", "unsupported", "unchecked"]
# How the quotes of an answer stand to one another: they say the same, or other values, a correction and what
# it corrects, members of a list.
Relation = Literal["agree", "differ", "corrected", "list"]
# What a message wants. "Recap" is the conversation's own quotes again, "about" the archive, "noise" nothing at all.
Intent = Literal[
    "question", "find", "summary", "latest", "compare", "timeline", "talk", "about", "recap", "cannot", "noise"
]
INTENTS: tuple[Intent, ...] = get_args(Intent)
Certainty = Literal["sure", "likely", "unsure", "none"]
# From which confidence on an answer is called so.
_CERTAINTIES: tuple[tuple[Certainty, float], ...] = (("sure", 0.8), ("likely", 0.5), ("unsure", 0.0))


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters, `[start, end)`."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page begins in `Article.text`; `confidence` (0 to 1) is that of text recognition, None for real text."""

    start: int
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One article as stored.

    `published` is as precise as known: "2024-06-19", "2024-06", "2024" or None; never guessed.
    `language` is an ISO 639-1 code of most of the text ("vi", "en") or "und".
    `unquotable` are spans (advertising, newsletter boxes, comment forms) that are kept in `text`,
    so that no offset ever shifts, but are neither retrieved nor quoted. `updated` is the day of its last change, as
    `published` is written; `contradictions` are lines on what its file says in two ways. `pages` are those of a paged
    file, in order; empty for what has none.
    """

    id: str
    text: str
    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: str | None = None
    language: str = "und"
    url: str | None = None
    path: str = ""
    unquotable: tuple[Span, ...] = ()
    updated: str | None = None
    contradictions: tuple[str, ...] = ()
    pages: tuple[Page, ...] = ()

    def page_at(self, place: int) -> int | None:
        """The number, from 1, of the page that a character stands on; None where the article has no pages."""
        return bisect_right(self.pages, place, key=lambda page: page.start) or None

    @property
    def recognition(self) -> float | None:
        """How surely (0 to 1) the worst page was read from a picture; None where no page was."""
        return min((page.confidence for page in self.pages if page.confidence is not None), default=None)

    def quote(self, start: int, end: int) -> str:
        return self.text[start:end]

    def to_dict(self, *, with_text: bool = False) -> dict[str, Any]:
        fields = ("id", "title", "source", "author", "published", "language", "url", "path")
        out: dict[str, Any] = {name: getattr(self, name) for name in fields}
        out["updated"] = self.updated
        out["contradictions"] = list(self.contradictions)
        out["characters"] = len(self.text)
        out["recognition"] = self.recognition
        if with_text:
            out["text"] = self.text
        return out


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit that is quoted: a range of the article's text in one language."""

    start: int
    end: int
    language: str


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is retrieved: consecutive sentences of one article in one language."""

    id: str
    article_id: str
    start: int
    end: int
    language: str
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. `rank` counts from 1; `score` is the fused one that ranks.

    `dense` is the passage's cosine with the question after centring, `sentence_scores` the same for each of
    `passage.sentences`, `lexical` how far its BM25 score stands out (0: not at all, at most about 3.4); `rowid` is
    the passage's row in the catalogue.
    """

    passage: Passage
    score: float
    rank: int
    rowid: int = 0
    dense: float = 0.0
    lexical: float = 0.0
    sentence_scores: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is limited to; an empty field does not limit.

    `since` and `until` are ISO dates, months or years, both inclusive. An author passes with the words of a name
    ("Chernova" for "By Anna Chernova").
    """

    since: str | None = None
    until: str | None = None
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.sources or self.languages or self.authors)

    def joined(self, other: Filters) -> Filters:
        """Both of them. Raises UsageError where both limit the same thing."""
        both = {}
        for name in self.__dataclass_fields__:
            one, another = getattr(self, name), getattr(other, name)
            if one and another:
                raise UsageError(f"the filter {name} is given twice; give it once")
            both[name] = one or another
        return Filters(**both)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation; `role` is "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands: `article.text[start:end] == quote`, on `page` (from 1) of a paged file.

    `answer_start` and `answer_end` are the words that answer, as characters of the article inside `start..end`; None
    where no words carry the answer.
    """

    marker: int
    article_id: str
    title: str | None
    source: str | None
    published: str | None
    language: str
    path: str
    url: str | None
    start: int
    end: int
    quote: str
    score: float
    author: str | None = None
    page: int | None = None
    answer_start: int | None = None
    answer_end: int | None = None

    @property
    def answer(self) -> Span | None:
        """The words that answer, as a range of `quote`."""
        if self.answer_start is None or self.answer_end is None:
            return None
        return Span(self.answer_start - self.start, self.answer_end - self.start)

    @property
    def permalink(self) -> str:
        """The address of the passage on the page of this archive."""
        return f"/article/{self.article_id}?at={self.start}-{self.end}"

    def to_dict(self) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {**fields, "permalink": self.permalink}


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer with the markers of the citations it rests on.

    `reason` says, in the answer's language, why it is unsupported or unchecked; None where it is supported.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        reason = {} if self.reason is None else {"reason": self.reason}
        return {"text": self.text, "citations": list(self.citations), "verdict": self.verdict, **reason}


def add_tokens(usage: dict[str, int], more: Mapping[str, int]) -> None:
    """Adds the tokens that something took to those that `usage` counts."""
    for name, tokens in more.items():
        usage[name] = usage.get(name, 0) + tokens


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive says to a question; `found` is False exactly when it does not say.

    `nearest` are the titles of the closest articles, offered only when nothing was found.
    `intent` is what the message was taken to want. `confidence` is the calibrated probability (0 to 1) that the first
    citation answers the question; `relation` is how the citations stand to one another.
    `engine` is "quotes" or "llm", what the text was made by; `model` names the language model, None for quotes.
    `notice` is one honest line where something did not go as asked (the model failed, a sentence was withheld).
    """

    question: str
    text: str
    found: bool
    language: str
    engine: str
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[str, ...] = ()
    confidence: float | None = None
    model: str | None = None
    notice: str | None = None
    relation: Relation | None = None
    intent: Intent = "question"
    usage: dict[str, int] = field(default_factory=lambda: {"prompt_tokens": 0, "completion_tokens": 0})
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def answer(self) -> str | None:
        """The answering words of the first citation; None where no words carry the answer."""
        first = self.citations[0] if self.citations else None
        return first.quote[first.answer.start : first.answer.end] if first and first.answer else None

    @property
    def certainty(self) -> Certainty:
        """`confidence` in a word."""
        if not self.found or self.confidence is None:
            return "none"
        return next(word for word, least in _CERTAINTIES if self.confidence >= least)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of the command line, of batches and of the HTTP API."""
        return {
            "question": self.question,
            "text": self.text,
            "found": self.found,
            "language": self.language,
            "engine": self.engine,
            "sentences": [sentence.to_dict() for sentence in self.sentences],
            "citations": [citation.to_dict() for citation in self.citations],
            "nearest": list(self.nearest),
            "answer": self.answer,
            "certainty": self.certainty,
            "confidence": self.confidence,
            "relation": self.relation,
            "intent": self.intent,
            "model": self.model,
            "notice": self.notice,
            "usage": dict(self.usage),
            "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
        }


@dataclass(frozen=True, slots=True)
class Draft:
    """The sentence being written, all of it that has arrived: not verified yet, markers taken out.

    Each draft replaces the one before; an empty one takes it back (the sentence was withheld).
    """

    text: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A finished sentence with its verdict and the citations it rests on; it replaces the draft before it.

    In strict mode a sentence that nothing supports does not come, or comes as the quote shown in its place.
    `shown` is what it adds to the text of the answer, with markers and the space or line break before it: put together
    in turn they are that text. It is "" where the text comes whole with the answer, as that of quotes does.
    """

    sentence: AnswerSentence
    citations: tuple[Citation, ...]
    shown: str = ""


# What a streamed answer is made of: drafts and settled sentences, and at the end the whole Answer, which alone counts.
AnswerEvent = Draft | Settled | Answer


@dataclass(frozen=True, slots=True)
class Failure:
    """An article or file that could not be ingested, with one line that says why and what to do."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingestion did, in articles. `duplicates` are among `unchanged`: exact copies elsewhere.

    `left_out` are the files of types that are not read, (suffix, how many), most first. `missing` are folders whose
    files are all gone; their articles were kept.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: tuple[Failure, ...] = ()
    duplicates: int = 0
    passages: int = 0
    seconds: float = 0.0
    left_out: tuple[tuple[str, int], ...] = ()
    missing: tuple[Failure, ...] = ()


def merge_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same characters as non-overlapping spans in order; touching spans are joined."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        elif span.end > span.start:
            merged.append(span)
    return tuple(merged)
