"""Lines that an outlet repeats are learnt from the archive and are not quoted; news that repeats is."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import HashingEmbedder
from test_ingest import consistent, ingest, page

from rag.store.catalogue import Catalogue

DATABASES = ("sqlite", "postgresql")
STORIES = (
    "The ferry at Low Ness carried 9,120 passengers in May, said its captain on the quay.",
    "The glass works at Tarn will close its old furnace, the owner told the council on Monday.",
    "A storm tore the roof off the covered market, and traders moved to the school yard.",
    "The night school opens a second class for welders after forty people asked for one.",
    "The tram depot bought six cars from a town in the south and painted them green.",
    "The lighthouse was lit again after a winter without lamps, to the joy of its keeper.",
)
CALL = "If you know more about this, write to our desk and stay with us"


@pytest.fixture
def news(tmp_path: Path) -> Path:
    return tmp_path / "news"


def quotable(catalogue: Catalogue, line: str) -> int:
    """In how many articles the line can be quoted."""
    return sum(line in row[0] for row in catalogue.query(
        """SELECT substr(text, start + 1, "end" - start) FROM passages JOIN articles ON articles.id = article_id""", []
    ))  # fmt: skip


def test_a_call_under_several_stories_is_learnt(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    for number, story in enumerate(STORIES[:2]):
        page(news, f"{number}.md", f"{story}\n\n{CALL}", title=f"Story {number}", source="Ness Courier")
    ingest(catalogue, embedder, news)
    assert quotable(catalogue, CALL) == 2, "two are no habit"
    page(news, "2.md", f"{STORIES[2]}\n\n{CALL}", title="Story 2", source="The Ness Courier")
    ingest(catalogue, embedder, news)
    assert quotable(catalogue, CALL) == 0, "in what was there before as well"
    assert all(quotable(catalogue, story) == 1 for story in STORIES[:3])
    assert all(CALL in catalogue.article(info.id).text for info in catalogue.list_articles()), "no offset shifts"
    page(news, "3.md", f"{STORIES[3]}\n\n{CALL}", title="Story 3", source="Ness Courier")
    ingest(catalogue, embedder, news)
    assert quotable(catalogue, CALL) == 0
    consistent(catalogue)


def test_news_that_repeats_stays(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    repeated = ("Nobody was hurt.", "The mill was founded in 1904 by Uta Krell.", "Low Ness votes again on 3 May.")
    for number, story in enumerate(STORIES):
        lines = "\n\n".join(repeated if number < 3 else [])
        page(
            news,
            f"{number}.md",
            f"{story}\n\n{lines}\n\nEnd of part {number}.",
            title=f"S {number}",
            source="Ness Courier",
        )
    # Enough others that three are no half.
    for number in range(3):
        page(news, f"x{number}.md", f"{STORIES[number]} Part {number}.", title=f"T {number}", source="Ness Courier")
    ingest(catalogue, embedder, news)
    assert [quotable(catalogue, line) for line in repeated] == [3, 3, 3]


def test_another_outlet_is_not_judged_by_it(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    for number, story in enumerate(STORIES[:4]):
        page(news, f"{number}.md", f"{story}\n\n{CALL}", title=f"S {number}", source=f"Outlet {number}")
    ingest(catalogue, embedder, news)
    assert quotable(catalogue, CALL) == 4
