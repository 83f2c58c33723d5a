"""Full-text search under a budget: rare phrases find, all score, and a small archive is searched in full."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from conftest import phrases

from rag.store import fulltext
from rag.store.rows import PhraseQuery
from rag.store.selection import Selection, selection
from rag.store.sqlite import Sqlite
from rag.text.normalise import fold
from rag.types import Filters

# Of one length, so that a sample's mean length is that of all.
TEXTS = ["giá vàng hôm nay", "giá gạo hôm nay", "giá vàng tuần sau", *(f"tin {n} hôm nay" for n in range(10, 30))]
QUESTION = phrases("vàng", "hôm", "nay")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Sqlite]:
    """The real tables; each text is an article of its day in May 2031, and the last is English."""
    driver = Sqlite(tmp_path / "catalogue.sqlite3", readonly=False)
    for rowid, text in enumerate(TEXTS, start=1):
        language, day = "en" if rowid == len(TEXTS) else "vi", date(2031, 5, rowid).toordinal()
        sql = """INSERT INTO articles(id, content_hash, published_first, published_last, language, story_id, characters,
            unquotable, text) VALUES (?, ?, ?, ?, ?, '', 0, '[]', '')"""
        driver.run(sql, [str(rowid), str(rowid), day, day, language])
        driver.run("INSERT INTO passages VALUES (?, ?, 0, 1, ?, '[]')", [rowid, str(rowid), language])
        driver.run("INSERT INTO passages_fts(rowid, terms, folded) VALUES (?, ?, ?)", [rowid, text, fold(text)])
        for word in set(text.split()) - {str(n) for n in range(10, 30)}:
            sql = "INSERT INTO vocabulary VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1"
            driver.run(sql, [fold(word), word])
    driver.run("INSERT INTO language_means VALUES ('passage', 'vi', ?, '')", [len(TEXTS)])
    yield driver
    driver.close()


def search(
    archive: Sqlite, query: PhraseQuery, language: str | None = None, limit: int = 2, chosen: Selection | None = None
) -> list[tuple[int, float]]:
    return archive.matching(query, language, limit, chosen)


def days(first: int, last: int) -> Selection:
    return selection(Filters(since=f"2031-05-{first:02}", until=f"2031-05-{last:02}"))


def test_the_rarest_phrases_within_a_budget() -> None:
    # The pair costs 2 / 32 + 64 / 128 = 0.5625, its words 2 and 64.
    phrases, frequencies = ["a", "b", "a b"], {"a": 64, "b": 2}
    assert fulltext.rarest(phrases, frequencies, 2) == ["a b"]
    assert fulltext.rarest(phrases, frequencies, 3) == ["a b", "b"]
    assert fulltext.rarest(phrases, frequencies, 67) == ["a b", "b", "a"]
    assert fulltext.rarest(["a"], frequencies, 1) == ["a"]


def test_the_budget_grows_more_slowly_than_the_archive() -> None:
    assert [fulltext.budget(passages) for passages in (10, 100_000, 400_000, 1_000_000)] == [3000, 3000, 6000, 9487]


@pytest.mark.parametrize("match", [QUESTION, phrases("vang", "hom", "nay", folded=True)])
def test_what_common_terms_add_is_what_bm25_adds(
    archive: Sqlite, monkeypatch: pytest.MonkeyPatch, match: PhraseQuery
) -> None:
    full = search(archive, match)
    assert [rowid for rowid, _ in full] == [1, 3]
    # "vàng" stands in two passages, "hôm" and "nay" in 22: only the first finds.
    monkeypatch.setattr(fulltext, "BUDGET", 3)
    bounded = search(archive, match)
    assert [rowid for rowid, _ in bounded] == [1, 3]
    assert [score for _, score in bounded] == pytest.approx([score for _, score in full])


def test_a_pair_that_is_left_out_scores_too(archive: Sqlite, monkeypatch: pytest.MonkeyPatch) -> None:
    match = phrases("tuần", "giá vàng")
    ((rowid, full),) = search(archive, match, limit=1)
    # The pair stands wherever its rarer word does; "tuần" stands in one passage.
    monkeypatch.setattr(fulltext, "_RAREST_SHARE", 1)
    monkeypatch.setattr(fulltext, "BUDGET", 2)
    assert fulltext.rarest(["tuần", "giá vàng"], {"tuần": 1, "giá": 3, "vàng": 2}, 2) == ["tuần"]
    assert search(archive, match, limit=1) == [(rowid, pytest.approx(full))]


def test_too_few_found_is_no_answer_while_there_are_others(archive: Sqlite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext, "BUDGET", 3)
    assert len(search(archive, QUESTION, limit=20)) == 20


@pytest.mark.parametrize(("few", "listed"), [(0, 0), (0, 20), (1000, 0)])
def test_a_selection_is_searched_in_full(
    archive: Sqlite, monkeypatch: pytest.MonkeyPatch, few: int, listed: int
) -> None:
    """One that is scored text by text, one that is listed and one that is looked up agree with a small archive's."""
    expected = [search(archive, QUESTION, limit=9, chosen=days(*some)) for some in ((1, 4), (10, 19), (22, 23))]
    monkeypatch.setattr(fulltext, "BUDGET", 3)
    monkeypatch.setattr(fulltext, "FEW", few)
    monkeypatch.setattr(fulltext, "LISTED", listed)
    for some, full in zip(((1, 4), (10, 19), (22, 23)), expected, strict=True):
        found = search(archive, QUESTION, limit=9, chosen=days(*some))
        assert [rowid for rowid, _ in found] == [rowid for rowid, _ in full]
        assert [score for _, score in found] == pytest.approx([score for _, score in full])


@pytest.mark.parametrize("budget", [3, 6000])
def test_language_and_limit(archive: Sqlite, monkeypatch: pytest.MonkeyPatch, budget: int) -> None:
    monkeypatch.setattr(fulltext, "BUDGET", budget)
    assert [rowid for rowid, _ in search(archive, QUESTION, "en")] == [len(TEXTS)]
    assert len(search(archive, QUESTION, "vi", limit=5)) == 5
    assert search(archive, QUESTION, chosen=selection(Filters(since="2032"))) == []


def test_figures_are_counted_too(archive: Sqlite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fulltext, "BUDGET", 3)
    assert search(archive, phrases("12", "hôm"), limit=1)[0][0] == 6
