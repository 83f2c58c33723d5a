"""Sentences are character ranges of the text: none lost, none crossing a line, none broken at an abbreviation."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.sentences import MAX_SENTENCE, sentences

PROPERTY = settings(derandomize=True, deadline=None, max_examples=150)

# Pieces that news text is made of, good and bad, put together in any order.
PIECES = [
    "Giá gạo tăng 7,09%.", "Người dân lo.", "TP. Thuận Hải", "PGS.TS. Lê Văn Bảo", "v.v.", "“Tôi đi. Anh ở lại.”",
    "https://bao.example.vn/Tin.Html?x=1.5", "...", "…", "?!", "1.", "2)", "A.", "tháng 9/2023.", "Ukraine.QUẢNG CÁO",
    "\n", "\n\n", "\t", " ", "\u00a0", "\u200b", "\u3000", "😀", unicodedata.normalize("NFD", "Đường Nguyễn Huệ."),
    "(2023).", "“", "”", '"', "(", "]", "The mayor resigned.", "U.S.", "7.09", "-", ".", "x" * 400, "a " * 300,
]  # fmt: skip
NEWS = st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join) | st.lists(st.sampled_from(PIECES)).map("".join)


def quotes(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["Trời mưa to.", "Nước sông dâng nhanh."],
        ["It rained.", "The river rose."],
        ["Ai đến?", "Không ai!", "Vì sao?"],
        ["Thật vậy sao?!", "Đúng thế."],
        ["Anh chờ mãi...", "Rồi cũng xong."],
        ["Anh chờ mãi…", "Rồi cũng xong."],
        # Abbreviations, titles and initials end no sentence.
        ["TP. Thuận Hải có mưa.", "Chợ đóng cửa."],
        ["PGS.TS. Lê Văn Bảo trình bày.", "Hội trường kín chỗ."],
        ["GS. Trần B. Lê gặp ông J. K. Arden.", "Họ nói về lúa."],
        ["Mr. Hale met Dr. Mora.", "They spoke of rice."],
        ["The U.S. envoy left on Jan. 5 with Gen. Ortiz.", "He said nothing."],
        ["Chợ bán gạo, cà phê, v.v. đều đắt.", "Dân lo."],
        ["Chợ bán gạo, cà phê, v.v.", "Người mua ít dần."],
        # Figures, web addresses and file names are not split.
        ["Giá là 7.09 USD một ký.", "Tháng trước là 6.700 đồng."],
        ["Mức tăng là 3,5%.", "Xuất khẩu giảm."],
        ["Xem https://bao.example.vn/Tin.Html?x=1.5 để biết thêm.", "Cảm ơn."],
        ["Báo Dantin.Com.Vn đưa tin này.", "Nhiều người đọc."],
        # Stops behind figures, or with the next sentence glued to them.
        ["Việc này kéo dài đến tháng 9/2023.", "Đồng thời, giá tăng."],
        ["Ông sinh năm 1950.", "Bà sinh năm 1952."],
        ["Sales rose 5%.", "Profits fell."],
        ["Cầu dài 840 m.", "Ông Tấn cắt băng."],
        ["Bao gạo nặng 5kg.", "Chợ bán hết."],
        ["The dam is 40 m high and 7 km.", "Nobody crossed."],
        # A quotation with sentences of its own is one sentence; its closing mark belongs to it.
        ["“Tôi đi. Anh ở lại.”", "Ông nói vậy."],
        ["Anh đáp.", "“Không!”", "Cô quay đi."],
        ["Ông hỏi: “Sao? Không!” và cười.", "Ai cũng im."],
        ["Có 12 người (đã đếm lại).", "Sau đó họ về."],
        ["Xin chào 😀.", "Tạm biệt 👩‍👩‍👧."],
        # The number of an item stays with it.
        ["1. Mở cửa sổ và chờ."],
        ["a) Cam ngọt hơn."],
        ["(2) Quýt chua."],
    ],
)
def test_one_line_gives_these_sentences(parts: list[str]) -> None:
    assert quotes(" ".join(parts)) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("về Ukraine.QUẢNG CÁO", ["về Ukraine.", "QUẢNG CÁO"]),
        ("Giá vàng tăng.Người dân mua.", ["Giá vàng tăng.", "Người dân mua."]),
        ("đến tháng 9/2023.Đồng thời giảm", ["đến tháng 9/2023.", "Đồng thời giảm"]),
        ("“Xong rồi”.Ông nói", ["“Xong rồi”.", "Ông nói"]),
        ("1. Mở\n2. Đóng\n3. Khóa", ["1. Mở", "2. Đóng", "3. Khóa"]),
        ("Dòng một\nvẫn là dòng hai", ["Dòng một", "vẫn là dòng hai"]),
        ("\n\n  Tựa đề  \n\n\tĐoạn văn.\u00a0\n", ["Tựa đề", "Đoạn văn."]),
        ("", []),
        (" \n\t\u3000\n", []),
        ("...", ["..."]),
    ],
)
def test_glued_sentences_and_lines(text: str, parts: list[str]) -> None:
    assert quotes(text) == parts


def test_offsets_count_characters_of_the_given_text() -> None:
    text = "😀 Xin chào.\nHẹn gặp lại."
    assert [(span.start, span.end) for span in sentences(text)] == [(0, 11), (12, 24)]


def test_a_line_without_stops_is_cut_at_a_space() -> None:
    line = "abcdefghi " * 250  # 2,500 characters; a space at every tenth
    spans = sentences(line)
    assert [(span.start, span.end) for span in spans] == [(0, 999), (1000, 1999), (2000, 2499)]


@pytest.mark.parametrize("piece", ["a", " ", "“ a. B ", "😀", "\u00a0", "Mr. A ", "Trời mưa. Nước lên. "])
def test_a_line_of_a_megabyte_finishes(piece: str) -> None:
    assert_well_formed(piece * (1_000_000 // len(piece)))


@pytest.mark.parametrize("piece", [".", "A.", "a. B ", "?! ", "(a. B ", "a.”", "e.U", "1. ", "ă\u0301", "a\u200b. "])
def test_a_long_line_of_anything_finishes(piece: str) -> None:
    assert_well_formed(piece * (100_000 // len(piece)))


@PROPERTY
@given(NEWS)
def test_news_like_text(text: str) -> None:
    assert_well_formed(text)


@PROPERTY
@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    assert_well_formed(text)


@PROPERTY
@given(NEWS, NEWS)
def test_lines_are_split_on_their_own(one: str, other: str) -> None:
    assert quotes(f"{one}\n{other}") == quotes(one) + quotes(other)


def assert_well_formed(text: str) -> None:
    spans = sentences(text)
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        assert not text[end : span.start].strip(), "characters between two sentences are lost"
        quote = text[span.start : span.end]
        assert quote == quote.strip()
        assert "\n" not in quote
        assert len(quote) <= MAX_SENTENCE
        end = span.end
    assert not text[end:].strip()
