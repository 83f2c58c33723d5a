"""What was asked and what came of it: a line for each case, appended as it is answered, so that a run can go on.

The first line says what was run. A folder holds the records of one such description only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.types import Answer, AnswerSentence, Citation, Hit

FILE = "records.jsonl"


@dataclass(frozen=True, slots=True)
class Found:
    """A retrieved passage: where it stands and how it was ranked (`rank` counts from 1)."""

    article_id: str
    start: int
    end: int
    language: str
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Record:
    """One case as it was answered. `answer` is None where that failed, and `error` then says how, in one line."""

    case_id: str
    answer: Answer | None
    found: tuple[Found, ...] = ()
    seconds: float = 0.0
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.case_id,
            "answer": self.answer.to_dict() if self.answer else None,
            "found": [[getattr(hit, field.name) for field in fields(Found)] for hit in self.found],
            "seconds": round(self.seconds, 4),
            "error": self.error,
        }


def found(hits: Sequence[Hit]) -> tuple[Found, ...]:
    return tuple(
        Found(
            hit.passage.article_id,
            hit.passage.start,
            hit.passage.end,
            hit.passage.language,
            hit.rank,
            round(hit.score, 4),
        )
        for hit in hits
    )


def record_from(values: Mapping[str, Any]) -> Record:
    return Record(
        case_id=values["id"],
        answer=answer_from(values["answer"]) if values["answer"] else None,
        found=tuple(Found(*hit) for hit in values["found"]),
        seconds=values["seconds"],
        error=values["error"],
    )


def answer_from(values: Mapping[str, Any]) -> Answer:
    """The Answer whose dictionary this is; fields that are not known here are passed over."""
    return Answer(
        **{
            **_known(Answer, values),
            "sentences": tuple(_sentence(each) for each in values["sentences"]),
            "citations": tuple(Citation(**_known(Citation, each)) for each in values["citations"]),
            "nearest": tuple(values["nearest"]),
        }
    )


def _known(noun: type[Answer | Citation], values: Mapping[str, Any]) -> dict[str, Any]:
    return {field.name: values[field.name] for field in fields(noun) if field.name in values}


def _sentence(values: Mapping[str, Any]) -> AnswerSentence:
    return AnswerSentence(values["text"], tuple(values["citations"]), values["verdict"], values.get("reason"))


class Records:
    """The records of a folder. `done` has the last record of each case."""

    def __init__(self, path: Path, run: Mapping[str, Any], done: dict[str, Record]) -> None:
        self.path = path
        self.run = run
        self.done = done

    @classmethod
    def open(cls, folder: Path, run: Mapping[str, Any]) -> Records:
        """Those of a run that was interrupted, or none. Raises UsageError where the folder holds another run."""
        path = folder / FILE
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists():
            _drop_unfinished_line(path)
        if not path.exists() or not path.stat().st_size:
            _append(path, {"run": run})
        opened = cls.read(folder)
        if opened.run.get("fingerprint") != run.get("fingerprint"):
            raise UsageError(
                f"{folder} holds another run ({_difference(opened.run, run)}); name another folder by --out"
            )
        return opened

    @classmethod
    def read(cls, folder: Path) -> Records:
        """Raises UsageError where the folder holds no run."""
        path = folder / FILE
        try:
            # Only these ends are lines: what was answered may hold the line separators of Unicode.
            lines = path.read_text(encoding="utf-8").split("\n")
            run = json.loads(lines[0])["run"]
            records = [record_from(json.loads(line)) for line in lines[1:] if line]
        except OSError:
            raise UsageError(f"{folder} holds no run; name a folder that rag eval wrote") from None
        except (ValueError, LookupError, TypeError):
            raise UsageError(f"{path} is damaged; delete it and run again") from None
        return cls(path, run, {record.case_id: record for record in records})

    def add(self, record: Record) -> None:
        self.done[record.case_id] = record
        _append(self.path, record.to_dict())

    def forget_failures(self) -> None:
        """Lets the cases that failed be asked once more; their earlier lines stay in the file."""
        self.done = {case_id: record for case_id, record in self.done.items() if record.error is None}


def _append(path: Path, told: Mapping[str, Any]) -> None:
    # Lone surrogates of broken input have no UTF-8 form.
    with path.open("a", encoding="utf-8", errors="replace") as file:
        file.write(json.dumps(told, ensure_ascii=False) + "\n")


def _drop_unfinished_line(path: Path) -> None:
    """What a killed run had begun to write."""
    with path.open("r+b") as file:
        content = file.read()
        if content and not content.endswith(b"\n"):
            file.truncate(content.rfind(b"\n") + 1)


def _difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    differing = [name for name in other if name not in ("fingerprint", "started") and one.get(name) != other[name]]
    return ", ".join(f"{name}: {one.get(name)} instead of {other[name]}" for name in differing[:3]) or "other settings"
