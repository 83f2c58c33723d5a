"""`rag ask --batch`: a question a line in, an answer a line out, written as it goes so that an interruption keeps
what was done. A bad line is answered by its error, and the next one goes on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from rag.commands import terminal
from rag.errors import RagError, UsageError
from rag.newsqa import NewsQA
from rag.types import Filters, Turn

_BOM = b"\xef\xbb\xbf"
_STANDARD = "-"
_ROLES = ("user", "assistant")


@dataclass(frozen=True, slots=True)
class Request:
    """One line's question with its limits and what was said before it."""

    question: str
    history: tuple[Turn, ...]
    filters: Filters


def answer_file(qa: NewsQA, questions: str, out: str | None, filters: Filters, engine: str | None = None) -> int:
    """Answers the file `questions` into the file `out` ("-" or None: standard streams); the exit status.

    `filters` hold for lines that do not set their own; `engine` as in `NewsQA.ask`. The status is 1 if every line
    failed. Raises UsageError if a file cannot be opened.
    """
    with ExitStack() as files:
        if questions != _STANDARD and out and _is_same(questions, out):
            raise UsageError(f"{out} is the file of the questions; write the answers to another one")
        lines = sys.stdin.buffer if questions == _STANDARD else files.enter_context(_opened(questions, "rb"))
        written = sys.stdout if out in (None, _STANDARD) else files.enter_context(_opened(str(out), "w"))
        total = failed = 0
        for answered in answers(qa, lines, filters, engine):
            total += 1
            failed += "error" in answered
            print(terminal.json_line(answered), file=written, flush=True)
    if failed:
        terminal.say(f"{failed} of {total} lines failed; each has an error in its place")
    return 1 if total and failed == total else 0


def answers(qa: NewsQA, lines: IO[bytes], filters: Filters, engine: str | None = None) -> Iterator[dict[str, Any]]:
    """One object for each line that is not blank: the answer with the line's id, or {"id", "error"}."""
    for number, raw in enumerate(lines, start=1):
        line = raw.removeprefix(_BOM).strip() if number == 1 else raw.strip()
        if not line:
            continue
        line_id: Any = number
        try:
            fields = parse_line(line)
            line_id = number if fields.get("id") is None else fields["id"]
            asked = read_request(fields, filters)
            answer = qa.ask(asked.question, filters=asked.filters, history=asked.history, engine=engine)
            yield {"id": line_id, **answer.to_dict()}
        except RagError as error:
            yield {"id": line_id, "error": str(error)}
        except Exception as error:  # one odd question must not end a long batch
            yield {"id": line_id, "error": f"unexpected error: {type(error).__name__}: {error}"}


def parse_line(line: bytes) -> dict[str, Any]:
    """Raises UsageError unless it is a JSON object in UTF-8."""
    try:
        fields = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise UsageError("the line is not UTF-8; save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f'the line is not JSON ({error}); write {{"id": 1, "question": "..."}}') from None
    if not isinstance(fields, dict):
        raise UsageError('the line is no JSON object; write {"id": 1, "question": "..."}')
    return fields


def read_request(fields: dict[str, Any], filters: Filters) -> Request:
    """Raises UsageError naming the field that is wrong."""
    question = fields.get("question")
    if not isinstance(question, str):
        raise UsageError("question is missing or no text")
    limits = {name: _text(fields, name) for name in ("from", "to", "source", "author", "language")}
    return Request(
        question=question,
        history=tuple(_turns(fields.get("history") or [])),
        filters=replace(
            filters,
            since=limits["from"] or filters.since,
            until=limits["to"] or filters.until,
            sources=(limits["source"],) if limits["source"] else filters.sources,
            languages=(limits["language"],) if limits["language"] else filters.languages,
            authors=(limits["author"],) if limits["author"] else filters.authors,
        ),
    )


def _text(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{name} is no text")
    return value


def _turns(history: Any) -> Iterator[Turn]:
    if not isinstance(history, list):
        raise UsageError('history is no list of {"role", "content"}')
    for turn in history:
        role, content = (turn.get("role"), turn.get("content")) if isinstance(turn, dict) else (None, None)
        if role not in _ROLES or not isinstance(content, str):
            raise UsageError('history holds something else than {"role": "user" or "assistant", "content": text}')
        yield Turn(role, content)


def _is_same(one: str, other: str) -> bool:
    return Path(other).exists() and Path(one).exists() and Path(one).samefile(other)


def _opened(path: str, mode: str) -> IO[Any]:
    try:
        return Path(path).open(mode, encoding=None if "b" in mode else "utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be opened ({error.strerror}); check the name") from error
