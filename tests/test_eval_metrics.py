"""The metrics of the evaluation, on values worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import answers, citations, faithfulness, refusals, retrieval, statistics, usage
from eval.metrics.citations import Claim
from eval.metrics.faithfulness import Counts
from eval.metrics.refusals import Bin, Graded
from eval.metrics.retrieval import Ranking
from eval.metrics.score import BY_NAME, METRICS, Score
from eval.metrics.text import says, words
from eval.metrics.usage import Price
from rag.errors import UsageError
from rag.types import Article, Citation, Verdict


def test_a_metric_is_what_it_prints() -> None:
    assert str(BY_NAME["article recall@5"]) == "article recall@5"
    assert len(BY_NAME) == len(METRICS)


class TestText:
    @pytest.mark.parametrize(
        ("text", "accepted"),
        [
            ("Giá tăng 7,09%.", "7.09%"),
            ("The project cost 50 billion dong.", "50 tỷ"),
            ("Ông đến ngày 19/6/2024.", "19 June 2024"),
            ("It opened on 29 April 2026.", "29 April"),
            ("Nước Hòa Bình", "nước hoà bình"),
            ("Khoảng 6.700 container", "6,700 container"),
            ("The flood reached 12 Homes.", "12 homes"),
            ("They ate fish, rice and fruit.", r"re:fish.*fruit"),
        ],
    )
    def test_says(self, text: str, accepted: str) -> None:
        assert says(text, accepted)

    @pytest.mark.parametrize(
        ("text", "accepted"),
        [
            ("There were 15 of them", "5"),
            ("There were 50 of them", "5"),
            ("There were 5.5 of them", "5"),
            ("It opened on 29 May 2026.", "29 April"),
            ("It opened in 2025.", "2026"),
            ("category", "gory"),
            ("anything", r"re:nothing"),
            ("anything", " "),
        ],
    )
    def test_does_not_say(self, text: str, accepted: str) -> None:
        assert not says(text, accepted)

    @given(st.text(max_size=60))
    def test_a_text_with_words_says_itself(self, text: str) -> None:
        if words(text, "en"):
            assert says(text, text) or text.startswith("re:")

    def test_articles_and_punctuation_are_no_words(self) -> None:
        assert words("The bridge, a “new” one.", "en") == ["bridge", "new", "one"]


class TestAnswers:
    EXPECTED = (("Hà Nội", "Hanoi"), ("19/6/2024",))

    def test_recall_is_the_share_of_parts(self) -> None:
        assert answers.answer_recall("He flies to Hanoi.", self.EXPECTED) == 0.5
        assert answers.missing_parts("He flies to Hanoi.", self.EXPECTED) == [1]
        assert answers.answer_recall("He is in Hanoi on 19 June 2024.", self.EXPECTED) == 1

    def test_exact_match_is_the_whole_answer(self) -> None:
        assert answers.exact_match("The Hanoi!", (("Hanoi",),), "en") == Score(1.0)
        assert answers.exact_match("In Hanoi", (("Hanoi",),), "en") == Score(0.0)
        assert answers.exact_match("Hanoi, 19 June 2024", self.EXPECTED, "en") == Score(1.0)
        assert answers.exact_match("x", (("re:x",),), "en").value is None

    def test_f1_by_hand(self) -> None:
        # Told: he, flies, to, hanoi. Expected: hanoi. Shared 1: 2 * 1 / (4 + 1).
        assert answers.f1("He flies to Hanoi", (("Hanoi", "Hà Nội"),), "en") == Score(0.4)
        assert answers.f1("", (("Hanoi",),), "en") == Score(0.0)
        assert answers.f1("x", (("re:x",),), "en").value is None

    def test_figures_count_by_value(self) -> None:
        expected = (("50 tỷ đồng",), ("19/6/2024",), ("ông Nam",))
        assert answers.figure_accuracy("It cost 50 billion dong in May", expected, "en") == Score(0.5)
        assert answers.figure_accuracy("Nothing", (("ông Nam",),), "en") is None


class TestRetrieval:
    def test_one_part_at_the_second_place(self) -> None:
        ranking = Ranking((frozenset(), frozenset({0}), frozenset({0})), 1)
        found = retrieval.scores("article", {"q": ranking}, (1, 5))["q"]
        assert {name: score.value for name, score in found.items()} == pytest.approx(
            {
                "article recall@1": 0,
                "article recall@5": 1,
                "article MRR": 0.5,
                "article nDCG@5": 1 / math.log2(3),
                "article MAP": 0.5,
            }
        )

    def test_two_parts_at_the_first_and_third_place(self) -> None:
        ranking = Ranking((frozenset({1}), frozenset(), frozenset({0, 1})), 2)
        found = retrieval.scores("quote", {"q": ranking}, (1, 3))["q"]
        ideal = 1 + 1 / math.log2(3)
        assert found["quote recall@1"].value == 0.5
        assert found["quote MAP"].value == pytest.approx((1 + 2 / 3) / 2)
        assert found["quote nDCG@3"].value == pytest.approx((1 + 1 / 2) / ideal)

    def test_what_repeats_a_part_is_not_wanted(self) -> None:
        assert retrieval.items(Ranking((frozenset({0}), frozenset({0}), frozenset({0, 1})), 2)) == [
            "part 0", "other 1", "part 1",
        ]  # fmt: skip

    def test_nothing_found_is_a_miss_everywhere(self) -> None:
        found = retrieval.scores("passage", {"q": Ranking((), 2)}, (1,))["q"]
        assert set(found.values()) == {Score(0.0)}


def citation(marker: int, quote: str, **more: object) -> Citation:
    fields = {"title": None, "source": None, "published": None, "language": "en", "path": "", "url": None, "score": 1.0}
    place = {"article_id": "a", "start": 0, "end": len(quote)}
    return Citation(marker=marker, quote=quote, **{**fields, **place, **more})  # type: ignore[arg-type]


def contains(claim: str, quotes: object) -> str:
    """Stands in for a judge: every word of the claim is in the quotes; "?" cannot be decided."""
    if "?" in claim:
        return "unchecked"
    known = " ".join(quote.quote for quote in quotes).split()  # type: ignore[attr-defined]
    return "supported" if set(claim.split()) <= set(known) else "unsupported"


class TestCitations:
    ONE, TWO, OTHER = citation(1, "red blue"), citation(2, "green"), citation(3, "black")

    def test_recall_is_the_share_of_supported_sentences(self) -> None:
        claims = [Claim("red", (self.ONE,)), Claim("red", ()), Claim("red", (self.OTHER,)), Claim("?", (self.ONE,))]
        assert citations.citation_recall(claims, contains) == Score(1 / 3)  # type: ignore[arg-type]
        assert citations.citation_recall([], contains) == Score(0.0)  # type: ignore[arg-type]
        assert citations.citation_recall([Claim("?", (self.ONE,))], contains).value is None  # type: ignore[arg-type]

    def test_precision_counts_what_is_needed(self) -> None:
        # Together they support it and neither alone does: both are needed.
        both = [Claim("red green", (self.ONE, self.TWO))]
        assert citations.citation_precision(both, contains) == Score(1.0)  # type: ignore[arg-type]
        # The second supports nothing and is not missed; a marker that leads nowhere counts as well.
        needless = [Claim("red", (self.ONE, self.OTHER), dangling=1)]
        assert citations.citation_precision(needless, contains) == Score(1 / 3)  # type: ignore[arg-type]
        # What an unsupported sentence cites is in vain.
        assert citations.citation_precision([Claim("pink", (self.ONE,))], contains) == Score(0.0)  # type: ignore[arg-type]
        assert citations.citation_precision([Claim("?", (self.ONE,))], contains).value is None  # type: ignore[arg-type]

    def test_a_judge_that_cannot_decide_raises_nothing(self) -> None:
        def of_two_at_most(claim: str, quotes: Sequence[Citation]) -> Verdict:
            """Cannot decide on a single quote."""
            return "supported" if len(quotes) == 2 else "unchecked"

        # Whether either would do alone, or is missed, is not known: no citation is counted as needed.
        claims = [Claim("red", (self.ONE, self.OTHER))]
        assert citations.citation_precision(claims, of_two_at_most).value is None
        assert citations.citation_precision_at_least(claims, of_two_at_most) == Score(0.0)
        mixed = [Claim("red", (self.ONE,)), Claim("?", (self.ONE,))]
        assert citations.citation_recall(mixed, contains) == Score(1.0)  # type: ignore[arg-type]
        assert citations.citation_recall_at_least(mixed, contains) == Score(0.5)  # type: ignore[arg-type]
        assert citations.citation_precision_at_least(mixed, contains) == Score(0.5)  # type: ignore[arg-type]
        assert citations.citation_recall_at_least([], contains) == Score(0.0)  # type: ignore[arg-type]
        assert citations.citation_precision_at_least([], contains) == Score(0.0)  # type: ignore[arg-type]

    def test_quotes_and_attribution_against_the_article(self) -> None:
        article = Article("a", "Rain fell.", source="The Paper", published="2024-06-19")
        right = citation(1, "Rain", source="The Paper", published="2024-06-19")
        shifted = citation(2, "Rain", start=1, end=5, source="The Post", published="2024-06")
        gone = citation(3, "Rain", article_id="b")
        shown, articles = [right, shifted, gone], {"a": article}
        assert citations.quote_exactness(shown, articles) == Score(1 / 3)
        assert citations.outlet_accuracy(shown, articles) == Score(1 / 3)
        assert citations.date_accuracy(shown[:2], articles) == Score(0.5)
        assert citations.wrong_source_rate(shown, {"a"}) == Score(1 / 3)


class TestFaithfulness:
    def test_what_is_not_decided_is_not_scored(self) -> None:
        assert faithfulness.faithfulness(Counts(3, 1, 4)) == Score(0.75)
        assert faithfulness.faithfulness_at_least(Counts(3, 1, 4)) == Score(3 / 8)
        assert faithfulness.faithfulness(Counts(0, 0, 2)) == Score(None, faithfulness.ALL_UNCHECKED)
        assert faithfulness.faithfulness(Counts()) == Score(None, faithfulness.NO_CLAIMS)
        assert Counts(1, 0, 0) + Counts(0, 2, 3) == Counts(1, 2, 3)

    @pytest.mark.parametrize(
        ("claim", "verdict"),
        [
            ("Nước lên 3,9 mét.", "supported"),
            ("Nước lên 3,8 mét.", "unsupported"),
            ("The water rose by 3.9 metres on 22 October 2025.", "unchecked"),
            ("The water rose on 23 October 2025.", "unsupported"),
        ],
    )
    def test_exact_check(self, claim: str, verdict: str) -> None:
        quotes = [("Ngày 22/10/2025, nước lên 3,9 mét.", "vi")]
        language = "vi" if claim.startswith("Nước") else "en"
        assert faithfulness.exact_check(claim, quotes, language) == verdict


class TestRefusals:
    def test_what_one_case_adds(self) -> None:
        needless = refusals.refusal_scores(answerable=True, answered=False, refused=True, correct=False)
        assert needless == {"reliability": Score(0.0), "refusal precision": Score(0.0), "answered": Score(0.0)}
        rightly = refusals.refusal_scores(answerable=False, answered=False, refused=True, correct=True)
        assert rightly == {"reliability": Score(1.0), "refusal precision": Score(1.0), "refusal recall": Score(1.0)}
        invented = refusals.refusal_scores(answerable=False, answered=True, refused=False, correct=False)
        assert invented == {"reliability": Score(-1.0), "refusal recall": Score(0.0)}
        not_asked = refusals.refusal_scores(answerable=True, answered=True, refused=False, correct=None)
        assert not_asked == {"answered": Score(1.0)}

    ANSWERS = (Graded(0.9, True), Graded(0.6, True), Graded(0.8, False), Graded(0.6, False))

    def test_risk_coverage_by_hand(self) -> None:
        # In order: right; wrong; then a right and a wrong one together. Five were asked, one was refused.
        assert refusals.risk_coverage(self.ANSWERS, 5) == [(0.2, 0), (0.4, 0.5), (0.8, 0.5)]
        assert refusals.aurc(self.ANSWERS) == Score((0 + 0.5 + 0.5 + 0.5) / 4)
        assert refusals.aurc([]).value is None

    def test_calibration_by_hand(self) -> None:
        assert refusals.bins(self.ANSWERS) == [
            Bin(0.6, 0.5, 2), Bin(0.8, 0.0, 1), Bin(0.9, 1.0, 1),
        ]  # fmt: skip
        assert refusals.ece(self.ANSWERS).value == pytest.approx((2 * 0.1 + 0.8 + 0.1) / 4)
        assert refusals.brier(0.75, True) == 0.0625


class TestStatistics:
    def test_a_constant_has_no_interval(self) -> None:
        assert statistics.mean([0.5, 0.5]) == statistics.Estimate(0.5, 0.5, 0.5, 2)

    def test_the_interval_is_near_the_normal_one_and_the_same_each_time(self) -> None:
        values = [0.0] * 50 + [1.0] * 50
        found = statistics.mean(values, seed=1)
        # Standard error 0.05.
        assert found.low == pytest.approx(0.5 - 1.96 * 0.05, abs=0.02)
        assert found.high == pytest.approx(0.5 + 1.96 * 0.05, abs=0.02)
        assert statistics.mean(values, seed=1) == found

    def test_the_permutation_test_is_exact_for_few_pairs(self) -> None:
        # Of 2^4 sign assignments two are as extreme: all up, all down.
        found = statistics.paired([0, 0, 0, 0, 1], [1, 1, 1, 1, 1])
        assert (found.p, found.more, found.less) == (2 / 16, 4, 0)
        assert found.difference.value == 0.8
        assert statistics.paired([1, 0], [1, 0]).p == 1

    def test_many_pairs_are_sampled(self) -> None:
        assert statistics.paired([0.0] * 40, [1.0] * 40).p == pytest.approx(1 / 10_001)
        assert statistics.paired([0.0, 1.0] * 20, [1.0, 0.0] * 20).p == pytest.approx(1, abs=0.01)

    def test_a_mean_over_cases_that_the_system_chooses(self) -> None:
        # A refuses four questions, all without an answer; B refuses four others as well, which have one.
        first, second = [1.0] * 4 + [None] * 4, [1.0] * 4 + [0.0] * 4
        found = statistics.means_apart(first, second, seed=1)
        assert (found.difference.value, found.difference.n) == (-0.5, 8)
        # The four that both refused swap nothing: 1 - 4/8 is the difference of only 2 of 2^4 ways to swap the others.
        assert found.p == pytest.approx(2 / 16, abs=0.02)
        assert found.difference.low < -0.5 < found.difference.high <= 0
        same = statistics.means_apart(first, first)
        assert (same.p, same.difference.value, same.difference.low, same.difference.high) == (1, 0, 0, 0)
        with pytest.raises(ValueError, match="nothing"):
            statistics.means_apart([None], [1.0])

    def test_holm_by_hand(self) -> None:
        assert statistics.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


class TestUsage:
    def test_percentiles_are_values_that_occurred(self) -> None:
        times = [5.0, 1.0, 4.0, 2.0, 3.0]
        assert [usage.percentile(times, share) for share in (0.0, 0.5, 0.9, 1.0)] == [1, 3, 5, 5]

    def test_cost_by_the_table(self) -> None:
        prices = {"m": Price(1.0, 10.0)}
        used = {"prompt_tokens": 500_000, "completion_tokens": 100_000}
        assert usage.cost("m", used, prices) == Score(1.5)
        assert usage.cost(None, {"prompt_tokens": 0, "completion_tokens": 0}, prices) == Score(0.0)
        assert usage.cost("other", used, prices).value is None

    def test_a_wrong_table_is_told(self, tmp_path: object) -> None:
        from pathlib import Path

        path = Path(str(tmp_path)) / "prices.json"
        path.write_text('{"m": 3}', encoding="utf-8")
        with pytest.raises(UsageError, match="no price table"):
            usage.load_prices(path)
        assert usage.load_prices()["gpt-4o-mini"].prompt > 0
