"""Ingestion: what is new is added, what changed is updated, what is gone is removed, the rest costs nothing."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import HashingEmbedder

from rag.errors import ArchiveError, EmbedderError, EmbedderMismatch, UnknownArticle
from rag.ingest import pipeline
from rag.ingest.pipeline import Progress
from rag.newsqa import NewsQA
from rag.settings import Settings
from rag.store import sqlite
from rag.store.catalogue import Catalogue
from rag.store.vectors import VectorIndex
from rag.types import IngestReport

Fields = dict[str, Any]

RIVER = "Mực nước sông Lam Khê sáng nay dâng cao, ba trăm hộ dân ở phía bắc phải sơ tán ngay trong đêm."
MARKET = "The night market by the river sold more bowls of soup than ever before, its manager said on Friday."


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    return folder


DATABASES = ("sqlite", "postgresql")


def page(folder: Path, name: str, text: str, **fields: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    head = "".join(f"{key}: {value}\n" for key, value in fields.items())
    path.write_text(f"---\n{head}---\n{text}\n" if head else text, encoding="utf-8")
    return path


def lines(folder: Path, name: str, *records: Fields) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def ingest(catalogue: Catalogue, embedder: HashingEmbedder, *paths: Path, **options: Any) -> IngestReport:
    return pipeline.ingest(catalogue, embedder, paths, **options)  # type: ignore[arg-type]


def outcome(report: IngestReport) -> tuple[int, int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.removed, len(report.failed)


def texts(catalogue: Catalogue) -> dict[str, str]:
    return {info.id: catalogue.article(info.id).text.strip() for info in catalogue.list_articles()}


def traces(catalogue: Catalogue, word: str) -> list[str]:
    """The tables and files in which a word still stands."""
    listed = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    }
    names = [row[0] for row in catalogue.query(listed[catalogue.driver.kind])]
    found = [name for name in names if word in str(catalogue.query(f"SELECT * FROM {name}")).casefold()]
    return found + [
        path.name for path in catalogue.home.iterdir() if path.is_file() and word.encode() in path.read_bytes()
    ]


def consistent(catalogue: Catalogue) -> None:
    """Sound, and no article that stands in no file."""
    sound(catalogue)
    assert catalogue.ledger.nowhere() == []


def sound(catalogue: Catalogue) -> None:
    """No passage without its article, its vectors, its full text, its share of the means and of the vocabulary."""
    if catalogue.driver.kind == "sqlite":
        assert catalogue.query("PRAGMA foreign_key_check") == []
    assert catalogue.driver.damage() == []
    rowids = [row[0] for row in catalogue.query("SELECT id FROM passages ORDER BY id")]
    for table, column in (("vectors", "passage_id"), ("sentence_vectors", "passage_id"), ("passages_fts", "rowid")):
        assert [row[0] for row in catalogue.query(f"SELECT {column} FROM {table} ORDER BY 1")] == rowids
    totals: dict[str, tuple[int, Any]] = {}
    for stored in catalogue.passages(rowids).values():
        count, total = totals.get(stored.passage.language, (0, 0.0))
        totals[stored.passage.language] = count + 1, total + stored.vector.astype("float64")
    means = catalogue.means()
    assert {language: count for language, (count, _) in means.items()} == {
        key: value[0] for key, value in totals.items()
    }
    for language, (count, total) in totals.items():
        assert abs(means[language][1] - total / count).max() < 1e-6
    stored_words = catalogue.query("SELECT terms FROM passages_fts")
    words = {word for (text,) in stored_words for word in text.split()}
    assert {row[0] for row in catalogue.query("SELECT term FROM vocabulary")} == {
        w for w in words if not w[0].isdigit()
    }
    log = catalogue.changes(0, limit=1_000_000)
    assert sorted(rowid for some in log.added.values() for rowid in some) == rowids


def test_a_folder_of_articles(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    page(news, "river.md", RIVER, title="Lũ về", source="Báo Bến Sông", date="2024-06-19")
    page(news, "deep/market.md", MARKET, title="Soup", source="Riverside Courier", date="2024-06-20")
    report = ingest(catalogue, embedder, news)
    assert outcome(report) == (2, 0, 0, 0, 0)
    assert report.passages == 2
    found = {info.title: info for info in catalogue.list_articles()}
    river = found["Lũ về"]
    assert (river.source, river.published, river.language) == ("Báo Bến Sông", "2024-06-19", "vi")
    assert river.path == str(news / "river.md")
    assert len(river.id) == 12 and int(river.id, 16) >= 0
    assert found["Soup"].language == "en"
    consistent(catalogue)


def test_a_second_run_embeds_nothing(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    for number in range(1000):
        page(news, f"{number}.md", f"Bài số {number}. {RIVER}", title=f"Bài {number}")
    assert outcome(ingest(catalogue, embedder, news)) == (1000, 0, 0, 0, 0)
    generation, embedder.texts = catalogue.generation(), 0
    assert outcome(ingest(catalogue, embedder, news)) == (0, 0, 1000, 0, 0)
    for path in news.iterdir():
        os.utime(path, ns=(1, 1))
    assert outcome(ingest(catalogue, embedder, news)) == (0, 0, 1000, 0, 0)
    assert embedder.texts == 0
    assert catalogue.generation() == generation


def test_the_same_file_named_otherwise_is_the_same_file(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(news, "river.md", RIVER)
    ingest(catalogue, embedder, news)
    monkeypatch.chdir(news)
    assert outcome(ingest(catalogue, embedder, Path("river.md"))) == (0, 0, 1, 0, 0)
    assert outcome(ingest(catalogue, embedder, Path("../news"))) == (0, 0, 1, 0, 0)


def test_a_changed_file_replaces_its_article_everywhere(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path
) -> None:
    path = page(news, "river.md", f"{RIVER} Kỳ lân xuất hiện.", title="Kỳ lân", source="Kỳ Lân Báo", author="Lân")
    page(news, "market.md", MARKET, title="Soup")
    ingest(catalogue, embedder, news)
    index = VectorIndex(catalogue)
    index.sync()
    (before,) = [info.id for info in catalogue.list_articles() if info.title == "Kỳ lân"]
    page(news, "river.md", RIVER, title="Lũ về")
    assert outcome(ingest(catalogue, embedder, news)) == (0, 1, 1, 0, 0)
    assert catalogue.article(before).title == "Lũ về"
    assert catalogue.article(before).path == str(path)
    assert traces(catalogue, "lân") == []
    assert index.sync()
    assert len(index.search(*question("kỳ lân"), 50)) == 1
    index.close()
    consistent(catalogue)


def question(text: str) -> tuple[Any, str]:
    import numpy as np

    return np.array(HashingEmbedder().get_query_embedding(text), dtype=np.float32), "vi"


def test_a_removed_article_leaves_no_trace(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    path = page(news, "kylan.md", f"{RIVER} Kỳ lân xuất hiện.", title="Kỳ lân", source="Kỳ Lân Báo")
    page(news, "market.md", MARKET, title="Soup", source="Riverside Courier")
    ingest(catalogue, embedder, news)
    assert pipeline.remove(catalogue, sources=["ky lan bao"]) == 1
    assert traces(catalogue, "lân") == traces(catalogue, "kylan") == []
    consistent(catalogue)
    assert outcome(ingest(catalogue, embedder, path)) == (1, 0, 0, 0, 0), "asked for again, it comes again"
    (soup,) = [info.id for info in catalogue.list_articles() if info.title == "Soup"]
    assert pipeline.remove(catalogue, [soup]) == 1
    assert [info.title for info in catalogue.list_articles()] == ["Kỳ lân"]


def test_removing_what_is_unknown_removes_nothing(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    lines(news, "all.jsonl", {"id": "one", "text": RIVER}, {"id": "two", "text": MARKET})
    ingest(catalogue, embedder, news)
    with pytest.raises(UnknownArticle, match="'three'"):
        pipeline.remove(catalogue, ["one", "three"])
    with pytest.raises(UnknownArticle, match="'Nobody'"):
        pipeline.remove(catalogue, ["one"], ["Nobody"])
    assert sorted(texts(catalogue)) == ["one", "two"]


def test_a_deleted_file_is_removed_only_with_its_folder(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path
) -> None:
    page(news, "river.md", RIVER)
    other = page(news, "b/market.md", MARKET)
    ingest(catalogue, embedder, news)
    (news / "river.md").unlink()
    assert outcome(ingest(catalogue, embedder, other)) == (0, 0, 1, 0, 0)
    assert outcome(ingest(catalogue, embedder, news / "b")) == (0, 0, 1, 0, 0)
    assert outcome(ingest(catalogue, embedder, news)) == (0, 0, 1, 1, 0)
    assert list(texts(catalogue).values()) == [MARKET]
    assert traces(catalogue, "river.md") == []
    consistent(catalogue)


def test_a_missing_path_fails_and_removes_nothing(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    page(news, "river.md", RIVER)
    ingest(catalogue, embedder, news)
    news.rename(news.with_name("away"))
    report = ingest(catalogue, embedder, news)
    assert outcome(report) == (0, 0, 0, 0, 1)
    assert report.failed[0].path == str(news)
    assert catalogue.count().articles == 1


def test_a_moved_file_is_not_a_new_article(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    page(news, "river.md", RIVER)
    lines(news, "all.jsonl", {"id": "one", "text": f"Một. {RIVER}"}, {"id": "two", "text": MARKET})
    ingest(catalogue, embedder, news)
    before, generation, embedder.texts = texts(catalogue), catalogue.generation(), 0
    (news / "old").mkdir()
    for name in ("river.md", "all.jsonl"):
        (news / name).rename(news / "old" / name)
    assert outcome(ingest(catalogue, embedder, news / "old")) == (0, 0, 3, 0, 0)
    assert outcome(ingest(catalogue, embedder, news)) == (0, 0, 3, 0, 0)
    assert (texts(catalogue), catalogue.generation(), embedder.texts) == (before, generation, 0)
    assert {info.path for info in catalogue.list_articles()} == {
        str(news / "old" / "river.md"),
        str(news / "old" / "all.jsonl"),
    }
    consistent(catalogue)


def test_an_exact_copy_is_a_second_place_of_one_article(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path
) -> None:
    page(news, "a.md", RIVER, title="Lũ về")
    lines(news, "b.jsonl", {"title": "Lũ về", "text": RIVER + "\n"})
    report = ingest(catalogue, embedder, news)
    page(news, "c.md", RIVER, title="Lũ về")
    again = ingest(catalogue, embedder, news)
    assert (report.added, report.duplicates) == (1, 1)
    assert (again.unchanged, again.duplicates) == (3, 1)
    assert len(texts(catalogue)) == 1
    (news / "a.md").unlink()
    assert outcome(ingest(catalogue, embedder, news)) == (0, 0, 2, 0, 0)
    assert catalogue.list_articles()[0].path == str(news / "b.jsonl")
    page(news, "c.md", MARKET, title="Soup")
    assert outcome(ingest(catalogue, embedder, news)) == (1, 0, 1, 0, 0), "the other copy keeps the old text"
    assert sorted(texts(catalogue).values()) == sorted([RIVER, MARKET])
    consistent(catalogue)


def test_reprints_are_linked_as_one_story(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    body = f"{RIVER} {MARKET} Chính quyền địa phương cho biết các lớp học sẽ mở cửa trở lại vào đầu tuần sau."
    page(news, "wire.md", body, title="Lũ về", date="2024-06-19")
    page(news, "reprint.md", f"Theo Thông tấn Bến Sông. {body}", title="Nước lên", date="2024-06-20")
    page(news, "other.md", "Đội bóng thành phố thắng ba không trong trận khai mạc giải trẻ quốc gia chiều qua.")
    ingest(catalogue, embedder, news)
    found = {Path(info.path).name: info for info in catalogue.list_articles()}
    assert found["reprint.md"].story_id == found["wire.md"].story_id == found["wire.md"].id
    assert found["other.md"].story_id == found["other.md"].id
    page(news, "wire.md", "Bài đã được rút lại theo yêu cầu của toà soạn, xin bạn đọc thông cảm.", title="Lũ về")
    ingest(catalogue, embedder, news)
    assert catalogue.list_articles()[0].story_id != catalogue.list_articles()[1].story_id


def test_records_of_a_list(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    first, second, third = ({"id": f"n{number}", "text": f"Tin số {number}. {RIVER}"} for number in (1, 2, 3))
    lines(news, "all.jsonl", first, second)
    assert outcome(ingest(catalogue, embedder, news / "all.jsonl")) == (2, 0, 0, 0, 0)
    lines(news, "all.jsonl", third, first | {"text": MARKET})
    assert outcome(ingest(catalogue, embedder, news / "all.jsonl")) == (1, 1, 0, 1, 0)
    assert texts(catalogue) == {"n1": MARKET, "n3": f"Tin số 3. {RIVER}"}
    lines(news, "all.jsonl", *(record | {"author": "Minh Anh"} for record in (third, first | {"text": MARKET})))
    embedder.texts = 0
    assert outcome(ingest(catalogue, embedder, news / "all.jsonl")) == (0, 0, 2, 0, 0)
    assert catalogue.article("n1").author == "Minh Anh"
    assert embedder.texts == 0
    consistent(catalogue)


def test_records_without_id_may_change_their_order(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    records: list[Fields] = [{"text": f"Tin số {number}. {RIVER}"} for number in range(5)]
    lines(news, "all.jsonl", *records)
    ingest(catalogue, embedder, news)
    before, embedder.texts = texts(catalogue), 0
    lines(news, "all.jsonl", *reversed(records))
    assert outcome(ingest(catalogue, embedder, news)) == (0, 0, 5, 0, 0)
    assert texts(catalogue) == before
    assert embedder.texts == 0


def test_ids_that_are_taken(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    lines(news, "a.jsonl", {"id": "1", "text": RIVER}, {"id": "1", "text": f"Hai. {RIVER}"})
    lines(news, "b.jsonl", {"id": "1", "text": MARKET})
    assert outcome(ingest(catalogue, embedder, news)) == (3, 0, 0, 0, 0)
    assert texts(catalogue)["1"] == RIVER
    assert len(texts(catalogue)) == 3
    lines(news, "b.jsonl", {"id": "1", "text": f"{MARKET} It will close in October."})
    assert outcome(ingest(catalogue, embedder, news)) == (0, 1, 2, 0, 0)
    assert texts(catalogue)["1"] == RIVER
    consistent(catalogue)


def test_what_cannot_be_read_fails_alone_and_keeps_what_was_there(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path
) -> None:
    path = page(news, "river.md", RIVER)
    lines(news, "all.jsonl", {"id": "n1", "text": MARKET}, {"id": "n2", "text": f"Hai. {MARKET}"})
    ingest(catalogue, embedder, news)
    path.write_bytes(b"")
    (news / "all.jsonl").write_text('{"id": "n1", "text": \n' + json.dumps({"id": "n3", "text": RIVER}) + "\n")
    report = ingest(catalogue, embedder, news)
    assert (report.added, report.removed, len(report.failed)) == (0, 0, 2)
    assert report.duplicates == 1
    assert len(texts(catalogue)) == 3
    again = ingest(catalogue, embedder, news)
    assert len(again.failed) == 2, "said again until it is mended"


def test_another_field_map_reads_the_same_file_anew(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path
) -> None:
    lines(news, "all.jsonl", {"id": "n1", "text": RIVER, "clean_body": MARKET})
    ingest(catalogue, embedder, news)
    report = ingest(catalogue, embedder, news, field_map={"text": "clean_body"})
    assert outcome(report) == (0, 1, 0, 0, 0)
    assert texts(catalogue) == {"n1": MARKET}
    assert outcome(ingest(catalogue, embedder, news, field_map={"text": "clean_body"})) == (0, 0, 1, 0, 0)


def test_progress_ends_at_its_total(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    for number in range(60):
        page(news, f"{number}.md", f"{number}. {RIVER * 20}")
    seen: list[Progress] = []
    ingest(catalogue, embedder, news, on_progress=seen.append)
    assert seen[0].done == 0
    assert [step.done for step in seen] == sorted(step.done for step in seen)
    assert seen[-1].done == seen[-1].total == sum(path.stat().st_size for path in news.iterdir())
    assert seen[-1].articles == 60
    assert seen[-1].passages == catalogue.count().passages
    assert len({step.articles for step in seen}) > 2, "it is told while it goes on"


def test_another_model_needs_a_rebuild_which_keeps_everything(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path
) -> None:
    page(news, "river.md", RIVER)
    page(news, "market.md", MARKET)
    ingest(catalogue, embedder, news)
    index = VectorIndex(catalogue)
    index.sync()
    before = texts(catalogue)
    other = HashingEmbedder("other", 32)
    with pytest.raises(EmbedderMismatch, match="--rebuild"):
        ingest(catalogue, other, news)
    page(news, "new.md", f"Mới. {RIVER}")
    report = ingest(catalogue, other, news, rebuild=True)
    assert outcome(report) == (1, 0, 2, 0, 0)
    assert catalogue.embedder() == ("other", 32)
    assert before.items() <= texts(catalogue).items()
    consistent(catalogue)
    assert index.sync()
    vector = question("sông")[0][:32]
    assert len(index.search(vector, "vi", 10)) == 2
    assert index.backend == "chroma"
    index.close()


def test_a_lost_index_is_built_without_embedding(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    page(news, "river.md", RIVER)
    ingest(catalogue, embedder, news)
    index = VectorIndex(catalogue)
    index.sync()
    index.close()
    shutil.rmtree(catalogue.home / "chroma")
    embedder.texts = 0
    ingest(catalogue, embedder, news)
    assert index.sync()
    assert index.backend == "chroma"
    assert len(index.search(*question("sông"), 5)) == 1
    assert embedder.texts == 0
    index.close()


class FailingEmbedder(HashingEmbedder):
    """Fails at its n-th batch."""

    def __init__(self, identity: str, fail_at: int) -> None:
        super().__init__(identity, 32)
        self.left = fail_at

    def get_text_embedding_batch(self, texts: Any) -> list[list[float]]:
        self.left -= 1
        if self.left == 0:
            raise EmbedderError("the server does not answer; check EMBED_BASE_URL")
        return super().get_text_embedding_batch(texts)


def test_a_rebuild_that_fails_leaves_the_old_vectors_and_goes_on_later(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path
) -> None:
    for number in range(40):
        page(news, f"{number}.md", f"Bài số {number}. {RIVER}")
    ingest(catalogue, embedder, news)
    generation = catalogue.generation()
    with pytest.raises(EmbedderError):
        ingest(catalogue, FailingEmbedder("other", 3), rebuild=True)
    assert catalogue.embedder() == ("hashing", 64)
    assert catalogue.generation() == generation
    other = HashingEmbedder("other", 32)
    ingest(catalogue, other, rebuild=True)
    assert catalogue.embedder() == ("other", 32)
    assert 0 < other.texts < 40, "the first 32 were kept"
    assert catalogue.query("SELECT count(*) FROM staged") == [(0,)]
    consistent(catalogue)


def test_a_failing_embedder_loses_only_its_batch(catalogue: Catalogue, news: Path) -> None:
    for number in range(30):
        page(news, f"{number:02}.md", f"{number}. {RIVER * 30}")
    with pytest.raises(EmbedderError, match="EMBED_BASE_URL"):
        ingest(catalogue, FailingEmbedder("hashing", 3), news)
    kept = catalogue.count().articles
    assert 0 < kept < 30
    consistent(catalogue)
    report = ingest(catalogue, HashingEmbedder("hashing", 32), news)
    assert (report.added, report.unchanged) == (30 - kept, kept)


def test_vectors_that_are_none_are_refused(catalogue: Catalogue, news: Path) -> None:
    class Broken(HashingEmbedder):
        def get_text_embedding_batch(self, texts: Any) -> list[list[float]]:
            return [[float("nan")] * 64 for _ in texts]

    page(news, "river.md", RIVER)
    with pytest.raises(EmbedderError, match="no proper vectors"):
        ingest(catalogue, Broken(), news)
    assert catalogue.count().articles == 0


@pytest.mark.only_sqlite
def test_a_full_disk_is_one_clear_error(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(news, "river.md", RIVER)
    ingest(catalogue, embedder, news)
    pages = catalogue.query("PRAGMA page_count")[0][0]
    prepare = sqlite._prepare

    def limited(connection: sqlite3.Connection, path: Path, *, readonly: bool) -> None:
        prepare(connection, path, readonly=readonly)
        connection.execute(f"PRAGMA max_page_count = {pages + 3}")

    for number in range(50):
        page(news, f"{number}.md", f"{number}. {RIVER * 10}")
    with monkeypatch.context() as disk, pytest.raises(ArchiveError, match="disk is full"):
        disk.setattr(sqlite, "_prepare", limited)
        ingest(catalogue, embedder, news)
    consistent(catalogue)
    assert RIVER in texts(catalogue).values()
    assert ingest(catalogue, embedder, news).added == 50


def test_the_bundled_model_embeds_whole_articles(catalogue: Catalogue, news: Path) -> None:
    from rag.embed import default_embedder

    page(news, "river.md", RIVER)
    page(news, "market.md", MARKET)
    model = default_embedder()
    pipeline.ingest(catalogue, model, [news])
    index = VectorIndex(catalogue)
    index.sync()
    import numpy as np

    vector = np.array(model.get_query_embedding("Bao nhiêu hộ dân phải sơ tán?"), dtype=np.float32)
    ((rowid, cosine),) = index.search(vector, "vi", 5)
    assert replace(catalogue.passages([rowid])[rowid].passage, sentences=()).language == "vi"
    assert 0.7 < cosine <= 1
    index.close()


def test_a_file_that_changes_within_one_tick_of_the_clock(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path
) -> None:
    path = page(news, "river.md", RIVER)
    before = path.stat()
    assert outcome(ingest(catalogue, embedder, news)) == (1, 0, 0, 0, 0)
    page(news, "river.md", RIVER.replace("phía bắc", "phía nam"))
    path.write_bytes(path.read_bytes().ljust(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert outcome(ingest(catalogue, embedder, news)) == (0, 1, 0, 0, 0)


@pytest.mark.only_sqlite
def test_an_archive_in_a_folder_that_cannot_be_written(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(news, "river.md", RIVER)
    ingest(catalogue, embedder, news)
    catalogue.close()
    # Root may write everywhere but on a read-only file system; tests/faults has a real one.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with Catalogue.open(catalogue.home) as frozen:
        assert len(frozen.list_articles()) == 1
        assert not VectorIndex(frozen).sync()
        page(news, "market.md", MARKET)
        with pytest.raises(ArchiveError, match="read-only"):
            ingest(frozen, embedder, news)


def test_a_folder_that_is_empty_at_once_keeps_its_articles(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path
) -> None:
    files = [page(news, "drive/river.md", RIVER), page(news, "drive/market.md", MARKET)]
    ingest(catalogue, embedder, news / "drive")
    for file in files:
        file.unlink()
    report = ingest(catalogue, embedder, news / "drive")
    (missing,) = report.missing
    assert (outcome(report), missing.path) == ((0, 0, 0, 0, 0), str(news / "drive"))
    assert "all 2 files that it held are gone" in missing.reason and "--prune" in missing.reason
    page(news, "other.md", "Chợ nổi họp lại từ mồng sáu Tết, đông hơn mọi năm, ban quản lý nói.")
    report = ingest(catalogue, embedder, news)
    assert (report.added, report.removed, [item.path for item in report.missing]) == (1, 0, [str(news / "drive")])
    assert ingest(catalogue, embedder, news, prune=True).removed == 2
    consistent(catalogue)


def test_what_is_gone_beside_what_stays_is_removed(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    page(news, "river.md", RIVER)
    page(news, "old/market.md", MARKET)
    ingest(catalogue, embedder, news)
    shutil.rmtree(news / "old")
    report = ingest(catalogue, embedder, news)
    assert (report.removed, report.missing) == (1, ())


def test_files_of_other_types_are_counted(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    for name in ("river.md", "~$river.docx", "Thumbs.db", "README.md", "a.mov", "b.MOV", "c/d.psd", "make"):
        page(news, name, RIVER)
    (news / "lost.md").symlink_to(news / "nowhere.md")
    report = ingest(catalogue, embedder, news)
    assert report.left_out == ((".mov", 2), (".psd", 1), ("no suffix", 1))
    assert [(item.path, "No such file" in item.reason) for item in report.failed] == [(str(news / "lost.md"), True)]
    assert report.added == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_folder_that_may_not_be_read_stops_nothing(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path
) -> None:
    page(news, "river.md", RIVER)
    page(news, "closed/market.md", MARKET)
    (news / "closed").chmod(0)
    report = ingest(catalogue, embedder, news)
    (news / "closed").chmod(0o700)
    assert (report.added, len(report.failed)) == (1, 1)


def test_one_path_as_a_string_is_one_path(tmp_path: Path, news: Path) -> None:
    page(news, "river.md", RIVER)
    with NewsQA(Settings(home=tmp_path / "home")) as qa:
        qa.__dict__["embedder"] = HashingEmbedder()
        assert qa.ingest(str(news)).added == 1
        (info,) = qa.articles()
        assert qa.remove(info.id) == 1
