"""Which words of a message ask, and what messages want: the bare question is what it is without its wrapping."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.conversation import understand
from rag.embed.tokeniser import Tokeniser
from rag.embed.weights import Weights
from rag.errors import UsageError
from rag.newsqa import NewsQA
from rag.read.pieces import PieceCutter
from rag.types import INTENTS, Span
from rag.understand.bare import asked, asking
from rag.understand.hear import TALKING, hear


@pytest.fixture(scope="module")
def cutter() -> PieceCutter:
    vocabulary = Weights.installed().vocabulary()
    return PieceCutter(Tokeniser(vocabulary))


def test_the_bare_question_runs_from_a_capital_to_a_question_mark() -> None:
    assert asked("Dạ cho hỏi, giá vé bao nhiêu ạ?", Span(12, 28)) == "Giá vé bao nhiêu?"
    assert asked("when did  it open", None) == "When did it open?"
    assert asked("???", None) == "???"


def test_the_run_of_words_with_the_largest_sum_asks(cutter: PieceCutter) -> None:
    message = "Hello there. When did it open? Thanks."
    pieces = cutter.cut(message)
    asks = [9.0 if 13 <= start < 30 else -9.0 for start in pieces.starts]
    assert asking(message, pieces, asks) == Span(13, 30)
    assert asking(message, pieces, [-9.0] * len(pieces)) is None
    assert asking("", cutter.cut(""), []) is None


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(max_size=80))
def test_any_message_is_heard(message: str) -> None:
    heard = hear(message)
    assert set(heard.chances) == set(INTENTS)
    assert sum(heard.chances.values()) == pytest.approx(1)
    assert heard.bare is None or 0 <= heard.bare.start < heard.bare.end <= len(message)


@pytest.mark.parametrize("message", ["Hello there!", "Cảm ơn bạn nhiều nha", "cam on ban nhieu", "Who are you?"])
def test_talk_is_left_unsearched(message: str) -> None:
    assert hear(message).intent in TALKING


@pytest.mark.parametrize(
    "message",
    ["When did the bridge open?", "Cầu Trầm Ngân dài bao nhiêu?", "Who said hello to the mayor?", "gia gao bao nhieu"],
)
def test_a_question_is_searched_as_it_is(message: str) -> None:
    heard = hear(message)
    assert heard.intent == "question"
    assert asked(message, heard.bare).casefold().rstrip("?") == message.casefold().rstrip("?")


def test_a_message_above_the_limit_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with NewsQA.open(home=tmp_path_factory.mktemp("archive")) as qa:
        with pytest.raises(UsageError, match="2001 characters, the most is 2000"):
            qa.ask("a" * 2001)
        assert understand("a" * 2000, (), qa.retriever).message == "a" * 2000
