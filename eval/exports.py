"""A finished run as other evaluation tools read it: TREC's run and judgements, RAGAS's and DeepEval's sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from eval.cases import PATTERN, Case
from eval.lines import write_lines
from eval.records import Record
from eval.suite import Library
from rag.errors import UsageError

RUN, QRELS = "run.trec", "qrels.trec"
RAGAS, DEEPEVAL = "ragas.jsonl", "deepeval.jsonl"
_SYSTEM = "trich-dan"


def write_trec(folder: Path, cases: Sequence[Case], records: Sequence[Record], library: Library) -> None:
    """Rankings of articles, and which of them hold gold quotes. Blanks and the like in ids are percent-encoded.

    Raises UsageError where the folder cannot be written.
    """
    _write(folder, RUN, _run(records))
    _write(folder, QRELS, _qrels(cases, library))


def write_datasets(folder: Path, cases: Sequence[Case], records: Sequence[Record], library: Library) -> None:
    """A line for each case that was answered. Raises UsageError where the folder cannot be written."""
    by_id = {case.id: case for case in cases}
    answered = [(by_id[record.case_id], record) for record in records if record.answer and record.case_id in by_id]
    folder.mkdir(parents=True, exist_ok=True)
    write_lines((_ragas(case, record, library) for case, record in answered), folder / RAGAS)
    write_lines((_deepeval(case, record, library) for case, record in answered), folder / DEEPEVAL)


def _run(records: Iterable[Record]) -> Iterable[str]:
    for record in records:
        articles = dict.fromkeys(hit.article_id for hit in record.found)
        for rank, article_id in enumerate(articles, start=1):
            # trec_eval ranks by score alone.
            yield f"{_id(record.case_id)} Q0 {_id(article_id)} {rank} {1 / rank:.6f} {_SYSTEM}"


def _qrels(cases: Iterable[Case], library: Library) -> Iterable[str]:
    for case in cases:
        named = (library.named(gold) for gold in case.gold)
        for article_id in dict.fromkeys(article.id for article in named if article):
            yield f"{_id(case.id)} 0 {_id(article_id)} 1"


def _id(text: str) -> str:
    return quote(text, safe="/:#.,;=+~()[]@!$&'*")


def _ragas(case: Case, record: Record, library: Library) -> dict[str, Any]:
    """A sample of one turn, as `EvaluationDataset.from_jsonl` reads it."""
    return {
        "user_input": case.question,
        "response": _said(record),
        "retrieved_contexts": _contexts(record, library),
        "reference": _reference(case),
        "reference_contexts": [gold.quote for gold in case.gold],
    }


def _deepeval(case: Case, record: Record, library: Library) -> dict[str, Any]:
    """A golden with its answer, as `EvaluationDataset.add_goldens_from_jsonl_file` reads it."""
    return {
        "name": case.id,
        "input": case.question,
        "actual_output": _said(record),
        "expected_output": _reference(case),
        "context": [gold.quote for gold in case.gold],
        "retrieval_context": _contexts(record, library),
    }


def _said(record: Record) -> str:
    return record.answer.text if record.answer else ""


def _contexts(record: Record, library: Library) -> list[str]:
    known = library.articles
    return [known[hit.article_id].quote(hit.start, hit.end) for hit in record.found if hit.article_id in known]


def _reference(case: Case) -> str | None:
    """What is expected, in the first words accepted for each part; None where the archive does not answer."""
    parts = [next((words for words in part if not words.startswith(PATTERN)), "") for part in case.expected]
    return "; ".join(filter(None, parts)) or None


def _write(folder: Path, name: str, lines: Iterable[str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{folder / name} cannot be written: {error.strerror}") from error
