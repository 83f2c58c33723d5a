"""Twins: what a line may say, in which words two sentences differ, and the project's own over `corpus/`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eval.archives import read_articles
from eval.twins import ERRORS, changed, check, dump, load
from rag.errors import UsageError
from rag.types import Article

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / "eval" / "datasets" / "twins.jsonl"
LINE: dict[str, Any] = {
    "id": "t1",
    "split": "dev",
    "file": "lu.md",
    "quote": "Nước dâng 3,2 m.",
    "language": "vi",
    "claim": "The water rose by 3.2 m.",
    "claim_language": "en",
    "wrong": "The water rose by 2.3 m.",
    "error": "figure",
}
ARTICLE = Article("a", "Nước dâng 3,2 m. Theo VOA, mưa to.", source="Báo Bến Sông", path="corpus/lu.md")


def written(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "twins.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def test_a_twin_is_read_and_written_as_it_was(tmp_path: Path) -> None:
    twins = load(written(tmp_path, LINE))
    dump(twins, tmp_path / "copy.jsonl")
    assert json.loads((tmp_path / "copy.jsonl").read_text(encoding="utf-8")) == LINE
    assert check(twins, [ARTICLE]) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"error": "colour"}, "error is 'colour'"),
        ({"claim": ""}, "claim is empty"),
        ({"wrong": LINE["claim"]}, "claim and wrong are the same"),
        ({"score": 1}, "unknown field 'score'"),
        ({}, "another twin has the id 't1'"),
    ],
)
def test_a_wrong_line_is_told_by_file_and_number(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    path = written(tmp_path, LINE, {**LINE, **change})
    with pytest.raises(UsageError) as raised:
        load(path)
    assert str(raised.value).startswith(f"{path}:2: ")
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("claim", "wrong", "expected"),
    [
        ("It cost 21 dong in all.", "It cost 12 dong in all.", ("21", "12")),
        ("No one died.", "Several people died.", ("No one", "Several people")),
        ("It does not open.", "It does open.", ("not", "")),
        ("The same.", "The same.", ("", "")),
        ("a a b", "a b", ("a", "")),
    ],
)
def test_where_two_sentences_differ(claim: str, wrong: str, expected: tuple[str, str]) -> None:
    assert changed(claim, wrong) == expected


def test_check_finds_what_is_wrong(tmp_path: Path) -> None:
    changes: list[dict[str, Any]] = [
        {"file": "none.md"},
        {"quote": "Nước dâng 3,3 m."},
        {"claim": "Nước dâng 3,2 m", "wrong": "Nước dâng 2,3 m"},
        {"error": "outlet", "claim": "CNN says so.", "wrong": "KCNA says so."},
        {"error": "outlet", "claim": "Báo Bến Sông says so.", "wrong": "KCNA says so."},
        {"error": "outlet", "quote": "Theo VOA, mưa to.", "claim": "VOA tells of rain.", "wrong": "CNN tells of rain."},
    ]
    twins = load(written(tmp_path, *({**LINE, "id": str(at), **change} for at, change in enumerate(changes))))
    assert [problem[:3] + problem[3:].split(";")[0] for problem in check(twins, [ARTICLE])] == [
        "0: no article none.md",
        "1: the quote 'Nước dâng 3,3 m.' stands 0 times in lu.md",
        "2: the claim is a copy of the quote",
        "3: 'CNN' is neither in the quote nor the source of lu.md",
    ]


def test_our_own_twins_hold() -> None:
    twins = load(OWN)
    articles = read_articles([ROOT / "corpus"])
    assert check(twins, articles) == []
    languages = {article.path.rsplit("/", 1)[-1]: article.language for article in articles}
    assert [twin.id for twin in twins if languages[twin.file.rsplit("/", 1)[-1]] != twin.language] == []


def test_our_own_twins_change_one_short_thing() -> None:
    for twin in load(OWN):
        said, instead = changed(twin.claim, twin.wrong)
        assert max(len(said.split()), len(instead.split())) <= 7, twin.id
        assert said != instead


def test_our_own_twins_are_balanced() -> None:
    twins = load(OWN)
    assert len(twins) >= 170
    assert min(Counter(twin.error for twin in twins)[error] for error in ERRORS) >= 25
    crossed = sum(twin.language != twin.claim_language for twin in twins)
    assert 0.4 <= crossed / len(twins) <= 0.6
    pairs = Counter((twin.claim_language, twin.language) for twin in twins)
    assert len(pairs) == 4 and min(pairs.values()) >= 40
    assert min(Counter((twin.error, twin.split) for twin in twins).values()) >= 12
