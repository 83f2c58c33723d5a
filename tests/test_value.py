"""What answering words say, compared across outlets and languages."""

from __future__ import annotations

import pytest

from rag.answer.value import agree, differ, value_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("50 tỷ đồng", "vi"), ("50 billion dong", "en")),
        (("ba người", "vi"), ("three people", "en")),
        (("7,09%", "vi"), ("7.09 per cent", "en")),
        (("sáng 29/4", "vi"), ("on 29 April 2026", "en")),
        (("ông Trần Văn Bảy", "vi"), ("Trần Văn Bảy", "vi")),
    ],
)
def test_the_same_said_otherwise(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert not differ(value_of(*one), value_of(*other))


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (("12 người", "vi"), ("15 người", "vi"), "figures"),
        (("12 người", "vi"), ("fifteen people", "en"), "figures"),
        (("ngày 3/5", "vi"), ("ngày 4/5", "vi"), "dates"),
        (("ông Bảy", "vi"), ("bà Lan", "vi"), "words"),
    ],
)
def test_other_values(one: tuple[str, str], other: tuple[str, str], kind: str) -> None:
    values = value_of(*one), value_of(*other)
    assert [value.kind for value in values] == [kind, kind]
    assert differ(*values)
    assert not agree(*values)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("the mayor", "en"), ("thị trưởng", "vi")),  # words of two languages
        (("12 người", "vi"), ("ngày 3/5", "vi")),  # a number and a day
    ],
)
def test_what_cannot_be_compared_neither_differs_nor_agrees(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert not differ(value_of(*one), value_of(*other))
    assert not agree(value_of(*one), value_of(*other))
