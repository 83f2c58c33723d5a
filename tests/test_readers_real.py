"""The five real articles, as they are. Skipped where they are not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.readers.files import Record, discover, read

ARTICLES = Path(__file__).resolve().parents[2] / "shared" / "articles"

pytestmark = pytest.mark.skipif(
    not ARTICLES.is_dir(), reason="the real articles (shared/articles) are not on this machine"
)


@pytest.fixture(scope="module")
def articles() -> dict[str, Record]:
    found = {path.name[:3]: list(read(path)) for path in discover([ARTICLES])}
    assert all(len(items) == 1 and isinstance(items[0], Record) for items in found.values())
    return {name: item for name, items in found.items() for item in items if isinstance(item, Record)}


def marked(record: Record) -> list[str]:
    return [record.text[span.start : span.end] for span in record.unquotable]


def test_outlets_dates_authors_and_languages(articles: dict[str, Record]) -> None:
    told = {name: (record.source, record.published, record.author) for name, record in articles.items()}
    assert told == {
        "000": ("CNN", "2024-06-17", "Simone McCarthy, Anna Chernova"),
        "001": ("ntdvn.net", "2023-09", "Lam Giang"),
        "002": ("The New York Times", "2023-09-13", None),
        "003": ("VTC News", "2024-06", None),
        "004": (None, None, None),
    }
    assert {record.language for record in articles.values()} == {"vi"}


def test_titles_where_there_is_one(articles: dict[str, Record]) -> None:
    assert {name for name, record in articles.items() if record.title} == {"000", "002"}
    for name in ("000", "002"):
        assert articles[name].text.startswith(articles[name].title or "-")


def test_nothing_but_the_text_is_marked(articles: dict[str, Record]) -> None:
    assert "QUẢNG CÁO" in marked(articles["000"])
    assert any(span.startswith("Nhập email") for span in marked(articles["000"]))
    assert "Leave a Reply" in marked(articles["002"])
    assert any(span.startswith("Your email address") for span in marked(articles["002"]))
    assert marked(articles["004"]) == []
    for record in articles.values():
        assert sum(span.end - span.start for span in record.unquotable) < 0.05 * len(record.text)


def test_text_is_the_files_text(articles: dict[str, Record]) -> None:
    for record in articles.values():
        assert record.text == Path(record.path).read_text(encoding="utf-8")
