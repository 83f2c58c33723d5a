"""Reports: the stable object, and the same in the terminal, in Markdown and as one HTML file that hostile text cannot
leave."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from eval_town import ARTICLES, CASES, LIBRARY, RUN, Honest, a_report, quoted

from eval.cases import Case, Gold
from eval.metrics.score import Score
from eval.metrics.usage import Price
from eval.outcomes import outcome_of, said
from eval.records import Record, found
from eval.report import charts, data, html, markdown, shown, terminal
from eval.score import FAITHFULNESS, Scorer, covered, language_pair, located
from eval.suite import Library
from rag.types import Answer, Article, Span

EVIL = "<img src=x onerror=alert(1)></script><!--\u202e `![a](http://x.example/y)` | @all"


class TestScore:
    CASE = CASES[0]

    def test_outcomes(self) -> None:
        unanswerable = CASES[-1]
        refusal = Answer("?", "No.", False, "en", "quotes")
        answer = quoted("?", ARTICLES[0])
        assert outcome_of(self.CASE, Record("x", answer)) == ("right", "")
        assert outcome_of(self.CASE, Record("x", quoted("?", ARTICLES[1]))) == (
            "wrong", "does not say “100 million dong”",
        )  # fmt: skip
        assert outcome_of(self.CASE, Record("x", refusal))[0] == "needlessly refused"
        assert outcome_of(unanswerable, Record("x", refusal))[0] == "rightly refused"
        assert outcome_of(unanswerable, Record("x", answer))[0] == "should have refused"
        assert outcome_of(self.CASE, Record("x", None, error="no answer")) == ("failed", "no answer")

    def test_a_failure_counts_as_wrong_and_is_never_a_score_that_was_not_measured(self) -> None:
        scored = Scorer(LIBRARY).score([self.CASE], [Record("town-0", None, error="gone", seconds=3)])[0]
        for name in ("correct", "answer recall", "F1", "article recall@5", "quote MRR", "citation recall"):
            assert scored.scores[name] == Score(0.0), name
        assert scored.scores["reliability"] == Score(-1.0)
        for name in (*FAITHFULNESS, "seconds", "tokens", "cost"):
            assert scored.scores[name] == Score(None, "the answer failed"), name
        assert scored.scores["answered"] == Score(0.0)

    def test_where_nothing_is_expected_only_retrieval_is_measured(self) -> None:
        """As of a BEIR folder: each relevant article is a part of its own."""
        golds = (Gold("towns/Alder.md", ARTICLES[0].text, 0), Gold("towns/Fir.md", ARTICLES[5].text, 1))
        case = replace(self.CASE, expected=(), gold=golds)
        system = Honest()
        record = Record("town-0", system.ask(case), found(system.retrieve(case)))
        scored = Scorer(LIBRARY).score([case], [record])[0]
        assert scored.outcome == "not judged"
        assert scored.scores["article recall@1"] == scored.scores["article recall@10"] == Score(0.5)
        assert {name for name, score in scored.scores.items() if score.value is None} == {
            "correct", "reliability", "Brier",
        }  # fmt: skip
        report = data.report(RUN, [scored])
        assert report["calibration"]["risk_coverage"] == []
        assert "not right" not in terminal.summary(report)
        assert "No answer: only what is retrieved is measured." in html.page(report, LIBRARY.articles)
        refused = Record("town-0", Answer("?", "No.", False, "en", "quotes"))
        assert Scorer(LIBRARY).score([case], [refused])[0].outcome == "needlessly refused"

    def test_a_refusal_cannot_raise_citation_scores(self) -> None:
        refusal = Record("town-0", Answer("?", "No.", False, "en", "quotes", confidence=0.2))
        scored = Scorer(LIBRARY).score([self.CASE], [refusal])[0]
        assert scored.scores["citation recall"] == scored.scores["citation precision"] == Score(0.0)
        assert "quote exactness" not in scored.scores
        assert scored.scores["Brier"].value is None

    def test_quotes_that_stand_in_for_the_model_are_counted_and_paid_for(self) -> None:
        """A model that fails cannot hide behind the quotes shown in its stead."""
        used = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
        stood_in = replace(quoted("?", ARTICLES[0]), notice="The model failed; these are quotes.", usage=used)
        written = replace(quoted("?", ARTICLES[0]), engine="llm", model="m", usage=used)
        scorer = Scorer(LIBRARY, prices={"m": Price(2.0, 4.0)}, model="m")
        for answer, share in ((stood_in, 0.0), (written, 1.0)):
            scored = scorer.score([self.CASE], [Record("town-0", answer)])[0]
            assert scored.scores["written by the model"] == Score(share)
            assert scored.scores["cost"] == Score(2.0)
        report = data.report(RUN, scorer.score([self.CASE], [Record("town-0", stood_in)]))
        assert "The model failed; these are quotes." in html.page(report, LIBRARY.articles)
        plain = scorer.score([self.CASE], [Record("town-0", quoted("?", ARTICLES[0]))])[0]
        assert "written by the model" not in plain.scores

    def test_half_of_the_shorter_must_be_shared(self) -> None:
        places = located(self.CASE, LIBRARY)
        end = places[0].span.end
        assert covered(places, "a-Alder", Span(end // 2, 500)) == {0}
        assert covered(places, "a-Alder", Span(end - 3, end + 40)) == frozenset()
        assert covered(places, "a-Birch", Span(0, 500)) == frozenset()

    def test_the_pair_is_the_questions_own_language_where_it_answers(self) -> None:
        vietnamese = Article("v", "Cầu giá 100 triệu.", language="vi", path="v.md")
        english = Article("e", "It cost 100 million.", language="en", path="e.md")
        library = Library([vietnamese, english])
        both = (Gold("v.md", "Cầu giá 100 triệu."), Gold("e.md", "It cost 100 million."))
        one = replace(self.CASE, gold=both)
        assert language_pair(one, located(one, library), library) == "en→en"
        other = replace(self.CASE, gold=both[:1])
        assert language_pair(other, located(other, library), library) == "en→vi"
        assert language_pair(CASES[-1], [], library) == "en→–"

    def test_only_the_answers_own_sentences_answer(self) -> None:
        answer = replace(quoted("?", ARTICLES[0]), text="The Alder Paper, 2025: “...” [1]")
        assert said(answer).startswith("The bridge of Alder cost 100 million dong.")


class TestData:
    def test_the_object_by_hand(self) -> None:
        report = a_report(**{"town-0": Record("town-0", None, (), 1.0, "gone")})
        assert report["version"] == 1
        assert report["outcomes"] == {
            "right": 23, "rightly refused": 1, "wrong": 0,
            "needlessly refused": 0, "should have refused": 0, "failed": 1, "not judged": 0,
        }  # fmt: skip
        by_name = {metric["name"]: metric for metric in report["metrics"]}
        assert by_name["correct"]["value"] == 0.96
        assert (by_name["correct"]["n"], by_name["answer recall"]["n"]) == (25, 24)
        assert by_name["faithfulness"]["missing"] == {"the answer failed": 1}
        assert (report["latency"]["n"], report["latency"]["failed"]) == (24, 1)
        assert by_name["seconds"]["missing"] == {"the answer failed": 1}
        assert "(1 failed and are not in it)" in shown.times(report["latency"])
        assert report["claims"]["judge"] == {"supported": 46, "unsupported": 0, "unchecked": 0}
        assert [row["n"] for row in report["groups"][0]["rows"]] == [13, 12]
        failed = report["cases"][0]
        assert (failed["outcome"], failed["why"], failed["answer"]) == ("failed", "gone", None)
        json.dumps(report, allow_nan=False)

    def test_nothing_measured_is_null(self) -> None:
        report = a_report((CASES[-1],))
        assert report["calibration"]["AURC"]["value"] is None
        assert report["calibration"]["risk_coverage"] == []


class Tags(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


class TestPages:
    def hostile(self) -> tuple[dict[str, Any], Library]:
        article = Article("a", f"{EVIL} cost 5 dong. {EVIL}", EVIL, EVIL, path=f"{EVIL}.md", language="en")
        library = Library([article])
        case = Case(EVIL, "dev", EVIL, "en", "factoid", True, ((EVIL,),), (Gold("a", "cost 5 dong"),), note=EVIL)
        records = [Record(EVIL, quoted(EVIL, article))]
        return data.report({**RUN, "suite": EVIL}, Scorer(library).score([case], records)), library

    def test_hostile_text_stays_text(self) -> None:
        report, library = self.hostile()
        page = html.page(report, library.articles)
        found = Tags()
        found.feed(page)
        names = [tag for tag, _ in found.tags]
        assert not {"img", "a", "iframe", "link", "base", "form"} & set(names)
        assert names.count("script") == 2
        assert not [attrs for _, attrs in found.tags if any(name.startswith("on") for name in attrs)]
        assert "\u202e" not in page

    def test_the_page_asks_nothing_of_the_outside(self) -> None:
        page = html.page(a_report(), LIBRARY.articles)
        assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?\s*(?:https?:)?//""", page)
        assert "default-src 'none'" in page

    def test_texts_of_articles_come_whole(self) -> None:
        page = html.page(a_report(), LIBRARY.articles)
        texts = re.search(r'id="articles">(.*?)</script>', page, re.DOTALL)
        assert texts and json.loads(texts[1])["a-Alder"]["text"] == ARTICLES[0].text

    def test_markdown_makes_nothing_of_hostile_text(self) -> None:
        report, _ = self.hostile()
        report["cases"][0] |= {"outcome": "wrong", "why": EVIL}
        page = markdown.page(report)
        assert "<img" not in page.replace("\\<img", "")
        assert not re.search(r"(?<!\\)!\[", page)
        # GitHub looks for mentions and addresses in what is shown.
        assert "@all" not in page and "http:" not in page
        assert markdown.escaped("see www.x.example") == "see www\\.x.example"
        assert "\u202e" not in page
        (row,) = [line for line in page.splitlines() if line.startswith("| ") and "onerror" in line]
        assert len(re.findall(r"(?<!\\)\|", row)) == 5

    def test_the_terminal_names_what_is_not_right(self) -> None:
        text = terminal.summary(a_report(**{"town-3": Record("town-3", None, (), 1.0, "gone")}))
        assert "towns, 25 cases, engine quotes" in text
        assert "  town-3  failed: How much did the bridge of Dogwood cost? - gone" in text
        assert "faithfulness: 1 not computed: the answer failed" in text

    def test_the_judges_agreement_stands_beside_faithfulness_for_each_language(self) -> None:
        accuracy = {"value": 0.8, "low": 0.7, "high": 0.9, "n": 10}
        shares = {
            "n": 10, "accuracy": accuracy, "balanced": 0.75, "kept": 0.9, "caught": 0.6, "undecided": 0.0, "kappa": 0.5,
        }  # fmt: skip
        by = [{"by": "languages", "name": pair, **shares, "n": n} for pair, n in (("en→vi", 6), ("vi→vi", 4))]
        report = {**a_report(), "agreement": {"judge": "j", **shares, "by": by}}
        told = "claim→quote: en→vi 80.0% of 6, vi→vi 80.0% of 4"
        page = html.page(report, LIBRARY.articles)
        assert told in terminal.summary(report) and told in page
        assert "judge right: 80.0%" in page
        assert "<td>languages: vi→vi</td><td>4</td><td>80.0</td>" in page
        assert "| languages: vi→vi | 4 | 80.0 |" in markdown.page(report)

    def test_charts_say_in_words_what_they_show(self) -> None:
        drawn = charts.bars("T", [charts.Bar("a<b", 0.5, 0.25, 0.75, "50.0"), charts.Bar("c", None, note="n 0")])
        assert 'aria-label="T. a&lt;b: 50.0; c: n 0"' in drawn
        assert drawn.count("<rect") == 1

    @pytest.mark.parametrize(
        ("found", "share", "expected"),
        [
            (None, True, "–"),
            (0.5, True, "50.0"),
            (0.5, False, "0.500"),
            (1234, False, "1,234"),
            (0.0, False, "0.000"),
            (0.00035, False, "0.00035"),
        ],
    )
    def test_figures_are_written_one_way(self, found: float | None, share: bool, expected: str) -> None:
        assert shown.value(found, share=share) == expected
