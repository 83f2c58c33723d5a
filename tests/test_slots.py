"""A claim laid beside the sentence it nearly copies: what stands in the telling places."""

from __future__ import annotations

import pytest

from rag.answer.verify.reading import read
from rag.answer.verify.slots import refilled

WALL = "The sea wall is 640 metres long and took two years to build, the harbour master, Petra Lune, said."
RACE = "Vận động viên Lò Thị Sen về nhất giải chạy Đồng Mây với thành tích 2 giờ 51 phút."


def places(claim: str, *evidence: str) -> list[tuple[str, str, str]]:
    language = "vi" if evidence[0] == RACE else "en"
    found = refilled(read(claim, language), [read(text, language) for text in evidence])
    return [(place.kind, place.stated, place.claimed) for place in found]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("The sea wall is banana long and took two years to build.", ("figure", "640 metres", "banana")),
        ("The sea wall is no metres long and took two years to build.", ("figure", "640", "no")),
        ("The sea wall is half a metre long and took two years to build.", ("figure", "640 metres", "half a metre")),
    ],
)
def test_words_in_place_of_a_figure(claim: str, expected: tuple[str, str, str]) -> None:
    assert places(claim, WALL) == [expected]


def test_words_in_place_of_a_name() -> None:
    claim = "Vận động viên không ai cả về nhất giải chạy Đồng Mây với thành tích 2 giờ 51 phút."
    assert places(claim, RACE) == [("name", "Lò Thị Sen", "không ai cả")]


def test_another_name_of_the_evidence_in_place_of_a_name() -> None:
    claim = "Vận động viên Trương Bá Khôi về nhất giải chạy Đồng Mây với thành tích 2 giờ 51 phút."
    assert places(claim, RACE, "Người về nhì là Trương Bá Khôi.") == [("name", "Lò Thị Sen", "Trương Bá Khôi")]


@pytest.mark.parametrize(
    "claim",
    [
        WALL,
        "The sea wall is 640 m long and took two years to build.",
        "The sea wall took two years to build, the harbour master said.",
        "The sea wall is six hundred and forty metres long and took two years to build.",
        "It is 640 metres long and took two years to build.",
        "A wall of that length costs a fortune, said somebody else.",
    ],
)
def test_the_same_in_other_words(claim: str) -> None:
    assert places(claim, WALL) == []


def test_a_pronoun_or_a_description_for_a_name() -> None:
    stated = "Ingrid Falk won the mayoral election in Brenby with 53.4 percent of the vote."
    before = "The returning officer named the new mayor."
    assert places("She won the mayoral election in Brenby with 53.4 percent of the vote.", stated) == []
    assert places("The new mayor won the mayoral election in Brenby with 53.4 percent.", stated, before) == []
    assert places("The zebra won the mayoral election in Brenby with 53.4 percent.", stated, before) == [
        ("name", "Ingrid Falk", "The zebra")
    ]


def test_of_two_reports_the_one_that_is_copied_counts() -> None:
    first, second = "The flood damaged 40 homes in Duong Hoa.", "The flood damaged 55 homes in Duong Hoa."
    assert places("The flood damaged 55 homes in Duong Hoa.", first, second) == []


def test_evidence_in_another_language_is_not_laid_beside_it() -> None:
    assert refilled(read(WALL, "en"), [read(RACE, "vi")]) == []
    assert refilled(read(WALL, "en"), []) == []
