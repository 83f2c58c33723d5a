"""What one person may ask of the machine: questions, uploads, file names, and turns shared fairly among many."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.server.line import MOST_OVERTAKING, Busy, Left, Place, Queue
from rag.server.uploads import MAX_NAME_BYTES, safe_name
from rag.text.language import detect
from ui import refusals
from ui.limits import (
    MAX_FILES,
    MAX_QUESTION,
    Upload,
    check_uploads,
    checked_question,
    checked_upload,
)
from ui.refusals import Refused, told

SAID = {name: said for name, said in vars(refusals).items() if name.isupper()}


@pytest.mark.parametrize("name", SAID)
def test_every_refusal_is_one_line_in_both_languages(name: str) -> None:
    assert SAID[name].keys() == {"vi", "en"}
    for language, line in SAID[name].items():
        assert "\n" not in line
        assert detect(line) == language


def test_a_refusal_says_the_same_in_both_languages() -> None:
    with pytest.raises(Refused) as raised:
        checked_question("x" * 2001)
    assert str(raised.value) == "The question has 2001 characters, the most is 2000; shorten it."
    assert raised.value.said["vi"] == "Câu hỏi dài 2001 ký tự, nhiều nhất là 2000; hãy rút gọn."


def test_a_full_line_is_told_in_both_languages() -> None:
    assert told(Busy()).said == {language: line.format() for language, line in refusals.QUEUE_FULL.items()}
    assert told(Busy(3)).said["en"].startswith("3 of your questions")


# Questions and uploads


def test_questions() -> None:
    assert checked_question(" Gia\u0301 vàng?\r\n") == "Giá vàng?"
    assert checked_question("x" * MAX_QUESTION) == "x" * MAX_QUESTION
    # Typed with marks apart it is longer, but it is the same question.
    assert checked_question("a\u0301" * MAX_QUESTION) == "á" * MAX_QUESTION
    with pytest.raises(Refused, match="has 1000000 characters"):
        checked_question("a\u0301" * 500_000)
    for blank in ("", " \n ", "\x00"):
        with pytest.raises(Refused, match="empty"):
            checked_question(blank)


def test_uploads() -> None:
    assert checked_upload(Upload("Bài báo.PDF", 50_000_000)) == "Bài báo.PDF"
    with pytest.raises(Refused, match=r"^a\.txt: over 50 MB; split the file\.$"):
        checked_upload(Upload("a.txt", 50_000_001))
    for name in ("a.exe", "a", "txt", ".txt", "a.txt.exe", "a.txt/", "a.txt\x00.exe", "a.doc"):
        with pytest.raises(Refused, match=r"cannot be read; use one of: \.atom, "):
            checked_upload(Upload(name, 1))
    check_uploads([Upload("a.txt", 2_000_000)] * MAX_FILES)
    with pytest.raises(Refused, match="101 files were chosen, the most at a time is 100"):
        check_uploads([Upload("a.txt", 1)] * 101)
    with pytest.raises(Refused, match="over 200 MB together"):
        check_uploads([Upload("a.txt", 100_000_000), Upload("b.txt", 100_000_001)])


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Giá vàng (sáng 5-3).docx", "Giá vàng (sáng 5-3).docx"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\a.txt", "a.txt"),
        ("/etc/a.txt", "a.txt"),
        ("C:\\a.txt", "a.txt"),
        (".bashrc.txt", "bashrc.txt"),
        ("..", "_"),
        ("", "_"),
        ("a/", "_"),
        ("<img src=x onerror=alert(1)>.html", "_img src_x onerror_alert(1)_.html"),
        ("gpj.\u202etxt.exe", "gpj.txt.exe"),
        ("a\x00b\n.txt", "ab_.txt"),
        ("a:b|c?*.md", "a_b_c__.md"),
        ("x" * 300 + ".txt", "x" * 196 + ".txt"),
        ("ế" * 100 + ".txt", "ế" * 65 + ".txt"),
    ],
)
def test_file_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=400) | st.text(alphabet="./\\ a\u202e\u0301%:~$`'\"é", max_size=400))
def test_a_file_name_stays_in_its_folder(name: str) -> None:
    safe = safe_name(name)
    folder = Path("/srv/uploads")
    assert (folder / safe).parent == folder == (folder / safe).resolve().parent
    assert PureWindowsPath(safe).name == safe == PurePosixPath(safe).name
    assert not safe.startswith(".")
    assert len(safe.encode()) <= MAX_NAME_BYTES
    assert safe.isprintable()
    assert safe_name(safe) == safe


# The line


def positions(*places: object) -> list[int]:
    return [place.position for place in places]  # type: ignore[attr-defined]


def test_first_come_first_served() -> None:
    queue = Queue(at_once=2)
    a, b, c, d = (queue.enter(who) for who in "abcd")
    assert positions(a, b, c, d) == [0, 0, 1, 2]
    b.leave()
    assert positions(a, c, d) == [0, 0, 1]
    a.leave()
    c.leave()
    assert positions(d) == [0]


def test_one_person_cannot_fill_the_line() -> None:
    queue = Queue(at_once=1, most_of_one=3)
    first, second, third = (queue.enter("an") for _ in range(3))
    with pytest.raises(Busy, match="3 of your questions"):
        queue.enter("an")
    binh, chi = queue.enter("binh"), queue.enter("chi")
    # One question of each person before anybody's next.
    assert positions(first, binh, chi, second, third) == [0, 1, 2, 3, 4]
    first.leave()
    # Who comes again stands behind their own that wait; who comes for the first time stands before them.
    fourth, dung = queue.enter("an"), queue.enter("dung")
    assert positions(binh, chi, dung, second, third, fourth) == [0, 1, 2, 3, 4, 5]


def test_who_comes_late_does_not_overtake_everybody() -> None:
    """A newcomer joins the round that is being served, not one of long ago."""
    queue = Queue(at_once=1, most_of_one=9)
    an = [queue.enter("an") for _ in range(5)]
    for place in an[:3]:
        place.leave()
    binh = [queue.enter("binh") for _ in range(3)]
    # an's fourth is served, in round 3; an's fifth is of round 4, binh's are of rounds 3, 4 and 5.
    assert positions(an[3], binh[0], an[4], binh[1], binh[2]) == [0, 1, 2, 3, 4]


def newcomers_until(queue: Queue, served: Place, awaited: Place) -> tuple[int, Place]:
    """How many newcomers are served before it, one arriving whenever one leaves; and the place awaited, served now."""
    for count in range(1000):
        newcomer = queue.enter(f"newcomer {served.arrival}.{count}")
        served.leave()
        if awaited.position == 0:
            newcomer.leave()
            return count, awaited
        served = newcomer
    raise AssertionError("it was never served")


def test_newcomers_do_not_keep_a_second_question_waiting_for_ever() -> None:
    """Ten of them overtake it; the next does not."""
    queue = Queue(at_once=1, most_of_one=9)
    first, second = queue.enter("an"), queue.enter("an")
    assert newcomers_until(queue, first, second)[0] == MOST_OVERTAKING == 10


def test_many_questions_of_one_do_not_come_of_age_together() -> None:
    """Each is overtaken by ten anew, so others lose one turn of eleven to whoever has a long line of their own."""
    queue = Queue(at_once=1, most_of_one=9)
    served, *others = [queue.enter("an") for _ in range(5)]
    counts = []
    for awaited in others:
        count, served = newcomers_until(queue, served, awaited)
        counts.append(count)
    assert counts == [10, 10, 10, 10]


def test_whom_nobody_overtook_does_not_come_of_age() -> None:
    """Others' first questions that were there before delay a second one, and it those who come later no sooner."""
    queue = Queue(at_once=1, most_of_one=9)
    served = queue.enter("an")
    earlier = [queue.enter(f"earlier {number}") for number in range(20)]
    second = queue.enter("an")
    served.leave()
    for place in earlier[:15]:
        place.leave()
    later = queue.enter("later")
    assert positions(*earlier[15:], later, second) == [0, 1, 2, 3, 4, 5, 6]


def test_a_full_line_says_so_at_once() -> None:
    queue = Queue(at_once=1, most_in_line=2)
    served, waiting, last = queue.enter("a"), queue.enter("b"), queue.enter("c")
    with pytest.raises(Busy, match="too many questions are waiting"):
        queue.enter("d")
    served.leave()
    assert positions(waiting, last, queue.enter("d")) == [0, 1, 2]


def test_leaving_leaves_no_hole() -> None:
    queue = Queue(at_once=1)
    a, b, c = (queue.enter(who) for who in "abc")
    b.leave()
    b.leave()
    assert positions(a, c) == [0, 1]
    for _ in range(2):
        with pytest.raises(Left):
            b.wait()
        with pytest.raises(Left):
            positions(b)
    a.leave()
    a.leave()
    assert positions(c) == [0]


def test_an_error_gives_the_turn_back() -> None:
    queue = Queue(at_once=1)
    with pytest.raises(ZeroDivisionError), queue.enter("a"):
        _ = 1 / 0
    with queue.enter("b") as place:
        assert place.wait(0)


def test_waiting_ends_when_it_is_ones_turn_or_time_is_up() -> None:
    queue = Queue(at_once=1)
    served, waiting = queue.enter("a"), queue.enter("b")
    assert served.wait(0)
    assert not waiting.wait(0)
    helper = threading.Thread(target=served.leave)
    helper.start()
    assert waiting.wait()
    helper.join()


def test_who_stops_waiting_is_woken() -> None:
    queue = Queue(at_once=1)
    with queue.enter("a"):
        waiting = queue.enter("b")
        helper = threading.Thread(target=waiting.leave)
        helper.start()
        with pytest.raises(Left):
            waiting.wait()
        helper.join()


def test_many_threads_share_the_turns() -> None:
    queue = Queue(at_once=2, most_in_line=100, most_of_one=10)
    lock, running, most = threading.Lock(), Counter[str](), [0]
    done: list[str] = []

    def ask(who: str) -> None:
        with queue.enter(who) as place:
            while not place.wait(0.001):
                assert place.position >= 0
            with lock:
                running[who] += 1
                most[0] = max(most[0], running.total())
            with lock:
                running[who] -= 1
                done.append(who)

    people = [f"person {number % 8}" for number in range(80)]
    threads = [threading.Thread(target=ask, args=[who]) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(done) == Counter(people)
    assert 1 <= most[0] <= 2
    assert positions(queue.enter("new"), queue.enter("newer")) == [0, 0]
