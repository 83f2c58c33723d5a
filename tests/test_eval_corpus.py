"""The project's own cases over their archives: proved against the articles, balanced, split without overlap."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from eval.archives import read_articles
from eval.cases import KINDS, Case, check, load, named_article
from eval.suite import DATASETS, OWN
from rag.errors import UsageError
from rag.types import Article

SUITES = sorted(OWN)


@cache
def articles(suite: str = "corpus") -> tuple[Article, ...]:
    return read_articles([OWN[suite]])


@cache
def cases(suite: str = "corpus") -> tuple[Case, ...]:
    return load(DATASETS / f"{suite}.jsonl")


@pytest.mark.parametrize("suite", SUITES)
def test_every_gold_quote_stands_in_its_article_and_holds_what_is_expected(suite: str) -> None:
    assert check(cases(suite), articles(suite)) == []


@pytest.mark.parametrize("suite", SUITES)
def test_no_gold_quote_may_be_unquotable(suite: str) -> None:
    hidden = []
    for case in cases(suite):
        for gold in case.gold:
            article = named_article(gold.file, articles(suite))
            assert article is not None
            (span,) = gold.spans(article.text)
            hidden += [case.id for unquotable in article.unquotable if unquotable.overlaps(span)]
    assert hidden == []


@pytest.mark.parametrize("suite", SUITES)
def test_no_article_is_in_both_splits(suite: str) -> None:
    splits: dict[str, set[str]] = defaultdict(set)
    for case in cases(suite):
        for gold in case.gold:
            splits[gold.file].add(case.split)
    assert [file for file, found in splits.items() if len(found) > 1] == []


@pytest.mark.parametrize("suite", SUITES)
def test_no_question_is_asked_twice(suite: str) -> None:
    asked = Counter((case.question, case.history, case.filters) for case in cases(suite))
    assert [question for question, count in asked.items() if count > 1] == []


@pytest.mark.parametrize("split", ["dev", "test"])
def test_each_split_holds_every_kind_and_language_pair(split: str) -> None:
    chosen = [case for case in cases() if case.split == split]
    kinds = Counter(case.kind for case in chosen)
    # Ratings from the page come from users; of the others the newsroom has more.
    thin = {"how", "yes_no", "disagreeing", "feedback"}
    assert {kind for kind in KINDS if kind not in thin and kinds[kind] < 4} == set()
    pairs: Counter[tuple[str, str]] = Counter()
    for case in chosen:
        found = [named_article(gold.file, articles()) for gold in case.gold]
        pairs.update({(case.language, article.language) for article in found if article})
    assert min(pairs[question, source] for question in ("vi", "en") for source in ("vi", "en")) >= 40
    assert sum(not case.answerable for case in chosen) >= 20


def test_the_newsroom_asks_across_languages_and_for_what_is_not_said() -> None:
    for split in ("dev", "test"):
        chosen = [case for case in cases("newsroom") if case.split == split]
        notes = Counter(note.strip() for case in chosen for note in case.note.split(","))
        assert 0.4 <= notes["cross"] / len(chosen) <= 0.6
        assert sum(not case.answerable for case in chosen) >= 0.2 * len(chosen)
    languages = Counter(article.language for article in articles("newsroom"))
    assert languages == {"vi": 36, "en": 36}


def test_articles_are_read_as_an_archive_stores_them(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("---\ntitle: Lu\u0303\n---\n\nMua to.\n", encoding="utf-8")
    lines = '{"id": "a", "text": "It rained."}\n{"url": "https://post.example/2", "text": "It stopped."}\n'
    (tmp_path / "two.jsonl").write_text(lines, encoding="utf-8")
    one, two, three = read_articles([tmp_path])
    assert (one.id, one.title, one.text.strip()) == (str(tmp_path / "one.md"), "Lũ", "Mua to.")
    assert two.id == "a"
    assert three.id == f"{tmp_path / 'two.jsonl'}#https://post.example/2"
    (tmp_path / "bad.json").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"bad.json: an empty file"):
        read_articles([tmp_path])
