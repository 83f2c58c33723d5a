"""What the command line prints, for programs and for people, also where the text is hostile."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.commands import pages, plain, terminal
from rag.doctor.check import Check
from rag.store.rows import ArticleInfo
from rag.types import (
    Answer,
    AnswerEvent,
    AnswerSentence,
    Article,
    Citation,
    Draft,
    Failure,
    IngestReport,
    Settled,
    Span,
)

HOSTILE = "đỏ \x1b[31m\x9b2J\u202eesrever\u2066\x07\r[bold]tệ[/bold] :smile: \ud800"
ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None], int], str]:
    """What a call shows on a terminal so many columns wide, with the colours."""

    def shown(call: Callable[[], None], columns: int) -> str:
        screen = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", screen)
            patch.setenv("COLUMNS", str(columns))
            patch.setenv("TERM", "xterm-256color")
            call()
        return screen.getvalue()

    return shown


def uncoloured(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def rows(text: str) -> list[str]:
    return [line.rstrip() for line in uncoloured(text).split("\n")]


def citation(marker: int = 1, **changed: object) -> Citation:
    fields: dict[str, object] = {
        "marker": marker, "article_id": "a1", "title": "Chợ nổi mở lại", "source": "Báo Lá Dừa", "language": "vi",
        "published": "2024-06-19", "path": "bao/cho-noi.md", "url": None, "start": 12, "end": 40,
        "quote": "Chợ mở lại.", "score": 0.5,
    }  # fmt: skip
    return Citation(**{**fields, **changed})  # type: ignore[arg-type]


def answered(text: str, *citations: Citation, language: str = "vi") -> Answer:
    return Answer("?", text, True, language, "quotes", citations=citations)


NOT_FOUND = Answer("?", "The archive does not say.", False, "en", "quotes", nearest=("Ferry fares", "A [new] bridge"))


def test_plain_answer(capsys: pytest.CaptureFixture[str]) -> None:
    plain.answer(answered("“Chợ mở lại.” [1]", citation()))
    assert capsys.readouterr().out == (
        "“Chợ mở lại.” [1]\n\n[1] Báo Lá Dừa · 19/6/2024 · Chợ nổi mở lại · bao/cho-noi.md:12-40\n"
    )


def test_plain_answer_in_english_with_what_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    unknown = citation(source=None, published=None, title=None, path="")
    plain.answer(answered("“It reopened.” [1] “So it did.” [2]", citation(), unknown, language="en"))
    assert capsys.readouterr().out.splitlines()[2:] == [
        "[1] Báo Lá Dừa · 19 June 2024 · Chợ nổi mở lại · bao/cho-noi.md:12-40",
        "[1] Unknown outlet · undated · a1:12-40",
    ]


def test_the_words_that_answer_are_bold_on_a_terminal(on_terminal: Callable[..., str]) -> None:
    marked = citation(start=12, end=23, answer_start=16, answer_end=22)
    shown = on_terminal(lambda: pages.answer(answered("“Chợ mở lại.” [1]", marked)), 80)
    assert "Chợ \x1b[1mmở lại\x1b[0m." in shown
    unmarked = on_terminal(lambda: pages.answer(answered("“Chợ mở lại.” [1]", citation())), 80)
    assert "\x1b[1mmở" not in unmarked


WRITTEN = Answer(
    "?", "It reopened [1]. It is blue.", True, "en", "llm",
    sentences=(
        AnswerSentence("It reopened.", (1,), "supported"),
        AnswerSentence("It is blue.", (), "unsupported", "No article says so."),
    ),
    citations=(citation(),), model="tiny", notice="The answer was cut off.",
)  # fmt: skip


def test_a_written_answer_shows_quotes_doubts_and_the_notice(
    capsys: pytest.CaptureFixture[str], on_terminal: Callable[..., str]
) -> None:
    plain.answer(WRITTEN)
    assert capsys.readouterr().out.splitlines() == [
        "It reopened [1]. It is blue.",
        "Not supported: It is blue. (No article says so.)",
        "The answer was cut off.",
        "",
        f"[1] Báo Lá Dừa · 19 June 2024 · Chợ nổi mở lại · bao/cho-noi.md:12-40 · “{WRITTEN.citations[0].quote}”",
    ]
    page = rows(on_terminal(lambda: pages.answer(WRITTEN), 80))
    assert "  Not supported: It is blue. (No article says so.)" in page
    assert f"      {WRITTEN.citations[0].quote}" in page


def test_streaming_ends_in_the_answer_alone(
    capsys: pytest.CaptureFixture[str], on_terminal: Callable[..., str]
) -> None:
    def events() -> Iterator[AnswerEvent]:
        yield Draft("It reo")
        yield Settled(WRITTEN.sentences[0], WRITTEN.citations)
        yield Draft("")
        yield WRITTEN

    plain.stream(events())
    streamed = capsys.readouterr().out
    plain.answer(WRITTEN)
    assert streamed == capsys.readouterr().out
    assert on_terminal(lambda: pages.stream(events()), 80).endswith(on_terminal(lambda: pages.answer(WRITTEN), 80))


def test_plain_answer_is_not_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    plain.answer(answered("“" + "dài " * 200 + "” [1]", citation()))
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_nothing_found_offers_titles(capsys: pytest.CaptureFixture[str]) -> None:
    plain.answer(NOT_FOUND)
    assert capsys.readouterr().out == (
        "The archive does not say.\n\nNearest articles:\n- Ferry fares\n- A [new] bridge\n"
    )


def test_page_hangs_the_opening_mark_and_wraps(on_terminal: Callable[..., str]) -> None:
    text = "“Chợ nổi mở lại sau hai tuần sửa cầu tàu, bà con mừng.” [1]"
    page = on_terminal(lambda: pages.answer(answered(text, citation())), 40)
    assert rows(page) == [
        " “Chợ nổi mở lại sau hai tuần sửa cầu",
        "  tàu, bà con mừng.” [1]",
        "",
        "  [1] Báo Lá Dừa · 19/6/2024 · Chợ nổi",
        "      mở lại",
        "      bao/cho-noi.md:12-40",
        "",
    ]


def test_page_of_nothing_found(on_terminal: Callable[..., str]) -> None:
    page = on_terminal(lambda: pages.answer(NOT_FOUND), 60)
    assert rows(page) == [
        "  The archive does not say.", "", "  Nearest articles:", "  - Ferry fares", "  - A [new] bridge", "",
    ]  # fmt: skip


def test_colours_only_where_wanted(on_terminal: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    def call() -> None:
        pages.answer(answered("“A.” [1]", citation()))

    assert "\x1b[1;36m[1]" in on_terminal(call, 60)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "36m" not in on_terminal(call, 60)


def test_list(capsys: pytest.CaptureFixture[str], on_terminal: Callable[..., str]) -> None:
    info = ArticleInfo(
        "0123456789ab", "Giá\tvé [tàu] tăng từ đầu tháng", None, None, "2024-06", "vi", None, "a.md", 9, "s"
    )
    plain.articles([info])
    assert capsys.readouterr().out == "0123456789ab\t2024-06\t\tvi\tGiá vé [tàu] tăng từ đầu tháng\n"
    assert rows(on_terminal(lambda: pages.articles([info]), 60)) == [
        "id            date        outlet        lang  title",
        "0123456789ab  2024-06                   vi    Giá vé [tàu] …",
        "",
    ]


def test_show_dims_what_may_not_be_quoted(on_terminal: Callable[..., str]) -> None:
    article = Article("a1", "Tin.\nQUẢNG CÁO\nHết.", title="Tin", unquotable=(Span(5, 14),))
    page = on_terminal(lambda: pages.article(article), 60)
    assert "\x1b[2mQUẢNG CÁO\x1b[0m" in page
    assert rows(page)[-4:] == ["Tin.", "QUẢNG CÁO", "Hết.", ""]


def test_show_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    plain.article(Article("a1", "Một.\n\tHai.", title="Tin", path="a.md"))
    assert capsys.readouterr().out == (
        "id: a1\ntitle: Tin\nlanguage: und\npath: a.md\ncharacters: 10\n\nMột.\n\tHai.\n"
    )


def test_report(capsys: pytest.CaptureFixture[str], on_terminal: Callable[..., str]) -> None:
    report = IngestReport(added=40, unchanged=2, failed=(Failure("x", "y"),), passages=90, seconds=1.25)
    plain.report(report)
    assert capsys.readouterr().out == "added 40  updated 0  unchanged 2  removed 0  failed 1\n"
    header, numbers, *_ = rows(on_terminal(lambda: pages.report(report), 80))
    assert header.split() == ["added", "updated", "unchanged", "removed", "failed"]
    assert numbers.split() == ["40", "0", "2", "0", "1"]


def test_checks(capsys: pytest.CaptureFixture[str], on_terminal: Callable[..., str]) -> None:
    checks = [Check("home", "ok", "fine"), Check("disk", "problem", "full", "free some space")]
    plain.checks(checks)
    assert capsys.readouterr().out == ("ok       home       fine\nproblem  disk       full -> free some space\n")
    assert rows(on_terminal(lambda: pages.checks(checks), 60)) == [
        "ok       home  fine", "problem  disk  full", "               free some space", "",
    ]  # fmt: skip


def hostile_prints() -> list[tuple[object, object]]:
    info = ArticleInfo(HOSTILE, HOSTILE, HOSTILE, None, None, "vi", None, HOSTILE, 9, "s")
    article = Article("a1", HOSTILE, title=HOSTILE, path=HOSTILE, unquotable=(Span(0, 5),))
    cited = answered(HOSTILE, citation(title=HOSTILE, source=HOSTILE, path=HOSTILE))
    unsaid = Answer("?", HOSTILE, False, "vi", "quotes", nearest=(HOSTILE,))
    check = Check("home", "problem", HOSTILE, HOSTILE)
    return [
        (module, call)
        for module in (plain, pages)
        for call in (
            lambda m: m.answer(cited), lambda m: m.answer(unsaid), lambda m: m.articles([info]),
            lambda m: m.article(article), lambda m: m.checks([check]),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(("module", "call"), hostile_prints())
def test_hostile_text_is_shown_not_obeyed(
    module: object, call: Callable[[object], None], on_terminal: Callable[..., str]
) -> None:
    shown = uncoloured(on_terminal(lambda: call(module), 400))
    assert not ESCAPES.search(shown)
    assert "[bold]tệ[/bold] :smile:" in shown


def test_safe_text_keeps_offsets() -> None:
    assert terminal.safe("a\x1b[0mb\n\tc\u202ed") == "a\ufffd[0mb\n\tc\ufffdd"


@given(st.text())
def test_safe_text_is_as_long_and_printable(text: str) -> None:
    assert len(terminal.safe(text)) == len(text)
    assert not ESCAPES.search(terminal.safe(text))
    assert "\n" not in terminal.safe_line(text)
    terminal.safe(text).encode("utf-8")


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_keeps_its_value_and_steers_no_terminal(value: object) -> None:
    written = terminal.json_line(value)
    assert json.loads(written) == value
    assert not ESCAPES.search(written)
    assert "\n" not in written


def test_json_is_readable_vietnamese() -> None:
    assert terminal.json_line({"a": "Đà Nẵng\x9b"}) == '{"a": "Đà Nẵng\\u009b"}'
