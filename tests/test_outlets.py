"""Outlets are one outlet, however they are spelt; a retold piece names two."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import HashingEmbedder, store

from rag.readers.files import Record, read
from rag.store.catalogue import Catalogue
from rag.text.outlets import outlet_key, outlet_keys, outlets_named
from rag.types import Article, Filters

DATABASES = ("sqlite", "postgresql")


@pytest.mark.parametrize(
    "spellings",
    [
        ("CNN", "cnn.com", "theo CNN", "after CNN", "(Theo CNN)", "https://edition.cnn.com/x", "via CNN"),
        ("Tuổi Trẻ", "Báo Tuổi Trẻ", "Tuổi Trẻ Online", "tuoitre.vn", "TTO", "TUỔI TRẺ"),
        ("The New York Times", "New York Times", "nytimes.com", "theo The New York Times"),
        ("Skarne Post", "skarnepost.example", "The Skarne Post", "SKARNE POST"),
    ],
)
def test_spellings_of_one_outlet(spellings: tuple[str, ...]) -> None:
    assert len({outlet_keys(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("Báo Bến Sông, theo CNN", ("Báo Bến Sông", "CNN")),
        ("The Weir (after Reuters)", ("The Weir", "Reuters")),
        ("AFP/Reuters", ("AFP", "Reuters")),
        ("Kinh tế - Đô thị", ("Kinh tế - Đô thị",)),
        ("Báo Bến Sông, theo một báo không nêu tên", ("Báo Bến Sông",)),
        ("The Afternoon Post", ("The Afternoon Post",)),
        ("Nguồn Sáng", ("Nguồn Sáng",)),
    ],
)
def test_the_outlets_that_a_line_names(source: str, named: tuple[str, ...]) -> None:
    assert outlets_named(source) == named


def test_different_outlets_stay_apart() -> None:
    names = ("CNN", "CNBC", "The Delta Courier", "The Delta Post", "Báo Bến Sông", "Báo Bến Dạ", "VOV", "VOA")
    assert len(set(map(outlet_key, names))) == len(names)


def test_filters_and_rows_go_by_outlet(catalogue: Catalogue) -> None:
    sources = ("CNN", "cnn.com", "Trích Dẫn, theo CNN", "Báo Bến Sông")
    store(
        catalogue,
        *(Article(str(i), f"Sông Lam Khê dâng {i} mét.", source=source) for i, source in enumerate(sources)),
        embedder=HashingEmbedder(),
    )
    assert catalogue.sources() == [("CNN", 3), ("Báo Bến Sông", 1), ("Trích Dẫn", 1)]

    def passing(*names: str) -> set[str]:
        every = [rowid for info in catalogue.list_articles() for rowid in catalogue.rowids(info.id)]
        rowids = catalogue.passing(catalogue.selection(Filters(sources=names)), every)
        return {stored.passage.article_id for stored in catalogue.passages(rowids).values()}

    assert passing("theo CNN") == passing("CNN") == {"0", "1", "2"}
    assert passing("trích dẫn") == passing("Trích Dẫn, theo CNN") == {"2"}
    assert passing("Không có") == set()
    assert sorted(catalogue.of_source("CNN")) == ["0", "1"]
    assert catalogue.of_source("Trích Dẫn, theo CNN") == ["2"]


def test_a_syndicated_piece_names_both(tmp_path: Path) -> None:
    body = "Một trận động đất mạnh 5,1 độ xảy ra ngoài khơi sáng thứ ba, không có thiệt hại về người."
    (tmp_path / "a.md").write_text(f"---\ntitle: Động đất\nsource: Báo Bến Sông\n---\n{body}\n\n{body}\n\nTheo AFP\n")
    (record,) = read(tmp_path / "a.md")
    assert isinstance(record, Record)
    assert record.source == "Báo Bến Sông, theo AFP"
