"""Pieces of a model's text become whole sentences, whatever the pieces are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.received import Received, SentenceReader

PROPERTY = settings(derandomize=True, deadline=None, max_examples=150)


def read_in(pieces: list[str]) -> list[Received]:
    reader = SentenceReader()
    found = [sentence for piece in pieces for sentence in reader.feed(piece)]
    return [*found, *reader.finish()]


def texts(pieces: list[str]) -> list[str]:
    return [received.text for received in read_in(pieces)]


def test_a_marker_behind_the_stop_belongs_to_the_sentence_before() -> None:
    text = "Ông Tấn cắt băng. [kbdf] [mnpq] Cầu dài 840 m [kbdf]. Hết giờ"
    expected = ["Ông Tấn cắt băng. [kbdf] [mnpq]", "Cầu dài 840 m [kbdf].", "Hết giờ"]
    assert texts([text]) == expected
    assert texts(list(text)) == expected


def test_a_sentence_comes_only_once_the_next_one_has_begun() -> None:
    reader = SentenceReader()
    assert list(reader.feed("Cầu thông xe ở TP.")) == []
    assert list(reader.feed(" HCM tốn 1.")) == []
    assert list(reader.feed("5 tỷ đồng.")) == []
    assert list(reader.feed(" [kb")) == []
    assert list(reader.feed("df] Xe")) == []
    assert [one.text for one in reader.feed(" qua")] == ["Cầu thông xe ở TP. HCM tốn 1.5 tỷ đồng. [kbdf]"]
    assert reader.pending.strip() == "Xe qua"


def test_lines_are_kept_apart() -> None:
    assert read_in(["Two reasons:\n- The flood came.\n- The dam broke"]) == [
        Received("Two reasons:"),
        Received("- The flood came.", new_line=True),
        Received("- The dam broke", new_line=True, cut=True),
    ]


def test_what_has_no_end_is_said_to_be_cut() -> None:
    assert [one.cut for one in read_in(["It opened. And then the"])] == [False, True]
    assert [one.cut for one in read_in(["It opened. It closed. [kbdf]"])] == [False, False]


@PROPERTY
@given(st.text(alphabet='aB. \n[]kbdf!ệ1"”', max_size=120), st.integers(1, 7))
def test_nothing_is_lost_or_doubled(text: str, size: int) -> None:
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    joined = "".join("".join(texts(pieces)).split())
    assert joined == "".join(text.split())


@PROPERTY
@given(st.integers(1, 9))
def test_pieces_do_not_matter(size: int) -> None:
    text = "Ông Tấn nói: “Không.” [kbdf] Cầu dài 840 m [mnpq]. Ngày 5/3/2031, cầu mở cửa.\nHết rồi."
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert texts(pieces) == texts([text])
