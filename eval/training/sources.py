"""Where the reader's examples come from: public sets, news in both languages, and questions of our own.

Nothing here is reported on: of the sets that `eval.benchmarks.answers` reports on only the fit halves are read.
"""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import regex as re

from eval.benchmarks.datasets import json_lines
from eval.training.readings import Reading, sentences_of, window, without_answer
from rag.types import Span

Row = dict[str, Any]
# Shares of windows that are drawn away from the answer, so that the subject alone is no answer.
NEAR_MISS = 0.25
TITLED = 0.6
# Characters of an evidence that is a short answer.
LONGEST_EVIDENCE = 160


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim beside its evidence. `label`: 0 it follows, 1 it is not said, 2 the contrary is, 3 it is 1 or 2."""

    claim: str
    evidence: str
    label: int


Example = Reading | Pair


@dataclass(frozen=True, slots=True)
class Source:
    """Rows of one kind, how often they are drawn beside others, and how an example is made of one."""

    name: str
    share: float
    rows: Sequence[Any]
    draw: Callable[[Any, random.Random], Example | None]


def rows_of(path: Path) -> list[Row]:
    """Raises SystemExit with a line that says which file is missing."""
    if not path.exists():
        raise SystemExit(f"{path} is missing; DATA names the folder of the public training sets")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def public_questions(train: Path, data: Path) -> Iterator[Source]:
    by_set: dict[str, list[Reading]] = defaultdict(list)
    reported = _reported_passages(data)
    for row in rows_of(train / "questions.jsonl.gz"):
        if row["passage"].strip() not in reported:
            start = row["start"]
            answer = Span(start, start + len(row["answer"])) if row["answer"] else None
            by_set[row["set"]].append(Reading(row["question"], row["passage"], answer))
    shares = {
        "squad2": 0.09, "squad2_impossible_translated": 0.05, "zalo_news_web": 0.07, "viquad_sample": 0.03,
        "xquad_shared_half": 0.05, "mlqa_shared_half": 0.04, "realtimeqa_news": 0.06, "vinewsqa_dev": 0.06,
    }  # fmt: skip
    for name, readings in by_set.items():
        # The words of a short answer may stand elsewhere in an encyclopedia's passage and answer there, too.
        yield Source(name, shares[name], readings, window_or_near_miss if name == "vinewsqa_dev" else window)


def follow_ups(data: Path) -> Iterator[Source]:
    """Turns of conversations behind an earlier question, as the program joins them; only the fit half is read."""
    texts = {article["pid"]: article["text"] for article in json_lines(data / "vicoqa" / "articles.jsonl")}
    rows = []
    for at, conversation in enumerate(json_lines(data / "vicoqa" / "conversations.jsonl")):
        text, asked = texts[conversation["pid"]], [turn["q"] for turn in conversation["turns"]]
        for place, turn in enumerate(conversation["turns"]):
            start = text.find(turn["span"])
            if at % 2 == 0 and start >= 0 and len(turn["span"]) <= LONGEST_EVIDENCE:
                answer = Span(start, start + len(turn["span"]))
                rows.append((asked[:place], Reading(turn["q"], text, answer)))
    yield Source("vicoqa follow-ups", 0.05, rows, _follow_up)


def _follow_up(row: tuple[list[str], Reading], draws: random.Random) -> Reading | None:
    before, reading = row
    leant_on = draws.choice((before[0], before[-1])) + " " if before else ""
    return window_or_near_miss(replace(reading, question=leant_on + reading.question), draws)


def _reported_passages(data: Path) -> set[str]:
    """The texts whose questions `eval.benchmarks.answers` reports on."""
    found = set()
    for at, article in enumerate(json_lines(data / "vinewsqa" / "articles.jsonl")):
        if at % 4 >= 2:
            found.add(article["text"].strip())
    for at, passage in enumerate(json_lines(data / "xquad" / "passages.jsonl")):
        if at // 4 % 2:
            found |= {passage["text_vi"].strip(), passage["text_en"].strip()}
    return found


def window_or_near_miss(reading: Reading, draws: random.Random) -> Reading | None:
    return (without_answer if reading.answer and draws.random() < NEAR_MISS else window)(reading, draws)


def claims(train: Path) -> Iterator[Source]:
    """Without the sets that may not be used commercially, and without those that `bench-verify` reports on."""
    labels = {"entailment": 0, "no": 0, "neutral": 1, "extrinsic": 1, "contradiction": 2, "intrinsic": 2}
    left_out = ("xnli", "anli", "bump", "vihallu_val")
    pairs = [
        Pair(row["claim"], row["evidence"][:900], labels.get(row["label"], 3))
        for row in rows_of(train / "claims.jsonl.gz")
        if not row["set"].startswith(left_out)
    ]
    yield Source("claims", 0.08, pairs, lambda pair, _: pair)
    asked = rows_of(train / "sentences.jsonl.gz")
    yield Source(
        "qnli", 0.03, [Pair(r["question"], r["sentence"], 0 if r["answers"] else 3) for r in asked], lambda p, _: p
    )


@dataclass(frozen=True, slots=True)
class Document:
    """A news article in both languages, sentence by sentence: `texts["en"][n]` says what `texts["vi"][n]` does."""

    texts: dict[str, list[str]]
    places: dict[int, int]

    def beginning(self, count: int) -> Document:
        """The first `count` sentences."""
        return Document({language: found[:count] for language, found in self.texts.items()}, self.places)

    def joined(self, language: str, at: int | None, span: Span | None) -> tuple[str, Span | None]:
        """The whole text; `span` of the sentence at `at` becomes a range of it."""
        sentences_ = self.texts[language]
        text = " ".join(sentences_)
        if at is None or span is None:
            return text, None
        before = sum(len(sentence) + 1 for sentence in sentences_[:at])
        return text, Span(before + span.start, before + span.end)


def documents(train: Path) -> dict[str, Document]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(train / "parallel.jsonl.gz"):
        if row["set"] == "evbnews":
            grouped[row["document"]].append(row)
    return {
        name: Document(
            {language: [row[language] for row in rows] for language in ("vi", "en")},
            {row["n"]: at for at, row in enumerate(rows)},
        )
        for name, rows in grouped.items()
    }


def aligned(found: Iterable[Document]) -> Iterator[Source]:
    """Without a question: which words of the other language's text say what this sentence says, or fill its gap."""
    rows = [
        (document, at)
        for document in found
        for at, sentence in enumerate(document.texts["en"])
        if 30 < len(sentence) < 260 and 30 < len(document.texts["vi"][at]) < 300
    ]
    yield Source("aligned", 0.08, rows, _aligned)
    gaps = [(document, at) for document, at in rows if _GAP.search(document.texts["en"][at])]
    yield Source("gaps", 0.16, gaps, _gap)


def _aligned(row: tuple[Document, int], draws: random.Random) -> Reading | None:
    document, at = row
    asked, told = draws.sample(("vi", "en"), 2)
    sentence = document.texts[told][at]
    text, span = document.joined(told, at, Span(0, len(sentence)))
    return window_or_near_miss(Reading(document.texts[asked][at], text, span, _title(row, told, draws)), draws)


# Figures and names that stand in both languages alike.
_GAP = re.compile(r"\b(?:\d+(?:[.,]\d+)*%?|\p{Lu}\p{L}+(?: \p{Lu}\p{L}+){0,3})")
_ASKED = {"vi": ("gì", "nào", "bao nhiêu", "ai", "…"), "en": ("what", "which", "how many", "who", "…")}


def _gap(row: tuple[Document, int], draws: random.Random) -> Reading | None:
    """A sentence with a word left out asks for it; the text tells it, half of the time in the other language."""
    document, at = row
    asked, told = draws.choice((("vi", "en"), ("en", "vi"), ("vi", "en"), ("en", "vi"), ("vi", "vi"), ("en", "en")))
    question, sentence = document.texts[asked][at], document.texts[told][at]
    shared = [match for match in _GAP.finditer(question) if match.start() and sentence.count(match[0]) == 1]
    if not shared:
        return None
    match = draws.choice(shared)
    words = question[: match.start()] + draws.choice(_ASKED[asked]) + question[match.end() :]
    if asked == told:
        # The same words in the same order would teach copying.
        kept = [word for word in words.split() if draws.random() < 0.7 or word in _ASKED[asked]]
        words = " ".join(kept)
    start = sentence.index(match[0])
    text, span = document.joined(told, at, Span(start, start + len(match[0])))
    return window_or_near_miss(Reading(words, text, span, _title(row, told, draws)), draws)


def _title(row: tuple[Document, int], language: str, draws: random.Random) -> str:
    document, at = row
    return document.texts[language][0] if at and draws.random() < TITLED else ""


def abstracts(data: Path) -> Iterator[Source]:
    """A summary of a Vietnamese article with a figure or a name left out; the article's body tells it."""
    rows = []
    for article in json_lines(data / "vietnews" / "articles.jsonl"):
        for summary in (
            article["title"],
            *(article["abstract"][s.start : s.end] for s in sentences_of(article["abstract"])),
        ):
            for match in _GAP.finditer(summary):
                if match.start() and article["text"].count(match[0]) == 1 and len(match[0]) > 1:
                    rows.append((summary, match.start(), match[0], article["text"]))
    yield Source("abstracts", 0.08, rows, _abstract)


def _abstract(row: tuple[str, int, str, str], draws: random.Random) -> Reading | None:
    summary, at, answer, text = row
    words = summary[:at] + draws.choice(_ASKED["vi"]) + summary[at + len(answer) :]
    start = text.index(answer)
    return window_or_near_miss(Reading(words, text, Span(start, start + len(answer))), draws)
