"""Two runs compared, and the gate: what changed beyond noise, what went missing, what may never break."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from eval_town import ARTICLES, CASES, a_report, quoted

from eval import compare as comparing
from eval import gate
from eval.records import Record
from rag.errors import UsageError
from rag.types import Answer


class TestCompare:
    def test_the_same_run_differs_in_nothing(self) -> None:
        comparison = comparing.compare(a_report(), a_report())
        assert {change.verdict for change in comparison.changes} == {""}
        assert comparison.better == comparison.worse == ()

    def test_a_few_broken_answers_are_listed_and_may_be_chance(self) -> None:
        after = a_report(**{"town-0": Record("town-0", quoted("?", ARTICLES[5]), (), 0.5)})
        comparison = comparing.compare(a_report(), after)
        correct = next(change for change in comparison.changes if change.metric.name == "correct")
        assert (correct.paired.less, correct.paired.more, correct.verdict) == (1, 0, "")
        assert correct.paired.difference.value == -0.04
        assert [pair[1]["id"] for pair in comparison.worse] == ["town-0"]
        text = comparing.text(comparison, a_report(), after)
        assert "town-0  right -> wrong" in text
        assert comparing.to_dict(comparison)["worse"] == ["town-0"]

    def test_runs_without_a_common_case_are_not_compared(self) -> None:
        with pytest.raises(UsageError, match="share no case"):
            comparing.compare(a_report(CASES[:2]), a_report(CASES[2:4]))

    def test_what_is_no_report_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="cannot be read"):
            comparing.load(tmp_path)
        (tmp_path / "report.json").write_text("[]", encoding="utf-8")
        with pytest.raises(UsageError, match="no report"):
            comparing.load(tmp_path)
        (tmp_path / "report.json").write_text('{"version": 99}', encoding="utf-8")
        with pytest.raises(UsageError, match="version 99"):
            comparing.load(tmp_path)


class TestGate:
    def test_a_baseline_comes_back(self, tmp_path: Path) -> None:
        path = tmp_path / "baseline.json"
        gate.write(a_report(), path)
        assert gate.read(path) == gate.baseline(a_report())
        assert gate.judged(gate.read(path), a_report()).broken == ()

    def test_a_new_failure_shuts_it_at_once(self) -> None:
        after = a_report(**{"town-0": Record("town-0", None, (), 0.5, "gone")})
        assert gate.judged(gate.baseline(a_report()), after).broken == ("town-0 fails now: gone",)

    def test_one_broken_quote_shuts_it_at_once(self) -> None:
        answer = quoted("?", ARTICLES[0])
        moved = replace(answer.citations[0], start=1)
        broken = replace(answer, citations=(moved, answer.citations[1]))
        after = a_report(**{"town-0": Record("town-0", broken, (), 0.5)})
        verdict = gate.judged(gate.baseline(a_report()), after)
        assert [line.split(" fell")[0] for line in verdict.broken] == ["quote exactness"]

    def test_more_needless_refusals_lower_the_precision_of_refusing(self) -> None:
        """It is a mean over what the run refused, so no single case shows it."""
        refusal = Answer("?", "No.", False, "en", "quotes")
        after = a_report(**{case.id: Record(case.id, refusal, (), 0.5) for case in CASES[:12]})
        changes = {change.metric.name: change for change in comparing.compare(a_report(), after).changes}
        change = changes["refusal precision"]
        assert (change.before, change.after, change.paired.difference.n) == (1, pytest.approx(1 / 13), 13)
        assert change.verdict == "worse"

    def test_a_judge_that_stops_deciding_shuts_it(self) -> None:
        before, after = a_report(), a_report()
        for case in after["cases"]:
            case["scores"] |= dict.fromkeys(("faithfulness, at least", "citation recall, at least"))
        verdict = gate.judged(gate.baseline(before), after)
        assert verdict.broken == (
            "citation recall, at least could not be computed for 24 cases that have it in the baseline",
            "faithfulness, at least could not be computed for 24 cases that have it in the baseline",
        )
        assert "faithfulness, at least: not computed in B though in A for 24 cases" in comparing.text(
            verdict.comparison, before, after
        )

    def test_cases_that_went_missing_shut_it_unless_fewer_were_asked_for(self) -> None:
        baseline = gate.baseline(a_report())
        fewer = a_report(CASES[3:])
        assert gate.judged(baseline, fewer).broken == (
            "3 of its cases were not asked, the first town-0; where that is meant, --write it anew",
        )
        fewer["run"]["limit"] = 22
        assert gate.judged(baseline, fewer).broken == ()

    def test_other_articles_are_noted(self) -> None:
        after = a_report()
        after["run"]["archive"] = {"articles": 25}
        assert gate.judged(gate.baseline(a_report()), after).notes == ("the articles are not those of the baseline",)

    def test_without_a_baseline_it_says_how_to_write_one(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="--write"):
            gate.read(tmp_path / "none.json")
