"""What `rag watch` last did, kept in the home for whoever shows the archive."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rag.types import IngestReport

_FILE = "watch.json"


@dataclass(frozen=True, slots=True)
class LastRun:
    """When something was last looked for (UTC, ISO), what is watched, and what came of it in articles."""

    at: str
    watched: tuple[str, ...]
    added: int = 0
    updated: int = 0
    removed: int = 0
    failed: int = 0


def write(home: Path, watched: Sequence[str], report: IngestReport) -> None:
    """Raises OSError."""
    run = LastRun(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        watched=tuple(watched),
        added=report.added,
        updated=report.updated,
        removed=report.removed,
        failed=len(report.failed),
    )
    unfinished = home / f"{_FILE}.{os.getpid()}"
    unfinished.write_text(json.dumps(asdict(run)), encoding="utf-8")
    unfinished.replace(home / _FILE)


def read(home: Path) -> LastRun | None:
    """None where nothing was watched yet, or what was written cannot be read."""
    try:
        told = json.loads((home / _FILE).read_text(encoding="utf-8"))
        datetime.fromisoformat(told["at"])
        return LastRun(**{**told, "watched": tuple(map(str, told["watched"]))})
    except (OSError, ValueError, TypeError, KeyError):
        return None
