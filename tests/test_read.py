"""The reader: tokens with their characters, what it is given, and what it makes of small texts in both languages."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.embed.tokeniser import installed_tokeniser
from rag.read.layout import MAX_QUESTION, laid_out
from rag.read.pieces import PieceCutter
from rag.read.reader import LONGEST, Reader, Text, _trimmed, default_reader
from rag.text.sentences import sentences
from rag.types import Span

START, END = 0, 2


@pytest.fixture(scope="module")
def cutter() -> PieceCutter:
    return PieceCutter(installed_tokeniser())


@pytest.fixture(scope="module")
def reader() -> Reader:
    found = default_reader()
    assert found
    return found


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(max_size=80))
@example("Phà Cửa Đại … tăng 7,09%")
@example("ﷺ ﷺﷺ x")
@example("é" * 30)
def test_pieces_stand_for_characters_in_order(cutter: PieceCutter, text: str) -> None:
    pieces = cutter.cut(text)
    assert len(pieces.ids) == len(pieces.starts) == len(pieces.ends)
    assert all(0 <= start <= end <= len(text) for start, end in zip(pieces.starts, pieces.ends, strict=True))
    assert list(pieces.starts) == sorted(pieces.starts)
    assert list(pieces.ends) == sorted(pieces.ends)


@pytest.mark.parametrize("text", ["Giá cà phê hôm nay ra sao?", "The harbour reopened on 3 May.", "TP.HCM: 6.700 tỷ"])
def test_pieces_cover_every_letter_and_are_the_embedders(cutter: PieceCutter, text: str) -> None:
    pieces = cutter.cut(text)
    assert list(pieces.ids) == installed_tokeniser().ids(text)
    covered = "".join(text[start:end] for start, end in zip(pieces.starts, pieces.ends, strict=True))
    assert covered == text.replace(" ", "")


def test_a_row_holds_the_question_the_title_and_the_text(cutter: PieceCutter) -> None:
    row = laid_out(cutter, "Who?", "Ferry", "It sank. Ada spoke.", LONGEST)
    assert [row.ids[0], row.ids[row.second - 1], row.ids[row.text - 1], row.ids[-1]] == [START, END, END, END]
    assert row.ids[row.text : -1] == row.pieces.ids == cutter.cut("It sank. Ada spoke.").ids
    first, last = row.tokens_of(Span(9, 12)) or (0, 0)
    assert cutter.cut("Ada").ids == row.ids[first : last + 1]
    untitled = laid_out(cutter, "Who?", "", "It sank.", LONGEST)
    assert untitled.ids.count(END) == 2


def test_a_row_is_never_too_long(cutter: PieceCutter) -> None:
    row = laid_out(cutter, "why " * 500, "title " * 500, "word " * 500, LONGEST)
    assert len(row) == LONGEST
    assert row.second <= MAX_QUESTION + 5
    assert row.tokens_of(Span(0, 4)) == (row.text, row.text)
    assert row.tokens_of(Span(2490, 2494)) is None


FERRY = Text(
    "Ferry Saltmarsh runs aground",
    "The ferry Saltmarsh ran aground on Tuesday near Holm. Its captain, Ada Pine, said nobody was hurt.",
    (Span(0, 53), Span(54, 97)),
)
PHA = "Phà Gò Nổi mắc cạn hôm thứ Ba. Thuyền trưởng, bà Lê Thị Sáu, cho biết không ai bị thương."


@pytest.mark.parametrize(
    "question", ["Who is the captain of the ferry Saltmarsh?", "Thuyền trưởng phà Saltmarsh là ai?"]
)
def test_the_sentence_that_answers_is_found_though_it_does_not_name_the_subject(reader: Reader, question: str) -> None:
    ((about, answer),) = reader.read(question, [FERRY])
    assert answer.log_odds > about.log_odds + 2
    assert answer.answer is not None
    assert FERRY.text[answer.answer.start : answer.answer.end] == "Ada Pine"


def test_another_language_is_read_as_well(reader: Reader) -> None:
    text = Text("", PHA, tuple(sentences(PHA)))
    ((_, answer),) = reader.read("Who captained the ferry?", [text])
    assert answer.answer is not None
    assert "Lê Thị Sáu" in PHA[answer.answer.start : answer.answer.end]


def test_what_is_not_said_is_less_likely_than_what_is(reader: Reader) -> None:
    ((_, said),) = reader.read("Who is the captain of the ferry Saltmarsh?", [FERRY])
    ((_, not_said),) = reader.read("Who owns the ferry Saltmarsh?", [FERRY])
    assert said.log_odds > not_said.log_odds + 2


def test_texts_are_read_alike_in_any_company(reader: Reader) -> None:
    other = Text("", PHA, tuple(sentences(PHA)))
    question = "Who is the captain?"
    together = reader.read(question, [FERRY, other, FERRY])
    assert together[0] == together[2]
    for text, read in zip([FERRY, other], together, strict=False):
        ((alone),) = reader.read(question, [text])
        assert [one.answer for one in read] == [one.answer for one in alone]
        assert [one.log_odds for one in read] == pytest.approx([one.log_odds for one in alone], abs=0.05)


def test_a_sentence_beyond_what_is_read_has_no_answer(reader: Reader) -> None:
    long = "The crew was praised by everybody in the harbour that day. " * 40
    text = Text("", long, (Span(0, 58), Span(len(long) - 59, len(long) - 1)))
    ((read, unread),) = reader.read("Who was praised?", [text])
    assert read.answer is not None
    assert (unread.answer, unread.log_odds) == (None, -math.inf)


def test_nothing_to_read(reader: Reader) -> None:
    assert reader.read("Who?", []) == []


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [
        ("on 19 June 2024.", "on 19 June 2024"),
        ("“Ada Pine”,", "Ada Pine"),
        ("…", "…"),
        ("7,09%", "7,09%"),
        ("(a) b", "a) b"),
    ],
)
def test_an_answer_ends_with_its_words(text: str, trimmed: str) -> None:
    span = _trimmed(text, 0, len(text))
    assert text[span.start : span.end] == trimmed
