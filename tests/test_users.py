"""Signing in: passwords and their file, the brake on guessing, and `rag user`."""

from __future__ import annotations

import io
import json
import os
import pty
import stat
import subprocess
import sys
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.cli import main
from rag.errors import SettingsError, UsageError
from rag.settings import load
from ui import users
from ui.refusals import Refused
from ui.throttle import FORGET_SECONDS, MOST_REMEMBERED, Throttle
from ui.users import Users

ROOT = Path(__file__).resolve().parents[1]
WORD = "mật khẩu dài"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "users.json"


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing, where the cost is not what is tested."""
    monkeypatch.setattr(users, "_COST", 2)
    monkeypatch.setattr(users, "_LANES", 1)


def test_a_user_signs_in_with_the_password_alone(path: Path) -> None:
    assert users.add(path, "an", WORD)
    known = Users.load(path)
    assert known.check("an", WORD)
    for name, password in (("an", "mật khẩu dài "), ("an", ""), ("An", WORD), ("an ", WORD), ("binh", WORD), ("", "")):
        assert not known.check(name, password)


def test_the_file_holds_no_password(path: Path) -> None:
    users.add(path, "an", "hunter2hunter2")
    users.add(path, "binh", "hunter2hunter2")
    assert "hunter2" not in path.read_text()
    stored = json.loads(path.read_text())["users"]
    assert stored["an"] != stored["binh"]
    assert stored["an"].startswith("scrypt$16384$8$5$")


def test_only_the_owner_reads_the_file(path: Path, cheap: None) -> None:
    before = os.umask(0)
    try:
        users.add(path, "an", WORD)
        users.add(path, "binh", WORD)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {entry.name for entry in path.parent.iterdir()} <= {"users.json", "users.json.lock"}


@pytest.mark.parametrize(
    ("typed", "stored"), [("mật khẩu dài", "mật khẩu dài"), ("ｐａｓｓｗｏｒｄ", "password")]
)  # fmt: skip
def test_a_password_typed_in_another_form_is_the_same(path: Path, cheap: None, typed: str, stored: str) -> None:
    users.add(path, "an", unicodedata.normalize("NFD", stored))
    assert Users.load(path).check("an", typed)


def test_every_character_of_a_long_password_counts(path: Path, cheap: None) -> None:
    users.add(path, "an", "x" * 1024)
    known = Users.load(path)
    assert known.check("an", "x" * 1024)
    assert not known.check("an", "x" * 1023)
    assert not known.check("an", "x" * 1025)
    assert not known.check("an", "x" * 72)


def test_a_lone_surrogate_is_only_a_wrong_password(path: Path, cheap: None) -> None:
    users.add(path, "an", WORD)
    assert not Users.load(path).check("an\ud800", "\ud800\x00")


@pytest.mark.parametrize("name", ["", "An", "a b", "../an", "-an", "ân", "a" * 65, "an\n", "a/b", "a\x00"])
def test_names_that_cannot_be(path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a user's name"):
        users.add(path, name, WORD)
    assert not path.exists()


def test_short_and_endless_passwords_are_refused(path: Path) -> None:
    for password in ("", "seven77", "x" * 1025):
        with pytest.raises(UsageError, match="use 8 to 1024"):
            users.add(path, "an", password)


def test_a_new_password_and_a_removal_hold_at_once(path: Path, cheap: None) -> None:
    users.add(path, "an", WORD)
    users.add(path, "binh", WORD)
    known = Users.load(path)
    assert not users.add(path, "an", "another word")
    assert not known.check("an", WORD)
    assert known.check("an", "another word")
    users.remove(path, "an")
    assert not known.check("an", "another word")
    assert (known.knows("an"), known.knows("binh"), known.names()) == (False, True, ("binh",))
    with pytest.raises(UsageError, match="has no user 'an'"):
        users.remove(path, "an")
    path.unlink()
    with pytest.raises(SettingsError, match="is not there"):
        known.check("binh", WORD)


@pytest.mark.parametrize(
    "content", ["", "no json", "[]", "{}", '{"version": 1}', '{"version": 1, "users": {"an": "plain"}}',
                '{"version": 1, "users": {"an": "scrypt$1073741824$8$1$AA==$AA=="}}', '{"version": 1, "users": []}'],
)  # fmt: skip
def test_a_broken_file_lets_nobody_in(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(SettingsError, match="is no file of users") as raised:
        Users.load(path)
    assert "\n" not in str(raised.value)


def test_a_file_that_asks_for_nothing_is_refused(path: Path, cheap: None) -> None:
    with pytest.raises(SettingsError, match="is not there; add a user with: rag user add NAME"):
        Users.load(path)
    users.add(path, "an", WORD)
    users.remove(path, "an")
    with pytest.raises(SettingsError, match="holds no user"):
        Users.load(path)


def test_an_unknown_name_takes_the_same_work(path: Path, cheap: None, monkeypatch: pytest.MonkeyPatch) -> None:
    users.add(path, "an", WORD)
    known = Users.load(path)
    work: list[tuple[int, int, int]] = []
    original = users._key

    def counted(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
        work.append((cost, block, lanes))
        return original(password, salt, cost, block, lanes)

    monkeypatch.setattr(users, "_key", counted)
    for name, password in (("an", WORD), ("an", "wrong"), ("nobody", WORD), ("an", "x" * 5000)):
        known.check(name, password)
    assert work == [(2, 8, 1)] * 4


# The brake


def wait(throttle: Throttle, name: str = "an", address: str = "10.0.0.1") -> int:
    """Tries once: 0 if it may, else the seconds to wait."""
    try:
        throttle.enter(name, address)
    except Refused as refused:
        return int(str(refused).split()[-2])
    return 0


def test_guessing_gets_slower() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert [wait(throttle) for _ in range(6)] == [0, 0, 0, 0, 0, 2]
    waits = []
    for _ in range(12):
        waits.append(seconds := wait(throttle))
        clock.now += seconds
        assert wait(throttle) == 0
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert wait(throttle, "binh") == 0
    assert wait(throttle, address="10.0.0.2") == 0


def test_a_try_that_has_to_wait_is_not_counted() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert [wait(throttle) for _ in range(50)][5:] == [2] * 45
    clock.now += 2
    assert wait(throttle) == 0


def test_one_address_cannot_try_many_names() -> None:
    throttle = Throttle(Clock())
    assert [wait(throttle, f"user{number}") for number in range(21)] == [0] * 20 + [2]
    assert wait(throttle, "user0", "10.0.0.2") == 0


def test_one_name_is_guarded_against_many_addresses_but_never_for_long() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    assert [wait(throttle, address=f"10.0.0.{number}") for number in range(51)] == [0] * 50 + [2]
    for number in range(100):
        clock.now += 60
        assert wait(throttle, address=f"10.0.1.{number}") == 0
    assert wait(throttle, address="10.0.2.1") == 60


def test_the_right_password_forgives_the_name() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(4):
        throttle.enter("an", "10.0.0.1")
    throttle.succeeded("an", "10.0.0.1")
    assert [wait(throttle) for _ in range(6)] == [0, 0, 0, 0, 0, 2]


def test_a_password_of_ones_own_is_no_licence_to_guess_at_others() -> None:
    throttle = Throttle(Clock())
    for number in range(19):
        throttle.enter(f"user{number}", "10.0.0.1")
        throttle.enter("owner", "10.0.0.1")
        throttle.succeeded("owner", "10.0.0.1")
    assert [wait(throttle, name) for name in ("x", "y")] == [0, 2]


def test_what_is_remembered_is_bounded_and_forgotten() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for number in range(MOST_REMEMBERED):
        throttle.enter(f"user{number}", f"address{number}")
    assert len(throttle._failures) <= MOST_REMEMBERED
    clock.now += FORGET_SECONDS + 1
    throttle.enter("an", "10.0.0.1")
    assert len(throttle._failures) == 3


def test_users_that_guess_are_refused_whether_or_not_the_name_exists(path: Path, cheap: None) -> None:
    users.add(path, "an", WORD)
    said = []
    for name in ("an", "nobody"):
        clock = Clock()
        known = Users.load(path, clock)
        assert not any(known.check(name, "wrong", "10.0.0.1") for _ in range(5))
        with pytest.raises(Refused) as raised:
            known.check(name, WORD, "10.0.0.1")
        said.append(raised.value.said)
        clock.now += 2
        assert known.check(name, WORD, "10.0.0.1") is (name == "an")
    assert said[0] == said[1]


def test_many_guesses_at_once_are_no_way_around(path: Path, cheap: None) -> None:
    users.add(path, "an", WORD)
    known = Users.load(path, Clock())
    barrier = threading.Barrier(12)

    def guess(number: int) -> str:
        barrier.wait()
        try:
            return str(known.check("an", f"wrong {number}", "10.0.0.1"))
        except Refused:
            return "refused"

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(guess, range(12)))
    assert sorted(outcomes) == ["False"] * 5 + ["refused"] * 7


def test_two_who_add_users_at_once_lose_none(path: Path, cheap: None) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda number: users.add(path, f"user{number}", WORD), range(16)))
    assert len(users.names(path)) == 16


# The command


@pytest.fixture
def setting(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_USERS", str(path))


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_the_command_adds_lists_and_removes(
    path: Path, cheap: None, setting: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["user", "list"]) == 0
    assert "holds no user yet" in capsys.readouterr().err
    for name, password in (("binh", f"{WORD}\n"), ("an", f"{WORD}\r\n"), ("an", "another word")):
        typed(monkeypatch, password)
        assert main(["user", "add", name, "--password-stdin"]) == 0
    assert capsys.readouterr().out == "added binh\nadded an\nchanged the password of an\n"
    assert main(["user", "list"]) == 0
    assert capsys.readouterr().out == "an\nbinh\n"
    assert load().users == path
    assert Users.load(path).check("an", "another word")
    assert main(["user", "remove", "binh"]) == 0
    assert users.names(path) == ("an",)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["add"], 2, "write one of: rag user add NAME"),
        (["list", "an"], 2, "write one of: rag user add NAME"),
        (["remove", "an"], 2, "is not there"),
        (["add", "an"], 2, "use --password-stdin"),
        (["add", "an", "--password-stdin"], 2, "the password has 5 characters"),
        (["add", "Ân", "--password-stdin"], 2, "cannot be a user's name"),
    ],
)
def test_wrong_use_is_one_line(
    arguments: list[str], status: int, said: str, setting: None, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    typed(monkeypatch, "short\n")
    assert main(["user", *arguments]) == status
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_without_the_setting_it_says_how(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RAG_USERS", raising=False)
    assert main(["user", "list"]) == 2
    assert "RAG_USERS is not set" in capsys.readouterr().err


@pytest.mark.parametrize(("again", "status"), [(WORD, 0), ("another word", 2)])
def test_on_a_terminal_the_password_is_asked_for_twice_and_not_shown(path: Path, again: str, status: int) -> None:
    """On a terminal of its own, as a person has one."""
    code = "import sys; from rag.cli import main; sys.exit(main(['user', 'add', 'an']))"
    ours, theirs = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "RAG_USERS": str(path), "PYTHONIOENCODING": "utf-8"}
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=theirs, stdout=theirs, stderr=theirs, env=env, start_new_session=True
    )
    os.close(theirs)
    seen = b""
    for prompt, password in ((b"Password for an: ", WORD), (b"The same again: ", again)):
        while prompt not in seen:
            seen += os.read(ours, 1000)
        os.write(ours, password.encode() + b"\n")
    try:
        while some := os.read(ours, 1000):
            seen += some
    except OSError:  # the terminal's other side was closed
        pass
    os.close(ours)
    assert child.wait(timeout=60) == status
    assert "khẩu" not in seen.decode()
    assert (b"differ; nothing was changed" in seen) is bool(status)
    assert users.names(path) == (() if status else ("an",))
