"""The page's evaluation: reports that `rag eval` writes are read and shown, whatever they hold, down to one case."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from eval_town import CASES, LIBRARY
from test_eval_report import a_report
from test_page_browser import CHROMIUM, browser, serve
from test_page_security import HOSTILE, Elements

from eval.evaluate import write
from eval.records import Record
from rag import NewsQA
from rag.settings import load
from rag.types import Answer
from ui import charts
from ui.evaluation import Evaluation
from ui.form import Form
from ui.numbers import measured, number, percent
from ui.refusals import Refused
from ui.run_report import Figure, Report, read
from ui.runs import Runs, Unreadable
from ui.texts_evaluation import NAMES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]

WRONG = Answer(CASES[0].question, "No.", False, "en", "quotes", confidence=0.2)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two runs, the second newer: one where all is right, one where the first case is refused."""
    for age, name in ((2000, "good"), (1000, "worse")):
        (tmp_path / name).mkdir()
        changed = {"town-0": Record("town-0", WRONG)} if name == "worse" else {}
        write(tmp_path / name, a_report(**changed), LIBRARY)
        os.utime(tmp_path / name / "report.json", (10_000 - age, 10_000 - age))
    return tmp_path


def evaluation(results: Path, language: Any = "en") -> Evaluation:
    return Evaluation(SimpleNamespace(runs=Runs(results)), language)  # type: ignore[arg-type]


def event(**fields: str) -> Any:
    return SimpleNamespace(_data=fields)


def test_there_is_nothing_where_nothing_was_run(tmp_path: Path) -> None:
    assert not Runs(tmp_path).exist() and not Runs(tmp_path / "none").exist()
    overview, cases, _ = evaluation(tmp_path).opened(event())
    assert "rag eval" in overview and cases == ""


def test_the_latest_run_first_with_its_figures(results: Path) -> None:
    runs = Runs(results)
    listed = runs.list()
    assert [run.key for run in listed] == ["worse", "good"]
    report = runs.report("worse")
    # 24 towns and one question without an answer; one town is refused.
    assert (report.asked, len(report.cases), report.articles) == (25, 25, 24)
    assert report.figure("correct") is not None
    assert report.figure("correct").value == pytest.approx(24 / 25)  # type: ignore[union-attr]
    assert dict(report.outcomes)["needlessly refused"] == 1


def test_a_changed_report_is_read_again(results: Path) -> None:
    runs = Runs(results)
    assert isinstance(runs.list()[0], Report)
    (results / "worse" / "report.json").write_text("{")
    assert Unreadable("worse") in runs.list()
    with pytest.raises(Refused):
        runs.report("worse")


@pytest.mark.parametrize("key", ["", "..", "../worse", "worse/../good", "/etc", "nothing"])
def test_only_a_listed_run_is_opened(results: Path, key: str) -> None:
    with pytest.raises(Refused):
        Runs(results / "good").report(key)
    assert Runs(results).article(key, "a-Alder") is None


def test_an_article_is_that_of_the_run(results: Path) -> None:
    article = Runs(results).article("good", "a-Alder")
    assert article is not None and article.text == LIBRARY.articles["a-Alder"].text
    assert (article.source, article.title) == ("The Alder Paper", "A bridge in Alder")
    assert Runs(results).article("good", "a-Nowhere") is None


def test_cases_are_filtered_and_one_is_shown_with_its_evidence(results: Path) -> None:
    page = evaluation(results)
    report = Runs(results).report("worse")
    refused = page.list(report, Form({"outcome": "needlessly refused"}))
    assert re.findall(r'data-case="([^"]*)"', refused) == ["town-0"]
    assert re.findall(r'data-case="([^"]*)"', page.list(report, Form({"search": "BIRCH"}))) == ["town-1"]
    html, _ = page.case(event(run="worse", case="town-1"))
    # What was quoted is marked, where the run's own article holds it.
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", html)[0] == "The bridge of Birch cost 107 million dong."
    refused_case, _ = page.case(event(run="worse", case="town-0"))
    assert "100 million dong" in refused_case and 'class="is-other"' in refused_case
    nothing, toast = page.case(event(run="worse", case="none"))
    assert nothing == {"__type__": "update"} and "failed" in toast


def test_patterns_are_for_programs(results: Path) -> None:
    written = json.loads((results / "worse" / "report.json").read_bytes())
    written["cases"][0] |= {"expected": [["12 m", "re:12 ?m"], ["re:x+"]], "why": "does not say “12 m” or “re:12 ?m”"}
    report = read("r", written)
    assert report and report.cases[0].expected == (("12 m",), ("re:x+",))
    assert report.cases[0].why == "does not say “12 m”"


def test_vietnamese_names_and_numbers(results: Path) -> None:
    overview, _, _ = evaluation(results, "vi").opened(event())
    assert "từ chối thừa" in overview and "96,0%" in overview
    assert (number("vi", 1234.5, 1), number("en", 1234.5, 1)) == ("1.234,5", "1,234.5")
    assert (percent("vi", 0.613), percent("en", None)) == ("61,3%", "–")
    assert (measured("en", 0.5, share=False), measured("en", 1234.0, share=False)) == ("0.50", "1,234")


@pytest.mark.parametrize("kind", [kind for kind in NAMES if kind != "about"])
def test_names_are_in_both_languages(kind: str) -> None:
    assert all(set(said) == {"vi", "en"} for said in NAMES[kind].values())


def test_bars_stay_within_their_chart() -> None:
    assert charts.bar(Figure(0.5, None, 2.0, 3)) == charts.Bar(50.0, 50.0, 100.0)
    assert charts.bar(Figure(None, None, None, 0)) is None
    assert [(part.start, part.width) for part in charts.stretches([("a", 1), ("b", 0), ("c", 3)])] == [
        (0.0, 25.0), (25.0, 0.0), (25.0, 75.0),
    ]  # fmt: skip
    assert charts.stretches([]) == [] and charts.dots([]) == []
    assert charts.dots([(0.5, 1.0, 4)]) == [charts.Dot(100.0, 0.0, 10.0)]


# A report is another program's, and holds what articles and models wrote


def damaged(value: Any, text: Any) -> Any:
    """The same object with every text in place of which `text` stands."""
    if isinstance(value, dict):
        return {name: damaged(item, text) for name, item in value.items()}
    if isinstance(value, list):
        return [damaged(item, text) for item in value]
    return text if isinstance(value, str) else value


def pages(report: Report, results: Path) -> list[str]:
    shown = evaluation(results)
    return [shown.overview([report], report), shown.list(report, Form({})), shown.case_page(report, report.cases[0])]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_hostile_text_in_a_report_changes_no_element(results: Path, text: str) -> None:
    written = json.loads((results / "worse" / "report.json").read_bytes())
    hostile, calm = (read(said, damaged(written, said)) for said in (text, "calm words"))
    assert hostile and calm
    for bad, good in zip(pages(hostile, results), pages(calm, results), strict=True):
        assert Elements(bad).elements == Elements(good).elements
        assert Elements(bad).acted_upon == Elements(good).acted_upon
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", bad)


@pytest.mark.parametrize("value", [None, 7, -1, "x", [], {}, [[]], {"a": {}}, float("nan"), 10**400, True])
def test_values_of_any_type_are_shown_or_left_out(results: Path, value: Any) -> None:
    """Every field of the report in turn is something else."""
    written = json.loads((results / "worse" / "report.json").read_bytes())
    written["cases"] = written["cases"][:1]
    for place in list(places(written)):
        report = read("r", changed(written, place, value))
        if report and report.cases:
            pages(report, results)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in the object; of lists, to the first item."""
    if at:
        yield at
    items = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for name, item in items:
        yield from places(item, (*at, name))


def changed(value: Any, place: tuple[Any, ...], to: Any) -> Any:
    if not place:
        return to
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = changed(value[place[0]], place[1:], to)
    return copy


@pytest.mark.parametrize("content", ["", "[" * 100_000, "null", '{"version": 2, "run": {}, "cases": []}', "\udcff"])
def test_a_damaged_report_is_named_and_others_are_shown(results: Path, content: str) -> None:
    (results / "bad").mkdir()
    (results / "bad" / "report.json").write_text(content, encoding="utf-8", errors="surrogateescape")
    assert {run.key for run in Runs(results).list() if isinstance(run, Unreadable)} == {"bad"}
    overview, _, _ = evaluation(results).opened(event())
    assert "its report cannot be read" in overview and "needlessly refused" in overview


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on PATH (apt-get install chromium)")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_down_to_a_case_in_the_browser(browser: Browser, results: Path, tmp_path: Path, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    from ui import server

    settings = replace(load(tmp_path / "home", environ={}), engine="quotes", eval_results=results)
    with NewsQA.open(settings=settings) as qa:
        serving = serve(server.create(qa))
        context = browser.new_context(locale="en-GB", color_scheme=theme, bypass_csp=True)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.goto(f"{next(serving)}/en/")
        page.click("a[data-view=evaluation]")
        page.wait_for_selector(".cases li")
        assert page.locator(".runs tr.is-current").count() == 1
        page.select_option("select[name=outcome]", "needlessly refused")
        page.wait_for_function("document.querySelectorAll('.cases li').length === 1")
        page.click(".cases li button")
        page.wait_for_selector("#reader .case mark")
        assert page.locator("#reader .case h2").inner_text() == CASES[0].question
        for summary in page.locator(".evaluation details > summary").all():
            summary.click()
        found = axe.Axe().run(page).response["violations"]
        assert [f"{v['id']}: {v['nodes'][0]['html']}" for v in found if v["impact"] in ("serious", "critical")] == []
        page.keyboard.press("Escape")
        page.wait_for_selector("html:not(.reading-on)")
        page.locator(".runs button").nth(1).click()
        page.wait_for_selector(".runs tr.is-current:nth-child(2)")
        context.close()
        next(serving, None)
