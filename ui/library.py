"""The library: adding files, looking through what is there, removing and bringing back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from rag.errors import RagError, UsageError
from rag.fetch import watched
from rag.server.uploads import safe_name, stored
from rag.store.edits import FIELDS
from rag.types import AnswerLanguage, IngestReport
from ui.chat import SKIP, message_of
from ui.desk import Desk
from ui.faults import file_reason
from ui.form import Form
from ui.limits import Upload, check_uploads, checked_upload
from ui.refusals import Refused
from ui.render import render
from ui.texts import TEXTS, say
from ui.toast import toast

# Articles shown at first, and at most: for more there is the search.
PAGE, MOST = 100, 1000
_LONGEST_FIELD = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One uploaded file and how it fares: `state` is "waits", "reads", "added" or "failed"."""

    name: str
    state: str
    said: str


class Library:
    """The handlers of the library's events; each gives the HTML of what changes."""

    def __init__(self, desk: Desk, language: AnswerLanguage) -> None:
        self._desk = desk
        self._language = language

    def add(self, files: Sequence[str] | None) -> Iterator[tuple[Any, ...]]:
        """uploads, library, archive line, limits, and the emptied drop zone; a line for each file as it is done."""
        paths = [Path(file) for file in files or ()]
        rows = [Row(safe_name(path.name), "waits", self._say("file_waits")) for path in paths]
        try:
            check_uploads(Upload(path.name, path.stat().st_size) for path in paths)
        except RagError as error:
            rows = [replace(row, state="failed", said=message_of(error, self._language)) for row in rows]
            paths = []
        for number, path in enumerate(paths):
            rows[number] = replace(rows[number], state="reads", said=self._say("file_reads"))
            yield self._uploads(rows, number), SKIP, SKIP, SKIP, SKIP
            rows[number] = self._added(path, rows[number])
        yield self._uploads(rows, len(rows)), *self.shown(), None

    def shown(self, form: Form | None = None) -> tuple[str, str, str]:
        """library, archive line, limits."""
        desk, language = self._desk, self._language
        return self.list(form or Form({})), desk.archive_line(language), desk.limits(language)

    def search(self, event: gr.EventData) -> str:
        return self.list(Form.of(event._data))

    def list(self, form: Form) -> str:
        search, order, most = form.text("search"), form.text("order"), min(form.number("count") or PAGE, MOST)
        shown, matching, total = self._desk.shelf(most, search, order)
        restorable = {info.id for info in shown if Path(info.path).is_file()}
        return render(
            "library", self._language, shown=shown, matching=matching, total=total, most=MOST,
            restorable=restorable, search=search, order=order, watched=watched.read(self._desk.qa.settings.home),
        )  # fmt: skip

    def remove(self, event: gr.EventData) -> tuple[Any, ...]:
        """library, archive line, limits, toast."""
        form = Form.of(event._data)
        try:
            article = self._desk.qa.article(form.text("article"))
            self._desk.qa.remove([article.id])
        except RagError as error:
            return SKIP, SKIP, SKIP, toast(self._language, message_of(error, self._language), failed=True)
        said = self._say("article_removed", title=article.title or self._say("untitled"))
        undo = None
        if Path(article.path).is_file():
            # The list is to look the same once it is back.
            kept = {name: form.text(name) for name in ("search", "order")}
            undo = {"kind": "article", "key": article.id, **kept}
            self._desk.removed[article.id] = article.path
        return *self.shown(form), toast(self._language, said, undo=undo)

    def edit(self, event: gr.EventData) -> tuple[Any, ...]:
        """library, archive line, limits, toast: what is known of an article, corrected."""
        form = Form.of(event._data)
        try:
            changes = {field: form.text(field, _LONGEST_FIELD) for field in FIELDS}
            edited = self._desk.qa.edit(form.text("article"), **changes)
        except UsageError:
            # Of these fields only the date can be wrong.
            error = Refused(TEXTS["bad_date"], value=form.text("published"))
            return SKIP, SKIP, SKIP, toast(self._language, message_of(error, self._language), failed=True)
        except RagError as error:
            return SKIP, SKIP, SKIP, toast(self._language, message_of(error, self._language), failed=True)
        said = self._say("article_edited", title=edited.title or self._say("untitled"))
        return *self.shown(form), toast(self._language, said)

    def restore(self, form: Form) -> tuple[Any, ...]:
        """library, archive line, limits, toast; only of what was removed here."""
        article_id = form.text("key")
        try:
            if path := self._desk.removed.get(article_id):
                self._desk.qa.ingest([path])
                del self._desk.removed[article_id]
        except RagError as error:
            return SKIP, SKIP, SKIP, toast(self._language, message_of(error, self._language), failed=True)
        return *self.shown(form), toast(self._language, self._say("restored"))

    def _added(self, path: Path, row: Row) -> Row:
        try:
            name = checked_upload(Upload(path.name, path.stat().st_size))
            with path.open("rb") as file:
                kept = stored(self._desk.qa.settings.home, file, name)
            report = self._desk.qa.ingest([kept])
        except Exception as error:
            return replace(row, state="failed", said=message_of(error, self._language))
        return self._told(row, report)

    def _told(self, row: Row, report: IngestReport) -> Row:
        counts = (("file_added", report.added), ("file_updated", report.updated))
        told = [self._say(key, count=count) for key, count in counts if count]
        if not told and report.unchanged:
            told = [self._say("file_known")]
        reasons = [file_reason(failure.reason, self._language) for failure in report.failed]
        if not told:
            return replace(row, state="failed", said=f"{self._say('file_failed')}: {'; '.join(reasons[:3])}")
        return replace(row, state="added", said="; ".join([*told, *reasons[:3]]))

    def _uploads(self, rows: Sequence[Row], done: int) -> str:
        return render("uploads", self._language, rows=rows, done=done)

    def _say(self, key: str, **values: object) -> str:
        return say(self._language, key, **values)
