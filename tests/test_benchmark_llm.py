"""The benchmark of written answers: what is right of a reply, figures by hand, resuming, LlamaIndex's engine."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.llms.custom import CustomLLM

from eval.benchmarks import llm
from eval.benchmarks.answer_sets import REAL_CASES, AnswerSet, AskedQuestion, real_articles
from eval.benchmarks.checked import checker
from eval.benchmarks.engines import MeteredModel, citation_query_engine, ours
from eval.benchmarks.replies import Cited, Reply, Row, Written, figures, holds, judged
from rag.errors import ModelError
from rag.newsqa import NewsQA
from rag.settings import Settings
from rag.types import Turn

QUESTION = AskedQuestion("How long is the pier?", {"p": ("640 metres",)}, fit=False)
UNANSWERABLE = AskedQuestion("Who paid for the pier?", {}, fit=False, missing="article")


def reply(text: str, *citations: Cited, **how: Any) -> Reply:
    given: dict[str, Any] = {"engine": "llm", "found": True, "first": 1.0, "total": 2.0, "tokens": (100, 10)}
    sentences = (Written(text, "supported", None),)
    return Reply(**{**given, "text": text, "citations": citations, "sentences": sentences, **how})


def row(question: AskedQuestion = QUESTION, engine: str = "llm", **how: Any) -> Row:
    return judged("set", question, engine, "m", reply(how.pop("text", "It is long."), **how))


class TestHolds:
    def test_short_answers_stand_whole(self) -> None:
        assert holds("It is 640 Metres long.", ["640 metres"])
        assert not holds("It is 1640 metres long.", ["640 metres"])
        assert not holds("It is 640 long metres.", ["640 metres"])

    def test_long_answers_may_be_put_in_other_words_but_not_in_other_figures(self) -> None:
        accepted = ["the ferry sails at 7 from the pier"]  # eight words, of which seven are different
        assert holds("From the pier the ferry sails at 7.", accepted)
        assert holds("The ferry leaves the pier at 7, from quay two.", accepted)  # six of seven
        assert not holds("The ferry sails at 8 from the pier.", accepted)
        assert not holds("The ferry sails.", accepted)


class TestJudged:
    def test_right_in_the_text_and_in_a_quote_of_an_article_that_answers(self) -> None:
        found = row(text="It is 640 metres long [1][2].", citations=(
            Cited("p", "The pier is 640 metres long."), Cited("q", "Another pier is 640 metres long."),
        ))  # fmt: skip
        assert (found.correct, found.shown, found.citations, found.right_citations) == (True, True, 2, 1)

    def test_only_a_quote_shows_it(self) -> None:
        found = row(text="It is long [1].", citations=(Cited("p", "The pier is 640 metres long."),))
        assert (found.correct, found.shown) == (False, True)

    def test_a_refusal_is_never_correct(self) -> None:
        found = row(text="The archive does not say whether it is 640 metres.", found=False)
        assert (found.correct, found.shown, found.found) == (False, False, False)

    def test_unmarked_are_sentences_that_the_check_refutes_and_the_engine_does_not_mark(self) -> None:
        sentences = (
            Written("a", "supported", "unsupported"), Written("b", "unsupported", "unsupported"),
            Written("c", "supported", "supported"), Written("d", None, "unsupported"), Written("e", None, None),
        )  # fmt: skip
        found = row(sentences=sentences)
        assert (found.sentences, found.supported, found.checked, found.unmarked) == (5, 2, 3, 2)

    def test_quotes_in_place_of_a_model_are_told(self) -> None:
        assert row(engine="llm").fell_back is False
        quotes = reply("x", engine="quotes", notice="The model is away.")
        assert judged("set", QUESTION, "llm", "m", quotes).fell_back is True
        assert judged("set", QUESTION, "llm", "m", replace(quotes, notice=None)).fell_back is False  # a refusal
        assert judged("set", QUESTION, "citation", "m", reply("x", engine="citation")).fell_back is False


def test_figures_by_hand() -> None:
    right = row(text="640 metres [1].", citations=(Cited("p", "640 metres"), Cited("q", "Boats")), total=4.0)
    wrong = row(text="9 metres.")
    refused = row(found=False, sentences=())
    rightly_refused = row(UNANSWERABLE, found=False, sentences=())
    invented = row(UNANSWERABLE, text="The king.", citations=(Cited("q", "Boats"),))
    found = figures([right, wrong, refused, rightly_refused, invented])
    assert found["correct"] == found["shown"] == 1 / 3
    assert found["answered"] == 2 / 3
    assert found["citation P"] == 1 / 2  # what was cited for the unanswerable question is not counted
    assert found["citation R"] == 1 / 3
    assert found["supported"] == 1.0
    assert found["unmarked"] is None  # nothing was checked
    assert (found["abstain P"], found["abstain R"]) == (1 / 2, 1 / 2)
    assert (found["first p50 s"], found["total p50 s"], found["prompt tokens"]) == (1.0, 2.0, 100.0)


def test_nothing_measured_is_no_figure() -> None:
    assert set(figures([]).values()) == {None}
    assert figures([row(engine="citation")])["supported"] is None


class TestResults:
    def test_what_was_answered_is_not_asked_again(self, tmp_path: Path) -> None:
        asked: list[str] = []

        def engine(question: str, history: Sequence[Turn]) -> Reply:
            asked.append(question)
            return reply("It is 640 metres long.")

        answer_set = AnswerSet("set", [], [QUESTION, UNANSWERABLE])
        path = tmp_path / "kept" / "results.jsonl"
        for _ in range(2):
            llm.ask_all(answer_set, {"llm": engine}, {"llm": "m"}, llm.Results(path))
        assert asked == [QUESTION.text, UNANSWERABLE.text]
        llm.ask_all(answer_set, {"llm": engine}, {"llm": "another"}, llm.Results(path))
        assert len(asked) == 4

    def test_a_line_that_was_cut_off_is_asked_again(self, tmp_path: Path) -> None:
        path = tmp_path / "results.jsonl"
        first, second = (json.dumps(row(question).to_dict()) for question in (QUESTION, UNANSWERABLE))
        path.write_text(f"{first}\n{second[:40]}", encoding="utf-8")
        results = llm.Results(path)
        assert results.has(("set", QUESTION.text, "llm", "m"))
        assert not results.has(("set", UNANSWERABLE.text, "llm", "m"))
        results.add(row(UNANSWERABLE))
        assert llm.Results(path).rows == [row(), row(UNANSWERABLE)]
        path.write_text(f"{first[:40]}\n{second}\n", encoding="utf-8")
        with pytest.raises(ValueError, match=r"results\.jsonl:1 is no result"):
            llm.Results(path)

    def test_a_model_that_keeps_failing_ends_the_run(self, tmp_path: Path) -> None:
        def engine(question: str, history: Sequence[Turn]) -> Reply:
            raise ModelError("the server is away")

        questions = [replace(QUESTION, text=f"{number}?") for number in range(9)]
        results = llm.Results(tmp_path / "results.jsonl")
        llm.ask_all(AnswerSet("set", [], questions[:2]), {"llm": engine}, {"llm": "m"}, results)
        assert results.rows == []
        with pytest.raises(ModelError):
            llm.ask_all(AnswerSet("set", [], questions), {"llm": engine}, {"llm": "m"}, results)


def test_figures_are_of_the_questions_asked_for_and_over_all_sets() -> None:
    one = row(text="640 metres")
    other = replace(row(text="9 metres"), set="other")
    stale = replace(one, question="Not asked this time?")
    found = llm.figures_of([one, other, stale], [one.key, other.key])
    assert [(line["set"], line["n"], line["correct"]) for line in found] == [
        ("set", 1, 1.0), ("other", 1, 0.0), ("all", 2, 0.5),
    ]  # fmt: skip
    assert "set · llm" in llm.tables(found)


class TestRealCases:
    CASES = tuple(json.loads(line) for line in REAL_CASES.read_text(encoding="utf-8").splitlines())

    def test_both_languages_halves_and_unanswerable_ones(self) -> None:
        assert len(self.CASES) >= 60
        for split in ("dev", "test"):
            for language in ("vi", "en"):
                half = [case for case in self.CASES if (case["split"], case["language"]) == (split, language)]
                assert len(half) >= 15
                assert sum(not case["answers"] for case in half) >= 3
        assert len({case["question"] for case in self.CASES}) == len(self.CASES)

    def test_answers_are_short_facts(self) -> None:
        assert all(len(answer) <= 40 for case in self.CASES for answer in case["answers"])

    def test_they_stand_in_the_article_that_the_case_names(self) -> None:
        folder = Path(__file__).resolve().parents[2] / "shared" / "articles"
        if not folder.is_dir():
            pytest.skip("the real articles are not beside the project")
        texts = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
        asked = {question.text: question for question in real_articles(folder).questions}
        for case in self.CASES:
            question = asked[case["question"]]
            assert holds(texts[case["file"]], question.gold.get("", ())) is bool(case["answers"]), case["id"]


class ScriptedModel(CustomLLM):
    """Says one text in pieces, and as a server does, tells its tokens at the end."""

    text: str
    prompts: list[str] = []  # noqa: RUF012 - a pydantic field, copied for every instance

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=4096, num_output=200, is_chat_model=True, model_name="scripted")

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        self.prompts += [message.content or "" for message in messages]
        return self._said()

    def _said(self) -> Iterator[ChatResponse]:
        pieces = self.text.split(" ")
        for place in range(len(pieces)):
            said = ChatMessage(role="assistant", content=" ".join(pieces[: place + 1]))
            usage = {"prompt_tokens": 50, "completion_tokens": place + 1}
            yield ChatResponse(message=said, delta=pieces[place] + " ", additional_kwargs=usage)

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        *_, last = self.stream_chat(messages)
        return last

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        raise NotImplementedError

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        raise NotImplementedError


def test_tokens_are_counted_over_all_calls() -> None:
    model = MeteredModel(ScriptedModel(text="two words"))
    assert model.tokens is None
    list(model.stream_chat([ChatMessage(content="?")]))
    model.chat([ChatMessage(content="?")])
    assert model.tokens == (100, 4)
    model.reset()
    assert model.tokens is None


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsQA]:
    folder = tmp_path_factory.mktemp("archive")
    (folder / "pier.md").write_text(
        "---\nid: p\ntitle: A new pier\nsource: The Tide\npublished: 2031-05-02\n---\n\n"
        "The new pier at Low Ness is 640 metres long, its builder said.\n\nIt opens in June.\n",
        encoding="utf-8",
    )
    with NewsQA(Settings(home=folder / "home", engine="quotes")) as qa:
        assert qa.ingest([folder / "pier.md"]).added == 1
        yield qa


def test_llamaindex_cites_the_passages_of_our_retriever(archive: NewsQA) -> None:
    model = ScriptedModel(text="The pier is 640 metres long [1]. It is made of gold [4].")
    found = citation_query_engine(archive, model)("How long is the pier at Low Ness?", ())
    assert found.text == model.text
    assert found.found
    assert [cited.article_id for cited in found.citations] == [archive.articles()[0].id]  # there is no source 4
    assert "640 metres long" in found.citations[0].quote
    assert [sentence.text for sentence in found.sentences] == [
        "The pier is 640 metres long [1].", "It is made of gold [4].",
    ]  # fmt: skip
    assert [sentence.verdict for sentence in found.sentences] == [None, None]
    assert found.tokens == (50, 13)
    assert found.model == "scripted"
    assert 0 < found.first <= found.total
    assert any("640 metres long" in prompt for prompt in model.prompts)


def test_every_written_sentence_is_checked_by_one_judge(archive: NewsQA) -> None:
    text = "The new pier at Low Ness is 640 metres long [1]. The new pier at Low Ness is 940 metres long [1]."
    check = checker(archive)
    found = citation_query_engine(archive, ScriptedModel(text=text), check)("How long is the pier at Low Ness?", ())
    assert [sentence.checked for sentence in found.sentences] == ["supported", "unsupported"]
    assert (
        check("It opens in June.", [], [Cited(archive.articles()[0].id, "These words stand nowhere.")]) != "supported"
    )


@pytest.mark.parametrize(
    ("text", "declines"),
    [
        ("The provided sources do not mention who paid for it.", True),
        ("I cannot find that in the sources.", True),
        ("Các nguồn không đề cập đến người trả tiền.", True),
        ("Không có thông tin về việc này [1].", True),
        ("Russia did not say who paid [1].", False),
        ("Ông Sáu không trả lời phóng viên [1].", False),
        ("The pier is 640 metres long [1].", False),
    ],
)
def test_llamaindex_refuses_in_words_alone(archive: NewsQA, text: str, declines: bool) -> None:
    found = citation_query_engine(archive, ScriptedModel(text=text))("Who paid for the pier?", ())
    assert found.found is not declines
    assert (found.sentences == ()) is declines


def test_our_quotes_as_a_reply(archive: NewsQA) -> None:
    found = ours(archive, "quotes", check=lambda text, cited, sources: "supported")(
        "How long is the pier at Low Ness?", ()
    )
    assert found.engine == "quotes"
    assert holds(found.text, ["640 metres"])
    assert found.sentences[0] == Written(found.citations[0].quote, "supported", "supported")
    assert found.tokens == (0, 0)
