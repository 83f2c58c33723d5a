"""The page of one language: which component shows what, and which event calls which handler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from rag.readers.files import MAX_FILE_BYTES, SUFFIXES
from rag.types import AnswerLanguage
from rag.understand.understood import MAX_QUESTION
from ui.chat import SKIP, Chat
from ui.desk import Desk
from ui.evaluation import Evaluation
from ui.form import Form
from ui.library import Library
from ui.render import render
from ui.shelf import ORDERS
from ui.texts import say

# Passes what a person does on to the component's events; the same for all of them.
_WIRE = (Path(__file__).parent / "assets" / "wire.js").read_text(encoding="utf-8")


def build(desk: Desk, language: AnswerLanguage) -> gr.Blocks:
    """The page over what `desk` holds."""
    page: gr.Blocks = gr.Blocks(title=say(language, "title"), analytics_enabled=False, fill_width=True)
    with page:
        _Page(desk, language).wire(page)
    return page


class _Page:
    """Lays the components out when made."""

    def __init__(self, desk: Desk, language: AnswerLanguage) -> None:
        self._desk, self._language = desk, language
        self.chat, self.library, self.evaluating = (
            Chat(desk, language),
            Library(desk, language),
            Evaluation(desk, language),
        )
        self.header = self._html("header", render("header", language, user="", has_runs=False))
        with gr.Row(elem_id="view-ask"):
            self.sidebar = self._html("sidebar")
            with gr.Column(elem_id="talk"):
                self.thread = self._html("thread", f'<p class="status busy">{say(language, "loading")}</p>')
                self.live = self._html("live")
                with gr.Column(elem_id="foot"):
                    self.limits = self._html("limits")
                    self.composer = self._html("composer", render("composer", language, most=MAX_QUESTION))
                    self.archive = self._html("archive")
        with gr.Column(elem_id="view-library"):
            self.drop = gr.File(
                label=say(language, "drop"),
                file_count="multiple",
                file_types=sorted(SUFFIXES),
                elem_id="drop",
                height=120,
            )
            self._html("kinds", f'<p class="hint">{say(language, "kinds", most=MAX_FILE_BYTES // 1_000_000)}</p>')
            self.uploads = self._html("uploads")
            self.search = self._html("search", render("search", language, orders=ORDERS))
            self.shelf = self._html("shelf")
        with gr.Column(elem_id="view-evaluation"):
            self.evaluation = self._html("evaluation", render("evaluation_opens", language))
            self.cases = self._html("cases")
        self.reader = self._html("reader")
        self.toast = self._html("toast")

    def wire(self, page: gr.Blocks) -> None:
        talk = [self.thread, self.live, self.sidebar]
        holdings = [self.shelf, self.archive, self.limits]
        quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
        slow: dict[str, Any] = {"concurrency_limit": None, "show_progress": "hidden", "api_visibility": "private"}
        chat, library = self.chat, self.library
        page.load(self._opened, None, [self.header, *talk, *holdings], **quick)
        self.composer.submit(chat.ask, None, talk, **slow)
        self.composer.stop(chat.stop, None, None, **quick)
        for place in (self.thread, self.live, self.reader, self.shelf):
            place.select(chat.read, None, [self.reader, self.toast], **quick)
        for place in (self.thread, self.reader):
            place.expand(chat.read, None, [self.reader, self.toast], **quick)
        self.thread.like(chat.rate, None, [self.thread, self.toast], **quick)
        self.sidebar.select(chat.open, None, talk, **quick)
        self.sidebar.clear(chat.new, None, talk, **quick)
        self.sidebar.edit(chat.rename, None, [self.sidebar, self.toast], **quick)
        self.sidebar.delete(chat.delete, None, [*talk, self.toast], **quick)
        self.drop.upload(library.add, self.drop, [self.uploads, *holdings, self.drop], **slow)
        self.search.submit(library.search, None, self.shelf, **quick)
        self.shelf.expand(library.search, None, self.shelf, **quick)
        self.shelf.delete(library.remove, None, [*holdings, self.toast], **quick)
        self.shelf.edit(library.edit, None, [*holdings, self.toast], **quick)
        self.evaluation.expand(self.evaluating.opened, None, [self.evaluation, self.cases, self.toast], **quick)
        self.evaluation.submit(self.evaluating.filtered, None, [self.cases, self.toast], **quick)
        self.cases.expand(self.evaluating.filtered, None, [self.cases, self.toast], **quick)
        self.cases.select(self.evaluating.case, None, [self.reader, self.toast], **quick)
        self.toast.undo(self._undo, None, [*talk, *holdings, self.toast], **quick)

    def _opened(self, request: gr.Request) -> tuple[Any, ...]:
        """header, thread, live, sidebar, library, archive line, limits of a page that was just loaded."""
        user = request.username or ""
        conversation = Form.of(dict(request.query_params)).text("c")
        header = render("header", self._language, user=user, has_runs=self._desk.runs.exist())
        return header, *self.chat.opened(user, conversation), *self.library.shown()

    def _undo(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        form = Form.of(event._data)
        if form.text("kind") == "conversation":
            thread, live, sidebar, toast = self.chat.undelete(request.username or "", form.text("key"))
            return thread, live, sidebar, SKIP, SKIP, SKIP, toast
        return SKIP, SKIP, SKIP, *self.library.restore(form)

    def _html(self, name: str, value: str = "") -> gr.HTML:
        return gr.HTML(value, elem_id=name, js_on_load=_WIRE, apply_default_css=False)
