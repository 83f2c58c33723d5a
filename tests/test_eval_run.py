"""Runs: the pool, records that survive an interruption, what is sampled, and which archive is asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval import suite as suites
from eval.cases import Case
from eval.pool import each
from eval.records import FILE, Found, Record, Records, answer_from, record_from
from eval.run import Progress, described_settings, run
from rag.errors import UsageError
from rag.settings import Settings
from rag.types import Answer, AnswerSentence, Citation, Filters, Hit, Passage

RUN = {"suite": "s", "engine": "quotes", "fingerprint": "f"}
CITATION = Citation(1, "a", "Tựa", "Báo", "2024-06", "vi", "a.md", None, 2, 5, "mưa", 0.5)


def case(number: int, kind: str = "factoid", split: str = "dev") -> Case:
    return Case(f"c{number}", split, f"Question {number}?", "en", kind, True, (("yes",),))


def answer(question: str) -> Answer:
    sentences = (AnswerSentence("mưa", (1,), "supported"),)
    return Answer(question, "“mưa” [1]", True, "vi", "quotes", sentences, (CITATION,), ("Tựa",), 0.5)


class Counting:
    """Answers everything but what is told to fail or to hang; counts what it was asked."""

    def __init__(self, failing: Sequence[str] = (), hanging: Sequence[str] = ()) -> None:
        self.failing, self.hanging = failing, hanging
        self.asked: list[str] = []
        self.release = threading.Event()

    def ask(self, case: Case) -> Answer:
        self.asked.append(case.id)
        if case.id in self.failing:
            raise ValueError("no\nluck")
        if case.id in self.hanging:
            self.release.wait(30)
        return answer(case.question)

    def retrieve(self, case: Case) -> tuple[Hit, ...]:
        return (Hit(Passage("p", "a", 0, 9, "vi"), 0.75, 1),)


class TestPool:
    @pytest.mark.parametrize("workers", [1, 3])
    def test_everything_is_worked_on_once(self, workers: int) -> None:
        found = list(each(range(1, 8), lambda number: number * number, workers=workers, timeout=30))
        assert sorted((done.item, done.result) for done in found) == [(n, n * n) for n in range(1, 8)]

    def test_what_hangs_is_given_up_and_the_others_go_on(self) -> None:
        release = threading.Event()

        def work(number: int) -> int:
            if number == 2:
                release.wait(30)
            return number

        found = {done.item: done for done in each([1, 2, 3, 4], work, workers=1, timeout=1)}
        release.set()
        assert isinstance(found[2].error, TimeoutError)
        assert [found[number].result for number in (1, 3, 4)] == [1, 3, 4]

    def test_nothing_is_nothing(self) -> None:
        assert list(each([], str, workers=2, timeout=1)) == []


class TestRecords:
    def test_a_record_comes_back_as_it_was(self) -> None:
        record = Record("c1", answer("?"), (Found("a", 0, 9, "vi", 1, 0.75),), 0.25)
        assert record_from(json.loads(json.dumps(record.to_dict()))) == record

    def test_fields_of_a_later_version_are_passed_over(self) -> None:
        assert answer_from({**answer("?").to_dict(), "later": 1}) == answer("?")

    def test_a_line_that_was_cut_off_is_dropped(self, tmp_path: Path) -> None:
        records = Records.open(tmp_path, RUN)
        records.add(Record("c1", answer("?")))
        with (tmp_path / FILE).open("a", encoding="utf-8") as file:
            file.write('{"id": "c2", "ans')
        again = Records.open(tmp_path, RUN)
        assert list(again.done) == ["c1"]
        again.add(Record("c2", None, error="no"))
        assert list(Records.read(tmp_path).done) == ["c1", "c2"]

    def test_any_text_comes_back_and_broken_text_is_written(self, tmp_path: Path) -> None:
        """Line separators of Unicode are no ends of lines; lone surrogates have no form in a file."""
        records = Records.open(tmp_path, RUN)
        lines = answer("one\u2028two\u0085three\x1cfour")
        records.add(Record("c1", lines))
        records.add(Record("c2", answer("\ud800")))
        again = Records.open(tmp_path, RUN)
        assert again.done["c1"].answer == lines
        assert again.done["c2"].answer == answer("?")

    @pytest.mark.parametrize("left", ["", '{"run": {"sui'])
    def test_a_run_killed_in_its_first_line_begins_anew(self, tmp_path: Path, left: str) -> None:
        (tmp_path / FILE).write_text(left, encoding="utf-8")
        Records.open(tmp_path, RUN).add(Record("c1", answer("?")))
        assert list(Records.open(tmp_path, RUN).done) == ["c1"]

    def test_another_run_is_not_mixed_in(self, tmp_path: Path) -> None:
        Records.open(tmp_path, RUN)
        with pytest.raises(UsageError, match="engine: quotes instead of llm"):
            Records.open(tmp_path, {**RUN, "engine": "llm", "fingerprint": "g"})

    def test_a_folder_without_a_run_and_a_damaged_one_are_told(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="holds no run"):
            Records.read(tmp_path)
        (tmp_path / FILE).write_text("{}\n", encoding="utf-8")
        with pytest.raises(UsageError, match="damaged"):
            Records.read(tmp_path)


class TestRun:
    CASES = tuple(case(number) for number in range(1, 6))

    def test_a_failure_and_a_timeout_are_records(self, tmp_path: Path) -> None:
        system = Counting(failing=["c2"], hanging=["c4"])
        seen: list[Progress] = []
        found = run(system, self.CASES, Records.open(tmp_path, RUN), timeout=1.5, on_progress=seen.append)
        system.release.set()
        assert [record.error for record in found] == [
            None, "ValueError: no luck", None, "TimeoutError: no answer within 1.5 s", None,
        ]  # fmt: skip
        assert [record.case_id for record in found] == ["c1", "c2", "c3", "c4", "c5"]
        assert (seen[-1].done, seen[-1].total, seen[-1].failed, seen[-1].left) == (5, 5, 2, 0)

    def test_an_interrupted_run_asks_only_what_is_missing_and_ends_the_same(self, tmp_path: Path) -> None:
        whole = run(Counting(), self.CASES, Records.open(tmp_path / "whole", RUN))
        run(Counting(), self.CASES[:2], Records.open(tmp_path / "cut", RUN))
        system = Counting()
        resumed = run(system, self.CASES, Records.open(tmp_path / "cut", RUN))
        assert system.asked == ["c3", "c4", "c5"]
        assert [(one.case_id, one.answer, one.found) for one in resumed] == [
            (one.case_id, one.answer, one.found) for one in whole
        ]

    def test_failures_are_asked_again_on_request(self, tmp_path: Path) -> None:
        run(Counting(failing=["c2"]), self.CASES, Records.open(tmp_path, RUN))
        records = Records.open(tmp_path, RUN)
        records.forget_failures()
        system = Counting()
        assert all(record.answer for record in run(system, self.CASES, records))
        assert system.asked == ["c2"]


class TestChosen:
    CASES = tuple(case(number, kind, split) for number, (kind, split) in enumerate(
        [("list", "dev")] * 6 + [("why", "dev")] * 2 + [("why", "test")] * 2
    ))  # fmt: skip

    def test_every_kind_has_its_share_and_the_seed_decides(self) -> None:
        found = suites.chosen(self.CASES, limit=4, seed=1)
        assert sorted(one.kind for one in found) == ["list", "list", "why", "why"]
        assert found == suites.chosen(self.CASES, limit=4, seed=1)
        assert [one.id for one in found] == sorted((one.id for one in found), key=lambda name: int(name[1:]))

    def test_a_split_and_no_limit(self) -> None:
        assert [one.id for one in suites.chosen(self.CASES, split="test")] == ["c8", "c9"]
        assert suites.chosen(self.CASES, limit=99) == list(self.CASES)


def test_a_run_is_described_without_secrets() -> None:
    settings = Settings(home=Path("h"), llm_base_url="https://me:hidden@models.example/v1?key=hidden")
    told = described_settings(settings, "llm")
    assert told["llm_base_url"] == "https://models.example/v1"


def test_an_unknown_suite_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"nowhere: no such suite or file of cases; .*corpus"):
        suites.find("nowhere")


def test_filters_are_part_of_a_suites_identity() -> None:
    plain = suites.Suite("s", (case(1),))
    limited = Case("c1", "dev", "Question 1?", "en", "factoid", True, (("yes",),), filters=Filters(since="2024"))
    assert plain.identity != suites.Suite("s", (limited,)).identity
