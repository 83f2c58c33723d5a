"""Follow-ups that only name what changes are made whole, in both languages, with and without diacritics."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.understand.elliptic import Completed, completed, in_full

TODAY = date(2026, 4, 29)

# The question before, the follow-up, what it asks.
WHOLE = (
    # Dates replaced, and added
    ("How many ships sank in 2022?", "And in 2023?", "How many ships sank in 2023?"),
    ("How much is gold?", "And in 2023?", "How much is gold in 2023?"),
    ("What was the price of gold on 26 September 2025?", "And last year?", "What was the price of gold in 2025?"),
    ("What was the price of gold in May 2025?", "what about March?", "What was the price of gold in March 2025?"),
    ("Who has been mayor since 2006?", "and 2010?", "Who has been mayor since 2010?"),
    ("Giá vàng tháng 9/2025 là bao nhiêu?", "Còn tháng 3/2026?", "Giá vàng tháng 3/2026 là bao nhiêu?"),
    ("Giá vàng ngày 26/9/2025 là bao nhiêu?", "còn năm 2023 thì sao?", "Giá vàng năm 2023 là bao nhiêu?"),
    ("Tháng 9/2023 ông Kim đi Nga bằng gì?", "Thế còn tháng 6/2024?", "Tháng 6/2024 ông Kim đi Nga bằng gì?"),
    ("gia vang thang 9/2025 bao nhieu", "con nam 2023?", "gia vang nam 2023 bao nhieu"),
    ("gia vang bao nhieu", "the con nam 2023 thi sao", "gia vang bao nhieu nam 2023?"),
    # ... in the other language
    ("Giá vàng tháng 9/2025 là bao nhiêu?", "And in March 2026?", "Giá vàng tháng 3/2026 là bao nhiêu?"),
    ("How many ships sank in 2022?", "Còn năm 2023?", "How many ships sank in 2023?"),
    # Names
    ("Ai gặp ông Putin ở Hà Nội?", "Thế còn ông Kim?", "Ai gặp ông Kim ở Hà Nội?"),
    ("Ai gặp ông Putin ở Hà Nội?", "Còn ở Moskva?", "Ai gặp ông Putin ở Moskva?"),
    ("Cầu Trầm Ngân dài bao nhiêu?", "Còn cầu Sông Mơ?", "Cầu Sông Mơ dài bao nhiêu?"),
    ("Vé từ Gò Sậy đi Thạch Kiều bao nhiêu?", "Thế còn đi Mường Nước?", "Vé từ Gò Sậy đi Mường Nước bao nhiêu?"),
    ("What did Putin say about Ukraine?", "And Kim?", "What did Kim say about Ukraine?"),
    ("What did Putin say?", "What about Kim Jong-un?", "What did Kim Jong-un say?"),
    (
        "How much is the ferry from Ben Cu to Bai Nhan?",
        "And to Go Say?",
        "How much is the ferry from Ben Cu to Go Say?",
    ),
    ("Ong Putin bao nhieu tuoi?", "the con ong Kim thi sao", "Ong Kim bao nhieu tuoi?"),
    # Corrections
    ("How old is Putin?", "no, I meant Kim", "How old is Kim?"),
    ("How old is Putin?", "No, Kim.", "How old is Kim?"),
    ("How old is Putin?", "I meant Kim, not Putin", "How old is Kim?"),
    ("How old is Putin?", "Not Putin, Kim", "How old is Kim?"),
    ("Did Putin meet Xi in Hanoi?", "I meant Kim, not Xi", "Did Putin meet Kim in Hanoi?"),
    ("How many ships sank in 2022?", "sorry, I meant 2023", "How many ships sank in 2023?"),
    ("Ông Putin bao nhiêu tuổi?", "không, ý tôi là ông Kim", "Ông Kim bao nhiêu tuổi?"),
    ("Ông Putin bao nhiêu tuổi?", "Không, ông Kim.", "Ông Kim bao nhiêu tuổi?"),
    ("Putin bao nhiêu tuổi?", "Kim chứ không phải Putin", "Kim bao nhiêu tuổi?"),
    ("Giá vàng tháng 9/2025?", "không, ý tôi là tháng 3/2026", "Giá vàng tháng 3/2026?"),
    ("Ong Putin bao nhieu tuoi?", "khong, y toi la ong Kim", "Ong Kim bao nhieu tuoi?"),
)
# What is no such follow-up, or names nothing that is clearly replaced.
LEFT = (
    ("When did Kim visit Moscow?", "And Xi?"),
    ("Giá vé xe khách từ Gò Sậy tăng bao nhiêu?", "Còn xe buýt thì sao?"),
    ("Cầu Trầm Ngân dài bao nhiêu?", "Khi nào thì khánh thành?"),
    ("Who is the mayor of Luu Giang?", "Con Diec?"),
    ("What did Putin say about Kim?", "And Kim?"),
    ("How much did gold rise from May 2025 to June 2025?", "And in March 2026?"),
    ("Did Putin visit Hanoi in 2024?", "No."),
    ("Did Putin visit Hanoi in 2024?", "And why did he go there?"),
    ("Did Putin visit Hanoi?", "Who is the director of the ferry company?"),
    ("", "And in 2023?"),
)


@pytest.mark.parametrize(("earlier", "follow_up", "expected"), WHOLE)
def test_it_is_made_whole(earlier: str, follow_up: str, expected: str) -> None:
    assert completed(follow_up, earlier, TODAY) == Completed(expected, whole=True)


@pytest.mark.parametrize(("earlier", "follow_up"), LEFT)
def test_it_is_left_alone(earlier: str, follow_up: str) -> None:
    assert completed(follow_up, earlier, TODAY) is None


@pytest.mark.parametrize(
    ("follow_up", "meant"),
    [
        ("No, I meant how many were hurt", "how many were hurt"),
        ("không, ý tôi là bao nhiêu người bị thương", "bao nhiêu người bị thương"),
        ("khong, y toi la bao nhieu nguoi bi thuong", "bao nhieu nguoi bi thuong"),
    ],
)
def test_another_question_that_was_meant_leans_on_the_one_before(follow_up: str, meant: str) -> None:
    assert completed(follow_up, "How many died in the flood?", TODAY) == Completed(meant, whole=False)


def test_follow_ups_build_on_each_other() -> None:
    asked = ["Giá vàng tháng 9/2025 là bao nhiêu?", "Còn tháng 3/2026?", "Ai bán vàng?", "And in 2024?"]
    assert in_full(asked) == [
        "Giá vàng tháng 9/2025 là bao nhiêu?",
        "Giá vàng tháng 3/2026 là bao nhiêu?",
        "Ai bán vàng?",
        "Ai bán vàng năm 2024?",
    ]


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.text(max_size=150)
    | st.sampled_from(["còn ", "And ", "No, I meant "]).flatmap(lambda a: st.text().map(a.__add__)),
    st.text(max_size=150) | st.sampled_from(["Ai gặp Kim năm 2023?", "In 2022, who won?"]),
)
def test_anything_can_follow_anything(question: str, earlier: str) -> None:
    understood = completed(question, earlier, TODAY)
    assert understood is None or understood.text.strip()
