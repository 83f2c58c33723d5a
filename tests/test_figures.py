"""Figures as values: one for every notation, none for dates, times and names."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.figures import figures, number_value

PROPERTY = settings(derandomize=True, deadline=None, max_examples=200)


def found(text: str, language: str = "vi") -> list[tuple[Decimal, str]]:
    return [(figure.value, figure.unit) for figure in figures(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tăng 7,09%", [("7.09", "%")]),
        ("up 7.09%", [("7.09", "%")]),
        ("tăng 7,09 phần trăm", [("7.09", "%")]),
        ("up 7.09 percent, or 7.09 per cent", [("7.09", "%"), ("7.09", "%")]),
        ("50 tỷ đồng", [("50000000000", "dong")]),
        ("50 billion dong", [("50000000000", "dong")]),
        ("$50bn", [("50000000000", "")]),
        ("$1.5m", [("1500000", "")]),
        ("cao 5 m", [("5", "m")]),  # metres, not millions
        ("1,5 triệu người", [("1500000", "nguoi")]),
        ("100 nghìn tỷ đồng", [("100000000000000", "dong")]),
        ("12 vạn dân", [("120000", "dan")]),
        ("6.700 người", [("6700", "nguoi")]),
        ("6,700 people", [("6700", "people")]),
        ("6700 người", [("6700", "nguoi")]),
        ("2000 người", [("2000", "nguoi")]),
        ("1.234.567,89 đồng", [("1234567.89", "dong")]),
        ("1,234,567.89 dong", [("1234567.89", "dong")]),
        ("0,5 điểm và 0.125 điểm", [("0.5", "diem"), ("0.125", "diem")]),
        ("giảm -2,1% còn −3 độ", [("-2.1", "%"), ("-3", "do")]),
        ("20.000 - 50.000 lao động", [("20000", ""), ("50000", "lao")]),
        ("20.000-50.000 lao động", [("20000", ""), ("50000", "lao")]),
        ("200–300 hộ", [("200", ""), ("300", "ho")]),
        ("tỷ số 2-1", [("2", ""), ("1", "")]),
        ("5kg gạo, 5 kg gạo", [("5", "kg"), ("5", "kg")]),
        ("Mỗi ngày 200 người", [("200", "nguoi")]),
        ("Tháng 5 triệu đồng", [("5000000", "dong")]),
        ("5\u00a0tỷ", [("5000000000", "")]),
        ("12\nngười", [("12", "")]),
    ],
)
def test_figures(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == [(Decimal(value), unit) for value, unit in expected]


@pytest.mark.parametrize(
    "text",
    [
        "hôm 19/6",
        "ngày 5/3/2024",
        "June 19",
        "19 June 2024",
        "năm 2024",
        "in 2024",
        "ngày 19 tháng 6 năm 2024",
        "19-6-2024",
        "tháng 9/2023",
        "lúc 10:30 hay 10h30, hoặc 9h",
        "Covid-19",
        "F-16",
        "U23, MH370, 2/3 dân số, 24/7",
        "QĐ-123/2024",
        "090-123-4567",
        "https://bao.example.vn/123-456",
        "không có con số nào",
        "",
    ],
)
def test_dates_times_and_names_are_no_figures(text: str) -> None:
    assert figures(text) == []


def test_a_figure_stands_where_it_says() -> None:
    text = "Giá tăng 7,09% lên 50 tỷ đồng, tức -3 điểm."
    assert [text[figure.start : figure.end] for figure in figures(text)] == ["7,09%", "50 tỷ", "-3"]


@pytest.mark.parametrize(
    ("number", "language", "value"),
    [
        ("1.234", "vi", "1234"),
        ("1.234", "en", "1.234"),  # English writes thousands with a comma
        ("1,234", "vi", "1234"),
        ("1,234", "en", "1234"),
        ("0.123", "vi", "0.123"),
        ("1234.567", "vi", "1234.567"),
        ("12,5", "en", "12.5"),
        ("1.234,5", "vi", "1234.5"),
        ("1,234.5", "en", "1234.5"),
        ("007", "vi", "7"),
    ],
)
def test_separators(number: str, language: str, value: str) -> None:
    assert number_value(number, language) == Decimal(value)


NEWS = st.lists(
    st.sampled_from(
        ["7,09%", "50 tỷ", "19/6", "năm 2024", "-", "–", "1.234", "F-16", " ", ".", ",", "5", "m", "$", "h", ":"]
    )
).map("".join)


@PROPERTY
@given(st.text(max_size=300) | NEWS, st.sampled_from(["vi", "en", "und"]))
def test_any_text_gives_figures_in_order_inside_it(text: str, language: str) -> None:
    end = 0
    for figure in figures(text, language):
        assert end <= figure.start < figure.end <= len(text)
        assert any(char.isdigit() for char in text[figure.start : figure.end])
        assert figure.value.is_finite()
        end = figure.end


@PROPERTY
@given(st.integers(0, 10**12))
def test_both_notations_of_a_whole_number_have_its_value(number: int) -> None:
    for grouped in (f"{number:,}", f"{number:,}".replace(",", ".")):
        assert found(f"có {grouped} người") == [(Decimal(number), "nguoi")]


@PROPERTY
@given(st.integers(0, 999), st.integers(0, 99))
def test_both_decimal_marks_mean_the_same(whole: int, hundredths: int) -> None:
    assert found(f"tăng {whole},{hundredths:02}%") == found(f"tăng {whole}.{hundredths:02}%")


@pytest.mark.parametrize(
    ("piece", "count"),
    [
        ("1", 0),
        ("1.", 0),
        ("1-", 0),
        ("1/", 0),
        ("1 ", 25_000),
        ("19/6 ", 0),
        ("a-", 0),
        ("1:2 ", 0),
        ("9" * 40 + " ", 1219),
    ],
)
def test_garbage_of_any_length_is_read(piece: str, count: int) -> None:
    assert len(figures(piece * (50_000 // len(piece)))) == count
