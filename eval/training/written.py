"""Questions that people wrote for the reader, over public news and over stories of our own (`eval/datasets/reading/`).

A row is a question in both languages with the words that answer, or null for a near miss. `parallel.jsonl` names a
sentence of a document that stands in both languages; `vietnews.jsonl` and `stories.jsonl` words of a text in one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.benchmarks.datasets import json_lines
from eval.training.readings import Reading, window, without_answer
from eval.training.sources import TITLED, Document, Source
from rag.types import Span

FOLDER = Path(__file__).resolve().parents[1] / "datasets" / "reading"
# As much of a document as the writers saw: a near miss may be answered behind it.
SEEN_SENTENCES = 22
SEEN_CHARACTERS = 1500
# Shares of windows that are drawn away from the answer; fewer than elsewhere, as near misses are written, too.
NEAR_MISS = 0.15
# ... and of questions that are put to another text.
ELSEWHERE = 0.06

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one language with its title, "" where it has none."""

    title: str
    body: str


def written(found: Mapping[str, Document], data: Path) -> Iterator[Source]:
    parallel = [row for row in _rows("parallel") if row["document"] in found]

    def of_document(row: Row, draws: random.Random) -> Reading | None:
        asked, elsewhere = _elsewhere(row, parallel, draws)
        return _parallel(asked, found[elsewhere], draws)

    yield Source("written parallel", 0.5, parallel, of_document)
    news = {row["doc_id"]: _news(row) for row in json_lines(data / "vietnews" / "articles.jsonl")}
    yield _over("written vietnews", 0.3, "vietnews", news.__getitem__)
    stories = {row["id"]: Text("", row["text"]) for row in _rows("stories")}
    yield _over("written stories", 0.25, "stories_questions", stories.__getitem__)


def _over(name: str, share: float, file: str, text_of: Callable[[str], Text]) -> Source:
    rows = list(_rows(file))

    def of_text(row: Row, draws: random.Random) -> Reading | None:
        asked, elsewhere = _elsewhere(row, rows, draws)
        return _single(asked, text_of(elsewhere), draws)

    return Source(name, share, rows, of_text)


def _elsewhere(row: Row, rows: Sequence[Row], draws: random.Random) -> tuple[Row, str]:
    """The row with its document, or now and then as a question that another document does not answer."""
    if draws.random() >= ELSEWHERE:
        return row, row["document"]
    other = draws.choice(rows)["document"]
    unanswered = {name: value for name, value in row.items() if not name.startswith("answer") and name != "n"}
    return (row if other == row["document"] else {**unanswered, "answer": None}), other


def _rows(name: str) -> Iterable[Row]:
    return json_lines(FOLDER / f"{name}.jsonl")


def _news(article: Row) -> Text:
    return Text(article["title"], article["abstract"] + "\n" + article["text"][:SEEN_CHARACTERS])


def _parallel(row: Row, document: Document, draws: random.Random) -> Reading | None:
    asked, told = draws.choice(("vi", "en")), draws.choice(("vi", "en"))
    seen = document.beginning(SEEN_SENTENCES)
    title = seen.texts[told][0] if draws.random() < TITLED else ""
    if "n" not in row or row.get("answer", "") is None:
        return _drawn(Reading(row[asked], seen.joined(told, None, None)[0], None, title), draws)
    at, answer = document.places[row["n"]], row[f"answer_{told}"]
    sentence = document.texts[told][at]
    start = sentence.index(answer)
    text, span = seen.joined(told, at, Span(start, start + len(answer)))
    return _drawn(Reading(row[asked], text, span, title if at else ""), draws)


def _single(row: Row, text: Text, draws: random.Random) -> Reading | None:
    question, title = row[draws.choice(("vi", "en"))], text.title if draws.random() < TITLED else ""
    answer = row["answer"]
    if answer is None:
        return _drawn(Reading(question, text.body, None, title), draws)
    before = row.get("before") or ""
    start = text.body.find(before + answer) + len(before)
    if start < len(before):
        return None
    return _drawn(Reading(question, text.body, Span(start, start + len(answer)), title), draws)


def _drawn(reading: Reading, draws: random.Random) -> Reading | None:
    away = reading.answer is not None and draws.random() < NEAR_MISS
    return (without_answer if away else window)(reading, draws)
