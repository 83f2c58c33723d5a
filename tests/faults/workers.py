"""Processes that ingest, ask and remove for the fault tests: forked from one that has everything imported.

What is killed is the fork. It tells each transaction that it has committed before it goes on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.ingest.pipeline import Progress

_HERE = Path(__file__).resolve()
_SERVE = "import sys; sys.path[:0] = sys.argv[1:3]; from faults.workers import serve; serve()"


class Worker:
    """`run` starts a piece of work, `kill` ends it wherever it is, `wait` gives what it told."""

    def __init__(self, prefix: Sequence[str] = ()) -> None:
        """`prefix` is a command that runs another one, as one that changes its clock."""
        paths = [str(_HERE.parents[1]), str(_HERE.parents[2])]
        self._process = subprocess.Popen(
            [*prefix, sys.executable, "-c", _SERVE, *paths], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == "ready\n"
        self._pid = 0
        self._told: list[str] = []

    def run(self, work: str, **arguments: Any) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"work": work, **arguments}) + "\n")
        self._process.stdin.flush()
        self._told = []
        self._pid = int(self._process.stdout.readline().split()[1])

    def kill(self) -> None:
        # It may have ended by itself.
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> tuple[int, list[str]]:
        """Exit status (negative: the signal that ended it), and the lines that it told."""
        assert self._process.stdout
        while not (line := self._process.stdout.readline()).startswith("end "):
            assert line, "the worker's own parent died"
            self._told.append(line.rstrip("\n"))
        return int(line.split()[1]), self._told

    def done(self, work: str, **arguments: Any) -> list[str]:
        """What undisturbed work tells."""
        self.run(work, **arguments)
        status, told = self.wait()
        assert status == 0, told
        return told

    def close(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


def reported(told: list[str]) -> int:
    """How many articles were reported as added or updated."""
    return max((int(line.split()[1]) for line in told if line.startswith("stored ")), default=0)


def serve() -> None:
    import chromadb  # noqa: F401 - before the fork

    import rag.engine.quotes
    import rag.ingest.pipeline
    import rag.newsqa
    import rag.retrieve.retriever  # noqa: F401

    tell("ready")
    for line in sys.stdin:
        asked = json.loads(line)
        begin, release = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(release)
            # Nothing may be told before the process id.
            os.read(begin, 1)
            _work(asked)
        os.close(begin)
        tell(f"pid {pid}")
        os.close(release)
        _, status = os.waitpid(pid, 0)
        tell(f"end {os.waitstatus_to_exitcode(status)}")


def tell(line: str) -> None:
    # One write: the line is there whole or not at all, whenever the process is killed.
    os.write(1, f"{line}\n".encode())


def _work(asked: dict[str, Any]) -> None:
    """Does not return."""
    work: dict[str, Callable[..., None]] = {"ingest": ingest, "ask": ask, "save": save, "bring_back": bring_back}
    status = 1
    try:
        work[asked.pop("work")](**asked)
        status = 0
    except BaseException as error:
        tell(f"error {type(error).__name__}: {' '.join(str(error).split())}")
    finally:
        os._exit(status)


def opened(home: str, url: str | None = None, chroma: str | None = None) -> Any:
    """The archive, with an embedder that costs nothing."""
    from conftest import HashingEmbedder

    from rag.newsqa import NewsQA
    from rag.settings import Settings

    qa = NewsQA(Settings(home=Path(home), engine="quotes", catalogue_url=url, chroma_url=chroma))
    qa.__dict__["embedder"] = HashingEmbedder()
    return qa


def ingest(
    home: str,
    news: str,
    file_limit: int = 0,
    characters: int = 400,
    killed_after: int = 0,
    url: str | None = None,
    chroma: str | None = None,
) -> None:
    """Ingests a folder two articles at a time; no file grows beyond `file_limit` bytes, as on a full disk.

    Kills itself once `killed_after` articles are stored. What is stored goes to the server `chroma` at once.
    """
    import resource

    from rag.ingest import batch

    batch._CHARACTERS = characters
    if file_limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))

    def report_step(step: Progress) -> None:
        tell(f"stored {step.articles}")
        if killed_after and step.articles >= killed_after:
            os.kill(os.getpid(), signal.SIGKILL)
        if chroma:
            qa.index.sync()

    with opened(home, url, chroma) as qa:
        report = qa.ingest([news], on_progress=report_step)
    tell(f"added {report.added} {report.updated} {report.unchanged} {report.removed} {len(report.failed)}")


def ask(home: str, questions: list[str], url: str | None = None, chroma: str | None = None) -> None:
    """Tells the quotes of each question's answer."""
    with opened(home, url, chroma) as qa:
        for question in questions:
            tell("answer " + " | ".join(citation.quote for citation in qa.ask(question).citations))
        tell(f"backend {qa.index.backend}")


def save(home: str, target: str) -> None:
    from rag.store.backup import back_up

    back_up(Path(home), Path(target))


def bring_back(backup: str, home: str) -> None:
    from rag.store.restoring import restore

    restore(Path(backup), Path(home), replace=True)
