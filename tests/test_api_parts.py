"""The API's pure parts: what a chat shows of an answer, streamed text, lines of the log."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.answer.compose import settled, shown_sentence
from rag.engine.pieces import Pieces
from rag.server.asking import Stop, events
from rag.server.footnotes import harmless, notes, without_notes
from rag.server.jsonline import json_line
from rag.server.line import Queue
from rag.server.logs import JsonLines
from rag.server.sse import event
from rag.types import Answer, AnswerEvent, AnswerSentence, Citation, Filters, Settled, Turn

CITATION = Citation(
    1, "a1", "Bridge opens", "Courier", "2026-04-29", "en", "a.md", "https://c.example/a", 0, 9, "It opened", 0.9
)
SUPPORTED = AnswerSentence("It opened.", (1,), "supported")
DOUBTED = AnswerSentence("It rained.", (), "unchecked", "No quote says so.")
ANSWER = Answer("q", "It opened [1].", True, "en", "llm", (SUPPORTED,), (CITATION,), model="tiny")


def event_of(sentence: AnswerSentence, *, new_line: bool = False) -> Settled:
    return Settled(sentence, (), shown_sentence(sentence, new_line))


# Turns


class LingeringEngine:
    """Has work left once its answer is known."""

    def stream(
        self, question: str, *, filters: Filters | None = None, history: Sequence[Turn] = ()
    ) -> Iterator[AnswerEvent]:
        yield ANSWER
        time.sleep(0.2)


def test_who_has_the_answer_has_given_the_turn_back() -> None:
    # Else the next question, asked at once, would be a second one of theirs and stand behind all who come meanwhile.
    line = Queue(at_once=1)
    told = events(LingeringEngine(), line, "ann", "q", Filters(), (), Stop())
    assert next(told) == ANSWER
    assert line.length() == (0, 0)
    assert list(told) == []


# Streamed text


def test_pieces_put_together_are_the_text() -> None:
    pieces = Pieces()
    assert pieces.settled(event_of(SUPPORTED)) == "It opened [1]."
    # What is doubted waits for a sentence that stands.
    assert pieces.settled(event_of(DOUBTED, new_line=True)) == ""
    assert pieces.settled(event_of(SUPPORTED)) == "\nIt rained. It opened [1]."
    assert pieces.settled(event_of(DOUBTED)) == ""
    text = "It opened [1].\nIt rained. It opened [1]. It rained."
    assert pieces.answered(replace(ANSWER, text=text)) == " It rained."


def test_nothing_doubted_is_given_out_before_quotes_take_its_place() -> None:
    pieces = Pieces()
    assert pieces.settled(event_of(DOUBTED)) == ""
    quoted = replace(ANSWER, text="“It opened” [1]", engine="quotes")
    assert [pieces.settled(one) for one in settled(quoted) if isinstance(one, Settled)] == [""]
    assert pieces.answered(quoted) == "“It opened” [1]"


def test_another_answer_follows_whole() -> None:
    pieces = Pieces()
    pieces.settled(event_of(SUPPORTED))
    assert pieces.answered(replace(ANSWER, text="Other [1].")) == "\n\nOther [1]."


# Footnotes


def test_notes() -> None:
    assert notes(ANSWER, sources=False) == ""
    shown = "\n\n---\n\n[1] Courier · 29 April 2026 · Bridge opens: “It opened” <https://c.example/a>"
    assert notes(ANSWER, sources=True) == shown
    unknown = replace(CITATION, source=None, title=None, published=None, url="javascript:alert(1)")
    assert notes(replace(ANSWER, citations=(unknown,)), sources=True).endswith("“It opened”")
    doubtful = replace(ANSWER, sentences=(SUPPORTED, DOUBTED), notice="One line.")
    assert notes(doubtful, sources=False) == "\n\n---\n\nCould not be checked: It rained.\n\nOne line."
    assert without_notes(ANSWER.text + shown) == ANSWER.text


@pytest.mark.parametrize(
    "text",
    [
        "![p](https://evil.example/p.png)", "[click](javascript:alert(1))", "[a][b]\n\n[b]: https://evil.example",
        "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "&lt;b&gt; &#60;", "[1](https://evil.example)",
        "[1]: https://evil.example\n\n[1]", "`<b>` ![x]", "<https://evil.example>", "\\![p](https://evil.example/p.png)",
        "\\\\[click](https://evil.example)", "<!-- --> <?php ?> </div>",
    ],
)  # fmt: skip
def test_markup_shows_as_words(text: str) -> None:
    html = MarkdownIt("commonmark", {"html": True}).render(harmless(text))
    assert not any(element in html for element in ("<img", "<a ", "<script", "<!--", "</div>", "<?php"))


@given(st.text(alphabet="\\![]()<>:`&#1a/ \n", max_size=40))
def test_no_text_becomes_an_image_or_a_link(text: str) -> None:
    html = MarkdownIt("commonmark", {"html": True}).render(harmless(text))
    assert "<img" not in html and "<a " not in html and "<a>" not in html


def test_plain_words_stay_as_they_are() -> None:
    text = "“Giá vàng 7,09% (SJC)!” [1][2]\n5 < 6 & 7 > 3; tác giả: A* [3]."
    assert harmless(text) == text


# Lines


@given(st.text())
def test_a_line_is_one_line_and_keeps_its_value(text: str) -> None:
    line = json_line({"text": text})
    assert len(line.splitlines()) == 1
    line.encode()
    assert json.loads(line) == {"text": text}
    (written,) = [row for row in event("answer", text).split("\n") if row.startswith("data: ")]
    assert json.loads(written.removeprefix("data: ")) == text


def test_the_log_tells_an_error_without_its_words() -> None:
    try:
        raise ValueError("the secret question")
    except ValueError:
        record = logging.LogRecord("rag", logging.ERROR, "x.py", 1, "unexpected %s", ("error\n{",), sys.exc_info())
    record.fields = {"path": "/a\n{}" + "x" * 5000}
    line = JsonLines().format(record)
    read = json.loads(line)
    assert "\n" not in line and "secret" not in line
    assert (read["event"], read["error"], read["level"]) == ("unexpected error\n{", "ValueError", "error")
    assert len(read["path"]) == 2001
    assert "test_api_parts.py" in read["at"][0]
