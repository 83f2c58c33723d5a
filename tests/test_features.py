"""What a sentence is judged by, worked out by hand for one small article."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.candidates import candidates_of
from rag.answer.features import FEATURES, QuestionTerms, feature_matrix, share
from rag.text.names import names, without_names
from rag.text.question import analyse
from rag.text.sentences import sentences
from rag.types import Article, Hit, Passage, Sentence

TEXT = "Giá gạo tăng ở Lưu Giang. Người dân Thuận Hải rất lo lắng. Vì sao giá lại tăng nhanh thế?"
ARTICLE = Article("rice", TEXT, title="Chợ gạo", language="vi")


def hit(
    article: Article, scores: tuple[float, ...], score: float = 1.5, dense: float = 0.0, lexical: float = 0.0
) -> Hit:
    spans = tuple(Sentence(span.start, span.end, article.language) for span in sentences(article.text))
    assert len(spans) == len(scores)
    passage = Passage(f"{article.id}:0", article.id, 0, len(article.text), article.language, spans)
    residuals, aspects = tuple(value / 2 for value in scores), tuple(value / 4 for value in scores)
    return Hit(
        passage,
        score,
        1,
        dense=dense,
        lexical=lexical,
        sentence_scores=scores,
        sentence_residuals=residuals,
        sentence_aspects=aspects,
    )


def rows(
    question: str,
    *hits: Hit,
    weight: dict[str, float] | None = None,
    folded: bool = False,
    others: Sequence[Article] = (),
) -> list[dict[str, float]]:
    candidates = candidates_of(hits, {article.id: article for article in (ARTICLE, *others)})
    asked = QuestionTerms(question, weight or {}, folded=folded)
    matrix = feature_matrix(analyse(question), asked, candidates)
    assert matrix.shape == (len(candidates), len(FEATURES))
    return [dict(zip(FEATURES, map(float, row), strict=True)) for row in matrix]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ông Lê Văn Bảo gặp ai ở Lưu Giang?", {"ong", "le", "van", "bao", "luu", "giang"} - {"bao"}),
        ("Who met Mora in Arden in 2024?", {"mora", "arden", "2024"}),
        # The first word is capital for its place, not for what it names; before another capital it is a name.
        ("Gạo tăng giá?", set()),
        ("Rice rose.", set()),
        ("Thuận Hải ở đâu?", {"thuan", "hai"}),
        ("“Thuận Hải”", {"thuan", "hai"}),
        ("tăng 7,09% từ 6.700", {"7.09", "6700"}),
        ("Covid-19", set()),
        ("dịch Covid-19", {"covid", "19"}),
        ("Vì sao? Khi nào? Who?", set()),
        ("", set()),
    ],
)
def test_names(text: str, found: set[str]) -> None:
    assert names(text) == found


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("How many people work in Arden?", "How many people work in ?"),
        ("Ai xây cây cầu gỗ ở Lưu Giang năm 2023?", "Ai xây cây cầu gỗ ở năm ?"),
        ("Giá gạo tăng vì sao?", "Giá gạo tăng vì sao?"),  # no name
        ("Who is Mora?", "Who is Mora?"),  # nothing is asked but of the name
    ],
)
def test_a_question_without_its_names(question: str, left: str) -> None:
    assert without_names(question) == left


def test_the_words_that_only_ask_have_no_weight() -> None:
    asked = QuestionTerms("Ai là thị trưởng của Arden?", {"thị": 1.0, "trưởng": 2.0}, folded=False)
    # "arden" is not among the weights given: it is as rare as the rarest.
    assert asked.weights == {"thị": 1.0, "trưởng": 2.0, "arden": 2.0}


def test_a_question_of_asking_words_only_keeps_them() -> None:
    assert QuestionTerms("Ở đâu?", {}, folded=False).weights == {"ở": 1.0, "đâu": 1.0}


def test_coverage_is_the_share_of_the_weight() -> None:
    asked = QuestionTerms("giá gạo Arden", {"giá": 1.0, "gạo": 2.0, "arden": 5.0}, folded=False)
    assert asked.present("Gạo ở Arden rẻ.") == {"gạo", "arden"}
    assert share(asked.present("Gạo ở Arden rẻ."), asked.weights) == pytest.approx(7 / 8)
    assert share(asked.present("Trời mưa."), asked.weights) == 0
    assert share((), {}) == 0


def test_a_question_without_diacritics_is_compared_without_them() -> None:
    assert QuestionTerms("gia gao", {}, folded=True).present("Giá gạo tăng") == {"gia", "gao"}
    assert QuestionTerms("gia gao", {}, folded=False).present("Giá gạo tăng") == set()


def test_pair_coverage_is_the_share_of_neighbouring_pairs() -> None:
    asked = QuestionTerms("giá gạo tăng mạnh", {}, folded=False)  # three pairs
    assert asked.pair_coverage("Giá gạo tăng nhẹ.") == pytest.approx(2 / 3)
    assert asked.pair_coverage("Gạo giá mạnh tăng.") == 0
    assert QuestionTerms("gạo", {}, folded=False).pair_coverage("gạo") == 0


def test_name_coverage() -> None:
    asked = QuestionTerms("Giá gạo ở Lưu Giang và Arden năm 2023?", {}, folded=False)  # luu, giang, arden, 2023
    assert asked.name_coverage("Chợ Lưu Giang") == pytest.approx(2 / 4)
    assert asked.name_coverage("arden, 2023") == pytest.approx(2 / 4)
    assert asked.name_coverage("Thuận Hải") == 0
    assert QuestionTerms("giá gạo?", {}, folded=False).name_coverage("Lưu Giang") is None


def test_features_of_each_sentence() -> None:
    first, second, third = rows(
        "Giá gạo tăng ở Lưu Giang khi nào?", hit(ARTICLE, (0.6, 0.1, 0.4), dense=0.5, lexical=2.0)
    )
    assert (first["sentence_dense"], second["sentence_dense"], third["sentence_dense"]) == (0.6, 0.1, 0.4)
    assert (first["residual_dense"], first["aspect_dense"]) == (0.3, 0.15)
    assert first["passage_dense"] == 0.5
    assert first["prominence"] == 2.0
    assert (first["neighbour_dense"], second["neighbour_dense"], third["neighbour_dense"]) == (0.1, 0.6, 0.1)
    assert first["lead"] == pytest.approx(0.6 - 0.4)
    assert second["lead"] == pytest.approx(0.1 - 0.6)
    assert (first["article_behind"], first["passage_behind"]) == (0, 0)
    # The question's terms: giá, gạo, tăng, lưu, giang ("ở", "khi" and "nào" only ask), all of one weight.
    assert first["coverage"] == 1
    assert second["coverage"] == 0
    assert third["coverage"] == pytest.approx(2 / 5)  # giá, tăng
    assert second["near_coverage"] == 1  # with the sentence before
    assert third["near_coverage"] == pytest.approx(2 / 5)
    assert first["passage_coverage"] == second["passage_coverage"] == 1
    assert first["missing"] == 0
    # Its pairs: giá gạo, gạo tăng, tăng ở, ở lưu, lưu giang, giang khi, khi nào.
    assert first["pair_coverage"] == pytest.approx(5 / 7)
    assert (first["name_coverage"], first["name_missing"]) == (1, 0)
    # "When": no sentence names a time.
    assert (first["kind_fit"], first["kind_unfit"]) == (0, 1)
    assert first["opening"] == 1
    assert second["opening"] == pytest.approx(1 / (1 + 26 / 200))
    assert second["brevity"] == pytest.approx(32 / 120)
    assert (first["question_like"], third["question_like"]) == (0, 1)


def test_a_term_of_every_sentence_tells_them_less_apart() -> None:
    first, second, third = rows("gạo tăng?", hit(ARTICLE, (0.0, 0.0, 0.0)))
    # "gạo" is in one of three sentences, "tăng" in two of them.
    gao, tang = math.log(1 + 3 / 1.5), math.log(1 + 3 / 2.5)
    assert first["apart_coverage"] == pytest.approx(1)
    assert second["apart_coverage"] == 0
    assert third["apart_coverage"] == pytest.approx(tang / (gao + tang))


def test_how_far_an_article_and_a_passage_are_behind() -> None:
    other = Article("other", "Gạo ở Arden rẻ hơn nhiều.", language="vi")
    found = rows(
        "gạo?",
        hit(other, (0.0,), score=2.0),
        hit(ARTICLE, (0.0, 0.0, 0.0), score=1.5),
        hit(replace(ARTICLE, text=TEXT[: len(TEXT) // 2]), (0.0, 0.0), score=0.9),
        others=[other],
    )
    assert [row["article_behind"] for row in found] == pytest.approx([0] + [-0.5] * 5)
    assert [row["passage_behind"] for row in found] == pytest.approx([0, 0, 0, 0, -0.6, -0.6])


def test_the_weightiest_word_that_the_passage_lacks() -> None:
    weight = {"gạo": 1.0, "arden": 4.0, "bão": 2.0}
    assert rows("gạo Arden bão", hit(ARTICLE, (0.0, 0.0, 0.0)), weight=weight)[0]["missing"] == 1  # 4 of 4
    assert rows("gạo bão tăng", hit(ARTICLE, (0.0, 0.0, 0.0)), weight=weight)[0]["missing"] == 0.5  # 2 of 4
    assert rows("gạo", hit(ARTICLE, (0.0, 0.0, 0.0)), weight=weight)[0]["missing"] == 0


def test_what_title_and_opening_tell_is_not_new() -> None:
    # The article is short: its opening is all of it, and holds "gạo" and "lo", but not "kho" and "thóc".
    assert [row["new_coverage"] for row in rows("gạo lo?", hit(ARTICLE, (0.0, 0.0, 0.0)))] == [0.5, 0.5, 0.5]
    assert [row["new_coverage"] for row in rows("gạo kho?", hit(ARTICLE, (0.0, 0.0, 0.0)))] == [0, 0, 0]
    # Of "kho" and "thóc", which stand behind the opening, the sentence at the end holds the first.
    text = f"{TEXT} {'Chợ vẫn mở cửa như mọi khi. ' * 10}Có một kho ở đây."
    last = Article("last", text, language="vi")
    found = rows("gạo kho thóc?", hit(last, (0.0,) * 14), others=[last])
    assert [row["new_coverage"] for row in found] == [0] * 13 + [0.5]


def test_names_that_are_missing_and_questions_without_names() -> None:
    assert rows("Gạo ở Arden?", hit(ARTICLE, (0.0, 0.0, 0.0)))[0]["name_missing"] == 1
    without = rows("gạo tăng?", hit(ARTICLE, (0.0, 0.0, 0.0)))[0]
    assert (without["name_coverage"], without["name_missing"]) == (0.5, 0)


def test_no_candidates() -> None:
    assert feature_matrix(analyse("gạo?"), QuestionTerms("gạo?", {}, folded=False), []).shape == (0, len(FEATURES))


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.text(max_size=120), st.booleans())
def test_any_question_gives_finite_features_within_their_bounds(question: str, folded: bool) -> None:
    for row in rows(question, hit(ARTICLE, (0.6, 0.1, 0.4)), folded=folded):
        assert all(np.isfinite(value) for value in row.values())
        for name in FEATURES:
            if name.endswith("coverage") or name in ("kind_fit", "opening", "brevity"):
                assert 0 <= row[name] <= 1 + 1e-9
