"""The page without a browser: what a form gives, what the library lists, how a question is followed, what is shown."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from conftest import store

from rag import NewsQA
from rag.answer.messages import CORRECTED, DATES_UPDATED, RECAP, UPDATED
from rag.errors import ModelError, SettingsError
from rag.server.asking import Stop, Waiting, events
from rag.server.line import Queue
from rag.settings import Settings
from rag.store.rows import ArticleInfo
from rag.types import (
    Answer,
    AnswerEvent,
    AnswerLanguage,
    AnswerSentence,
    Article,
    Citation,
    Draft,
    Filters,
    Settled,
    Span,
    Turn,
)
from ui.conversation import Exchange
from ui.desk import Desk
from ui.examples import candidates, examples, question_of
from ui.form import Form
from ui.reader import MOST_SHOWN, Opened, article_page, paragraphs, part
from ui.refusals import Refused
from ui.render import render
from ui.sample_questions import SAMPLE_QUESTIONS
from ui.server import checked_host
from ui.sessions import SECONDS, Sessions
from ui.shelf import chosen
from ui.texts import TEXTS
from ui.view import Live, Welcome, answer_view, live, thread

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
        assert (form.text("question"), form.number("turn"), form.texts("sources")) == ("", None, ())
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


# The library and the examples


def test_a_large_archive_is_not_read_to_show_its_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with NewsQA(Settings(home=tmp_path, engine="quotes")) as qa:
        news = [Article(f"a{day}", f"Tin số {day} kể về sông.", published=f"2031-05-{day:02}") for day in range(1, 10)]
        store(qa.catalogue, *news)
        desk = Desk(qa)
        whole = desk.shelf(3, "", "newest")
        assert [one.id for one in whole[0]] == ["a9", "a8", "a7"]
        assert whole[1:] == (9, 9)
        searched = desk.shelf(3, "2031-05-04", "newest")
        monkeypatch.setattr("ui.desk._LISTED", 5)
        assert desk.shelf(3, "", "newest") == whole
        assert desk.shelf(3, "2031-05-04", "newest") == searched
        assert [one.id for one in searched[0]] == ["a4"]
        monkeypatch.setattr("rag.store.listing.every", lambda catalogue: pytest.fail("reads all"))
        assert desk.shelf(3, "", "newest") == whole


def test_the_examples_are_made_anew_when_a_hundredth_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def count(articles: Sequence[ArticleInfo], *_: object) -> tuple[str, ...]:
        made.append(len(articles))
        return ("Sông dâng khi nào?",)

    monkeypatch.setattr("ui.desk.examples", count)
    with NewsQA(Settings(home=tmp_path, engine="quotes")) as qa:
        desk = Desk(qa)
        for stored, remade in ((100, [100]), (1, [100]), (1, [100, 102])):
            first = qa.catalogue.count().articles
            store(qa.catalogue, *(Article(f"a{first + n}", f"Tin số {first + n} kể về sông.") for n in range(stored)))
            assert desk.welcome("vi") == Welcome(first + stored, ("Sông dâng khi nào?",))
            assert made == remade


def test_large_numbers_are_read_in_each_language() -> None:
    line = {language: render("archive", language, engine="", articles=342_229, dates=None) for language in ("vi", "en")}
    assert "342.229 bài" in line["vi"]
    assert "342,229 articles" in line["en"]


def test_the_library_finds_without_diacritics_and_sorts() -> None:
    assert [a.id for a in chosen(ARTICLES, 9, "gia VANG")[0]] == ["a1"]
    assert [a.id for a in chosen(ARTICLES, 9, "courier 2024")[0]] == ["a2"]
    assert [a.id for a in chosen(ARTICLES, 9)[0]] == ["a2", "a1", "a3"]
    assert [a.id for a in chosen(ARTICLES, 9, order="oldest")[0]] == ["a1", "a2", "a3"]
    assert [a.id for a in chosen(ARTICLES, 9, order="title")[0]] == ["a2", "a1", "a3"]
    assert [a.id for a in chosen(ARTICLES, 9, order="added")[0]] == ["a3", "a2", "a1"]


@pytest.mark.parametrize("order", ["newest", "oldest", "title", "source", "added"])
def test_the_first_articles_are_those_of_the_whole_list(order: str) -> None:
    every, _ = chosen(ARTICLES, 9, order=order)
    assert chosen(iter(ARTICLES), 2, order=order) == (every[:2], 3)


@pytest.mark.parametrize(
    ("title", "language", "question"),
    [
        ("Old mill reopens", "en", ""),
        ("Luu Bridge opens at last, four months late", "en", "When did Luu Bridge open?"),
        ("The harbour closes after a storm", "en", "When did the harbour close?"),
        ("How far will it go? Two views", "en", "How far will it go?"),
        ("Ông Lã gặp ông Tấn ở bến đò: ba lý do", "vi", "Ông Lã gặp ông Tấn ở bến đò khi nào?"),
        ("Cầu Mơ thông xe ngày 5/3/2031", "vi", ""),
        ("Hai nước cần gì ở cuộc gặp này", "vi", ""),
        ("Giá vàng tăng", "vi", ""),
        ("W" * 200 + " opens", "en", ""),
        ("", "vi", ""),
    ],
)
def test_a_headline_becomes_a_question(title: str, language: AnswerLanguage, question: str) -> None:
    assert question_of(title, language, common={"the"}) == question


def test_examples_are_answered_and_names_come_last() -> None:
    articles = [*ARTICLES, info(4, "Tin từ Làng Mơ", "Báo A", "2024-06", "vi")]
    asked = list(candidates(articles, "en"))
    assert asked == ["When did Bridge open?", "Was it late?", "Có tin gì về Làng Mơ?"]
    assert examples(articles, "en", lambda question: "late" in question) == ("Was it late?",)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_sample_archive_has_questions_of_its_own(language: AnswerLanguage) -> None:
    """Their titles stand in corpus/, so that a renamed article is noticed."""
    titles = {title for title, _ in SAMPLE_QUESTIONS[language]}
    corpus = Path(__file__).resolve().parents[1] / "corpus"
    written = "\n".join(path.read_text(encoding="utf-8") for path in corpus.glob("*/*.md"))
    assert [title for title in titles if title not in written] == []


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
    assert view.lead == "The sources give these figures" and [line.text for line in view.lines] == ["two", "one"]
    assert [line.foreign for line in view.lines] == ["in Vietnamese", "in Vietnamese"]


def test_the_words_that_answer_are_marked_in_the_quote_and_in_its_article() -> None:
    article = Article("a", "Before. Its captain, <b>Ada</b>, spoke. After.")
    start = article.text.index("Its")
    quote, words = "Its captain, <b>Ada</b>, spoke.", article.text.index("<b>Ada</b>")
    told = citation(quote=quote, start=start, end=start + len(quote), answer_start=words, answer_end=words + 10)
    answer = Answer("q", quote, True, "en", "quotes", (AnswerSentence(quote, (1,), "supported"),), (told,))
    assert answer_view(answer.to_dict(), "en").lines[0].parts == ("Its captain, ", "<b>Ada</b>", ", spoke.")
    html = thread([Exchange(1, "q", answer.to_dict(), Filters(), "2026-05-01T09:30:00Z")], "en", {}, "c", Welcome(1))
    assert 'Its captain, <mark class="answering">&lt;b&gt;Ada&lt;/b&gt;</mark>, spoke.' in html
    page = article_page(article, Opened(told, (told,)), "en")
    assert '<mark class="is-current answering" data-marker="1">&lt;b&gt;Ada&lt;/b&gt;</mark>' in page


@pytest.mark.parametrize("lead", [DATES_UPDATED, CORRECTED, RECAP, UPDATED])
def test_what_was_ordered_stays_so(lead: dict[str, str]) -> None:
    """Newest first, or the correction first: the engine's own order."""
    old, new = citation(quote="one", published="2023"), citation(marker=2, article_id="b", quote="two")
    sentences = (AnswerSentence("two", (2,), "supported"), AnswerSentence("one", (1,), "supported"))
    answer = Answer("q", f"{lead['vi']}\ntwo\none", True, "vi", "quotes", sentences, (old, new))
    view = answer_view(answer.to_dict(), "vi")
    assert view.lead == lead["vi"].rstrip(":") and [line.text for line in view.lines] == ["two", "one"]


def test_small_talk_is_its_text() -> None:
    said = Answer("hello", "Hello! Ask me.\n- One", True, "en", "quotes")
    html = thread([Exchange(1, "hello", said.to_dict(), Filters(), "2026-05-01T09:30:00Z")], "en", {}, "c", Welcome(1))
    assert "Hello! Ask me.\n- One" in html and "Verbatim quotes" not in html


@pytest.mark.parametrize(
    ("quote", "marks"),
    [("He left.", "plain"), ("“Yes.”", "own"), ("“Yes, he said.", "angled"), ("He: “Yes.”", "angled")],
)
def test_a_quote_has_one_pair_of_marks(quote: str, marks: str) -> None:
    answer = Answer(
        "q", quote, True, "vi", "quotes", (AnswerSentence(quote, (1,), "supported"),), (citation(quote=quote),)
    )
    assert answer_view(answer.to_dict(), "vi").lines[0].marks == marks


def test_relevance_is_a_chance_or_nothing() -> None:
    kept = Answer(
        "q", "x [1]", True, "vi", "quotes", (), (citation(score=1.0), citation(marker=2, article_id="b", score=7.5)),
        confidence=0.9,
    )  # fmt: skip
    assert [source.relevance for source in answer_view(kept.to_dict(), "vi").sources] == [99, None]
    recap = replace(kept, confidence=None)
    assert [source.relevance for source in answer_view(recap.to_dict(), "vi").sources] == [None, None]


def test_exactly_the_quote_is_highlighted_across_paragraphs() -> None:
    text = "Một hai.\n\nBa bốn năm.\nSáu."
    article = Article("a", text, unquotable=(Span(22, 26),))
    quote, other = citation(start=4, end=16, quote=text[4:16]), citation(marker=2, start=14, end=20, quote=text[14:20])
    html = article_page(article, Opened(quote, (quote, other)), "vi")
    assert "".join(re.findall(r'<mark class="is-current"[^>]*>([^<]*)</mark>', html)) == text[4:16]
    assert "".join(re.findall(r'<mark class="is-other"[^>]*>([^<]*)</mark>', html)) == text[16:20]
    assert "".join(piece.text for p in paragraphs(article, []) for piece in p.pieces) == text


def test_of_a_long_article_a_part_around_the_quote_is_shown() -> None:
    line = "x" * 99 + "\n"
    text = line * 50_000
    article = Article("a", text)
    quote = citation(start=2_500_000, end=2_500_099, quote="x" * 99)
    html = article_page(article, Opened(quote, (quote,)), "en")
    assert len(html) < 2 * MOST_SHOWN
    assert re.findall(r'<mark class="is-current"[^>]*>([^<]*)</mark>', html) == ["x" * 99]
    assert 'data-start="2410000"' in html and 'data-start="2530000"' in html
    first = article_page(article, None, "en")
    assert "Show the part before" not in first and "Show the part after" in first
    last = article_page(article, None, "en", start=10**11)
    assert "Show the part before" in last and "Show the part after" not in last


@pytest.mark.parametrize(
    ("length", "at"), [(10, None), (MOST_SHOWN, 5), (MOST_SHOWN + 1, None), (3 * MOST_SHOWN, 70_000)]
)
def test_parts_are_bounded_and_reach_the_end(length: int, at: int | None) -> None:
    text, seen = "x" * length, 0
    shown = part(text, 0)
    while True:
        assert shown.start <= seen < shown.end and shown.end - shown.start <= MOST_SHOWN + MOST_SHOWN // 8
        seen = shown.end
        if seen == length:
            break
        shown = part(text, seen)


# The door


def test_other_addresses_need_sign_in() -> None:
    assert checked_host("127.0.0.2", signs_in=False) == "127.0.0.2"
    for host in ("0.0.0.0", "::", "192.168.1.5", "kho.example"):
        with pytest.raises(SettingsError, match="rag user add"):
            checked_host(host, signs_in=False)


def test_sessions_end(tmp_path: Path) -> None:
    now = [0.0]
    sessions, of_another_process = (Sessions(tmp_path, lambda: now[0]) for _ in range(2))
    token = sessions.begin("an")
    assert of_another_process.user(token) == "an"
    assert sessions.user(token) == "an" and sessions.user(None) is None and sessions.user("x") is None
    now[0] = SECONDS + 1
    assert sessions.user(token) is None
    other = sessions.begin("an")
    of_another_process.end(other)
    assert sessions.user(other) is None
    assert token not in (tmp_path / "conversations.sqlite3").read_bytes().decode("latin-1")


def test_no_text_is_left_over() -> None:
    ui = Path(__file__).resolve().parents[1] / "ui"
    files = [*ui.glob("*.py"), *(ui / "templates").glob("*.html")]
    used = "\n".join(path.read_text(encoding="utf-8") for path in files if not path.name.startswith("texts"))
    assert [key for key in TEXTS if f'"{key}"' not in used and f"'{key}'" not in used] == []


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "Verbatim quotes, no model writes"),
        ({"llm_model": "local"}, "Written by the model on this machine, every sentence checked"),
        ({"llm_base_url": "http://127.0.0.1:9/v1", "llm_model": "tiny"}, "Written by tiny, every sentence checked"),
    ],
)
def test_the_page_says_what_answers(tmp_path: Path, settings: dict[str, Any], expected: str) -> None:
    with NewsQA.open(settings=Settings(home=tmp_path, **settings)) as qa:
        assert expected in Desk(qa).archive_line("en")
