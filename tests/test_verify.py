"""The check of written sentences on hand-written cases and on anything at all, with the real embedder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from verify_cases import CASES, KNOWN_FAILURES, SENTENCES, Case

from rag.answer.evidence import Evidence, Judgement
from rag.answer.messages import WHY, why
from rag.answer.verify import Verifier
from rag.embed import default_embedder
from rag.retrieve.dense import centred, priors
from rag.text.figures import figures

PROPERTY = settings(
    derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@cache
def _vector(text: str, language: str) -> NDArray[np.float32]:
    return centred(default_embedder().embed([text])[0], priors().get(f"sentence-{language}"))


def embed(texts: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
    return np.stack([_vector(text, language) for text, language in texts])


@cache
def evidence(name: str) -> Evidence:
    it = SENTENCES[name]
    return Evidence(
        key=name,
        article_id=name,
        start=0,
        end=len(it.text),
        text=it.text,
        language=it.language,
        before=it.before,
        title=it.title,
        source=it.source,
        published=it.published,
        chance=0.5,
        vector=_vector(it.text, it.language),
    )


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier(embed)


def check(verifier: Verifier, case: Case, cited: Sequence[int] = ()) -> Judgement:
    return verifier.verify(case.claim, case.language, cited, [evidence(name) for name in case.evidence.split()])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.claim[:60])
def test_case(verifier: Verifier, case: Case) -> None:
    judgement = check(verifier, case)
    met = _meets(judgement, case.expected)
    if case.claim in KNOWN_FAILURES:
        assert not met, "this one is judged rightly now: take it off the list of known failures"
        pytest.xfail(KNOWN_FAILURES[case.claim])
    assert met, judgement


def test_a_bare_name_is_no_statement(verifier: Verifier) -> None:
    grounds = [evidence("treaty-vi")]
    assert verifier.verify("Vladimir Putin.", "vi", [0], grounds).reason == "thin"
    assert verifier.verify("Vladimir Putin ký hiệp ước ở Bình Nhưỡng.", "vi", [0], grounds).verdict == "supported"


def _meets(judgement: Judgement, expected: str) -> bool:
    if not expected:
        return judgement.verdict == "supported" and bool(judgement.support)
    reason = judgement.reason
    return judgement.verdict == "unsupported" and not judgement.support and expected in ("*", reason)


def test_the_cases_are_of_every_kind() -> None:
    pairs = {(case.language, SENTENCES[case.evidence.split()[0]].language, not case.expected) for case in CASES}
    assert len(CASES) >= 60
    assert pairs == {(one, other, right) for one in ("vi", "en") for other in ("vi", "en") for right in (True, False)}


# --- citations ----------------------------------------------------------------------------------------------------

TREATY_AND_BRIDGE = ["bridge-length-vi", "treaty-vi", "dengue-vi"]
TREATY = "Putin and Kim Jong Un signed a comprehensive strategic partnership treaty on 19 June 2024."


@pytest.mark.parametrize("cited", [(1,), (), (0,), (2, 0), (7,), (-1,), (1, 1)])
def test_a_wrong_or_missing_citation_is_moved_to_the_sentence_that_carries_the_claim(
    verifier: Verifier, cited: tuple[int, ...]
) -> None:
    judgement = verifier.verify(TREATY, "en", cited, [evidence(name) for name in TREATY_AND_BRIDGE])
    assert (judgement.verdict, judgement.support) == ("supported", (1,))


def test_a_needless_citation_is_dropped(verifier: Verifier) -> None:
    judgement = verifier.verify(TREATY, "en", (0, 1), [evidence(name) for name in TREATY_AND_BRIDGE])
    assert judgement.support == (1,)


def test_a_claim_may_rest_on_two_sentences(verifier: Verifier) -> None:
    claim = "Cầu dài 1.486 m và có tổng mức đầu tư 1.865 tỷ đồng."
    alone = [evidence("bridge-length-vi"), evidence("dengue-vi")]
    both = [evidence("bridge-length-vi"), evidence("dengue-vi"), evidence("bridge-cost-vi")]
    assert verifier.verify(claim, "vi", (), alone).reason == "figure"
    assert verifier.verify(claim, "vi", (), both).verdict == "supported"
    assert 2 in verifier.verify(claim, "vi", (0,), both).support


def test_without_evidence_nothing_is_supported(verifier: Verifier) -> None:
    assert verifier.verify(TREATY, "en", (), []) == Judgement("unsupported", score=0.0, reason="no_evidence")


# --- what is not judged -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "language", "reason"),
    [
        ("", "vi", "empty"),
        (" … ", "en", "empty"),
        ("Here is what the archive says:", "en", "framing"),
        ("Here's a summary of the news in 49 words:", "en", "framing"),
        ("Dưới đây là những gì các bài báo cho biết:", "vi", "framing"),
        ("Theo các bài báo:", "vi", "framing"),
        ("The articles do not mention the cost of the visit.", "en", "absence"),
        ("Các bài báo không đề cập đến chi phí chuyến thăm.", "vi", "absence"),
        (
            "Le président russe est arrivé à Pyongyang pour une visite de deux jours avec les ministres.",
            "fr",
            "language",
        ),
        ("习近平访问平壤", "zh", "language"),
    ],
)
def test_what_states_nothing_or_cannot_be_read_is_unchecked(
    verifier: Verifier, claim: str, language: str, reason: str
) -> None:
    judgement = verifier.verify(claim, language, (), [evidence("treaty-vi")])
    assert (judgement.verdict, judgement.reason, judgement.score) == ("unchecked", reason, None)


# --- properties ---------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(sorted(SENTENCES))


@pytest.mark.parametrize("name", sorted(SENTENCES))
def test_a_quote_supports_itself(verifier: Verifier, name: str) -> None:
    everything = [evidence(each) for each in sorted(SENTENCES)]
    place = sorted(SENTENCES).index(name)
    judgement = verifier.verify(SENTENCES[name].text, SENTENCES[name].language, (place,), everything)
    assert (judgement.verdict, judgement.support) == ("supported", (place,))


@PROPERTY
@given(name=NAMES, number=st.integers(0, 50), digit=st.integers(1, 9))
def test_a_changed_figure_is_never_supported(verifier: Verifier, name: str, number: int, digit: int) -> None:
    sentence = SENTENCES[name]
    found = figures(sentence.text, sentence.language)
    if not found:
        return
    figure = found[number % len(found)]
    written = sentence.text[figure.start : figure.end]
    at = next(place for place, char in enumerate(written) if char.isdigit())
    changed = str((int(written[at]) + digit) % 10)
    if (changed == "0" and len(written) > 1) or changed == written[at]:
        return
    claim = sentence.text[: figure.start] + written[:at] + changed + written[at + 1 :] + sentence.text[figure.end :]
    if {each.value for each in figures(claim, sentence.language)} <= {each.value for each in found}:
        return
    assert verifier.verify(claim, sentence.language, (0,), [evidence(name)]).verdict == "unsupported"


@PROPERTY
@given(
    claim=st.text(max_size=200),
    cited=st.lists(st.integers(-3, 5), max_size=3),
    language=st.sampled_from(["vi", "en", "und", ""]),
)
def test_any_text_gets_a_judgement(verifier: Verifier, claim: str, cited: list[int], language: str) -> None:
    given_evidence = [evidence("treaty-vi"), evidence("flood-en")]
    judgement = verifier.verify(claim, language, cited, given_evidence)
    assert judgement.verdict in ("supported", "unsupported", "unchecked")
    assert (judgement.verdict == "supported") == (judgement.reason is None) == bool(judgement.support)
    assert all(0 <= place < len(given_evidence) for place in judgement.support)
    assert judgement.score is None or 0 <= judgement.score <= 1
    assert judgement.reason is None or judgement.reason in WHY


# --- the judge ----------------------------------------------------------------------------------------------------


def test_a_judge_is_asked_and_may_be_silent() -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []

    def judge(claim: str, texts: Sequence[str]) -> float | None:
        asked.append((claim, tuple(texts)))
        return None

    judgement = Verifier(embed, judge).verify(TREATY, "en", (0,), [evidence("treaty-vi")])
    assert judgement == Verifier(embed).verify(TREATY, "en", (0,), [evidence("treaty-vi")])
    assert asked == [(TREATY, (SENTENCES["treaty-vi"].text,))]


def test_a_judge_that_is_certain_can_withhold_but_never_overrules_a_wrong_figure() -> None:
    refused = Verifier(embed, lambda claim, texts: 0.0001).verify(TREATY, "en", (0,), [evidence("treaty-vi")])
    assert (refused.verdict, refused.reason) == ("unsupported", "judge")
    wrong = TREATY.replace("19", "17")
    accepted = Verifier(embed, lambda claim, texts: 0.9999).verify(wrong, "en", (0,), [evidence("treaty-vi")])
    assert (accepted.verdict, accepted.reason) == ("unsupported", "date")


# --- the wording --------------------------------------------------------------------------------------------------


def test_every_reason_is_worded_in_both_languages_alike() -> None:
    for reason, wording in WHY.items():
        assert set(wording) == {"vi", "en"}
        assert len({"{detail}" in text for text in wording.values()}) == 1, reason
    assert why("figure", "en", "7.9%") == "The source does not give the figure “7.9%”."
    assert why("language", "en") == "A sentence in a language other than Vietnamese or English cannot be checked."
    assert "{detail}" not in why("not_found", "vi", "")
