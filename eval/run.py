"""Asks a system every case of a suite and records what came of it; an interrupted run goes on where it was."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import rag
from eval.cases import Case
from eval.pool import each
from eval.records import Record, Records, found
from eval.suite import Suite
from rag.errors import RagError
from rag.models.choose import choose
from rag.newsqa import NewsQA
from rag.settings import Settings
from rag.text.address import without_credentials
from rag.types import Answer, Hit

# Seconds; a local model on a slow machine takes long over a long answer.
TIMEOUT = 180.0
# A server answers several questions at once; here they would only slow one another and spoil the times.
WORKERS_OF_A_SERVER = 4


class System(Protocol):
    """Whatever answers: the archive, or something to compare it with."""

    def ask(self, case: Case) -> Answer: ...
    def retrieve(self, case: Case) -> Sequence[Hit]:
        """The passages that the answer was looked for in, best first."""
        ...


@dataclass(frozen=True, slots=True)
class ArchiveSystem:
    """The archive as a user asks it; `engine` as in `NewsQA.ask`."""

    qa: NewsQA
    engine: str | None = None

    def ask(self, case: Case) -> Answer:
        return self.qa.ask(case.question, filters=case.filters, history=case.history, engine=self.engine)

    def retrieve(self, case: Case) -> Sequence[Hit]:
        from rag.conversation import understand
        from rag.retrieve.query import ArchiveQuery

        understood = understand(case.question, case.history, self.qa.retriever, case.filters)
        return self.qa.retriever.search(ArchiveQuery.of(understood))


@dataclass(frozen=True, slots=True)
class Progress:
    """After `done` of `total` cases; `left` are the seconds that the rest may take, None while nothing tells."""

    done: int
    total: int
    failed: int
    left: float | None


def describe(suite: Suite, qa: NewsQA, engine: str | None) -> dict[str, Any]:
    """What is run, without secrets: two runs of one fingerprint ask the same of the same."""
    settings = qa.settings
    choice = choose(settings, engine)
    told: dict[str, Any] = {
        "suite": suite.name,
        "cases": suite.identity,
        "left_out": suite.left_out,
        "engine": choice.engine,
        "model": choice.model,
        "settings": described_settings(settings, choice.engine),
        "archive": _archive(qa),
        "code": code(),
    }
    written = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return {
        **told,
        "fingerprint": hashlib.sha256(written.encode()).hexdigest()[:16],
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def described_settings(settings: Settings, engine: str) -> dict[str, Any]:
    """The settings that change answers, without secrets."""
    always = ("embed_model", "top_k")
    for_models = ("llm_base_url", "llm_temperature", "llm_max_tokens", "llm_evidence_tokens", "strict")
    told = {name: getattr(settings, name) for name in (*always, *(for_models if engine == "llm" else ()))}
    if "llm_base_url" in told:
        told["llm_base_url"] = without_credentials(settings.llm_base_url)
    return told


def _archive(qa: NewsQA) -> dict[str, Any]:
    """Texts and what is known of them; not where their files are, which differs from machine to machine."""
    digest = hashlib.sha256()
    listed = qa.articles()
    for article in sorted((qa.article(info.id) for info in listed), key=lambda article: article.text):
        facts = {**article.to_dict(with_text=True), "id": None, "path": None}
        digest.update(json.dumps(facts, sort_keys=True).encode())
    return {"articles": len(listed), "checksum": digest.hexdigest()[:16]}


@cache
def code() -> str:
    """A checksum of what answers: the `rag` package without its command line."""
    digest = hashlib.sha256()
    package = Path(rag.__file__).parent
    for path in sorted(package.rglob("*")):
        if path.suffix in (".py", ".json", ".npz") and path.parent.name != "commands" and path.name != "cli.py":
            digest.update(path.relative_to(package.parent).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def default_workers(settings: Settings, engine: str | None) -> int:
    return WORKERS_OF_A_SERVER if choose(settings, engine).provider in ("openai", "azure", "server") else 1


def run(
    system: System,
    cases: Sequence[Case],
    records: Records,
    *,
    workers: int = 1,
    timeout: float = TIMEOUT,
    on_progress: Callable[[Progress], None] | None = None,
) -> list[Record]:
    """The records of all cases, in their order; those that are there already are not asked again."""
    missing = [case for case in cases if case.id not in records.done]
    for progress in _asked(system, missing, len(cases), records, workers, timeout):
        if on_progress:
            on_progress(progress)
    return [records.done[case.id] for case in cases]


def _asked(
    system: System, missing: Sequence[Case], total: int, records: Records, workers: int, timeout: float
) -> Iterator[Progress]:
    began = time.monotonic()
    before = total - len(missing)
    failed = 0

    def ask(case: Case) -> Record:
        started = time.perf_counter()
        answer = system.ask(case)
        seconds = time.perf_counter() - started
        return Record(case.id, answer, found(system.retrieve(case)), seconds)

    for number, done in enumerate(each(missing, ask, workers=workers, timeout=timeout), start=1):
        record = done.result or Record(done.item.id, None, (), done.seconds, _told(done.error))
        failed += record.error is not None
        records.add(record)
        left = (time.monotonic() - began) / number * (len(missing) - number)
        yield Progress(before + number, total, failed, left)


def _told(error: Exception | None) -> str:
    """One line. An error of ours already says what is wrong."""
    kind = "" if isinstance(error, RagError) else f"{type(error).__name__}: "
    return f"{kind}{' '.join(str(error).split())}"[:400]


def default_out(results: Path, told: dict[str, Any]) -> Path:
    """Where a run's files go unless told otherwise: the same for the same run, so that it can be resumed."""
    return results / f"{told['suite']}-{told['engine']}-{told['fingerprint'][:8]}"
