"""The page without a browser: what a form gives, what the library lists, how a question is followed, what is shown."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Sequence
from string import Formatter
from typing import Any

import pytest

from rag.errors import ModelError, SettingsError
from rag.server.asking import Stop, Waiting, events
from rag.server.line import Queue
from rag.store.rows import ArticleInfo
from rag.types import (
    Answer,
    AnswerEvent,
    AnswerSentence,
    Article,
    Citation,
    Draft,
    Filters,
    Settled,
    Span,
    Turn,
)
from ui.examples import candidates, examples
from ui.form import Form
from ui.reader import Opened, article_page, paragraphs
from ui.refusals import Refused
from ui.server import checked_host
from ui.sessions import SECONDS, Sessions
from ui.shelf import chosen
from ui.texts import TEXTS
from ui.view import Live, answer_view, live

ANSWER = Answer("q", "Yes [1].", True, "en", "quotes")


def info(number: int, title: str, source: str | None, published: str | None, language: str = "en") -> ArticleInfo:
    return ArticleInfo(f"a{number}", title, source, None, published, language, None, "", 10, f"s{number}")


ARTICLES = [
    info(1, "Giá vàng tăng", "Báo A", "2024-03", "vi"),
    info(2, "Bridge opens: at last", "Courier", "2024-05-01"),
    info(3, "Was it late?", "Courier", None),
]


class Scripted:
    """An engine that gives what it was told to; it goes on from each `wait` only when told to."""

    def __init__(self, *script: AnswerEvent | Exception) -> None:
        self.script = script
        self.go = threading.Event()
        self.ended = threading.Event()

    def stream(
        self, question: str, *, filters: Filters | None = None, history: Sequence[Turn] = ()
    ) -> Iterator[AnswerEvent]:
        try:
            for event in self.script:
                if isinstance(event, Exception):
                    raise event
                yield event
                assert self.go.wait(20)
        finally:
            self.ended.set()


def follow(engine: Scripted, line: Queue, stop: Stop, who: str = "a") -> Iterator[Any]:
    return events(engine, line, who, "q", Filters(), (), stop)


# Texts


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_in_both_languages_with_the_same_places(key: str) -> None:
    places = {language: {name for _, name, _, _ in Formatter().parse(text)} for language, text in TEXTS[key].items()}
    assert set(places) == {"vi", "en"}
    assert places["vi"] - {None} == places["en"] - {None}


# Forms


def test_a_form_takes_anything_from_a_browser() -> None:
    for data in (None, 7, [], "x", {"question": 3, "sources": {"a": 1}, "turn": "-1", "citations": "{"}):
        form = Form.of(data)
        assert (form.text("question"), form.number("turn"), form.texts("sources"), form.citations()) == (
            "",
            None,
            (),
            (),
        )
        with pytest.raises(Refused):
            form.question()


def test_limits_of_a_form() -> None:
    form = Form({"since": "2024-05-01", "until": "", "sources": ["A", 3], "languages": ["vi", "xx"]})
    assert form.filters() == Filters("2024-05-01", None, ("A",), ("vi",))


@pytest.mark.parametrize("fields", [{"since": "yesterday"}, {"since": "2025", "until": "2024"}])
def test_wrong_dates_are_refused_in_both_languages(fields: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        Form(fields).filters()
    assert set(refused.value.said) == {"vi", "en"}


def test_only_citations_come_out_of_citations() -> None:
    good = {"marker": 1, "start": 0, "end": 2, "article_id": "a", "language": "vi", "quote": "ab"}
    bad = [{**good, "start": -1}, {**good, "end": "2"}, {**good, "title": 1}, {**good, "marker": True}, None, 3]
    assert [c.quote for c in Form({"citations": json.dumps([good, *bad])}).citations()] == ["ab"]


# The library and the examples


def test_the_library_finds_without_diacritics_and_sorts() -> None:
    assert [a.id for a in chosen(ARTICLES, "gia VANG")] == ["a1"]
    assert [a.id for a in chosen(ARTICLES, "courier 2024")] == ["a2"]
    assert [a.id for a in chosen(ARTICLES)] == ["a2", "a1", "a3"]
    assert [a.id for a in chosen(ARTICLES, order="oldest")] == ["a1", "a2", "a3"]
    assert [a.id for a in chosen(ARTICLES, order="title")] == ["a2", "a1", "a3"]
    assert [a.id for a in chosen(ARTICLES, order="added")] == ["a3", "a2", "a1"]


def test_examples_come_from_titles_and_are_answered() -> None:
    asked = list(candidates(ARTICLES, "en"))
    assert asked == ["Bridge opens: what happened?", "Was it late?", "Giá vàng tăng: chuyện thế nào?"]
    assert examples(ARTICLES, "en", lambda question: "late" in question) == ("Was it late?",)


# Following a question


def test_events_come_as_the_engine_gives_them() -> None:
    engine, stop = Scripted(Draft("Y"), ANSWER), Stop()
    engine.go.set()
    assert [event for event in follow(engine, Queue(1), stop) if isinstance(event, Draft | Answer)] == [
        Draft("Y"), ANSWER,
    ]  # fmt: skip


def test_an_error_of_the_engine_is_the_askers() -> None:
    with pytest.raises(ModelError, match="unreachable"):
        list(follow(Scripted(ModelError("unreachable")), Queue(1), Stop()))


def test_a_stopped_question_keeps_its_turn_until_the_engine_has_ended() -> None:
    line, first, second = Queue(1), Scripted(Draft("Y"), ANSWER), Scripted(ANSWER)
    stop = Stop()
    running = follow(first, line, stop)
    assert next(running) == Draft("Y")
    stop()
    assert list(running) == []
    second.go.set()
    waiting = follow(second, line, Stop(), "b")
    assert next(waiting) == Waiting(1)
    first.go.set()
    assert [event for event in waiting if isinstance(event, Answer)] == [ANSWER]
    assert first.ended.is_set()


def test_a_question_stopped_in_line_leaves_it() -> None:
    line, stop = Queue(1), Stop()
    with line.enter("a"):
        waiting = follow(Scripted(ANSWER), line, stop, "b")
        assert next(waiting) == Waiting(1)
        stop()
        assert list(waiting) == []
        with line.enter("c") as place:
            assert place.position == 1


# What is shown


def citation(**fields: Any) -> Citation:
    given = {"published": "2024-03-05", "language": "vi", "start": 0, "end": 3, "quote": "abc", "score": 0.9}
    return Citation(
        **{"marker": 1, "article_id": "a", "title": "T", "source": "S", "path": "", "url": None, **given, **fields}
    )


def test_a_draft_is_replaced_and_then_settled() -> None:
    shown = Live("q", Filters()).after(Draft("It")).after(Draft("It is"))
    assert shown.draft == "It is"
    assert "It is" in live(shown, "en") and "not checked yet" in live(shown, "en")
    settled = shown.after(Settled(AnswerSentence("It is so.", (1,), "unsupported", "no figure"), (citation(),)))
    html = live(settled, "en")
    assert settled.draft == "" and "No source supports this: no figure" in re.sub(r"\s+", " ", html)


def test_differing_sources_stand_by_date() -> None:
    old, new = citation(quote="one"), citation(marker=2, article_id="b", published="2024-01-02", quote="two")
    sentences = (AnswerSentence("one", (1,), "supported"), AnswerSentence("two", (2,), "supported"))
    answer = Answer("q", "The sources give these figures:\none\ntwo", True, "en", "quotes", sentences, (old, new))
    view = answer_view(answer.to_dict(), "en")
    assert view.is_compared and [line.text for line in view.lines] == ["two", "one"]
    assert [line.foreign for line in view.lines] == ["in Vietnamese", "in Vietnamese"]


def test_relevance_is_a_chance_or_nothing() -> None:
    kept = Answer(
        "q", "x [1]", True, "vi", "quotes", (), (citation(score=1.0), citation(marker=2, article_id="b", score=7.5))
    )
    assert [source.relevance for source in answer_view(kept.to_dict(), "vi").sources] == [99, None]


def test_exactly_the_quote_is_highlighted_across_paragraphs() -> None:
    text = "Một hai.\n\nBa bốn năm.\nSáu."
    article = Article("a", text, unquotable=(Span(22, 26),))
    quote, other = citation(start=4, end=16, quote=text[4:16]), citation(marker=2, start=14, end=20, quote=text[14:20])
    html = article_page(article, Opened(quote, (quote, other)), "vi")
    assert "".join(re.findall(r'<mark class="is-current"[^>]*>([^<]*)</mark>', html)) == text[4:16]
    assert "".join(re.findall(r'<mark class="is-other"[^>]*>([^<]*)</mark>', html)) == text[16:20]
    assert "".join(piece.text for p in paragraphs(article, []) for piece in p.pieces) == text


# The door


def test_other_addresses_need_sign_in() -> None:
    assert checked_host("127.0.0.2", None) == "127.0.0.2"
    for host in ("0.0.0.0", "::", "192.168.1.5", "kho.example"):
        with pytest.raises(SettingsError, match="rag user add"):
            checked_host(host, None)


def test_sessions_end() -> None:
    now = [0.0]
    sessions = Sessions(lambda: now[0])
    token = sessions.begin("an")
    assert sessions.user(token) == "an" and sessions.user(None) is None and sessions.user("x") is None
    now[0] = SECONDS + 1
    assert sessions.user(token) is None
    other = sessions.begin("an")
    sessions.end(other)
    assert sessions.user(other) is None
