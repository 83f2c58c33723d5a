"""The runs of `rag eval` on disk: which there are, their reports, and the articles that a run was about."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.types import Article
from ui.given import Given
from ui.refusals import UNKNOWN_RUN, Refused
from ui.run_report import Report, read

REPORT, ARTICLES = "report.json", "articles.jsonl"
# Runs that are listed, those whose cases are held in memory, and the largest file that is read, in bytes.
MOST_LISTED, MOST_HELD, MOST_BYTES = 12, 2, 100_000_000
_Stamp = tuple[Path, int, int]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A run whose report is damaged, too large, or of another version."""

    key: str


class Runs:
    """Those below `folder`, whose names are their keys. Safe with several threads; a report is read when it changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._summaries: dict[_Stamp, Report | None] = {}
        self._held: dict[_Stamp, Report] = {}

    def exist(self) -> bool:
        return next(self._files(), None) is not None

    def list(self) -> tuple[Report | Unreadable, ...]:
        """The latest, newest first, without their cases."""
        files = sorted(self._files(), key=lambda path: _stamp(path)[1], reverse=True)[:MOST_LISTED]
        return tuple(self._summary(path) or Unreadable(path.parent.name) for path in files)

    def report(self, key: str) -> Report:
        """Raises Refused where there is none that can be read."""
        report = next((self._report(path) for path in self._files() if path.parent.name == key), None)
        if report is None:
            raise Refused(UNKNOWN_RUN)
        return report

    def article(self, key: str, article_id: str) -> Article | None:
        """An article as it was when the run was about it."""
        path = next((path for path in self._files() if path.parent.name == key), None)
        if path is None or not _is_readable(path.with_name(ARTICLES)):
            return None
        with path.with_name(ARTICLES).open(encoding="utf-8", errors="replace") as file:
            for line in file:
                # Cheaper than parsing each: an id is written as it is.
                if json.dumps(article_id) in line[:200] and (article := _article(line)).id == article_id:
                    return article
        return None

    def _files(self) -> Iterator[Path]:
        try:
            yield from self._folder.glob(f"*/{REPORT}")
        except OSError:
            return

    def _summary(self, path: Path) -> Report | None:
        stamp = _stamp(path)
        if stamp not in self._summaries:
            report = self._report(path)
            with self._lock:
                self._summaries[stamp] = replace(report, cases=()) if report else None
                _shorten(self._summaries, 4 * MOST_LISTED)
            return report
        return self._summaries[stamp]

    def _report(self, path: Path) -> Report | None:
        stamp = _stamp(path)
        with self._lock:
            if stamp in self._held:
                return self._held[stamp]
            report = read(path.parent.name, _parsed(path))
            if report:
                self._held[stamp] = report
                _shorten(self._held, MOST_HELD)
            return report


def _stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return (path, 0, 0)
    return (path, status.st_mtime_ns, status.st_size)


def _shorten(held: dict[_Stamp, Any], most: int) -> None:
    """Forgets what was put in first."""
    while len(held) > most:
        del held[next(iter(held))]


def _parsed(path: Path) -> object:
    if not _is_readable(path):
        return None
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _is_readable(path: Path) -> bool:
    try:
        return path.is_file() and path.stat().st_size <= MOST_BYTES
    except OSError:
        return False


def _article(line: str) -> Article:
    try:
        given = Given.of(json.loads(line))
    except (ValueError, RecursionError):
        given = Given({})
    text = given.fields.get("text")
    return Article(
        id=given.text("id"),
        text=text if isinstance(text, str) else "",
        title=given.text("title") or None,
        source=given.text("source") or None,
        published=given.date("published"),
        language=given.text("language") or "und",
    )
