"""Conversations as files: what a reader of Markdown shows, what JSON holds, what becomes an evaluation case."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from eval.cases import load
from rag.answer.messages import DISAGREE
from rag.types import Answer, AnswerSentence, Citation, Filters, Turn
from ui.conversation import Conversation, Exchange, Rating
from ui.export import as_cases, as_json, as_markdown, file_name
from ui.markdown import escaped, link

FERRY = Citation(
    1, "a1", "Phà sông Mây", "Báo Lá Dừa", "2024-03-05", "vi", "tin/pha.md", None, 0, 20, "Chuyến cuối 21 giờ.", 0.9
)
LAMP = Citation(
    2, "a2", "Old lighthouse", "The Reed Post", "2024-04", "en", "lamp.md", "https://reed.example/a?b=1", 5, 28,
    "The lighthouse reopens.", 0.8,
)  # fmt: skip
QUOTED = Answer(
    "Phà?", f"{DISAGREE['vi']}\n“Chuyến cuối 21 giờ.” [1]\n“The lighthouse reopens.” [2]", True, "vi", "quotes",
    (AnswerSentence(FERRY.quote, (1,), "supported"), AnswerSentence(LAMP.quote, (2,), "supported")), (FERRY, LAMP),
).to_dict()  # fmt: skip
WRITTEN = Answer(
    "When?", "It reopens [1]. Soon.", True, "en", "llm",
    (AnswerSentence("It reopens.", (2, 9), "supported"), AnswerSentence("Soon.", (), "unsupported", "no quote")),
    (LAMP,), model="small", notice="One sentence was withheld.",
).to_dict()  # fmt: skip
SILENT = Answer("Why?", "The archive does not say.", False, "en", "quotes").to_dict()


def conversation(*exchanges: Exchange, title: str = "Phà?") -> Conversation:
    return Conversation("c0ffee00aa", title, "2026-05-01T09:30:00Z", "2026-05-01T09:31:00Z", exchanges)


def exchange(turn: int, question: str, answer: dict[str, Any], filters: Filters | None = None) -> Exchange:
    return Exchange(turn, question, answer, filters or Filters(), "2026-05-01T09:30:00Z")


def test_a_conversation_as_markdown() -> None:
    limits = Filters(since="2024", sources=("Báo Lá Dừa",))
    shown = as_markdown(
        conversation(exchange(1, "Phà?", QUOTED, limits), exchange(2, "When?", WRITTEN), exchange(3, "Why?", SILENT)),
        "vi",
    )
    assert (
        shown
        == """# Phà?

2026-05-01T09:30:00Z – 2026-05-01T09:31:00Z

## Phà?

*Giới hạn: Từ ngày 2024, Báo Lá Dừa*

Các nguồn đưa những con số sau:

- “Chuyến cuối 21 giờ.”[^1]
- “The lighthouse reopens.”[^2]

## When?

It reopens.[^2] Soon. *(Không có nguồn xác nhận: no quote)*

> One sentence was withheld.

## Why?

The archive does not say.

[^1]: Báo Lá Dừa, 5/3/2024, Phà sông Mây, “Chuyến cuối 21 giờ.”, tin/pha.md

[^2]: The Reed Post, 4/2024, Old lighthouse, “The lighthouse reopens.” (nguyên văn tiếng Anh), <https://reed.example/a?b=1>
"""
    )


def test_an_answer_of_an_earlier_version_is_exported_too() -> None:
    old = {"question": "Q?", "text": "It is so.\nTruly.", "found": True}
    assert "\n\nIt is so.\n\nTruly.\n" in as_markdown(conversation(exchange(1, "Q?", old)), "en")
    assert as_markdown(conversation(), "en").startswith("# Phà?\n\n2026")


# Text is only text

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![pixel](https://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "[^1]: forged, 2024, title",
    "[1]: https://evil.example",
    "<https://evil.example>",
    "https://evil.example www.evil.example",
    "# heading #",
    "- item",
    "+ item",
    "1. item",
    "1986\\. item",
    "> quote",
    "```sh",
    "~~~",
    "    code",
    "a | b\n--- | ---\n1 | 2",
    "***bold*** __under__ `code` ~~gone~~ $math$",
    "&lt;b&gt; &#106;avascript: &copy;",
    "back\\slash \\",
    "title\n===",
    "---",
    "{{ template }} {%raw%}",
    "text  \nbreak",
    "\\<b>",
]


def parsed(text: str) -> list[Token]:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)


def shown(markdown: str) -> str:
    """The characters of a single paragraph that holds nothing but text."""
    opened, inline, closed = parsed(markdown)
    assert (opened.type, closed.type) == ("paragraph_open", "paragraph_close")
    assert {child.type for child in inline.children or []} <= {"text"}
    return "".join(child.content for child in inline.children or [])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    assert shown(escaped(text)) == " ".join(text.split())
    # Some readers make links of addresses themselves, unless a backslash stands in them.
    assert not re.search(r"(?<!\\)://|www\.", escaped(text).replace("\\.", ""))


@example("://")
@given(st.text(max_size=200) | st.text(alphabet="\\`*_{}[]()#+-.!|<>&;:/~=^$@\"' \n1aw", max_size=60))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    line = " ".join(text.split())
    seen = "".join("\ufffd" if hides(char) else char for char in line)
    if line:
        assert shown(escaped(text)) == seen
    assert "\n" not in escaped(text)


def hides(char: str) -> bool:
    code = ord(char)
    ranges = ((0, 0x1F), (0x7F, 0x9F), (0x2028, 0x202E), (0x2066, 0x2069), (0xD800, 0xDFFF))
    return any(low <= code <= high for low, high in ranges)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_leaves_its_place(text: str) -> None:
    """Wherever it stands, the document keeps its blocks and gains no link, picture or HTML."""
    citation = {
        **FERRY.to_dict(), "title": text, "source": text, "path": text, "url": text, "quote": text, "language": "xx",
    }  # fmt: skip
    sentence = {"text": text, "citations": [1], "verdict": "unsupported", "reason": text}
    hostile = {**WRITTEN, "text": text, "sentences": [sentence], "citations": [citation], "notice": text}
    calm = {
        **hostile, "sentences": [{**sentence, "text": "x", "reason": "x"}], "notice": "x",
        "citations": [{**citation, "title": "x", "source": "x", "path": "x", "url": "x", "quote": "x"}],
    }  # fmt: skip
    filters = Filters(since=text, sources=(text,))
    tokens = parsed(as_markdown(conversation(exchange(1, text, hostile, filters), title=text), "en"))
    expected = parsed(as_markdown(conversation(exchange(1, "x", calm, Filters("x", None, ("x",))), title="x"), "en"))
    assert [token.type for token in tokens] == [token.type for token in expected]
    inner = {child.type for token in tokens for child in token.children or []}
    assert inner <= {"text", "em_open", "em_close", "link_open", "link_close"}
    links = [child.attrs["href"] for token in tokens for child in token.children or [] if child.type == "link_open"]
    assert links == []


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://reed.example/tin-tuc/a_b(1).html?x=1&y=%20#top", True),
        ("http://reed.example:8080", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://a.example/> <script>", False),
        ("https://a.example/\nx", False),
        ("https://user:word@a.example/", False),
        ("https://reed.example/\u202ex", False),
        ("file:///etc/passwd", False),
        ("//evil.example", False),
    ],
)
def test_links(address: str, is_link: bool) -> None:
    assert (link(address) == f"<{address}>") is is_link
    inline = parsed(link(address))[1].children or []
    assert any(child.type == "link_open" for child in inline) is is_link


# JSON and cases


def test_json_holds_everything() -> None:
    kept = conversation(exchange(1, "Phà\u202e?", {**QUOTED, "odd": "\ud800"}, Filters(since="2024")))
    written = as_json(kept)
    written.encode()
    assert "\u202e" not in written
    loaded = json.loads(written)
    assert (loaded["version"], loaded["title"]) == (1, "Phà?")
    assert loaded["exchanges"][0]["answer"] == {**QUOTED, "odd": "\ud800"}
    assert loaded["exchanges"][0]["question"] == "Phà\u202e?"
    assert loaded["exchanges"][0]["filters"] == {
        "since": "2024",
        "until": None,
        "sources": [],
        "languages": [],
        "authors": [],
    }


def rating(answer: dict[str, Any], up: bool, reason: str = "") -> Rating:
    history = (Turn("user", "Trước?"), Turn("assistant", "Rồi."))
    rated = "2026-05-01T09:30:00Z"
    return Rating("an", "c0ffee00aa", 2, 7, up, reason, rated, "Phà?", answer, Filters(until="2024"), history)


def test_ratings_as_cases() -> None:
    lines = as_cases([rating(QUOTED, True), rating(WRITTEN, False, "sai giờ"), rating(SILENT, True)]).splitlines()
    good, bad, silent = (json.loads(line) for line in lines)
    assert good == {
        "id": "feedback-c0ffee00-7",
        "split": "dev",
        "question": "Phà?",
        "history": [{"role": "user", "content": "Trước?"}, {"role": "assistant", "content": "Rồi."}],
        "language": "vi",
        "kind": "feedback",
        "answerable": True,
        "expected": [],
        "gold": [
            {"file": "tin/pha.md", "quote": "Chuyến cuối 21 giờ.", "part": 0, "start": 0},
            {"file": "lamp.md", "quote": "The lighthouse reopens.", "part": 0, "start": 5},
        ],
        "filters": {"to": "2024"},
        "note": "",
    }
    assert (bad["answerable"], bad["gold"], bad["note"], bad["language"]) == (True, [], "sai giờ", "en")
    assert (silent["answerable"], silent["gold"]) == (False, [])
    assert "an" not in good.values()


def test_rated_cases_are_read_by_the_evaluation(tmp_path: Path) -> None:
    """A thumb up, a thumb down that waits for a person to say what answers, a right refusal, and small talk."""
    greeting = Answer("hello", "Hello!", True, "en", "quotes").to_dict()
    written = as_cases([rating(QUOTED, True), rating(WRITTEN, False), rating(SILENT, True), rating(greeting, True)])
    lines = [line.replace('-7"', f'-{number}"') for number, line in enumerate(written.splitlines())]
    (tmp_path / "ratings.jsonl").write_text("\n".join(lines), encoding="utf-8")
    good, bad, silent, small_talk = load(tmp_path / "ratings.jsonl")
    assert [gold.start for gold in good.gold] == [FERRY.start, LAMP.start]
    assert good.filters == Filters(until="2024")
    assert (bad.answerable, bad.gold, silent.answerable, small_talk.gold) == (True, (), False, ())


def test_only_supported_sentences_make_gold() -> None:
    answer = {**QUOTED, "sentences": [{**QUOTED["sentences"][0], "verdict": "unchecked"}, QUOTED["sentences"][1]]}
    assert [gold["file"] for gold in json.loads(as_cases([rating(answer, True)]))["gold"]] == ["lamp.md"]


def test_file_names() -> None:
    assert file_name(conversation(title="Giá vàng / 5-3?"), ".md") == "Giá vàng - 5-3_.md"
    assert file_name(conversation(title=""), ".json") == "c0ffee00aa.json"
