"""PDF layouts: columns, running lines, tables, letters placed one by one, pages. All texts are invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from pdf_pages import Placed, letters, lines, pdf_of

from rag.readers.files import Record, read
from rag.types import Article, Failure

LEFT = ["Workers began to drain the pond", "of Harrow on Monday and will", "move the carp to the lake."]
RIGHT = ["The opera of Vell has lost its", "director, who leaves in August", "after six years there."]


def record_of(tmp_path: Path, data: bytes) -> Record:
    (tmp_path / "a.pdf").write_bytes(data)
    (found,) = read(tmp_path / "a.pdf")
    assert isinstance(found, Record), found
    return found


def text_of(tmp_path: Path, *pages: list[Placed]) -> str:
    return record_of(tmp_path, pdf_of(*pages)).text


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    drawn = [placed for pair in zip(lines(50, 700, LEFT), lines(300, 700, RIGHT), strict=True) for placed in pair]
    assert text_of(tmp_path, [(50, 760, 18, "Two stories of the day in Harrow"), *drawn]).split("\n") == [
        "Two stories of the day in Harrow", " ".join(LEFT), " ".join(RIGHT),
    ]  # fmt: skip


def test_columns_whose_lines_stand_at_other_heights(tmp_path: Path) -> None:
    page = [*lines(50, 700, LEFT, leading=13), *lines(300, 704, RIGHT, leading=15)]
    assert text_of(tmp_path, page).split("\n") == [" ".join(LEFT), " ".join(RIGHT)]


def test_a_line_across_the_columns_parts_them(tmp_path: Path) -> None:
    page = [
        *lines(50, 700, LEFT), *lines(300, 700, RIGHT),
        (50, 640, 10, "This line of the page goes over both of its columns, as a note of the editor does."),
        *lines(50, 600, ["Below it the first column has", "two more lines."]),
        *lines(300, 600, ["Below it the second column has", "two more lines, too."]),
    ]  # fmt: skip
    assert text_of(tmp_path, page).split("\n") == [
        " ".join(LEFT), " ".join(RIGHT),
        "This line of the page goes over both of its columns, as a note of the editor does.",
        "Below it the first column has two more lines.", "Below it the second column has two more lines, too.",
    ]  # fmt: skip


HEADER, FOOTER = "HARROW POST, 5 March 2026", "All rights reserved, Harrow Post"


def test_a_sentence_goes_on_over_header_and_footer(tmp_path: Path) -> None:
    first = [(50, 800, 8, HEADER), *lines(50, 740, ["The council agreed that the bid will be paid in"]),
             (50, 30, 8, FOOTER), (500, 30, 8, "1")]  # fmt: skip
    second = [(50, 800, 8, HEADER), *lines(50, 740, ["four parts of nine crowns each."]),
              (50, 30, 8, FOOTER), (500, 30, 8, "2")]  # fmt: skip
    record = record_of(tmp_path, pdf_of(first, second))
    assert record.text == f"{HEADER}\nThe council agreed that the bid will be paid in four parts of nine crowns each."
    assert record.text[record.pages[1].start :] == "four parts of nine crowns each."


def test_numbers_that_differ_from_page_to_page_are_no_footer(tmp_path: Path) -> None:
    pages = [lines(50, 740, [f"Chapter {i}", f"District {i} has {i * 11} shops."]) for i in (1, 2, 3)]
    assert text_of(tmp_path, *pages).split("\n\n") == [
        f"Chapter {i}\nDistrict {i} has {i * 11} shops." for i in (1, 2, 3)
    ]


def test_pages_begin_where_their_text_does(tmp_path: Path) -> None:
    record = record_of(tmp_path, pdf_of(lines(50, 700, ["Trang đầu nói về chợ."]), [], lines(50, 700, ["Hết chuyện."])))
    assert record.text == "Trang đầu nói về chợ.\n\nHết chuyện."
    assert [page.start for page in record.pages] == [0, 23, 23]
    article = Article("a", record.text, pages=record.pages)
    assert [article.page_at(place) for place in (0, 21, 23, 30)] == [1, 1, 3, 3]
    assert Article("a", "x").page_at(0) is None


def test_a_table_is_read_by_row_with_its_column_names(tmp_path: Path) -> None:
    rows = [["Mặt hàng", "Sông Đỏ", "Bến Xa"], ["Cà phê", "121.500", "119.800"], ["Hồ tiêu", "141.500", "140.200"]]
    cells = [(50 + 150 * j, 700 - 14 * i, 10, cell) for i, row in enumerate(rows) for j, cell in enumerate(row)]
    page = [(50, 730, 10, "Giá nông sản hôm nay"), *cells, (50, 640, 10, "Giá do hợp tác xã báo.")]
    assert text_of(tmp_path, page).split("\n") == [
        "Giá nông sản hôm nay",
        "Mặt hàng: Cà phê | Sông Đỏ: 121.500 | Bến Xa: 119.800",
        "Mặt hàng: Hồ tiêu | Sông Đỏ: 141.500 | Bến Xa: 140.200",
        "Giá do hợp tác xã báo.",
    ]


def test_ruled_cells_hold_their_lines_and_span_rows(tmp_path: Path) -> None:
    """Two lines in one cell; a cell over two rows; text above and below."""
    frame = b"50 600 300 90 re S 50 660 m 350 660 l S 150 630 m 350 630 l S 150 600 m 150 690 l S 250 600 m 250 690 l S"
    cells: list[Placed] = [
        (55, 670, 10, "Mặt hàng"), (155, 670, 10, "Sông Đỏ"), (255, 676, 10, "Bến Xa"), (255, 664, 10, "giá lẻ"),
        (55, 640, 10, "Cà phê"), (155, 640, 10, "121.500"), (255, 640, 10, "119.800"),
        (155, 610, 10, "122.500"), (255, 610, 10, "120.800"),
    ]  # fmt: skip
    page = [(50, 720, 10, "Giá nông sản hôm nay."), frame, *cells, (50, 570, 10, "Giá do hợp tác xã báo.")]
    assert text_of(tmp_path, page).split("\n") == [
        "Giá nông sản hôm nay.",
        "Mặt hàng: Cà phê | Sông Đỏ: 121.500 | Bến Xa giá lẻ: 119.800",
        "Mặt hàng: Cà phê | Sông Đỏ: 122.500 | Bến Xa giá lẻ: 120.800",
        "Giá do hợp tác xã báo.",
    ]


def test_rules_between_columns_of_text_are_no_table(tmp_path: Path) -> None:
    frame = b"40 600 460 120 re S 40 715 m 500 715 l S 280 600 m 280 720 l S"
    long = [[f"{line} and more of it" for line in side] * 2 for side in (LEFT, RIGHT)]
    page = [frame, *lines(50, 700, long[0], size=8), *lines(290, 700, long[1], size=8)]
    assert text_of(tmp_path, page) == " ".join([*long[0], *long[1]])


@pytest.mark.parametrize("spread", [0, 2, 4])
def test_letters_placed_one_by_one_become_words(tmp_path: Path, spread: float) -> None:
    said = "Cho tàu qua sông 212 kg trong đông."
    assert text_of(tmp_path, letters(50, 700, said, spread=spread)) == said


def test_letters_that_no_gap_joins_are_refused(tmp_path: Path) -> None:
    apart = [(50 + 25 * place, 700, 10, letter) for place, letter in enumerate("abcdefghijklmnopqrstuv")]
    (tmp_path / "a.pdf").write_bytes(pdf_of(apart))
    (found,) = read(tmp_path / "a.pdf")
    assert isinstance(found, Failure)
    assert "letters stand apart" in found.reason


def test_what_nobody_sees_is_not_read(tmp_path: Path) -> None:
    page: list[Placed] = [(50, 700, 10, "Chợ mở lại."), (50, 680, 1, "ẨN MỘT"), (900, 700, 10, "ẨN HAI"),
                          (50, -100, 10, "ẨN BA")]  # fmt: skip
    assert text_of(tmp_path, page) == "Chợ mở lại."


def test_a_letter_printed_twice_is_one_and_marks_join_their_letter(tmp_path: Path) -> None:
    twice = [*lines(50, 700, ["Hội chợ hoa"]), *lines(50.3, 700, ["Hội chợ hoa"])]
    assert text_of(tmp_path, twice) == "Hội chợ hoa"
    apart = [(50, 700, 10, "p"), (55, 700, 10, "h"), (58, 700, 10, "\u0301"), (60, 700, 10, "i"), (70, 700, 10, "xe")]
    assert text_of(tmp_path, apart) == "phí xe"


def test_raised_figures_do_not_join_the_figures_before_them(tmp_path: Path) -> None:
    page = [(50, 700, 10, "Năm 1990"), (90, 704, 6, "3"), (100, 700, 10, "có 40 m"), (135, 704, 6, "2"),
            (145, 700, 10, "đất.")]  # fmt: skip
    assert text_of(tmp_path, page) == "Năm 1990³ có 40 m² đất."
