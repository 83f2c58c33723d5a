"""What time a question asks about, in both languages, with and without diacritics; what articles gain for it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.retrieve.prefer import DATE_PREFERENCE, FOCUS_PREFERENCE, RECENCY_PREFERENCE, preferences
from rag.store.rows import StoredPassage
from rag.text.asked_time import ANY_TIME, AskedTime, asked_time
from rag.types import Passage

NEWEST = date(2026, 4, 29)


@pytest.mark.parametrize(
    "question",
    [
        "Giá vàng mới nhất là bao nhiêu?",
        "Giá vàng hôm nay bao nhiêu?",
        "Giá xăng gần đây thế nào?",
        "Giá vé xe buýt hiện nay là bao nhiêu?",
        "Vụ thử hạt nhân gần nhất của Triều Tiên là khi nào?",
        "gia vang moi nhat la bao nhieu",
        "gia vang hom nay bao nhieu",
        "gia xang gan day the nao",
        "What is the latest gold price?",
        "What does rice cost today?",
        "What happened recently at the hospital?",
        "What does a bus ticket cost now?",
    ],
)
def test_the_latest_is_asked_for(question: str) -> None:
    assert asked_time(question, NEWEST) == AskedTime(latest=True)


@pytest.mark.parametrize(
    "question",
    [
        "Giá vàng là bao nhiêu?",
        "Cầu mới ở đâu?",
        "Bến xe gần chợ nhất ở đâu?",
        "Who is the new mayor?",
        "What did he say about the river?",
        "Where is the nearest bus stop?",
        "Ai là người trẻ nhất?",
    ],
)
def test_no_time_is_asked_for(question: str) -> None:
    assert asked_time(question, NEWEST) == ANY_TIME


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Giá vàng tháng 3/2026 mới nhất?", date(2026, 3, 1), date(2026, 3, 31)),
        ("How many died last year?", date(2025, 1, 1), date(2025, 12, 31)),
        ("What did rice cost on 5 March 2026?", date(2026, 3, 5), date(2026, 3, 5)),
    ],
)
def test_a_period_that_is_named_is_wanted(question: str, first: date, last: date) -> None:
    assert asked_time(question, NEWEST) == AskedTime(periods=((first, last),))


def test_without_a_newest_day_there_are_no_relative_periods() -> None:
    assert asked_time("How many died last year?") == ANY_TIME
    assert asked_time("Giá vàng hôm nay?") == AskedTime(latest=True)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    asked = asked_time(text, NEWEST)
    assert not (asked.latest and asked.periods)


def stored(article_id: str, first: date | None, last: date | None = None) -> StoredPassage:
    empty = np.zeros((1, 2), np.float32)
    days = (first.toordinal(), (last or first).toordinal()) if first else (None, None)
    return StoredPassage(1, Passage(article_id, article_id, 0, 1, "vi"), empty[0], empty, article_id, *days, None)


OLD, MIDDLE, NEW = stored("old", date(2026, 1, 1)), stored("middle", date(2026, 1, 6)), stored("new", date(2026, 1, 11))
UNDATED, MONTH = stored("undated", None), stored("month", date(2026, 1, 1), date(2026, 1, 31))


def test_the_newer_the_more_is_gained_where_the_latest_is_asked_for() -> None:
    gained = preferences([OLD, MIDDLE, NEW, UNDATED], AskedTime(latest=True), ())
    assert gained == {"old": 0.0, "middle": RECENCY_PREFERENCE / 2, "new": RECENCY_PREFERENCE}
    assert preferences([OLD], AskedTime(latest=True), ()) == {"old": 0.0}
    assert preferences([OLD, NEW], ANY_TIME, ()) == {}


def test_what_was_published_in_the_period_gains() -> None:
    asked = AskedTime(periods=((date(2026, 1, 10), date(2026, 1, 12)),))
    gained = preferences([OLD, NEW, UNDATED, MONTH], asked, ["new"])
    assert gained == {"new": FOCUS_PREFERENCE + DATE_PREFERENCE, "month": DATE_PREFERENCE}
