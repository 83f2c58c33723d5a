"""`rag eval` as it is called, its fixture for pytest, the judges, and LlamaIndex's evaluators."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eval_town import ARTICLES, CASES, LIBRARY, Honest, spans

from eval import evaluate
from eval.judge.agreement import Decision, agreement, kappa
from eval.judge.judge import ExactJudge
from eval.judge.labels import citation, of_twins
from eval.judge.verifier import VerifierJudge, evidence_of
from eval.suite import Library
from eval.twins import Twin
from rag.answer.verify import Verifier
from rag.cli import main
from rag.errors import UsageError
from rag.newsqa import NewsQA
from rag.types import Span

pytest_plugins = ["pytester"]

BRIDGE = (
    "---\ntitle: The bridge opens\nsource: The Delta Post\npublished: 2026-04-29\n---\n\n"
    "The bridge of Tram opened on 29 April 2026. It cost 1,912 billion dong.\n\n"
    "Mayor Luc Suong cut the ribbon in front of 3,000 people.\n"
)
FERRY = (
    "---\ntitle: Ferry fares rise\nsource: The Delta Post\npublished: 2025-09-18\n---\n\n"
    "A ferry ticket to Heron Island costs 12,000 dong from Monday. Children ride free.\n"
)
LINES = (
    {
        "id": "bridge", "split": "dev", "question": "How much did the bridge of Tram cost?", "language": "en",
        "kind": "how_many", "answerable": True, "expected": [["1,912 billion dong"]],
        "gold": [{"file": "bridge.md", "quote": "It cost 1,912 billion dong."}],
    },
    {
        "id": "ferry", "split": "test", "question": "What does a ferry ticket to Heron Island cost?", "language": "en",
        "kind": "how_many", "answerable": True, "expected": [["12,000 dong"]],
        "gold": [{"file": "ferry.md", "quote": "A ferry ticket to Heron Island costs 12,000 dong from Monday."}],
    },
)  # fmt: skip


@pytest.fixture(scope="session")
def judge_measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the judge's agreement is kept, which takes longer to measure than all else here."""
    return tmp_path_factory.mktemp("judge")


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judge_measured: Path) -> Path:
    """A folder with articles and cases, which is the working directory."""
    monkeypatch.setattr(evaluate, "AGREEMENTS", judge_measured)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.md").write_text(BRIDGE, encoding="utf-8")
    (tmp_path / "articles" / "ferry.md").write_text(FERRY, encoding="utf-8")
    write_cases(tmp_path / "cases.jsonl", *LINES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_ENGINE", "quotes")
    return tmp_path


def write_cases(path: Path, *lines: Any) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_a_suite_is_run_checked_compared_and_gated(
    town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = ["cases.jsonl", "--articles", "articles"]
    assert main(["eval", "check", *suite]) == 0
    assert "2 gold quotes: every gold quote stands in its article" in capsys.readouterr().out

    assert main(["eval", *suite, "--out", "one"]) == 0
    assert "2 right" in capsys.readouterr().out
    report = json.loads((town / "one" / "report.json").read_text(encoding="utf-8"))
    assert [case["outcome"] for case in report["cases"]] == ["right", "right"]
    values = {metric["name"]: metric["value"] for metric in report["metrics"]}
    assert (values["quote exactness"], values["article recall@1"], values["cost"]) == (1, 1, 0)
    assert {path.name for path in (town / "one").iterdir()} == {
        "records.jsonl", "articles.jsonl", "report.json", "report.html", "report.md",
    }  # fmt: skip

    # The same again asks nothing anew, and another limit goes on in the same folder.
    lines = (town / "one" / "records.jsonl").read_text(encoding="utf-8")
    assert main(["eval", "--limit", "1", *suite, "--out", "one", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run"]["cases"] == 1
    assert (town / "one" / "records.jsonl").read_text(encoding="utf-8") == lines

    assert main(["eval", *suite, "--out", "one"]) == 0
    assert main(["eval", "compare", "one", "--seed", "1", "one"]) == 0
    assert "0 cases got worse" in capsys.readouterr().out

    gate = ["eval", "gate", *suite, "--baseline", "baseline.json"]
    assert main([*gate, "--write"]) == 0
    assert main(gate) == 0
    baseline = json.loads((town / "baseline.json").read_text(encoding="utf-8"))
    assert baseline["run"]["suite"] == "cases"
    capsys.readouterr()

    def failing(*args: object, **options: object) -> None:
        raise ValueError("out of order")

    monkeypatch.setattr(NewsQA, "ask", failing)
    assert main([*gate, "--out", "broken"]) == 1
    assert "worse than baseline.json: bridge fails now: ValueError: out of order" in capsys.readouterr().err


def test_other_tools_read_a_run(town: Path) -> None:
    import ir_measures
    from ir_measures import RR, R

    suite = ["cases.jsonl", "--articles", "articles", "--out", "one"]
    assert main(["eval", *suite, "--trec", "trec", "--datasets", "sets"]) == 0
    qrels = list(ir_measures.read_trec_qrels("trec/qrels.trec"))
    run = list(ir_measures.read_trec_run("trec/run.trec"))
    assert {judged.query_id for judged in qrels} == {scored.query_id for scored in run} == {"bridge", "ferry"}
    assert ir_measures.calc_aggregate([RR, R @ 1], qrels, run) == {RR: 1.0, R @ 1: 1.0}

    ragas, deepeval = (
        [json.loads(line) for line in (town / "sets" / name).read_text(encoding="utf-8").splitlines()]
        for name in ("ragas.jsonl", "deepeval.jsonl")
    )
    assert ragas[0]["user_input"] == deepeval[0]["input"] == LINES[0]["question"]
    assert ragas[0]["reference"] == deepeval[0]["expected_output"] == "1,912 billion dong"
    assert ragas[0]["reference_contexts"] == deepeval[0]["context"] == ["It cost 1,912 billion dong."]
    assert "1,912 billion dong" in ragas[0]["response"]
    assert any("It cost 1,912 billion dong." in context for context in ragas[0]["retrieved_contexts"])


def test_ids_of_trec_files_hold_no_blanks(tmp_path: Path) -> None:
    from eval.exports import write_trec
    from eval.records import Found, Record

    hits = (Found("báo a.md#1", 0, 5, "vi", 1, 0.9), Found("b", 0, 5, "vi", 2, 0.8), Found("b", 9, 12, "vi", 3, 0.7))
    write_trec(tmp_path, (), [Record("câu 1", None, hits)], LIBRARY)
    assert (tmp_path / "run.trec").read_text(encoding="utf-8") == (
        "c%C3%A2u%201 Q0 b%C3%A1o%20a.md#1 1 1.000000 trich-dan\nc%C3%A2u%201 Q0 b 2 0.500000 trich-dan\n"
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "no such suite"),
        (["cases.jsonl", "--articles", "gone"], "there are no articles"),
        (["gate"], "name the baseline"),
        (["gate", "--baseline", "none.json"], "--write"),
        (["cases.jsonl", "--baseline", "x"], "belongs to the gate"),
        (["compare", "one"], "two runs"),
        (["compare", "one", "--json", "two"], "cannot be read"),
        (["compare", "one", "--no-such-option", "two"], "unrecognized arguments: --no-such-option"),
        (["cases.jsonl", "--articles", "articles", "--limit", "0"], "no whole number"),
        (["cases.jsonl", "--articles", "articles", "--timeout", "nan"], "no number of seconds"),
        (["cases.jsonl", "corpus", "--out", "x"], "one by one"),
        (["twins"], "the project's own: corpus"),
        (["cases.jsonl", "--articles", "articles", "--prices", "gone.json"], "cannot be read"),
    ],
)
def test_wrong_use_is_one_line(town: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    assert main(["eval", *arguments]) == 2
    printed = capsys.readouterr().err
    assert told in printed
    assert printed.count("\n") == 1


def test_a_wrong_quote_is_named(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {**LINES[0], "gold": [{"file": "bridge.md", "quote": "It cost 1,912 billion dong!"}]}
    write_cases(town / "cases.jsonl", wrong)
    assert main(["eval", "check", "cases.jsonl", "--articles", "articles"]) == 1
    assert capsys.readouterr().out.startswith("cases.jsonl:1: bridge: the quote")


def test_every_wrong_line_is_told_at_once(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {**LINES[1], "gold": [{"file": "ferry.md", "quote": "It is free."}], "expected": []}
    text = "\n".join(["{", json.dumps({**LINES[0], "kind": "riddle"}), "", json.dumps(wrong), json.dumps(wrong)])
    (town / "cases.jsonl").write_text(text, encoding="utf-8")
    assert main(["eval", "check", "cases.jsonl", "--articles", "articles"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in told[:4]] == [f"cases.jsonl:{number}:" for number in (1, 2, 5, 4)]
    assert "not JSON" in told[0] and "'riddle'" in told[1] and "another case" in told[2] and "nowhere" in told[3]
    assert told[4] == "cases: 1 case, 1 gold quote: 4 problems"

    (town / "cases.jsonl").write_text("\n", encoding="utf-8")
    assert main(["eval", "check", "cases.jsonl", "--articles", "articles"]) == 1
    assert capsys.readouterr().out.startswith("cases.jsonl: no case in it\n")


def test_a_run_that_nobody_watches_tells_now_and_then_how_far_it_is(
    town: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.commands.evaluate.EVERY", 0.0)
    assert main(["eval", "cases.jsonl", "--articles", "articles", "--out", "one"]) == 0
    told = capsys.readouterr().err
    assert "asked 1/2, " in told and "asked 2/2, 0 s left\n" in told
    assert "scored 2/2\n" in told

    twin = TestJudge.TWIN
    monkeypatch.setattr(evaluate, "_twins", lambda split: of_twins([twin], LIBRARY))
    monkeypatch.setattr(evaluate, "SAMPLE", Path("articles"))
    assert main(["eval", "judge"]) == 0
    printed = capsys.readouterr()
    assert "twins: judged 2/2\n" in printed.err
    assert "error: figure" in printed.out and "languages: en→en" in printed.out


def test_another_system_can_be_asked(town: Path) -> None:
    from rag import settings

    class Silent(Honest):
        def ask(self, case: Any) -> Any:
            raise ValueError("nothing to say")

    options = evaluate.Options("cases.jsonl", Path("articles"), out=Path("silent"))
    done = evaluate.evaluate(options, settings.load(), system_of=lambda qa: Silent())
    assert done.report["outcomes"]["failed"] == 2
    assert done.report["cases"][0]["why"] == "ValueError: nothing to say"


def test_the_fixture_asks_each_case(town: Path, pytester: pytest.Pytester) -> None:
    assert main(["ingest", str(town / "articles"), "--home", str(town / "home")]) == 0
    moon = {"id": "moon", "question": "Who owns the moon?", "kind": "unanswerable", "answerable": False}
    write_cases(town / "cases.jsonl", *LINES, {**moon, "split": "dev", "language": "en"})
    pytester.makeini(f"[pytest]\nrag_cases = {town / 'cases.jsonl'}\nrag_home = {town / 'home'}\nrag_engine = quotes\n")
    pytester.makepyfile(
        """
        def test_right(rag_case):
            assert rag_case.is_right, rag_case.why

        def test_faithful(rag_case):
            assert not rag_case.doubtful

        def test_fails(rag_case):
            assert rag_case.case.id != "ferry"
        """
    )
    result = pytester.runpytest_inprocess("-p", "rag.pytest_plugin", "-p", "no:cacheprovider", "-v")
    result.assert_outcomes(passed=8, failed=1)
    result.stdout.fnmatch_lines(["*test_right*bridge* PASSED*"])


def test_the_fixture_says_what_is_missing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_right(rag_case): ...")
    result = pytester.runpytest_inprocess("-p", "rag.pytest_plugin", "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["rag_case needs cases*"])


class TestJudge:
    TWIN = Twin("t", "test", "towns/Alder.md", "The bridge of Alder cost 100 million dong.", "en",
                "The bridge of Alder cost 100 million dong.", "en", "The bridge of Alder cost 120 million dong.",
                "figure")  # fmt: skip

    def test_a_pair_is_two_labelled_claims(self) -> None:
        right, wrong = of_twins([self.TWIN], LIBRARY)
        assert (right.supported, wrong.supported, wrong.group, wrong.pair) == (True, False, "figure", "en→en")
        assert right.quotes[0].quote == self.TWIN.quote
        with pytest.raises(UsageError, match=r"t: the quote does not stand in towns/Alder\.md"):
            list(of_twins([Twin(**{**vars_of(self.TWIN), "quote": "Nowhere."})], LIBRARY))

    def test_agreement_by_hand(self) -> None:
        right, wrong = of_twins([self.TWIN], LIBRARY)
        decided = [
            Decision(right, "supported"), Decision(right, "supported"), Decision(right, "unsupported"),
            Decision(wrong, "unsupported"), Decision(wrong, "unchecked"),
        ]  # fmt: skip
        found = agreement("j", decided)
        assert (found["n"], found["accuracy"]["n"], found["accuracy"]["value"]) == (5, 4, 0.75)
        assert (found["kept"], found["caught"], found["undecided"]) == (round(2 / 3, 6), 0.5, 0.2)
        assert found["balanced"] == round((2 / 3 + 1) / 2, 6)
        # Agreed 3/4; by chance 1/2 * 3/4 + 1/2 * 1/4 = 1/2.
        assert found["kappa"] == kappa([each for each in decided if each.decided]) == 0.5
        assert [(row["by"], row["name"]) for row in found["by"]] == [("error", "figure"), ("languages", "en→en")]

    def test_the_exact_judge_on_a_pair(self) -> None:
        judge = ExactJudge()
        verdicts = [judge.verdict(each.claim, each.language, each.quotes) for each in of_twins([self.TWIN], LIBRARY)]
        assert verdicts == ["supported", "unsupported"]

    def test_the_verifier_is_given_each_sentence_of_the_quotes(self) -> None:
        quote = citation(ARTICLES[0], Span(0, len(ARTICLES[0].text)))
        found = evidence_of(quote, lambda texts: np.ones((len(texts), 2), np.float32))
        assert [(each.start, each.end) for each in found] == list(spans(ARTICLES[0]))
        assert [each.before for each in found] == ["", found[0].text]
        assert all(ARTICLES[0].text[each.start : each.end] == each.text for each in found)

    @pytest.mark.parametrize(
        ("claim", "verdict"),
        [
            ("The bridge of Alder cost 100 million dong.", "supported"),
            ("The bridge of Alder cost 120 million dong.", "unsupported"),
            ("Its mayor praised the workers of Alder. The bridge of Alder cost 120 million dong.", "unsupported"),
        ],
    )
    def test_the_products_own_check_is_a_judge(self, claim: str, verdict: str) -> None:
        def embed(texts: Any) -> Any:
            return np.ones((len(texts), 2), np.float32) / 2**0.5

        judge = VerifierJudge(Verifier(embed), embed)
        quote = citation(ARTICLES[0], Span(0, len(ARTICLES[0].text)))
        assert judge.verdict(claim, "en", [quote]) == verdict


def vars_of(twin: Twin) -> dict[str, Any]:
    return {name: getattr(twin, name) for name in Twin.__dataclass_fields__}


def test_llamaindex_evaluators_are_scores_beside_ours_and_their_failures_are_none() -> None:
    from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata

    from eval.llamaindex import with_evaluators
    from eval.records import Record
    from eval.score import Scorer

    class Answering(CustomLLM):
        """Says yes to the first two evaluators, and to the third nothing that can be read."""

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(model_name="test")

        def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
            return CompletionResponse(text="YES")

        def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
            raise NotImplementedError

    scored = Scorer(Library(ARTICLES)).score(CASES[:1], [Record("town-0", Honest().ask(CASES[0]))])
    found = with_evaluators(scored, Answering())[0].scores
    assert found["LlamaIndex faithfulness"].value == found["LlamaIndex relevancy"].value == 1
    assert found["LlamaIndex correctness"].value is None
    assert found["LlamaIndex correctness"].reason
    assert found["correct"].value == 1
