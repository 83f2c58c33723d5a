"""The catalogue: what goes in comes out, and what is removed is gone."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import HashingEmbedder, phrases, store
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import ArchiveError, EmbedderMismatch, UnknownArticle, UsageError
from rag.ingest.embedding import embed
from rag.ingest.place import content_hash
from rag.store.catalogue import Catalogue
from rag.store.rows import Location, PhraseQuery
from rag.store.selection import selection
from rag.text.normalise import normalise
from rag.types import Article, Filters, Span

# Most of this is what any database under the catalogue has to do.
DATABASES = ("sqlite", "postgresql")

FLOOD_TEXT = "Mực nước sông Lam Khê đạt 7,09 mét vào sáng thứ Ba. Ba trăm hộ dân phải sơ tán.\nQUẢNG CÁO"
FLOOD = Article(
    id="flood",
    text=FLOOD_TEXT,
    title="Lũ về Lam Khê",
    source="Báo Bến Sông",
    author="Minh Anh",
    published="2024-06-19",
    language="vi",
    url="https://example.org/flood",
    unquotable=(Span(FLOOD_TEXT.index("QUẢNG CÁO"), len(FLOOD_TEXT)),),
)
MARKET = Article(
    id="market",
    text="The night market sold 6,700 bowls of soup. It will close in October.",
    title="Night market record",
    source="Riverside Courier",
    published="2024-07",
    language="en",
)
BRIDGE = Article(id="bridge", text="Cây cầu mới nối hai bờ sông đã khánh thành.", language="vi")


def tables(catalogue: Catalogue) -> dict[str, list[tuple[object, ...]]]:
    """Everything in every table, the full-text index's own included."""
    listed = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    }
    names = [row[0] for row in catalogue.query(listed[catalogue.driver.kind])]
    return {name: catalogue.query(f"SELECT * FROM {name}") for name in names}


def test_an_article_comes_back_as_it_went_in(catalogue: Catalogue) -> None:
    store(catalogue, FLOOD)
    with catalogue.transaction() as writer:
        writer.ledger.place(Location("/news/a.md", "", "news/a.md"), "flood")
        writer.ledger.place(Location("/copy/a.md", "", "copy/a.md"), "flood")
    assert catalogue.article("flood") == replace(FLOOD, path="news/a.md")


def test_a_listing_leaves_the_text_out(catalogue: Catalogue) -> None:
    store(catalogue, FLOOD, MARKET)
    listed = catalogue.list_articles()
    assert [(info.id, info.characters, info.story_id) for info in listed] == [
        ("flood", len(FLOOD.text), "flood"),
        ("market", len(MARKET.text), "market"),
    ]
    assert listed[1].to_dict()["published"] == "2024-07"


def test_an_unknown_article_is_an_error_that_names_it(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownArticle, match="'nothing'"):
        catalogue.article("nothing")
    assert catalogue.articles(["nothing"]) == {}


def test_a_passage_comes_back_with_its_sentences_and_vectors(catalogue: Catalogue, embedder: HashingEmbedder) -> None:
    store(catalogue, FLOOD)
    (rowid,) = catalogue.rowids("flood")
    stored = catalogue.passages([rowid, 999])[rowid]
    assert stored.passage.id == f"flood:0-{stored.passage.end}"
    quotes = [FLOOD.quote(sentence.start, sentence.end) for sentence in stored.passage.sentences]
    assert quotes == ["Mực nước sông Lam Khê đạt 7,09 mét vào sáng thứ Ba.", "Ba trăm hộ dân phải sơ tán."]
    title_and_text = "Lũ về Lam Khê\n" + " ".join(quotes)
    assert np.allclose(stored.vector, embedder.get_query_embedding(title_and_text), atol=1e-3)
    assert np.allclose(stored.sentence_vectors, [embedder.get_query_embedding(quote) for quote in quotes], atol=1e-3)
    assert (stored.source, stored.story_id) == ("Báo Bến Sông", "flood")


def test_counts_sources_and_dates(catalogue: Catalogue) -> None:
    assert catalogue.date_range() is None
    store(catalogue, FLOOD, MARKET, BRIDGE)
    counts = catalogue.count()
    assert (counts.articles, counts.passages, counts.sentences) == (3, 3, 5)
    assert counts.languages == {"vi": 2, "en": 1}
    assert catalogue.sources() == [("Báo Bến Sông", 1), ("Riverside Courier", 1)]
    assert catalogue.date_range() == ("2024-06-19", "2024-07")


def ids(catalogue: Catalogue, filters: Filters) -> set[str]:
    """The articles that pass, which is the same asked of all passages and language by language."""
    chosen, every = (
        catalogue.selection(filters),
        [rowid for info in catalogue.list_articles() for rowid in catalogue.rowids(info.id)],
    )
    passing = catalogue.passing(chosen, every)
    by_language = [catalogue.selected(chosen, language, 100) or [] for language in ("vi", "en")]
    assert sorted(passing) == sorted(by_language[0] + by_language[1])
    return {stored.passage.article_id for stored in catalogue.passages(passing).values()}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(since="2024-06-19"), {"flood", "market"}),
        (Filters(since="2024-06-20"), {"market"}),
        (Filters(since="2024-07-31"), {"market"}),
        (Filters(since="2024-08"), set()),
        (Filters(until="2024-06"), {"flood"}),
        (Filters(since="2024", until="2024"), {"flood", "market"}),
        (Filters(sources=("bao ben song",)), {"flood"}),
        (Filters(sources=("BÁO BẾN SÔNG", "riverside courier")), {"flood", "market"}),
        (Filters(languages=("vi",)), {"flood", "bridge"}),
        (Filters(languages=("vi",), since="2020"), {"flood"}),
    ],
)
def test_filters(catalogue: Catalogue, filters: Filters, expected: set[str]) -> None:
    store(catalogue, FLOOD, MARKET, BRIDGE)
    assert ids(catalogue, filters) == expected


@pytest.mark.parametrize("year", ["2023", "2024"])
def test_a_year_overlaps_its_first_and_its_last_day(catalogue: Catalogue, year: str) -> None:
    store(catalogue, Article("yearly", "Cả năm mưa nhiều.", published=year, language="vi"))
    for day in (f"{year}-01-01", f"{year}-12-31", year):
        assert ids(catalogue, Filters(since=day, until=day)) == {"yearly"}
    assert ids(catalogue, Filters(until=f"{year}-01-01")) == {"yearly"}
    assert ids(catalogue, Filters(until=f"{int(year) - 1}")) == set()
    assert ids(catalogue, Filters(since=f"{int(year) + 1}")) == set()


def test_no_filter_limits_nothing_and_a_bad_date_is_wrong_use(catalogue: Catalogue) -> None:
    store(catalogue, FLOOD, MARKET, BRIDGE)
    assert not selection(Filters())
    assert ids(catalogue, Filters()) == {"flood", "market", "bridge"}
    with pytest.raises(UsageError, match="19/6"):
        selection(Filters(since="19/6"))


def test_more_selected_than_a_limit_is_none(catalogue: Catalogue) -> None:
    store(catalogue, FLOOD, MARKET, BRIDGE)
    chosen = selection(Filters(since="2024"))
    assert catalogue.selected(chosen, "vi", 1) == catalogue.rowids("flood")
    assert catalogue.selected(chosen, "vi", 0) is None


def found(catalogue: Catalogue, query: PhraseQuery, language: str | None = None) -> list[str]:
    rowids = [rowid for rowid, _ in catalogue.lexical(query, language, 10)]
    stored = catalogue.passages(rowids)
    return [stored[rowid].passage.article_id for rowid in rowids]


def test_words_figures_and_words_without_diacritics_are_found(catalogue: Catalogue) -> None:
    store(catalogue, FLOOD, MARKET, BRIDGE)
    assert found(catalogue, phrases("7.09")) == ["flood"]
    assert found(catalogue, phrases("6700")) == ["market"]
    assert found(catalogue, phrases("muc")) == []
    assert found(catalogue, phrases("muc nuoc", folded=True)) == ["flood"]
    assert set(found(catalogue, phrases("sông", "market"))) == {"flood", "market", "bridge"}
    assert found(catalogue, phrases("sông", "market"), "en") == ["market"]
    assert found(catalogue, phrases("quảng")) == []
    assert found(catalogue, phrases("lũ")) == ["flood"], "the title is searched with each passage"


def test_lexical_scores_are_positive_best_first_and_may_be_limited(catalogue: Catalogue) -> None:
    fillers = [Article(f"filler{i}", f"Câu chuyện thứ {i} nói về rừng.", language="vi") for i in range(9)]
    store(catalogue, FLOOD, BRIDGE, *fillers)
    scores = catalogue.lexical(phrases("sông", "cầu"), "vi", 10)
    assert [score > 0 for _, score in scores] == [True, True]
    assert scores[0][1] > scores[1][1]
    assert scores[0][0] == catalogue.rowids("bridge")[0]
    chosen = selection(Filters(since="2024"))
    assert [rowid for rowid, _ in catalogue.lexical(phrases("sông", "cầu"), "vi", 10, chosen)] == catalogue.rowids(
        "flood"
    )
    english = selection(Filters(languages=("en",)))
    assert catalogue.lexical(phrases("sông", "cầu"), "vi", 10, english) == []
    assert catalogue.lexical(phrases("sông", "cầu"), None, 10, english) == []


def test_document_frequency_and_vocabulary(catalogue: Catalogue) -> None:
    store(catalogue, FLOOD, BRIDGE, Article("song", "Bài song ca hay.", language="vi"))
    assert catalogue.document_frequency(["sông", "song", "7.09", "không có"]) == {"sông": 2, "song": 1, "7.09": 1}
    assert catalogue.document_frequency(["song"], folded=True) == {"song": 3}
    assert catalogue.vocabulary_for_folded(["song", "zzz"]) == {"song": [("sông", 2), ("song", 1)]}


def test_means_are_those_of_the_stored_vectors_and_removal_undoes_addition_exactly(catalogue: Catalogue) -> None:
    store(catalogue, FLOOD)
    before = catalogue.query("SELECT * FROM language_means ORDER BY kind")
    count, mean = catalogue.means()["vi"]
    assert count == 1
    assert np.array_equal(mean, catalogue.passages(catalogue.rowids("flood")).popitem()[1].vector)
    store(catalogue, BRIDGE, MARKET)
    assert catalogue.means("sentence")["vi"][0] == 3
    with catalogue.transaction() as writer:
        writer.remove("bridge")
        writer.remove("market")
    assert catalogue.query("SELECT * FROM language_means ORDER BY kind") == before


def test_the_change_log_gives_the_net_effect(catalogue: Catalogue) -> None:
    store(catalogue, FLOOD, MARKET)
    first = catalogue.generation()
    store(catalogue, BRIDGE)
    flood, bridge = catalogue.rowids("flood"), catalogue.rowids("bridge")
    with catalogue.transaction() as writer:
        writer.remove("flood")
    changes = catalogue.changes(first)
    assert changes.added == {"vi": tuple(bridge)}
    assert changes.removed == {"vi": tuple(flood)}
    assert changes.through == catalogue.generation() == first + 2
    assert flood[0] not in [row for some in catalogue.changes(0).added.values() for row in some]


def test_vectors_of_one_language(catalogue: Catalogue) -> None:
    store(catalogue, FLOOD, MARKET, BRIDGE)
    rowids, matrix = catalogue.vectors("vi")
    assert rowids.tolist() == catalogue.rowids("flood") + catalogue.rowids("bridge")
    assert matrix.shape == (2, 64)
    assert np.allclose(np.linalg.norm(matrix, axis=1), 1, atol=1e-3)
    assert catalogue.vectors("fr")[1].shape == (0, 64)


def test_replacing_and_removing_leave_no_trace(catalogue: Catalogue, embedder: HashingEmbedder) -> None:
    store(catalogue, MARKET)
    empty_but_for_market = tables(catalogue)
    secret = replace(BRIDGE, text="Mật khẩu kỳ lân nằm dưới đáy giếng.", title="Kỳ lân", source="Kỳ Lân Báo")
    store(catalogue, secret)
    after = replace(secret, text="Giếng đã khô.", title="Giếng", source=None)
    with catalogue.transaction() as writer:
        writer.replace(after, content_hash(after), embed(embedder, [after])[0])  # type: ignore[arg-type]
    catalogue.tidy()
    assert not [name for name, rows in tables(catalogue).items() if "lân" in str(rows).casefold()]
    assert catalogue.article("bridge").text == "Giếng đã khô."
    with catalogue.transaction() as writer:
        writer.remove("bridge")
    catalogue.tidy()
    kept = {name: rows for name, rows in tables(catalogue).items() if not name.startswith("passages_fts")}
    for name in ("changes", "sqlite_sequence"):
        empty_but_for_market.pop(name, None), kept.pop(name, None)
    assert kept == {name: rows for name, rows in empty_but_for_market.items() if name in kept}
    if catalogue.driver.kind == "sqlite":
        for path in catalogue.home.iterdir():
            for word in ("kỳ", "giếng", "gieng", "lân"):
                assert word.encode() not in path.read_bytes(), f"{word} is still in {path.name}"


def test_a_failed_transaction_leaves_nothing(catalogue: Catalogue) -> None:
    store(catalogue, MARKET)
    before = tables(catalogue)
    with pytest.raises(ArchiveError, match="market"):
        store(catalogue, FLOOD, MARKET)
    assert tables(catalogue) == before


def test_another_model_is_refused(catalogue: Catalogue) -> None:
    store(catalogue, MARKET)
    assert catalogue.embedder() == ("hashing", 64)
    catalogue.check_embedder("hashing")
    with pytest.raises(EmbedderMismatch, match="--rebuild"):
        catalogue.check_embedder("other")
    with pytest.raises(EmbedderMismatch, match="--rebuild"):
        store(catalogue, FLOOD, embedder=HashingEmbedder("other", 32))


def test_readers_see_the_old_state_until_the_commit(catalogue: Catalogue) -> None:
    seen: list[int] = []

    def look() -> None:
        thread = threading.Thread(target=lambda: seen.append(catalogue.count().articles))
        thread.start()
        thread.join()

    with catalogue.transaction() as writer:
        writer.add(MARKET, "hash", [])
        look()
    look()
    assert seen == [0, 1]


def test_many_may_create_one_archive_at_once(tmp_path: Path, catalogue_url: str | None) -> None:
    problems: list[Exception] = []

    def create() -> None:
        try:
            Catalogue.open(tmp_path / "home", url=catalogue_url).close()
        except ArchiveError as error:
            problems.append(error)

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_what_is_no_archive_says_so(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="rag ingest"):
        Catalogue.open(tmp_path / "none", readonly=True)
    (tmp_path / "file").write_text("a file, not a folder")
    with pytest.raises(ArchiveError, match="choose another --home"):
        Catalogue.open(tmp_path / "file")
    (tmp_path / "catalogue.sqlite3").write_text("no database at all, but long enough to look like one" * 100)
    with pytest.raises(ArchiveError, match="this is no archive"):
        Catalogue.open(tmp_path)


def test_an_archive_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    Catalogue.open(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "catalogue.sqlite3")
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(ArchiveError, match="newer version"):
        Catalogue.open(tmp_path)


def test_a_read_only_archive_answers_and_refuses_to_be_written(catalogue: Catalogue, catalogue_url: str | None) -> None:
    store(catalogue, MARKET)
    with Catalogue.open(catalogue.home, url=catalogue_url, readonly=True) as reader:
        assert reader.article("market").title == "Night market record"
        with pytest.raises(ArchiveError, match="read-only"):
            store(reader, FLOOD)


@pytest.mark.only_sqlite
def test_a_full_disk_loses_nothing(catalogue: Catalogue) -> None:
    store(catalogue, MARKET)
    pages = catalogue.query("PRAGMA page_count")[0][0]
    catalogue.query(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(ArchiveError, match="disk is full"):
        store(catalogue, *(Article(f"a{i}", f"Câu số {i} rất dài. " * 200, language="vi") for i in range(20)))
    catalogue.query("PRAGMA max_page_count = 1000000")
    assert [info.id for info in catalogue.list_articles()] == ["market"]
    store(catalogue, FLOOD)
    assert catalogue.count().articles == 2


HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("aăâđeêoôơuưy AĐ.,!?'’\"0123456789%/-\n\r\t\u00a0\u200b\u0301\u0323\ufeff😀\ufdfa\x00")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=300,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(HOSTILE, max_size=3), title=HOSTILE)
def test_any_text_can_be_stored_and_removed_without_rest(catalogue: Catalogue, texts: list[str], title: str) -> None:
    articles = {
        text: Article(f"id{i}", text, title=normalise(title) or None) for i, text in enumerate(map(normalise, texts))
    }
    store(catalogue, *articles.values())
    for article in articles.values():
        assert catalogue.article(article.id) == article
    with catalogue.transaction() as writer:
        for article in articles.values():
            writer.remove(article.id)
    for name in ("articles", "passages", "vectors", "sentence_vectors", "language_means", "vocabulary", "passages_fts"):
        assert catalogue.query(f"SELECT * FROM {name}") == []


@pytest.mark.only_sqlite
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells which files are open")
def test_a_thread_that_ended_leaves_no_file_open(catalogue: Catalogue) -> None:
    """A server asks in ever new threads; each has its own connection."""

    def opened() -> int:
        return sum(str(entry.resolve()).startswith(str(catalogue.path)) for entry in Path("/proc/self/fd").iterdir())

    catalogue.count()
    before = opened()
    for _ in range(20):
        thread = threading.Thread(target=catalogue.count)
        thread.start()
        thread.join()
    # SQLite keeps one for the next that comes, which may begin before the last has ended wholly.
    assert opened() <= before + 6
