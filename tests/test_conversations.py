"""Conversations on disk: whose they are, what is kept, and what kills, damage and company do to them."""

from __future__ import annotations

import json
import logging
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import ArchiveError
from rag.types import Answer, Citation, Filters, Turn
from ui.conversations import MAX_REASON, MAX_TURNS, UNDO_SECONDS, Conversations
from ui.refusals import Refused, UnknownConversation
from ui.titles import MAX_TITLE, title_of

ROOT = Path(__file__).resolve().parents[1]
FERRY = "Chuyến phà cuối rời bến lúc mấy giờ?"
QUOTE = Citation(1, "a1", "Phà đổi giờ", "Báo Lá Dừa", "2024-03-05", "vi", "pha.md", None, 10, 21, "21 giờ 40 .", 0.9)
ANSWER = Answer(FERRY, "“21 giờ 40 .” [1]", True, "vi", "quotes", citations=(QUOTE,)).to_dict()
SILENT = Answer("Why?", "The archive does not say.", False, "en", "quotes").to_dict()


class Clock:
    def __init__(self) -> None:
        self.now = 1_777_627_800.0  # 2026-05-01 09:30:00 UTC

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(tmp_path: Path, clock: Clock) -> Conversations:
    return Conversations(tmp_path / "home", clock)


def asked(kept: Conversations, user: str, *questions: str) -> str:
    """A new conversation with these questions; its id."""
    conversation_id = kept.create(user).id
    for question in questions:
        kept.append(user, conversation_id, question, ANSWER)
    return conversation_id


# What is kept


def test_an_exchange_comes_back_as_it_was(kept: Conversations, tmp_path: Path) -> None:
    limits = Filters(since="2024-01", sources=("Báo Lá Dừa",), languages=("vi",))
    conversation_id = kept.create("an").id
    kept.append("an", conversation_id, FERRY, ANSWER, limits)
    loaded = Conversations(tmp_path / "home").load("an", conversation_id)
    (exchange,) = loaded.exchanges
    assert (exchange.turn, exchange.question, exchange.filters) == (1, FERRY, limits)
    assert exchange.answer == ANSWER
    assert exchange.answer["citations"][0]["quote"] == "21 giờ 40 ."
    assert (loaded.title, loaded.created, exchange.asked) == (FERRY, "2026-05-01T09:30:00Z", "2026-05-01T09:30:00Z")
    assert loaded.history() == (Turn("user", FERRY), Turn("assistant", "“21 giờ 40 .” [1]"))


def test_what_was_not_found_is_nothing_to_lean_on(kept: Conversations) -> None:
    conversation_id = kept.create("").id
    kept.append("", conversation_id, "Why?", SILENT)
    assert kept.load("", conversation_id).history() == (Turn("user", "Why?"), Turn("assistant", ""))


def test_the_list_has_the_last_used_first_and_nothing_empty(kept: Conversations) -> None:
    first, second = asked(kept, "an", "One?"), asked(kept, "an", "Two?", "Three?")
    kept.create("an")
    assert [(info.id, info.title, info.turns) for info in kept.list("an")] == [(second, "Two?", 2), (first, "One?", 1)]
    kept.append("an", first, "Four?", ANSWER)
    assert [info.id for info in kept.list("an")] == [first, second]


def test_a_title_of_ones_own_stays_and_a_blank_one_goes(kept: Conversations) -> None:
    conversation_id = asked(kept, "an", "One?")
    kept.rename("an", conversation_id, "  Phà \n sông Mây ")
    assert kept.list("an")[0].title == kept.load("an", conversation_id).title == "Phà sông Mây"
    kept.rename("an", conversation_id, " ")
    assert kept.list("an")[0].title == kept.load("an", conversation_id).title == "One?"


def test_a_cut_takes_away_a_turn_and_what_follows(kept: Conversations) -> None:
    conversation_id = asked(kept, "an", "One?", "Two?", "Three?")
    assert [exchange.question for exchange in kept.cut("an", conversation_id, 2).exchanges] == ["One?"]
    assert kept.append("an", conversation_id, "Other?", ANSWER).turn == 2
    assert kept.cut("an", conversation_id, 1).exchanges == ()
    kept.append("an", conversation_id, "Anew?", ANSWER)
    assert kept.list("an")[0].title == "Anew?"


# Deleting


def test_a_deletion_can_be_undone_for_a_while(kept: Conversations, clock: Clock) -> None:
    conversation_id = asked(kept, "an", "One?")
    kept.rate("an", conversation_id, 1, True)
    kept.delete("an", conversation_id)
    assert kept.list("an") == () == kept.ratings("an")
    with pytest.raises(UnknownConversation):
        kept.load("an", conversation_id)
    kept.undelete("an", conversation_id)
    assert [info.id for info in kept.list("an")] == [conversation_id]
    assert len(kept.ratings("an")) == 1
    kept.delete("an", conversation_id)
    clock.now += UNDO_SECONDS + 1
    with pytest.raises(UnknownConversation):
        kept.undelete("an", conversation_id)


def test_what_is_deleted_for_good_is_in_no_file(kept: Conversations, clock: Clock, tmp_path: Path) -> None:
    secret = "Zanzibarquestion?"
    kept.delete("an", asked(kept, "an", secret))
    clock.now += UNDO_SECONDS + 1
    kept.create("an")
    for path in (tmp_path / "home").iterdir():
        assert secret.encode() not in path.read_bytes(), path


# Ratings


def test_a_rating_keeps_what_it_was_given_to(kept: Conversations) -> None:
    limits = Filters(until="2024")
    conversation_id = asked(kept, "an", "One?")
    kept.append("an", conversation_id, "Two?", SILENT, limits)
    kept.rate("an", conversation_id, 2, True)
    kept.rate("an", conversation_id, 2, False, " it was in the paper ")
    assert [(shown.up, shown.reason) for shown in kept.load("an", conversation_id).exchanges] == [
        (None, ""), (False, "it was in the paper"),
    ]  # fmt: skip
    kept.cut("an", conversation_id, 1)
    kept.append("an", conversation_id, "Other?", ANSWER)
    (rating,) = kept.ratings("an")
    assert (rating.question, rating.answer, rating.up, rating.reason) == ("Two?", SILENT, False, "it was in the paper")
    assert rating.history == (Turn("user", "One?"), Turn("assistant", "“21 giờ 40 .” [1]"))
    assert (rating.filters, rating.conversation_id, rating.turn) == (limits, conversation_id, 2)
    assert kept.load("an", conversation_id).exchanges[0].up is None


def test_a_rating_is_taken_back(kept: Conversations) -> None:
    conversation_id = asked(kept, "an", "One?")
    kept.rate("an", conversation_id, 1, True)
    kept.rate("an", conversation_id, 1, None)
    assert kept.ratings(None) == ()


def test_everybodys_ratings_are_there_for_the_keeper_alone(kept: Conversations) -> None:
    for user in ("an", "binh"):
        kept.rate(user, asked(kept, user, f"{user}?"), 1, True)
    assert [rating.user for rating in kept.ratings(None)] == ["an", "binh"]
    assert [rating.question for rating in kept.ratings("binh")] == ["binh?"]
    assert kept.ratings("") == ()


# One person never meets another's

CALLS: dict[str, Any] = {
    "load": lambda kept, user, number: kept.load(user, number),
    "append": lambda kept, user, number: kept.append(user, number, "Q?", ANSWER),
    "rename": lambda kept, user, number: kept.rename(user, number, "mine"),
    "delete": lambda kept, user, number: kept.delete(user, number),
    "undelete": lambda kept, user, number: kept.undelete(user, number),
    "cut": lambda kept, user, number: kept.cut(user, number, 1),
    "rate": lambda kept, user, number: kept.rate(user, number, 1, True),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("user", ["binh", "", "AN", "an "])
def test_anothers_conversation_is_as_unknown_as_none(kept: Conversations, call: str, user: str) -> None:
    conversation_id = asked(kept, "an", "One?")
    if call == "undelete":
        kept.delete("an", conversation_id)
    said = []
    for wanted in (conversation_id, "0" * 24):
        with pytest.raises(UnknownConversation) as raised:
            CALLS[call](kept, user, wanted)
        said.append((str(raised.value), raised.value.said))
    assert said[0] == said[1]
    if call == "undelete":
        kept.undelete("an", conversation_id)
    loaded = kept.load("an", conversation_id)
    assert (loaded.title, len(loaded.exchanges), loaded.exchanges[0].up) == ("One?", 1, None)
    assert kept.list(user) == ()


@pytest.mark.parametrize("wanted", ["", "%", "' OR 1=1 --", "\ud800", "x\0", None, 1, ["a"], {"a": 1}])
def test_an_id_of_any_kind_is_unknown(kept: Conversations, wanted: Any) -> None:
    asked(kept, "an", "One?")
    for call in CALLS.values():
        with pytest.raises(UnknownConversation):
            call(kept, "an", wanted)


@pytest.mark.parametrize("turn", [0, -1, 2, 10**30, True, "1", None, 1.0])
def test_a_turn_of_any_kind_is_unknown(kept: Conversations, turn: Any) -> None:
    conversation_id = asked(kept, "an", "One?")
    for call in (kept.cut, lambda *place: kept.rate(*place, True)):
        with pytest.raises(UnknownConversation):
            call("an", conversation_id, turn)
    assert len(kept.load("an", conversation_id).exchanges) == 1


# Bounds


def test_sizes_are_bounded(kept: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation_id = asked(kept, "an", "One?")
    with pytest.raises(Refused, match="too long to be kept"):
        kept.append("an", conversation_id, "Two?", {**ANSWER, "text": "x" * 1_000_001})
    with pytest.raises(Refused, match=f"longer than {MAX_REASON}"):
        kept.rate("an", conversation_id, 1, False, "x" * (MAX_REASON + 1))
    monkeypatch.setattr("ui.conversations.MAX_TURNS", 1)
    with pytest.raises(Refused, match="has 1 questions already"):
        kept.append("an", conversation_id, "Two?", ANSWER)
    monkeypatch.setattr("ui.conversations.MAX_CONVERSATIONS", 1)
    with pytest.raises(Refused, match="1 conversations already"):
        kept.create("an")
    assert MAX_TURNS == 500
    assert len(kept.load("an", conversation_id).exchanges) == 1


def test_conversations_in_which_nothing_was_asked_do_not_pile_up(
    kept: Conversations, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.conversations.MAX_CONVERSATIONS", 2)
    for _ in range(5):
        kept.create("an")
        clock.now += 86_401


def test_titles() -> None:
    assert title_of(" Giá \n vàng\u202e? ") == "Giá vàng?"
    assert title_of("từ " * 40) == ("từ " * 26).strip() + "…"  # 26 × 3 - 1 = 77 characters and the mark
    assert title_of("x" * 100) == "x" * 79 + "…"
    assert title_of("Gia\u0301") == "Giá"
    assert title_of("\u200b\n") == ""


@given(st.text(max_size=300))
def test_a_title_is_one_bounded_line(text: str) -> None:
    title = title_of(text)
    assert len(title) <= MAX_TITLE
    assert title == " ".join(title.split())
    assert title_of(title) == title


# Company, kills and damage


def test_threads_lose_nothing(kept: Conversations) -> None:
    conversation_id = kept.create("an").id
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(kept.append, "an", conversation_id, f"{n}?", ANSWER) for n in range(40)]:
            done.result()
    exchanges = kept.load("an", conversation_id).exchanges
    assert [exchange.turn for exchange in exchanges] == list(range(1, 41))
    assert {exchange.question for exchange in exchanges} == {f"{n}?" for n in range(40)}


WRITER = """
import sys
from ui.conversations import Conversations
kept = Conversations(sys.argv[1])
conversation_id = kept.create(sys.argv[2]).id
for number in range(int(sys.argv[3])):
    kept.append(sys.argv[2], conversation_id, f"{number}?", {"text": "x" * 20000})
    print(number, flush=True)
"""


def writer(home: Path, user: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(home), user, str(count)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_processes_that_begin_the_file_together_lose_nothing(tmp_path: Path) -> None:
    processes = [writer(tmp_path, user, 10) for user in ("an", "binh", "chi")]
    for process in processes:
        assert process.communicate(timeout=60)[1] == ""
    kept = Conversations(tmp_path)
    assert [kept.list(user)[0].turns for user in ("an", "binh", "chi")] == [10, 10, 10]


def test_what_was_kept_survives_kills(tmp_path: Path) -> None:
    for kill in range(4):
        process = writer(tmp_path, f"user{kill}", 100_000)
        assert process.stdout
        last = [process.stdout.readline() for _ in range(3 + kill)][-1]
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        kept = Conversations(tmp_path)
        (info,) = kept.list(f"user{kill}")
        assert info.turns >= int(last) + 1
        assert [shown.question for shown in kept.load(f"user{kill}", info.id).exchanges][:3] == ["0?", "1?", "2?"]
    assert len(kept.list("user0")) == 1
    assert not list(tmp_path.glob("*damaged*"))


@pytest.mark.parametrize("how", ["no database", "overwritten pages", "cut short"])
def test_a_damaged_file_is_set_aside(tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "catalogue.sqlite3").write_bytes(b"the archive")
    kept = Conversations(tmp_path)
    for _ in range(20):
        asked(kept, "an", "One?" * 500)
    path = tmp_path / "conversations.sqlite3"
    data = path.read_bytes()
    damaged = {
        "no database": b"<html>oops</html>" * 100,
        "overwritten pages": data[:4096] + b"\xff" * (len(data) - 4096),
        "cut short": data[: len(data) // 2],
    }[how]
    path.write_bytes(damaged)
    with caplog.at_level(logging.WARNING):
        assert kept.list("an") == ()
        conversation_id = asked(kept, "an", "Anew?")
    assert [record.getMessage() for record in caplog.records if "was damaged; it is kept as" in record.getMessage()]
    assert len(caplog.records) == 1
    assert "\n" not in caplog.text.strip()
    assert kept.load("an", conversation_id).title == "Anew?"
    (aside,) = tmp_path.glob("conversations.damaged-*.sqlite3")
    assert aside.read_bytes() == damaged
    assert (tmp_path / "catalogue.sqlite3").read_bytes() == b"the archive"


def test_threads_that_meet_a_damaged_file_set_it_aside_once(tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite3").write_bytes(b"no database" * 1000)
    kept = Conversations(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        ids = [done.result() for done in [pool.submit(asked, kept, "an", f"{n}?") for n in range(16)]]
    assert len(list(tmp_path.glob("*damaged-*.sqlite3"))) == 1
    assert {info.id for info in kept.list("an")} == set(ids)


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    asked(kept, "an", "One?")
    with sqlite3.connect(tmp_path / "conversations.sqlite3") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ArchiveError, match="newer version"):
        kept.list("an")
    assert not list(tmp_path.glob("*damaged*"))


def test_only_their_owner_reads_the_files(kept: Conversations, tmp_path: Path) -> None:
    asked(kept, "an", "One?")
    assert stat.S_IMODE((tmp_path / "home" / "conversations.sqlite3").stat().st_mode) == 0o600


def test_a_home_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(ArchiveError, match="choose another --home") as raised:
        Conversations(tmp_path / "home").create("an")
    assert "\n" not in str(raised.value)


def test_an_answer_is_stored_whole(kept: Conversations) -> None:
    """Fields that this version does not know come back too, and odd text harms nothing."""
    answer = {**ANSWER, "later": {"field": ["\ud800", "\x00"]}}
    conversation_id = kept.create("an").id
    kept.append("an", conversation_id, "Q\ud800?\r\n", answer)
    (exchange,) = kept.load("an", conversation_id).exchanges
    assert exchange.question == "Q?\n"
    assert exchange.answer == json.loads(json.dumps(answer))
