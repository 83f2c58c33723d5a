"""Which sentences are shown, worked out by hand on vectors of two dimensions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.quotes import MAX_OUTLETS, MAX_QUOTES, MIN_CHANCE, SAME_FACT, Quote, select
from rag.text.asked_time import ANY_TIME, AskedTime
from rag.types import Span

# Cosines: NORTH with EAST 0, with NEAR 0.8 (tells the same), with ASIDE 0.6 (the same matter, another fact).
NORTH, EAST, NEAR, ASIDE = (1.0, 0.0), (0.0, 1.0), (0.8, 0.6), (0.6, 0.8)


def quote(
    text: str,
    chance: float,
    at: tuple[float, float] = NORTH,
    *,
    language: str = "vi",
    article: str | None = None,
    teller: str | None = None,
    published: str | None = None,
    start: int = 0,
    answer: str = "",
) -> Quote:
    """`answer` are the words of the text that answer, by default all of them."""
    article_id = article or f"article of {text}"
    end = start + len(text)
    vector = np.array(at, np.float32)
    begin = start + text.index(answer)
    span = Span(begin, begin + len(answer or text))
    return Quote(article_id, teller or article_id, start, end, text, language, published, chance, vector, "", span)


def shown(*candidates: Quote, language: str = "vi") -> list[str]:
    return [one.text for one in select(candidates, language).quotes]


def test_nothing_to_show() -> None:
    assert select([], "vi").quotes == ()


def test_one_quote_is_enough_where_the_others_are_far_less_likely() -> None:
    assert shown(quote("đáp", 0.9), quote("khác", 0.5, EAST), quote("lạ", 0.01, EAST)) == ["đáp"]  # 0.5 < 0.6 of 0.9


def test_the_most_likely_comes_first() -> None:
    assert shown(quote("cúc", 0.6, EAST), quote("mai", 0.9)) == ["mai", "cúc"]


def test_what_is_unlikely_is_not_added_even_to_a_weak_first_quote() -> None:
    assert shown(quote("mai", 0.1), quote("cúc", MIN_CHANCE - 0.01, EAST)) == ["mai"]
    assert shown(quote("mai", 0.1), quote("cúc", MIN_CHANCE, EAST)) == ["mai", "cúc"]


def test_never_more_than_three() -> None:
    names = ("mai", "cúc", "lan", "huệ", "sen", "đào")
    spread = [quote(name, 0.9, (np.cos(turn), np.sin(turn))) for turn, name in enumerate(names)]  # 57 degrees apart
    assert len(shown(*spread)) == MAX_QUOTES == 3


def test_what_tells_the_same_is_shown_once() -> None:
    assert shown(quote("mai", 0.9), quote("y như mai", 0.8, NEAR), quote("cúc", 0.7, EAST)) == ["mai", "cúc"]


def test_the_same_words_are_shown_once_whatever_their_vectors() -> None:
    assert shown(quote("mai", 0.9, article="a"), quote("mai", 0.8, EAST, article="b")) == ["mai"]


def test_an_article_does_not_repeat_its_answer() -> None:
    first = quote("Ông Bảy cầm lái.", 0.9, article="a", answer="Ông Bảy")
    again = quote("Người lái là ông Bảy.", 0.8, EAST, article="a", start=50, answer="ông Bảy")
    assert shown(first, again) == [first.text]
    elsewhere = replace(again, article_id="b", teller="b")
    assert shown(first, elsewhere) == [first.text, elsewhere.text]
    assert select([first, elsewhere], "vi").relation == "agree"


def test_overlapping_quotes_of_one_article_are_shown_once() -> None:
    whole = quote("Giá gạo tăng, dân lo.", 0.9, article="a", start=10)
    part = quote("dân lo.", 0.8, EAST, article="a", start=24)
    behind = quote("Chợ vắng.", 0.7, EAST, article="a", start=31)
    assert shown(whole, part) == [whole.text]
    assert shown(whole, behind) == [whole.text, behind.text]
    assert shown(whole, replace(part, article_id="b", teller="b")) == [whole.text, part.text]
    assert select([whole, behind], "vi").relation == "list"


def test_a_quote_in_the_readers_language_is_preferred_to_the_same_in_the_other() -> None:
    english, vietnamese = quote("rice rose", 0.9, language="en"), quote("gạo tăng", 0.4, NEAR)
    assert shown(english, vietnamese, language="vi") == ["gạo tăng"]  # 0.4 is more than 0.4 of 0.9
    assert shown(english, vietnamese, language="en") == ["rice rose"]
    assert shown(english, replace(vietnamese, chance=0.3), language="vi") == ["rice rose"]


def test_the_other_language_stays_where_the_readers_language_tells_something_else() -> None:
    assert shown(quote("rice rose", 0.9, language="en"), quote("dân lo", 0.6, EAST)) == ["rice rose", "dân lo"]


def test_different_figures_are_both_shown_the_newest_first() -> None:
    first = quote("Có 12 người bị thương.", 0.9, published="2024-06-01")
    later = quote("Có 15 người bị thương.", 0.6, NEAR, published="2024-06-03")
    selection = select([first, later], "vi")
    assert selection.differing
    assert [one.text for one in selection.quotes] == [later.text, first.text]


@pytest.mark.parametrize(
    ("one", "other"),
    [("2024-06-03", "2024-06-01"), ("2024-07", "2024-06-30"), ("2025", "2024-12-31"), ("2024-06-01", None)],
)
def test_dates_are_ordered_as_precisely_as_known(one: str | None, other: str | None) -> None:
    newer = quote("Có 12 người.", 0.6, published=one)
    older = quote("Có 15 người.", 0.9, NEAR, published=other)
    assert [quote.published for quote in select([older, newer], "vi").quotes] == [one, other]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (quote("Có 12 người bị thương, báo nói.", 0.8, NEAR), "it gives the same figure"),
        (quote("Nhiều người bị thương.", 0.8, NEAR), "it gives no figure"),
        (quote("Có 15 cây đổ.", 0.8, EAST), "it is about something else"),
        (quote("Có 15 người bị thương.", 0.4, NEAR), "it is far less likely"),
        (quote("Có 15 người bị thương.", 0.8, NEAR, teller="wire"), "it is of the same story"),
    ],
)
def test_no_disagreement(other: Quote, why: str) -> None:
    first = quote("Có 12 người bị thương.", 0.9, teller="wire")
    assert not select([first, other], "vi").differing, why


def test_only_the_answering_words_are_compared() -> None:
    driver = quote("Xe số 12 do ông Bảy lái.", 0.9, answer="ông Bảy")
    other = quote("Xe số 15 do ông Bảy lái.", 0.8, NEAR, answer="ông Bảy")
    assert not select([driver, other], "vi").differing


def test_every_outlet_with_a_figure_of_its_own_is_shown() -> None:
    found = [
        quote(f"Có {number} người chết.", 0.9 - number / 100, published=f"2024-06-0{number}", answer=f"{number} người")
        for number in range(1, 8)
    ]
    selection = select(found, "vi")
    assert [one.published for one in selection.quotes] == [f"2024-06-0{number}" for number in (6, 5, 4, 3, 2, 1)]
    assert len(selection.quotes) == MAX_OUTLETS
    assert selection.relation == "differ"


def test_two_languages_that_agree_on_a_figure_do_not_disagree() -> None:
    vietnamese = quote("Thiệt hại là 1,5 tỷ đồng.", 0.9)
    english = quote("Damage came to 1.5 billion dong.", 0.8, NEAR, language="en")
    assert not select([vietnamese, english], "vi").differing
    assert select([vietnamese, replace(english, text="Damage came to 1.7 billion dong.")], "vi").differing


MARCH = AskedTime(periods=((date(2026, 3, 1), date(2026, 3, 31)),))
LATEST = AskedTime(latest=True)


def test_different_dates_are_both_shown_the_newest_first() -> None:
    promised = quote("Cầu sẽ thông xe ngày 31/12/2025.", 0.9, published="2025-10-09")
    opened = quote("Cầu đã thông xe sáng 29/4.", 0.5, NEAR, published="2026-04-29")
    selection = select([promised, opened], "vi")
    assert (selection.differing, selection.quotes) == ("dates", (opened, promised))
    same_day = replace(opened, text="Cầu không kịp thông xe ngày 31/12.")
    assert select([promised, same_day], "vi").differing is None


def test_a_correction_leads_and_what_it_corrects_follows() -> None:
    wrong = quote("Trạm bơm tốn 86 tỷ đồng.", 0.9, published="2025-10-30")
    text = "Chúng tôi đưa tin 86 tỷ đồng. Con số đúng là 68 tỷ đồng."
    right = quote(text, 0.3, EAST, published="2025-11-06", answer="68 tỷ đồng")
    selection = select([wrong, right], "vi")
    assert (selection.differing, selection.quotes) == ("correction", (right, wrong))
    assert selection.quotes[0].answer == right.answer
    misread = quote(text, 0.3, EAST, published="2025-11-06", answer="86 tỷ đồng")
    assert select([wrong, misread], "vi").quotes[0].answer is None
    assert select([wrong, replace(right, published="2025-10-29")], "vi").differing is None
    repeated = replace(right, text="Con số đúng là 86 tỷ đồng.")
    assert select([wrong, repeated], "vi").differing is None
    elsewhere = replace(right, text="Con số đúng là 68 tỷ đồng.")
    assert select([wrong, elsewhere], "vi").differing is None


def test_the_newest_on_the_same_thing_leads_where_the_latest_is_asked_for() -> None:
    old = quote("Xăng 21.150 đồng.", 0.9, published="2026-02-10")
    new = quote("Xăng 20.860 đồng.", 0.15, NEAR, published="2026-03-12")
    other = quote("Gạo đứng giá.", 0.8, EAST, published="2026-04-01")
    assert select([old, new, other], "vi", LATEST).quotes[0] == new
    assert [one.text for one in select([old, new, other], "vi").quotes] == [old.text, other.text]
    assert select([old, new], "vi", LATEST).latest


def test_what_is_less_close_must_be_likelier_to_be_the_latest_word() -> None:
    old = quote("Cầu sẽ mở.", 0.9, published="2025-10-09")
    new = quote("Cầu đã mở.", 0.28, ASIDE, published="2026-04-29")  # 0.28 is more than 0.3 of 0.9
    assert select([old, new], "vi", LATEST).quotes[0] == new
    assert select([old, replace(new, chance=0.26)], "vi", LATEST).quotes[0] == old
    assert select([old, replace(new, published=None)], "vi", LATEST).quotes[0] == old


def test_the_period_that_is_asked_for_leads_and_nothing_else_rivals_it() -> None:
    march = quote("Vàng 148 triệu đồng.", 0.6, published="2026-03-12")
    september = quote("Vàng 129 triệu đồng.", 0.9, NEAR, published="2025-09-26")
    selection = select([september, march], "vi", MARCH)
    assert (selection.quotes[0], selection.differing) == (march, None)
    assert select([september, march], "vi").differing == "figures"
    unlikely = replace(march, chance=0.4)  # less than half of 0.9
    assert select([september, unlikely], "vi", MARCH).quotes[0] == september
    named = replace(march, text="Ngày 12/3/2026 vàng 148 triệu đồng.", published="2026-05")
    assert select([september, named], "vi", MARCH).quotes[0] == named


QUOTES = st.lists(
    st.builds(
        quote,
        st.sampled_from(["Có 12 người.", "Có 15 người.", "Gạo tăng.", "Rice rose 12%.", ""]),
        st.floats(0, 1),
        st.floats(0, 6.28).map(lambda turn: (float(np.cos(turn)), float(np.sin(turn)))),
        language=st.sampled_from(["vi", "en", "und"]),
        article=st.sampled_from("abc"),
        published=st.sampled_from([None, "2024", "2024-06", "2024-06-03"]),
        start=st.integers(0, 40),
    ),
    max_size=12,
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    QUOTES,
    st.sampled_from(["vi", "en"]),
    st.sampled_from([ANY_TIME, LATEST, MARCH]),
)
def test_what_is_shown_was_offered_and_tells_different_things(
    found: list[Quote], language: str, asked: AskedTime
) -> None:
    selection = select(found, language, asked)
    assert len(selection.quotes) <= (MAX_OUTLETS if selection.differing else MAX_QUOTES)
    assert bool(selection.quotes) == bool(found)
    assert all(any(one is offered for offered in found) for one in selection.quotes)
    assert not selection.differing or len(selection.quotes) >= 2
    for one, other in combinations(selection.quotes, 2):
        if selection.differing:  # they tell the same but for their figures
            assert one.teller != other.teller
        else:
            assert one.text != other.text
            assert float(one.vector @ other.vector) < SAME_FACT
