"""Date expressions of both languages."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UsageError
from rag.text.dates import DateMention, bounds, find_dates, parse_date

THURSDAY = date(2024, 6, 20)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-06-17", "2024-06-17"),
        ("2024-06-17T23:30:00Z", "2024-06-17"),
        ("2024-06-17 23:30:00+07:00", "2024-06-17"),
        ("Mon, 17 Jun 2024 07:58:00 +0000", "2024-06-17"),
        ("20240617", "2024-06-17"),
        ("20240617T075800Z", "2024-06-17"),
        ("2024/06/17", "2024-06-17"),
        ("5/3/2024", "2024-03-05"),
        ("05-03-2024 10:05", "2024-03-05"),
        ("5.3.2024", "2024-03-05"),
        ("06/17/2024", "2024-06-17"),
        ("ngày 17 tháng 6 năm 2024", "2024-06-17"),
        ("17 tháng Sáu, 2024", "2024-06-17"),
        ("17 thg 6, 2024", "2024-06-17"),
        ("ngay 17 thang 6 nam 2024", "2024-06-17"),
        ("Thứ Hai, 17/6/2024, 10:05 (GMT+7)", "2024-06-17"),
        ("June 17, 2024", "2024-06-17"),
        ("Jun. 17th 2024", "2024-06-17"),
        ("17 June 2024", "2024-06-17"),
        ("17th of June, 2024", "2024-06-17"),
        ("17-Jun-2024", "2024-06-17"),
        ("tháng 9/2023", "2023-09"),
        ("tháng 9 năm 2023", "2023-09"),
        ("9/2023", "2023-09"),
        ("2023-09", "2023-09"),
        ("September 2023", "2023-09"),
        ("18-19/6/2024", "2024-06"),
        ("quý III/2023", "2023"),
        ("năm 2023", "2023"),
        ("2023", "2023"),
        ("31/2/2024", None),
        ("29/2/2023", None),
        ("29/2/2024", "2024-02-29"),
        ("31 tháng 2 năm 2024", None),
        ("20241345", None),
        ("2024-13-45", None),
        ("hôm 19/6", None),
        ("2 hours ago", None),
        ("hôm qua", None),
        ("những năm 1990", None),
        ("", None),
    ],
)
def test_parse_date(written: str, expected: str | None) -> None:
    assert parse_date(written) == expected


def mentions(text: str, today: date | None = None) -> list[tuple[str, str]]:
    return [(text[found.start : found.end], found.precision) for found in find_dates(text, today)]


def test_mentions_carry_the_days_they_cover() -> None:
    text = "Từ 18 đến 20/6/2024 và trong tháng 2/2024."
    assert find_dates(text) == [
        DateMention(3, 19, "day", date(2024, 6, 18), date(2024, 6, 20), 2024, 6, 18),
        DateMention(29, 41, "month", date(2024, 2, 1), date(2024, 2, 29), 2024, 2),
    ]


def test_days_and_months_without_a_year() -> None:
    assert mentions("Hôm 13/9, mưa lớn. Đêm 2/1 nước rút. Tháng 7 hạn hán.") == [
        ("13/9", "day-month"),
        ("2/1", "day-month"),
        ("Tháng 7", "month"),
    ]
    (found,) = find_dates("Rain came on Sept. 13.")
    assert (found.first, found.year, found.month, found.day) == (None, None, 9, 13)


@pytest.mark.parametrize(
    "text",
    [
        "2/3 dân số", "tỷ số 1/2", "phục vụ 24/7", "6.700 container", "7,09%", "20.000 - 50.000", "đội hình 4-4-2",
        "một tháng hai lần", "2024 người", "giá 2024 USD", "$2023", "may 5 people", "số 0901234567", "mã 12/345",
        "hai tuần trước", "10 năm trước", "người Việt Nam nay đã khác", "tháng sau",
    ],
)  # fmt: skip
def test_numbers_that_are_no_dates(text: str) -> None:
    assert mentions(text, THURSDAY) == []


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("hôm nay", "2024-06-20", "2024-06-20"),
        ("hom qua", "2024-06-19", "2024-06-19"),
        ("yesterday", "2024-06-19", "2024-06-19"),
        ("tuần trước", "2024-06-10", "2024-06-16"),
        ("this week", "2024-06-17", "2024-06-23"),
        ("tháng trước", "2024-05-01", "2024-05-31"),
        ("last month", "2024-05-01", "2024-05-31"),
        ("năm ngoái", "2023-01-01", "2023-12-31"),
        ("nam ngoai", "2023-01-01", "2023-12-31"),
        ("năm nay", "2024-01-01", "2024-12-31"),
        ("last year", "2023-01-01", "2023-12-31"),
        ("tháng 9 năm ngoái", "2023-09-01", "2023-09-30"),
        ("ngày 2/9 năm nay", "2024-09-02", "2024-09-02"),
    ],
)
def test_relative_dates_need_a_day_to_count_from(text: str, first: str, last: str) -> None:
    (found,) = find_dates(text, THURSDAY)
    assert (found.first, found.last) == (date.fromisoformat(first), date.fromisoformat(last))
    assert all(mention.year is None for mention in find_dates(text))


def test_quarters_decades_and_years() -> None:
    assert mentions("quý 3/2023, Q1 2024, những năm 1990, the 1980s, in 2022, World Cup 2026") == [
        ("quý 3/2023", "quarter"),
        ("Q1 2024", "quarter"),
        ("những năm 1990", "decade"),
        ("1980s", "decade"),
        ("in 2022", "year"),
        ("2026", "year"),
    ]


@pytest.mark.parametrize(
    ("published", "first", "last"),
    [
        ("2024-06-19", date(2024, 6, 19), date(2024, 6, 19)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023", date(2023, 1, 1), date(2023, 12, 31)),
    ],
)
def test_bounds(published: str, first: date, last: date) -> None:
    assert bounds(published) == (first, last)


@pytest.mark.parametrize("bad", ["2024-13", "2024-02-30", "yesterday", "", "0000", "2024-6-1"])
def test_bounds_of_no_date(bad: str) -> None:
    with pytest.raises(UsageError, match="write it as 2024-06-19"):
        bounds(bad)


@given(st.text(alphabet="0123456789/-. thángnămquyJunMay,", max_size=60), st.booleans())
def test_mentions_are_in_order_and_apart(text: str, relative: bool) -> None:
    found = find_dates(text, THURSDAY if relative else None)
    assert all(0 <= mention.start < mention.end <= len(text) for mention in found)
    assert all(left.end <= right.start for left, right in itertools.pairwise(found))
    assert all((mention.first is None) == (mention.year is None) for mention in found)
    assert all(mention.first <= mention.last for mention in found if mention.first and mention.last)


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_back(day: date) -> None:
    iso = day.isoformat()
    assert parse_date(iso) == iso
    assert parse_date(f"{day.day}/{day.month}/{day.year}") == iso
    assert parse_date(f"{day.day} tháng {day.month} năm {day.year}") == iso
    assert parse_date(day.strftime("%B %d, %Y")) == iso
    assert bounds(iso) == (day, day)
