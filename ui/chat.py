"""The conversation: asking, stopping, rating, reading a citation, and the list of conversations."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from rag.errors import RagError, UnknownArticle
from rag.server.asking import Stop, Waiting, Working, events
from rag.server.line import Busy
from rag.types import Answer, AnswerLanguage, Filters
from ui import faults, reader, view
from ui.conversation import Conversation, citations_of
from ui.desk import Desk
from ui.form import Form
from ui.refusals import Refused, UnknownConversation, told
from ui.render import render
from ui.texts import say
from ui.toast import toast
from ui.view import Live

_log = logging.getLogger("rag.page")
SKIP = gr.skip()


class Chat:
    """The handlers of the chat's events; each gives the HTML of what changes. `desk` is what all pages share."""

    def __init__(self, desk: Desk, language: AnswerLanguage) -> None:
        self._desk = desk
        self._language = language

    def ask(self, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """thread, live, sidebar, as the answer is made. No error leaves it: a person reads it in the page."""
        form, user = Form.of(event._data), _user(request)
        shown = Live(form.text("question", 2000), Filters())
        stop = self._desk.begin(_session(request))
        try:
            shown = Live(form.question(), form.filters())
            before = self._before(user, form)
            yield self._thread(before), view.live(shown, self._language), SKIP
            for shown, answer in self._events(shown, before, request, stop):  # noqa: B020 - the last one shown
                if answer is None:
                    self._desk.show_live(_session(request), shown.citations)
                    yield SKIP, view.live(shown, self._language), SKIP
                else:
                    after = self._kept(user, form, shown, answer)
                    yield self._thread(after), view.live(None, self._language), self.sidebar(user, after.id)
                    return
            yield SKIP, view.live(replace(shown, state="stopped"), self._language), SKIP
        except Exception as error:
            yield SKIP, view.live(replace(shown, state="failed", message=self._message(error)), self._language), SKIP
        finally:
            self._desk.end(_session(request), stop)

    def stop(self, request: gr.Request) -> None:
        self._desk.stop(_session(request))

    def open(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """thread, live, sidebar of another conversation."""
        return self.opened(_user(request), Form.of(event._data).text("conversation"))

    def opened(self, user: str, conversation_id: str) -> tuple[Any, ...]:
        conversation = self._load(user, conversation_id)
        return self._thread(conversation), view.live(None, self._language), self.sidebar(user, conversation.id)

    def new(self, request: gr.Request) -> tuple[Any, ...]:
        return self.opened(_user(request), "")

    def rename(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """sidebar, toast."""
        form, user = Form.of(event._data), _user(request)
        try:
            self._desk.conversations.rename(user, form.text("conversation"), form.text("title"))
        except RagError as error:
            return SKIP, toast(self._language, self._message(error), failed=True)
        return self.sidebar(user, form.text("current")), SKIP

    def delete(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """thread, live, sidebar, toast."""
        form, user = Form.of(event._data), _user(request)
        gone, current = form.text("conversation"), form.text("current")
        try:
            title = self._desk.conversations.load(user, gone).title
            self._desk.conversations.delete(user, gone)
        except RagError as error:
            return SKIP, SKIP, SKIP, toast(self._language, self._message(error), failed=True)
        said = say(self._language, "conversation_deleted", title=title)
        undo = toast(self._language, said, undo={"kind": "conversation", "key": gone})
        if gone == current:
            return *self.opened(user, ""), undo
        return SKIP, SKIP, self.sidebar(user, current), undo

    def undelete(self, user: str, conversation_id: str) -> tuple[Any, ...]:
        """thread, live, sidebar, toast."""
        try:
            self._desk.conversations.undelete(user, conversation_id)
        except RagError as error:
            return SKIP, SKIP, SKIP, toast(self._language, self._message(error), failed=True)
        return *self.opened(user, conversation_id), toast(self._language, say(self._language, "restored"))

    def rate(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """thread, toast."""
        form, user = Form.of(event._data), _user(request)
        up = {"yes": True, "no": False}.get(form.text("up"))
        try:
            conversation_id, turn = form.text("conversation"), form.number("turn") or 0
            self._desk.conversations.rate(user, conversation_id, turn, up, form.text("reason", 4000))
        except RagError as error:
            return SKIP, toast(self._language, self._message(error), failed=True)
        return self._thread(self._load(user, conversation_id)), SKIP

    def read(self, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """reader, toast: the article of a citation (`marker` in a turn of a conversation), of an id or of a title."""
        form, ticket = Form.of(event._data), secrets.token_hex(4)
        opened = None
        try:
            if form.number("marker") is not None:
                opened = self._cited(form, request)
                article = self._desk.qa.article(opened.citation.article_id)
            elif title := form.text("title", 2000):
                article = self._desk.with_title(title)
            else:
                article = self._desk.qa.article(form.text("article"))
        except UnknownArticle as error:
            if opened:
                return reader.gone_page(opened, self._language, ticket), SKIP
            return SKIP, toast(self._language, self._message(error), failed=True)
        except RagError as error:
            return SKIP, toast(self._language, self._message(error), failed=True)
        return reader.article_page(article, opened, self._language, ticket, form.number("start")), SKIP

    def _cited(self, form: Form, request: gr.Request) -> reader.Opened:
        """The citation that a person pressed, as it is kept here. Raises UnknownConversation where there is none."""
        conversation, turn = form.text("conversation"), form.number("turn")
        if turn is None:
            citations = self._desk.cited_live(_session(request))
        else:
            exchanges = self._desk.conversations.load(_user(request), conversation).exchanges
            citations = next((citations_of(said.answer) for said in exchanges if said.turn == turn), ())
        for citation in citations:
            if citation.marker == form.number("marker"):
                return reader.Opened(citation, citations, conversation, turn)
        raise UnknownConversation

    def sidebar(self, user: str, current: str) -> str:
        conversations = self._desk.conversations.list(user)
        return render("sidebar", self._language, conversations=conversations, current=current)

    def _events(
        self, shown: Live, before: Conversation, request: gr.Request, stop: Stop
    ) -> Iterator[tuple[Live, Answer | None]]:
        who = _user(request) or _session(request)
        desk = self._desk
        for event in events(desk.qa, desk.line, who, shown.question, shown.limits, before.history(), stop):
            if isinstance(event, Waiting):
                shown = replace(shown, state="waiting", position=event.position)
            elif isinstance(event, Working):
                shown = replace(shown, state="working", seconds=event.seconds)
            else:
                shown = shown.after(event)
            yield shown, event if isinstance(event, Answer) else None

    def _before(self, user: str, form: Form) -> Conversation:
        """What was said before the question; that which it replaces and all after is not part of it."""
        conversation, replaces = self._load(user, form.text("conversation")), form.number("replaces")
        if replaces is None:
            return conversation
        return replace(
            conversation, exchanges=tuple(said for said in conversation.exchanges if said.turn < replaces)
        )  # fmt: skip

    def _kept(self, user: str, form: Form, shown: Live, answer: Answer) -> Conversation:
        """The conversation with the answer in it; what it replaces goes only now."""
        store = self._desk.conversations
        conversation = self._load(user, form.text("conversation"))
        replaces = form.number("replaces")
        if replaces and any(said.turn == replaces for said in conversation.exchanges):
            store.cut(user, conversation.id, replaces)
        conversation_id = conversation.id or store.create(user).id
        store.append(user, conversation_id, shown.question, answer.to_dict(), shown.limits)
        return store.load(user, conversation_id)

    def _load(self, user: str, conversation_id: str) -> Conversation:
        """A blank one where there is none, or none of this person's."""
        try:
            if conversation_id:
                return self._desk.conversations.load(user, conversation_id)
        except UnknownConversation:
            pass
        return Conversation("", "", "", "")

    def _thread(self, conversation: Conversation) -> str:
        exchanges = conversation.exchanges
        cited = {item["article_id"] for exchange in exchanges for item in exchange.answer["citations"]}
        welcome = self._desk.welcome(self._language)
        return view.thread(exchanges, self._language, self._desk.reprints(cited), conversation.id, welcome)

    def _message(self, error: Exception) -> str:
        return message_of(error, self._language)


def message_of(error: Exception, language: AnswerLanguage) -> str:
    """What a person reads of an error; one that nobody expected is told by the log alone."""
    if isinstance(error, Busy):
        error = told(error)
    if isinstance(error, Refused):
        return error.said[language]
    if isinstance(error, RagError):
        _log.warning("%s: %s", type(error).__name__, error)
        return faults.line_of(error, language)
    _log.error("unexpected error", exc_info=error)
    return say(language, "unexpected")


def _user(request: gr.Request) -> str:
    return request.username or ""


def _session(request: gr.Request) -> str:
    # A browser names its session itself: under its user, it can only be one of theirs.
    return f"{_user(request)}/{request.session_hash or ''}"
