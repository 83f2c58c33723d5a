"""Public formats: tiny files of each by hand, and the sets themselves where they are on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.adapters import JudgedClaim, Suite, read
from eval.adapters.suite import gold_at
from eval.cases import Case, Gold, check
from rag.errors import UsageError
from rag.types import Article, Turn

DATA = Path(os.environ.get("DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no public data sets in {DATA}; name their folder with DATA")


def write(path: Path, *rows: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def by_id(suite: Suite) -> dict[str, Case]:
    assert check(suite.cases, suite.articles) == []
    return {case.id: case for case in suite.cases}


def test_the_gold_quote_is_the_sentence_of_the_answer() -> None:
    article = Article("a", "The dam held in 1940. It rained for 40 hours. It rained for 40 hours. The end.")
    assert gold_at(article, "dam") == Gold("a", "The dam held in 1940.")
    assert gold_at(article, "40") == Gold("a", "It rained for 40 hours.", start=22)
    assert gold_at(article, "40", start=58) == Gold("a", "It rained for 40 hours.", start=46)
    assert gold_at(article, "held in 1940. It rained", part=1) == Gold("a", article.text[:45], 1)
    assert gold_at(article, "storm") is None
    assert gold_at(article, " ") is None


@given(st.lists(st.text("ab cđ", min_size=1), min_size=1), st.data())
def test_every_gold_quote_stands_in_its_article_and_holds_the_answer(parts: list[str], data: st.DataObject) -> None:
    text = ". ".join(parts)
    begin = data.draw(st.integers(0, len(text) - 1))
    answer = text[begin : data.draw(st.integers(begin + 1, len(text)))].strip()
    gold = gold_at(Article("a", text), answer, begin)
    if not answer:
        assert gold is None
    else:
        assert gold is not None and answer in gold.quote and len(gold.spans(text)) == 1


def test_squad(tmp_path: Path) -> None:
    context = "Lan lives in Huế. She sells tea."
    asked = [
        {"id": "1", "question": "Where does Lan live?", "answers": [{"text": "Huế", "answer_start": 13}]},
        {"id": "2", "question": "What does she drink?", "answers": [], "is_impossible": True},
        {"id": "3", "question": "What colour is it?", "answers": [{"text": "green", "answer_start": 3}]},
    ]
    path = tmp_path / "train.json"
    path.write_text(json.dumps({"data": [{"title": "Lan", "paragraphs": [{"context": context, "qas": asked}]}]}))
    suite = read(path)
    assert suite.articles == (Article("Lan-0", context, title="Lan", language="en"),)
    assert suite.left_out == ("3: no answer stands in its article",)
    cases = by_id(suite)
    assert cases["1"].gold == (Gold("Lan-0", "Lan lives in Huế."),)
    assert cases["1"].expected == (("Huế",),)
    assert (cases["2"].kind, cases["2"].answerable) == ("unanswerable", False)


def test_xquad(tmp_path: Path) -> None:
    passage = {"pid": "p", "text_vi": "Lan ở Huế. Cô bán trà.", "text_en": "Lan lives in Huế. She sells tea."}
    write(tmp_path / "passages.jsonl", passage)
    question = {"qid": "q", "pid": "p", "question_vi": "Cô bán gì?", "question_en": "What does she sell?"}
    answers = {"answer_vi": "trà", "start_vi": 18, "answer_en": "tea", "start_en": 28}
    write(tmp_path / "questions.jsonl", {**question, **answers})
    suite = read(tmp_path)
    assert [(article.id, article.language) for article in suite.articles] == [("p-vi", "vi"), ("p-en", "en")]
    cases = by_id(suite)
    assert cases.keys() == {"q-vi", "q-en"}
    assert cases["q-vi"].gold == cases["q-en"].gold == (Gold("p-vi", "Cô bán trà."), Gold("p-en", "She sells tea."))
    assert cases["q-en"].expected == (("trà", "tea"),)


def test_mlqa(tmp_path: Path) -> None:
    write(
        tmp_path / "passages.jsonl",
        {"pid": "v1", "lang": "vi", "title": "Huế", "text": "Lan ở Huế."},
        {"pid": "e1", "lang": "en", "title": "Tea", "text": "Lan lives in Huế."},
    )
    question = {"qid": "q", "question_vi": "Ở đâu?", "question_en": "Where?", "pid_vi": "v1", "pid_en": "e1"}
    write(tmp_path / "questions.jsonl", {**question, "answers_vi": ["Huế"], "answers_en": ["Huế"]})
    cases = by_id(read(tmp_path))
    assert cases["q-vi"].gold == (Gold("v1", "Lan ở Huế."), Gold("e1", "Lan lives in Huế."))
    assert (cases["q-vi"].language, cases["q-en"].language) == ("vi", "en")


def test_vinewsqa_answers_are_alternatives(tmp_path: Path) -> None:
    write(tmp_path / "articles.jsonl", {"pid": "v", "title": "Trà", "text": "Trà có 2 loại. Mỗi loại uống 2 lần."})
    question = {"qid": "q", "pid": "v", "split": "train", "question": "Uống mấy lần?"}
    write(tmp_path / "questions.jsonl", {**question, "answers": ["2 lần", "2"], "starts": [29]})
    (case,) = by_id(read(tmp_path)).values()
    assert case.gold == (Gold("v", "Mỗi loại uống 2 lần."),)
    assert (case.expected, case.split) == ((("2 lần", "2"),), "dev")


def test_conversations_know_what_was_said(tmp_path: Path) -> None:
    text = "Lan ở Huế. Cô bán trà."
    write(tmp_path / "articles.jsonl", {"pid": "v", "text": text, "source": "báo", "url": "https://bao.example/1"})
    turns = [
        {"q": "Lan ở đâu?", "a": "Huế", "span": "Lan ở Huế.", "start": 0},
        {"q": "Cô bán gì?", "a": "chè", "span": "bán trà", "start": 14},
        {"q": "Bán cho ai?", "a": "khách", "span": "cho khách", "start": 0},
    ]
    write(tmp_path / "conversations.jsonl", {"pid": "v", "split": "dev", "turns": turns})
    suite = read(tmp_path)
    first, second = suite.cases
    assert (first.kind, first.history, first.expected) == ("factoid", (), (("Huế", "Lan ở Huế."),))
    assert second.kind == "follow_up" and second.split == "dev"
    assert second.history == (Turn("user", "Lan ở đâu?"), Turn("assistant", "Huế"))
    assert second.gold == (Gold("v", "Cô bán trà."),)
    assert second.expected == (("chè", "bán trà"),)
    assert suite.left_out == ("v-3: the span does not stand in its article",)


@pytest.mark.parametrize("trec", [False, True])
def test_beir_measures_retrieval_only(tmp_path: Path, trec: bool) -> None:
    texts = [("d1", "Tea grows on hills."), ("d2", "Tea is sold in Huế."), ("d3", "It rains."), ("d4", "")]
    write(tmp_path / "corpus.jsonl", *({"_id": one, "title": "", "text": text} for one, text in texts))
    write(tmp_path / "queries.jsonl", {"_id": "q1", "text": "Where is tea?"}, {"_id": "q2", "text": "not judged"})
    (tmp_path / "qrels").mkdir()
    rows = [("q1", "d2", "1"), ("q1", "d1", "2"), ("q1", "d3", "0"), ("q1", "d4", "1")]
    lines = ["query-id\tcorpus-id\tscore"] if not trec else []
    for query, article, score in rows:
        lines.append("\t".join((query, "0", article, score) if trec else (query, article, score)))
    (tmp_path / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n")
    suite = read(tmp_path)
    (case,) = by_id(suite).values()
    assert [article.id for article in suite.articles] == ["d1", "d2", "d3"]
    assert [(gold.file, gold.part) for gold in case.gold] == [("d2", 0), ("d1", 1)]
    assert (case.expected, case.split, case.answerable) == ((), "test", True)
    (tmp_path / "qrels" / "test.tsv").write_text("q1\td1\t1\nq1 d2 1\n")
    with pytest.raises(UsageError, match=r"test.tsv:2: no line of query, article and score"):
        read(tmp_path)
    (tmp_path / "qrels" / "test.tsv").write_text("q9\td1\t1\n")
    with pytest.raises(UsageError, match=r"queries.jsonl holds no query 'q9'"):
        read(tmp_path)


FACT = {"title": "Tea", "source": "The Post", "author": "", "published_at": "2023-09-26T17:01:22+00:00"}
ASKED = {"query": "Who sells it, and where?", "question_type": "inference_query", "answer": "Lan"}
NONE = {"query": "Who drinks it?", "question_type": "null_query", "answer": "Insufficient information."}


def multihop_of(suite: Suite) -> None:
    assert [(article.id, article.published, article.source) for article in suite.articles] == [
        ("https://post.example/1", "2023-09-26", "The Post"),
        ("https://post.example/2", "2023-09-26", "The Post"),
    ]
    asked, none = suite.cases
    assert [(gold.file[-1], gold.quote, gold.part) for gold in asked.gold] == [
        ("1", "Lan sells tea.", 0),
        ("2", "Lan lives in Huế.", 1),
    ]
    assert (asked.kind, asked.expected) == ("multi_article", (("Lan",), ("Lan",)))
    assert (none.kind, none.answerable, none.expected) == ("unanswerable", False, ())


def test_multihop_from_its_evidence_alone(tmp_path: Path) -> None:
    write(
        tmp_path / "evidence.jsonl",
        {**FACT, "fid": "f1", "url": "https://post.example/1", "fact": "Lan sells tea."},
        {**FACT, "fid": "f2", "url": "https://post.example/2", "fact": "Lan lives in Huế."},
        {**FACT, "fid": "f3", "url": "https://post.example/1", "fact": "It is green."},
    )
    asked = {"qid": "1", **ASKED, "evidence": ["f1", "f2"]}
    write(tmp_path / "questions.jsonl", asked, {"qid": "2", **NONE, "evidence": []})
    suite = read(tmp_path)
    multihop_of(suite)
    assert suite.articles[0].text == "Lan sells tea.\nIt is green."
    write(tmp_path / "questions.jsonl", {"qid": "1", **ASKED, "evidence": ["f9"]})
    with pytest.raises(UsageError, match=r"questions.jsonl:1: evidence.jsonl holds no fact 'f9'"):
        read(tmp_path)


def test_multihop_as_published(tmp_path: Path) -> None:
    bodies = {"1": "It is hot. Lan sells tea. Much of it.", "2": "Lan lives in Huế."}
    corpus = [{**FACT, "url": f"https://post.example/{at}", "body": body} for at, body in bodies.items()]
    facts = [("1", "Lan sells tea."), ("2", "Lan lives in Huế.")]
    evidence = [{**FACT, "url": f"https://post.example/{at}", "fact": fact} for at, fact in facts]
    lost = [{**FACT, "url": "https://post.example/1", "fact": "Nothing like it."}]
    (tmp_path / "corpus.json").write_text(json.dumps(corpus))
    questions = [{**ASKED, "evidence_list": evidence}, {**NONE, "evidence_list": []}, {**ASKED, "evidence_list": lost}]
    (tmp_path / "MultiHopRAG.json").write_text(json.dumps(questions))
    suite = read(tmp_path)
    multihop_of(suite)
    assert suite.left_out == ("3: a fact does not stand in its article",)


@pytest.mark.parametrize("published", [False, True])
def test_ragtruth(tmp_path: Path, published: bool) -> None:
    if published:
        info = {"question": "What does Lan sell?", "passages": "Lan sells tea."}
        write(tmp_path / "source_info.jsonl", {"source_id": "s", "task_type": "QA", "source_info": info})
    else:
        source = {"source_id": "s", "question": "What does Lan sell?", "context": "Lan sells tea."}
        write(tmp_path / "sources.jsonl", source)
    bad = [{"start": 0, "end": 3, "text": "Hoa", "label_type": "Evident Conflict"}]
    write(
        tmp_path / ("response.jsonl" if published else "responses.jsonl"),
        {"id": "r1", "source_id": "s", "response": "Tea.", "labels": []},
        {"id": "r2", "source_id": "s", "response": "Hoa sells it.", "labels": bad},
    )
    asked = "What does Lan sell?"
    assert read(tmp_path).claims == (
        JudgedClaim("r1", "Tea.", "Lan sells tea.", "en", True, "", asked),
        JudgedClaim("r2", "Hoa sells it.", "Lan sells tea.", "en", False, "Evident Conflict", asked),
    )


def test_vihallu(tmp_path: Path) -> None:
    item = {"context": "Lan bán trà.", "prompt": "Lan bán gì?"}
    write(
        tmp_path / "items.jsonl",
        {"id": "1", **item, "response": "Trà.", "label": "no"},
        {"id": "2", **item, "response": "Hoa.", "label": "intrinsic"},
    )
    assert read(tmp_path).claims == (
        JudgedClaim("1", "Trà.", "Lan bán trà.", "vi", True, "", "Lan bán gì?"),
        JudgedClaim("2", "Hoa.", "Lan bán trà.", "vi", False, "intrinsic", "Lan bán gì?"),
    )


def test_bump_and_wice(tmp_path: Path) -> None:
    write(tmp_path / "bump" / "articles.jsonl", {"article_id": "a", "article": "Lan sells tea."})
    pair = {"faithful_summary": "Tea is sold.", "unfaithful_summary": "Silk is sold.", "error_type": "Entity"}
    write(tmp_path / "bump" / "pairs.jsonl", {"id": "p", "article_id": "a", **pair})
    assert read(tmp_path / "bump").claims == (
        JudgedClaim("p-faithful", "Tea is sold.", "Lan sells tea.", "en", True),
        JudgedClaim("p-unfaithful", "Silk is sold.", "Lan sells tea.", "en", False, "Entity"),
    )
    claim = {"id": "c", "claim": "She sells tea and silk.", "evidence": ["Lan sells tea.", "It is green."]}
    write(tmp_path / "wice" / "claims.jsonl", {**claim, "label": "partially_supported"})
    assert read(tmp_path / "wice").claims == (
        JudgedClaim("c", claim["claim"], "Lan sells tea.\nIt is green.", "en", False, "partially_supported"),  # type: ignore[arg-type]
    )


def test_what_is_no_data_set_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no known data set; give a SQuAD .json file, or a folder of BEIR"):
        read(tmp_path)
    with pytest.raises(UsageError, match=r"none: no such file or folder"):
        read(tmp_path / "none")
    (tmp_path / "bad.json").write_text('{"data": [{"paragraphs": 7}]}')
    with pytest.raises(UsageError, match=r"bad.json: data\[0\]: paragraphs is no list"):
        read(tmp_path / "bad.json")
    write(tmp_path / "articles.jsonl", {"pid": "v", "text": "Trà."})
    write(tmp_path / "questions.jsonl", {"qid": "q", "pid": "w", "question": "?", "answers": ["Trà"]})
    with pytest.raises(UsageError, match=r"questions.jsonl:1: no article has the id 'w'"):
        read(tmp_path)


@needs_data
@pytest.mark.parametrize(
    ("name", "articles", "cases", "claims"),
    [
        ("xquad", 480, 1206, 0),
        ("mlqa", 903, 536, 0),
        ("vinewsqa", 500, 2497, 0),
        ("vicoqa", 300, 1500, 0),
        ("multihop", 326, 239, 0),
        ("ragtruth", 0, 0, 1023),
        ("vihallu", 0, 0, 700),
        ("bump", 0, 0, 1072),
        ("wice", 0, 0, 349),
    ],
)
def test_the_sets_themselves(name: str, articles: int, cases: int, claims: int) -> None:
    suite = read(DATA / name)
    assert (len(suite.articles), len(suite.cases), len(suite.claims)) == (articles, cases, claims)
    assert suite.left_out == ()
    # A free answer need not stand in the text; a quote must.
    assert [problem for problem in check(suite.cases, suite.articles) if "the quote" in problem] == []
