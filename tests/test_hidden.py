"""Text that a page's reader does not see is no part of its article; what only looks styled is."""

from __future__ import annotations

import pytest

from rag.readers.web import read_page

STORY = "The ferry at Low Ness carried 9,120 passengers in May, said its captain, Runa Voss, on the quay."
SECRET = "The ferry at Low Ness carried 4 passengers in May, said nobody at all on the quay that morning."


def text_of(element: str, head: str = "") -> str:
    page = f"<html><head><title>Ferry</title>{head}</head><body><article><p>{STORY}</p>{element}<p>{STORY} Again.</p>"
    return read_page(page + "</article></body></html>").text


@pytest.mark.parametrize(
    "attributes",
    [
        "hidden", 'class="sr-only"', 'style="display: none"', 'style="visibility:hidden"', 'style="opacity:0"',
        'style="opacity: 0.0; margin: 0"', 'style="font-size:0"', 'style="font-size: 1px"', 'style="color:#FFF"',
        'style="margin:0; color: white"', 'style="color:rgb(255, 255, 255)"', 'style="color: rgba(0,0,0,0)"',
        'style="position:absolute;left:-9999px"', 'style="text-indent:-9999px"', 'style="clip: rect(0,0,0,0)"',
    ],
)  # fmt: skip
def test_hidden_by_its_own_attributes(attributes: str) -> None:
    text = text_of(f"<p {attributes}>{SECRET}</p>")
    assert STORY in text
    assert SECRET not in text


@pytest.mark.parametrize(
    "attributes",
    [
        'style="font-size:0.9em"', 'style="font-size:12px"', 'style="opacity:0.8"', 'style="margin-top:-120px"',
        'style="background:#003; color:#fff"', 'style="color:#ff0000"', 'style="background-color:white"',
    ],
)  # fmt: skip
def test_merely_styled(attributes: str) -> None:
    assert SECRET in text_of(f"<p {attributes}>{SECRET}</p>")


def test_white_letters_on_a_dark_box_are_read() -> None:
    assert SECRET in text_of(f'<div style="background:black"><p style="color:white">{SECRET}</p></div>')


@pytest.mark.parametrize(
    ("sheet", "is_hidden"),
    [
        (".zq{display:none}", True),
        ("/* note */ p.zq, .other { color: red; display: none; }", True),
        (".zq{color:red}", False),
        ("@media print { .zq { display: none } }", False),
        (".menu .zq{display:none}", False),
    ],
)
def test_hidden_by_the_style_sheet(sheet: str, is_hidden: bool) -> None:
    assert (SECRET not in text_of(f'<p class="zq">{SECRET}</p>', f"<style>{sheet}</style>")) is is_hidden


def test_a_story_that_a_script_shows_later_is_kept() -> None:
    page = f"<html><head><style>.fade{{opacity:0}}</style></head><body class='fade'><p>{STORY}</p></body></html>"
    assert STORY in read_page(page).text
