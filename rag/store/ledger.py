"""The ingestion ledger: which files were read in which state, which article stands where in them, who embeds what."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.store.rows import Claim, FileState, Location


class Ledger:
    """Reads anywhere; changes only inside `Catalogue.transaction()`, as `writer.ledger`. Paths are absolute."""

    def __init__(self, run: Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]) -> None:
        """`run` executes a statement and gives its rows."""
        self._run = run

    def file(self, path: str) -> FileState | None:
        """The state in which a file was read completely the last time."""
        sql = "SELECT path, size, mtime_ns, digest, mapping FROM files WHERE path = ?"
        return next((FileState(*row) for row in self._run(sql, [path])), None)

    def twin(self, state: FileState) -> str | None:
        """A completely read file of the same bytes, read in the same way (its suffix decides how, too)."""
        sql = "SELECT path FROM files WHERE digest = ? AND mapping = ? AND path <> ? ORDER BY path"
        rows = self._run(sql, [state.digest, state.mapping, state.path])
        suffix = Path(state.path).suffix.lower()
        return next((path for (path,) in rows if Path(path).suffix.lower() == suffix), None)

    def records(self, path: str) -> dict[str, str]:
        """Record -> article id, of one file."""
        return dict(self._run("SELECT record, article_id FROM locations WHERE path = ?", [path]))

    def article_at(self, location: Location) -> str | None:
        sql = "SELECT article_id FROM locations WHERE path = ? AND record = ?"
        return next((row[0] for row in self._run(sql, [location.path, location.record])), None)

    def paths_of(self, article_id: str) -> list[str]:
        """The files that hold an article, the first known first."""
        sql = "SELECT path FROM locations WHERE article_id = ? GROUP BY path ORDER BY min(number)"
        return [row[0] for row in self._run(sql, [article_id])]

    def paths_below(self, folder: str) -> list[str]:
        """The known files in a folder and its subfolders."""
        prefix = folder.rstrip(os.sep) + os.sep
        sql = "SELECT path FROM files UNION SELECT path FROM locations"
        return [path for (path,) in self._run(sql, []) if path.startswith(prefix)]

    def record_file(self, state: FileState) -> None:
        row = [state.path, state.size, state.mtime_ns, state.digest, state.mapping]
        self._run(
            """INSERT INTO files VALUES (?, ?, ?, ?, ?) ON CONFLICT(path) DO UPDATE SET size = excluded.size,
            mtime_ns = excluded.mtime_ns, digest = excluded.digest, mapping = excluded.mapping""",
            row,
        )

    def forget_file(self, path: str) -> None:
        """The file has to be read again before its content counts as known; its articles stay."""
        self._run("DELETE FROM files WHERE path = ?", [path])

    def place(self, location: Location, article_id: str) -> None:
        """The article stands here now; whatever stood here before does not."""
        self._run(
            """INSERT INTO locations(path, record, shown, article_id) VALUES (?, ?, ?, ?)
            ON CONFLICT(path, record) DO UPDATE SET article_id = excluded.article_id, shown = excluded.shown""",
            [location.path, location.record, location.shown, article_id],
        )

    def place_all(self, path: str, shown: str, records: Mapping[str, str]) -> None:
        for record, article_id in records.items():
            self.place(Location(path, record, shown), article_id)

    def move(self, old: str, new: str, shown: str) -> None:
        """The file was renamed: its articles keep their order of places."""
        self._run("DELETE FROM locations WHERE path = ?", [new])
        self._run("UPDATE locations SET path = ?, shown = ? WHERE path = ?", [new, shown, old])
        self.forget_file(old)

    def displace(self, path: str, record: str | None = None) -> None:
        """Nothing stands in this record (None: in this file) any more."""
        if record is None:
            self.forget_file(path)
            self._run("DELETE FROM locations WHERE path = ?", [path])
        else:
            self._run("DELETE FROM locations WHERE path = ? AND record = ?", [path, record])

    def nowhere(self, among: Sequence[str] | None = None) -> list[str]:
        """The articles, of all or of those given by id, that stand in no file any more."""
        sql = "SELECT id FROM articles WHERE NOT EXISTS (SELECT 1 FROM locations WHERE article_id = id)"
        rows = (
            self._run(f"{sql} ORDER BY number", [])
            if among is None
            else self._run(f"{sql} AND id = ANY(?)", [list(among)])
        )
        return [row[0] for row in rows]

    # What is being embedded (who may take which claim over is decided in rag.ingest.claims)

    def claim_on(self, content_hash: str) -> Claim | None:
        sql = "SELECT content_hash, worker, until FROM claims WHERE content_hash = ?"
        return next((Claim(*row) for row in self._run(sql, [content_hash])), None)

    def claim(self, claim: Claim) -> None:
        """Takes the place of any other claim on that content."""
        self._run(
            """INSERT INTO claims(content_hash, worker, until) VALUES (?, ?, ?)
            ON CONFLICT(content_hash) DO UPDATE SET worker = excluded.worker, until = excluded.until""",
            [claim.content_hash, claim.worker, claim.until],
        )

    def renew(self, worker: str, until: int) -> None:
        self._run("UPDATE claims SET until = ? WHERE worker = ?", [until, worker])

    def release(self, worker: str) -> None:
        self._run("DELETE FROM claims WHERE worker = ?", [worker])
