"""A language model's text becomes verified sentences: markers read, each sentence checked, what fails withheld. Pure.

The pieces come from anywhere; tests feed them by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from rag.answer import citations, messages
from rag.answer.compose import citation, shown_sentence
from rag.answer.evidence import Evidence, Judgement
from rag.answer.prompt import is_refusal
from rag.answer.received import Received, SentenceReader
from rag.text.language import detect
from rag.text.normalise import fold
from rag.types import AnswerLanguage, AnswerSentence, Article, Citation, Draft, Settled

# An answer is short; a model that goes on is stopped.
MOST_SENTENCES = 8


class Check(Protocol):
    """What decides whether evidence supports a sentence: `rag.answer.verify.Verifier`."""

    def verify(self, claim: str, language: str, cited: Sequence[int], evidence: Sequence[Evidence]) -> Judgement: ...


@dataclass
class Composition:
    """An answer in the making. Drive `write` with the model's pieces; the fields then say what came of it.

    `refused`: the model says that the evidence does not answer. `withheld` counts the sentences that nothing
    supports and that were left out or replaced by a quote. `cut`: the text ended within a sentence, left out too.
    `stands`: something was written that evidence supports; quotes put in place of what was withheld do not count.
    """

    evidence: Sequence[Evidence]
    articles: Mapping[str, Article]
    language: AnswerLanguage
    check: Check
    strict: bool = True
    sentences: list[AnswerSentence] = field(default_factory=list)
    new_lines: list[bool] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    refused: bool = False
    withheld: int = 0
    cut: bool = False
    stands: bool = False
    _marker_of: dict[int, int] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)

    def write(self, pieces: Iterable[str], is_whole: Callable[[], bool]) -> Iterator[Draft | Settled]:
        """Drafts and settled sentences as the pieces arrive; ends early where the answer is long enough.

        `is_whole` is asked once, after the last piece, whether the model ended by itself: what has no end then is
        left out.
        """
        keys = [item.key for item in self.evidence]
        reader = SentenceReader()
        drafted = ""
        for piece in pieces:
            for received in reader.feed(piece):
                yield from self._settle(received, keys, drafted=drafted)
                drafted = ""
                if self.refused or len(self.sentences) >= MOST_SENTENCES:
                    return
            seen = citations.visible(reader.pending, keys)
            if seen != drafted:
                drafted = seen
                yield Draft(seen)
        for received in reader.finish():
            if received.cut and not is_whole():
                self.cut = True
                if drafted:
                    yield Draft("")
            else:
                yield from self._settle(received, keys, drafted=drafted)

    def _settle(self, received: Received, keys: Sequence[str], *, drafted: str) -> Iterator[Draft | Settled]:
        settled = self._settled(received, keys)
        if settled is None:
            if drafted:
                yield Draft("")
            return
        self.sentences.append(settled.sentence)
        self.new_lines.append(received.new_line)
        yield replace(settled, shown=shown_sentence(settled.sentence, received.new_line))

    def _settled(self, received: Received, keys: Sequence[str]) -> Settled | None:
        text, cited = citations.read(received.text, keys)
        if not any(map(str.isalnum, text)) or fold(text) in self._said:
            return None
        self._said.add(fold(text))
        if is_refusal(text):
            self.refused = not self.sentences
            return None
        places = [keys.index(key) for key in cited]
        judgement = self._judged(text, places)
        if judgement.verdict == "supported":
            self.stands = True
            return self._sentence(text, judgement.support or places, "supported")
        reason = messages.why(judgement.reason or "not_found", self.language, judgement.detail)
        if judgement.verdict == "unchecked":
            return self._sentence(text, places, "unchecked", reason)
        if not self.strict:
            return self._sentence(text, places, "unsupported", reason)
        self.withheld += 1
        return self._quote_instead(judgement.support or places)

    def _judged(self, text: str, places: Sequence[int]) -> Judgement:
        spoken = detect(text)
        if spoken not in (self.language, "und"):
            # Supported or not, the reader asked in another language: the quote, labelled, serves better.
            return Judgement("unsupported", tuple(places), reason="other_language")
        return self.check.verify(text, self.language, places, self.evidence)

    def _quote_instead(self, places: Sequence[int]) -> Settled | None:
        """The best of the quotes the sentence was about, unless it is already in the answer."""
        fresh = [place for place in places if place not in self._marker_of]
        if not fresh:
            return None
        place = max(fresh, key=lambda place: self.evidence[place].chance)
        if fold(self.evidence[place].text) in self._said:
            return None
        self._said.add(fold(self.evidence[place].text))
        return self._sentence(self.evidence[place].text, [place], "supported")

    def _sentence(self, text: str, places: Sequence[int], verdict: str, reason: str | None = None) -> Settled:
        cited = [self._cited(place) for place in places]
        markers = tuple(item.marker for item in cited)
        return Settled(AnswerSentence(text, markers, verdict, reason), tuple(cited))  # type: ignore[arg-type]

    def _cited(self, place: int) -> Citation:
        if place not in self._marker_of:
            self._marker_of[place] = len(self.citations) + 1
            item = self.evidence[place]
            self.citations.append(citation(self._marker_of[place], item, self.articles[item.article_id]))
        return self.citations[self._marker_of[place] - 1]
