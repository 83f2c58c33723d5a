"""Question sets with their archives, for fitting and for reporting on quotes: each half is by article."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from eval.benchmarks.datasets import json_lines
from eval.cases import Case, load
from rag.newsqa import NewsQA
from rag.text.normalise import normalise
from rag.text.sentences import sentences
from rag.types import Turn

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "eval" / "datasets" / "corpus.jsonl"
REAL_CASES = ROOT / "eval" / "datasets" / "real_articles.jsonl"
REAL_VIETNAMESE = ROOT / "eval" / "datasets" / "real_vietnamese.jsonl"
NEWSROOM = ROOT / "eval" / "datasets" / "newsroom"
CORPUS = ROOT / "corpus"


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """`gold` maps each article that answers to the accepted answers in it; empty where the archive does not answer.

    Under the key "" are answers accepted from any article.
    `missing` says why it does not: the whole "article" was taken out, or only the "sentence" that answers.
    `across` says whether the articles it is about are in the other language, None where that is not known.
    """

    text: str
    gold: dict[str, tuple[str, ...]]
    fit: bool
    missing: Literal["", "article", "sentence"] = ""
    history: tuple[Turn, ...] = ()
    across: bool | None = None

    @property
    def answerable(self) -> bool:
        return bool(self.gold)

    def is_answered_by(self, article_id: str, sentence: str) -> bool:
        folded = sentence.casefold()
        return any(answer in folded for answer in (*self.gold.get(article_id, ()), *self.gold.get("", ())))


@dataclass(frozen=True)
class AnswerSet:
    """`articles` are records as `rag ingest` reads them, or a folder of files."""

    name: str
    articles: list[dict[str, Any]] | Path
    questions: list[AskedQuestion]

    @cached_property
    def fit_half(self) -> list[AskedQuestion]:
        return [question for question in self.questions if question.fit]

    @cached_property
    def report_half(self) -> list[AskedQuestion]:
        return [question for question in self.questions if not question.fit]


def build(answer_set: AnswerSet, homes: Path) -> NewsQA:
    """The archive of a set, in its own folder below `homes`; an existing one is brought up to date."""
    home = homes / answer_set.name
    home.mkdir(parents=True, exist_ok=True)
    articles = answer_set.articles
    if isinstance(articles, Path):
        source = articles
    else:
        source = home / "articles.jsonl"
        lines = [json.dumps(article, ensure_ascii=False) + "\n" for article in articles]
        source.write_text("".join(lines), encoding="utf-8")
    qa = NewsQA.open(home=home / "archive")
    report = qa.ingest([source])
    if report.failed:
        raise SystemExit(f"{answer_set.name}: {report.failed[0].path}: {report.failed[0].reason}")
    return qa


def accepted(answers: list[str]) -> tuple[str, ...]:
    return tuple(normalise(answer).casefold().strip(" .,;:\"'“”") for answer in answers if answer.strip())


def vinewsqa(data: Path) -> AnswerSet:
    """All 500 articles; every question is answerable. The fit half is articles 0, 1 of every four."""
    return _vinewsqa(data, "vinewsqa", gapped=False)


def vinewsqa_gapped(data: Path) -> AnswerSet:
    """Every second article is taken out; from the others, the sentences that answer every third question."""
    return _vinewsqa(data, "vinewsqa-gapped", gapped=True)


def _vinewsqa(data: Path, name: str, *, gapped: bool) -> AnswerSet:
    articles = {article["pid"]: article for article in json_lines(data / "vinewsqa" / "articles.jsonl")}
    place = {pid: at for at, pid in enumerate(articles)}
    questions: list[AskedQuestion] = []
    asked = [
        (row, place[row["pid"]], accepted(row["answers"])) for row in json_lines(data / "vinewsqa" / "questions.jsonl")
    ]
    for number, (row, at, answers) in enumerate(asked):
        if gapped and at % 2 == 0 and number % 3 == 0:
            articles[row["pid"]]["text"] = without(articles[row["pid"]]["text"], answers)
    for row, at, answers in asked:
        text, fit = row["question"], at % 4 < 2
        if gapped and at % 2:
            questions.append(AskedQuestion(text, {}, fit, "article"))
        elif holds(articles[row["pid"]]["text"], answers):
            questions.append(AskedQuestion(text, {row["pid"]: answers}, fit))
        else:
            questions.append(AskedQuestion(text, {}, fit, "sentence"))
    records = [
        {"id": pid, "title": article["title"], "text": article["text"]}
        for at, (pid, article) in enumerate(articles.items())
        if not (gapped and at % 2)
    ]
    return AnswerSet(name, records, questions)


def vicoqa(data: Path) -> AnswerSet:
    """Conversations, each about one article; a turn knows the questions and answers before it.

    A quote answers when it holds the evidence span, or one of its sentences whole. Halves by article.
    """
    questions = []
    for at, conversation in enumerate(json_lines(data / "vicoqa" / "conversations.jsonl")):
        history: tuple[Turn, ...] = ()
        for turn in conversation["turns"]:
            span = normalise(turn["span"])
            evidence = [span, *(span[part.start : part.end] for part in sentences(span) if part.end - part.start > 20)]
            gold = {conversation["pid"]: accepted(evidence)}
            questions.append(AskedQuestion(turn["q"], gold, fit=at % 2 == 0, history=history))
            history = (*history, Turn("user", turn["q"]), Turn("assistant", turn["a"]))
    records = [
        {"id": article["pid"], "text": article["text"], "url": article["url"], "source": article["source"]}
        for article in json_lines(data / "vicoqa" / "articles.jsonl")
    ]
    return AnswerSet("vicoqa", records, questions)


def xquad(data: Path) -> AnswerSet:
    """All passages in both languages, questions in both. The fit half is by passage."""
    return _xquad(data, "xquad", gapped=False)


def xquad_gapped(data: Path) -> AnswerSet:
    """Of every four passages one is there in both languages, one in neither, one in Vietnamese, one in English;
    from those there, the sentences that answer every third question are taken out.
    """
    return _xquad(data, "xquad-gapped", gapped=True)


def _xquad(data: Path, name: str, *, gapped: bool) -> AnswerSet:
    passages = {passage["pid"]: passage for passage in json_lines(data / "xquad" / "passages.jsonl")}
    there: tuple[tuple[str, ...], ...] = (("vi", "en"), (), ("vi",), ("en",)) if gapped else (("vi", "en"),) * 4
    kept = {pid: there[at % 4] for at, pid in enumerate(passages)}
    place = {pid: at for at, pid in enumerate(passages)}
    asked = json_lines(data / "xquad" / "questions.jsonl")
    if gapped:
        for row in asked[::3]:
            for language in ("vi", "en"):
                passage = passages[row["pid"]]
                passage[f"text_{language}"] = without(
                    passage[f"text_{language}"], accepted([row[f"answer_{language}"]])
                )
    questions: list[AskedQuestion] = []
    for row in asked:
        answers = {language: accepted([row[f"answer_{language}"]]) for language in kept[row["pid"]]}
        gold = {
            f"{row['pid']}-{language}": some
            for language, some in answers.items()
            if holds(passages[row["pid"]][f"text_{language}"], some)
        }
        missing: Literal["", "article", "sentence"] = "" if gold else "sentence" if answers else "article"
        fit = place[row["pid"]] // 4 % 2 == 0
        questions += [AskedQuestion(row[f"question_{language}"], gold, fit, missing) for language in ("vi", "en")]
    records = [
        {"id": f"{pid}-{language}", "text": passage[f"text_{language}"], "language": language}
        for pid, passage in passages.items()
        for language in kept[pid]
        if passage[f"text_{language}"].strip()
    ]
    return AnswerSet(name, records, questions)


def corpus(cases: Path = CASES, folder: Path = CORPUS) -> AnswerSet:
    """The sample archive with the project's own cases; the fit half is their dev split.

    Cases with filters are left out: they are asked here without.
    """
    questions = [
        AskedQuestion(
            case.question,
            {"": accepted(case.literals())} if case.answerable else {},
            fit=case.split == "dev",
            missing="" if case.answerable else "sentence",
            history=case.history,
        )
        for case in load(cases)
        if not case.filters
    ]
    return AnswerSet("corpus", folder, questions)


def newsroom() -> AnswerSet:
    """Invented articles, each event in one language only; a quote answers that is one of the gold ones."""
    questions = [
        AskedQuestion(
            case.question,
            {"": accepted([gold.quote for gold in case.gold])} if case.answerable else {},
            fit=case.split == "dev",
            missing="" if case.answerable else "article" if "far" in _notes(case) else "sentence",
            history=case.history,
            across="cross" in _notes(case),
        )
        for case in load(NEWSROOM.with_suffix(".jsonl"))
    ]
    return AnswerSet("newsroom", NEWSROOM, questions)


def _notes(case: Case) -> set[str]:
    """The words of a case's note: "cross, near"."""
    return {note.strip() for note in case.note.split(",")}


def real_vietnamese(data: Path) -> AnswerSet:
    """Real Vietnamese articles, asked in both languages, among the others on their events; halves by event."""
    cases = json_lines(REAL_VIETNAMESE)
    clusters = {case["cluster"] for case in cases}
    questions = [
        AskedQuestion(
            case["question"],
            {"": accepted(case["answers"])} if case["answers"] else {},
            fit=case["split"] == "dev",
            missing="" if case["answers"] else "sentence",
            across=case["language"] != "vi",
        )
        for case in cases
    ]
    records = [
        {"id": article["doc_id"], "title": article["title"], "text": article["text"], "source": article["source"]}
        for article in json_lines(data / "vietnamese_mds" / "articles.jsonl")
        if article["cluster"] in clusters
    ]
    return AnswerSet("real-vietnamese", records, questions)


def real_articles(folder: Path, cases: Path = REAL_CASES) -> AnswerSet:
    """Real articles in a folder beside the project, none of them part of it; the fit half is the dev split.

    An accepted answer counts from any of them: they tell of the same events.
    """
    questions = [
        AskedQuestion(
            case["question"],
            {"": accepted(case["answers"])} if case["answers"] else {},
            fit=case["split"] == "dev",
            missing="" if case["answers"] else "sentence",
        )
        for case in json_lines(cases)
    ]
    return AnswerSet("real-articles", folder, questions)


def holds(text: str, answers: Sequence[str]) -> bool:
    folded = normalise(text).casefold()
    return any(answer in folded for answer in answers)


def without(text: str, answers: Sequence[str]) -> str:
    """The text less the sentences that hold one of the answers."""
    text = normalise(text)
    for span in reversed(sentences(text)):
        if holds(text[span.start : span.end], answers):
            text = text[: span.start] + text[span.end :]
    return text
