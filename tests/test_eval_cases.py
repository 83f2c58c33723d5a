"""Cases: what a line may say, how a wrong one is told, and what the proof against the articles finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case, Gold, check, dump, is_accepted, load
from rag.errors import UsageError
from rag.types import Article, Filters, Span, Turn

ARTICLE = Article(id="a1", text="Nước dâng 3,2 m. Mưa 36 giờ.\n\nMưa to. Mưa to.", path="/home/x/corpus/2025-lu.md")
LINE: dict[str, Any] = {
    "id": "lu-1",
    "split": "dev",
    "question": "Nước dâng bao nhiêu?",
    "language": "vi",
    "kind": "how_many",
    "answerable": True,
    "expected": [["3,2 m"]],
    "gold": [{"file": "2025-lu.md", "quote": "Nước dâng 3,2 m.", "part": 0}],
}


def written(folder: Path, *lines: dict[str, Any] | str) -> Path:
    path = folder / "cases.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_a_case_is_read_and_written_as_it_was(tmp_path: Path) -> None:
    full = {
        **LINE,
        "id": "lu-2",
        "history": [{"role": "user", "content": "Lũ?"}, {"role": "assistant", "content": ""}],
        "filters": {"from": "2025-10", "source": "Báo Bến Sông", "language": ["vi", "en"]},
        "note": "peak",
    }
    path = written(tmp_path, LINE, "", full)
    plain, rich = load(path)
    assert plain == Case(
        "lu-1", "dev", "Nước dâng bao nhiêu?", "vi", "how_many", True, (("3,2 m",),),
        (Gold("2025-lu.md", "Nước dâng 3,2 m."),),
    )  # fmt: skip
    assert rich.history == (Turn("user", "Lũ?"), Turn("assistant", ""))
    assert rich.filters == Filters(since="2025-10", sources=("Báo Bến Sông",), languages=("vi", "en"))
    dump((plain, rich), path)
    assert load(path) == (plain, rich)
    assert [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()] == ["lu-1", "lu-2"]
    assert "history" not in plain.to_dict() and "filters" not in plain.to_dict()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"question": "  "}, "question is empty"),
        ({"question": 7}, "question is no text"),
        ({"id": None}, "id is missing"),
        ({"split": "train"}, "split is 'train'; use dev or test"),
        ({"kind": "riddle"}, "kind is 'riddle'"),
        ({"answerable": "yes"}, "answerable is neither true nor false"),
        ({"gold": []}, "answerable, yet it has no gold quote"),
        ({"answerable": False}, "not answerable, yet it has gold quotes"),
        ({"expected": ["3,2 m"]}, "expected[0] is no list of accepted texts"),
        ({"expected": [["3,2 m"], ["36"]]}, "part 1 of expected has no gold quote"),
        ({"expected": [["re:(3"]]}, "the pattern 're:(3' is wrong"),
        ({"gold": [{"file": "a", "quote": "b", "part": 1}, *LINE["gold"]]}, "a gold quote is for part 1"),
        ({"gold": [{"file": "a"}]}, "gold[0]: quote is missing"),
        ({"gold": [{"file": "a", "quote": "b", "part": "0"}]}, "gold[0]: part is no whole number"),
        ({"gold": ["quote"]}, "gold[0]: no JSON object"),
        ({"history": [{"role": "bot", "content": "x"}]}, "history[0]: role is 'bot'"),
        ({"filters": {"since": "2025"}}, "filters: unknown field 'since'"),
        ({"filters": "2025"}, "filters: no JSON object"),
    ],
)
def test_a_wrong_line_is_told_by_file_and_number(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    path = written(tmp_path, {**LINE, "id": "good"}, {**LINE, **change})
    with pytest.raises(UsageError) as raised:
        load(path)
    assert str(raised.value).startswith(f"{path}:2: ")
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_case_may_ask_for_retrieval_only(tmp_path: Path) -> None:
    (case,) = load(written(tmp_path, {**LINE, "expected": []}))
    assert case.answerable and case.gold and not case.expected


def test_an_id_is_given_once_and_a_line_is_json(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cases.jsonl:2: another case has the id 'lu-1'"):
        load(written(tmp_path, LINE, LINE))
    with pytest.raises(UsageError, match=r"cases.jsonl:3: not JSON"):
        load(written(tmp_path, LINE, "", "{"))
    with pytest.raises(UsageError, match=r"none.jsonl: cannot be opened"):
        load(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}\n')
    with pytest.raises(UsageError, match=r"latin.jsonl: not UTF-8"):
        load(tmp_path / "latin.jsonl")


def case(**change: Any) -> Case:
    fields: dict[str, Any] = {
        "id": "c", "split": "dev", "question": "?", "language": "vi", "kind": "what", "answerable": True,
        "expected": (("3,2 m",),), "gold": (Gold("2025-lu.md", "Nước dâng 3,2 m."),),
    }  # fmt: skip
    return Case(**{**fields, **change})


def test_check_proves_the_quotes() -> None:
    assert check([case(), case(gold=(Gold("a1", "Nước dâng 3,2 m."),))], [ARTICLE]) == []
    assert check([case(gold=(Gold("lu.md", "Nước dâng 3,2 m."),))], [ARTICLE]) == ["c: no article lu.md"]
    (gone,) = check([case(gold=(Gold("a1", "Nước dâng 3,2 mét"),))], [ARTICLE])
    assert gone == "c: the quote 'Nước dâng 3,2 mét' stands nowhere in a1; it must stand there once"
    twice = case(expected=(("mưa TO",),), gold=(Gold("a1", "Mưa to."),))
    assert check([twice], [ARTICLE]) == ["c: the quote 'Mưa to.' stands 2 times in a1; it must stand there once"]
    located = case(expected=(("mưa to",),), gold=(Gold("a1", "Mưa to.", start=ARTICLE.text.rindex("Mưa to.")),))
    assert check([located], [ARTICLE]) == []
    assert located.gold[0].spans(ARTICLE.text) == [Span(38, 45)]
    assert "stands nowhere" in check([case(gold=(Gold("a1", "Nước dâng 3,2 m.", start=3),))], [ARTICLE])[0]


def test_check_lists_expected_answers_that_no_quote_of_their_part_holds() -> None:
    two = case(
        expected=(("3,2 m", "re:3[,.]2 ?m"), ("36 giờ",)),
        gold=(Gold("a1", "Nước dâng 3,2 m."), Gold("a1", "Mưa 36 giờ.", 1)),
    )
    assert check([two], [ARTICLE]) == []
    wrong = case(expected=(("3,2 m", "3.2 m"),))
    assert check([wrong], [ARTICLE]) == ["c: expected '3.2 m' stands in no gold quote of part 0"]


def test_accepted_strings_ignore_case_and_unicode_form() -> None:
    assert is_accepted("hà nội", "Ông tới HÀ NỘI.")
    assert is_accepted("Hà Nội", "Ha\u0300 No\u0323\u0302i")
    assert is_accepted(r"re:\b12 (nhà|homes)\b", "about 12 Homes")
    assert not is_accepted(r"re:\b12 (nhà|homes)\b", "112 homes")


@pytest.mark.parametrize("text", ["163 stalls", "63,5 stalls", "1.63 stalls", "630 stalls"])
def test_an_accepted_figure_stands_alone(text: str) -> None:
    assert is_accepted("63", "All 63 stalls burned, 63.")
    assert not is_accepted("63", text)


def test_an_accepted_string_without_diacritics_stands_where_the_text_has_them() -> None:
    assert is_accepted("Dam Huu Khoat", "ông Đàm Hữu Khoát, Giám đốc")
    assert not is_accepted("Đàm Hữu Khoát", "Dam Huu Khoat, the director")
