"""Corrections of articles: kept when their files are read again, until the file itself says otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import HashingEmbedder
from test_ingest import MARKET, RIVER, consistent, ingest, page

from rag.cli import main
from rag.errors import UnknownArticle, UsageError
from rag.ingest.edit import edit
from rag.store.catalogue import Catalogue
from rag.types import Article

DATABASES = ("sqlite", "postgresql")


@pytest.fixture
def news(tmp_path: Path) -> Path:
    return tmp_path / "news"


def the_article(catalogue: Catalogue) -> Article:
    (info,) = catalogue.list_articles()
    return catalogue.article(info.id)


def test_an_edit_is_stored_and_searched(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    page(news, "river.md", RIVER, title="Lũ", source="Bao Ben Song", published="2024-06-19")
    ingest(catalogue, embedder, news)
    before = the_article(catalogue)
    changes = {"title": "Lũ trên sông Lam Khê", "source": "Báo Bến Sông", "published": "18/6/2024", "author": "An Bình"}
    edit(catalogue, lambda: embedder, before.id, changes)
    after = the_article(catalogue)
    assert (after.title, after.source, after.published, after.author) == (
        "Lũ trên sông Lam Khê", "Báo Bến Sông", "2024-06-18", "An Bình",
    )  # fmt: skip
    assert (after.text, after.id) == (before.text, before.id)
    assert catalogue.sources() == [("Báo Bến Sông", 1)]
    (row,) = catalogue.query("SELECT terms FROM passages_fts")
    assert "khê" in row[0].split()[:8], "the title is searched with each passage"
    consistent(catalogue)


def test_only_a_new_title_is_embedded(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    page(news, "river.md", RIVER, title="Lũ")
    ingest(catalogue, embedder, news)

    def no_embedder() -> HashingEmbedder:
        raise AssertionError("nothing has to be embedded")

    edit(catalogue, no_embedder, the_article(catalogue).id, {"author": "An Bình"})
    assert the_article(catalogue).author == "An Bình"


def test_it_is_kept_until_the_file_says_otherwise(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    page(news, "river.md", RIVER, title="Lũ", source="Bao Ben Song", author="A.B.")
    ingest(catalogue, embedder, news)
    edit(catalogue, lambda: embedder, the_article(catalogue).id, {"title": "Lũ về", "source": "Báo Bến Sông"})
    # A new text: the corrections stay.
    page(news, "river.md", f"{RIVER}\n{MARKET}", title="Lũ", source="Bao Ben Song", author="A.B.")
    assert ingest(catalogue, embedder, news).updated == 1
    article = the_article(catalogue)
    assert (article.title, article.source, MARKET in article.text) == ("Lũ về", "Báo Bến Sông", True)
    # A new author in the file only: they stay, too.
    page(news, "river.md", f"{RIVER}\n{MARKET}", title="Lũ", source="Bao Ben Song", author="An Bình")
    assert ingest(catalogue, embedder, news).unchanged == 1
    article = the_article(catalogue)
    assert (article.title, article.source, article.author) == ("Lũ về", "Báo Bến Sông", "An Bình")
    # A new title in the file: it says otherwise, and goes on saying so.
    page(news, "river.md", f"{RIVER}\n{MARKET}", title="Lũ rút", source="Bao Ben Song", author="An Bình")
    ingest(catalogue, embedder, news)
    article = the_article(catalogue)
    assert (article.title, article.source) == ("Lũ rút", "Báo Bến Sông")
    page(news, "river.md", f"{RIVER}\n{MARKET}", title="Lũ", source="Bao Ben Song", author="An Bình")
    ingest(catalogue, embedder, news)
    assert the_article(catalogue).title == "Lũ"
    consistent(catalogue)


def test_what_is_unknown_can_be_said_and_taken_back(
    catalogue: Catalogue, embedder: HashingEmbedder, news: Path
) -> None:
    page(news, "river.md", RIVER, title="Lũ", published="2024-06-19")
    ingest(catalogue, embedder, news)
    article_id = the_article(catalogue).id
    edit(catalogue, lambda: embedder, article_id, {"published": ""})
    assert the_article(catalogue).published is None
    edit(catalogue, lambda: embedder, article_id, {"published": "2024-06-19"})
    assert not catalogue.edits.any(), "an edit to what the file tells is none"


def test_wrong_edits_say_why(catalogue: Catalogue, embedder: HashingEmbedder, news: Path) -> None:
    page(news, "river.md", RIVER)
    ingest(catalogue, embedder, news)
    article_id = the_article(catalogue).id
    with pytest.raises(UsageError, match="'soon' is not understood"):
        edit(catalogue, lambda: embedder, article_id, {"published": "soon"})
    with pytest.raises(UsageError, match="'text' cannot be edited"):
        edit(catalogue, lambda: embedder, article_id, {"text": "x"})
    with pytest.raises(UnknownArticle):
        edit(catalogue, lambda: embedder, "nobody", {"title": "x"})


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page(tmp_path, "a.md", RIVER, title="Lũ")
    home = ["--home", str(tmp_path / "home")]
    main(["ingest", str(tmp_path / "a.md"), *home])
    main(["list", "--json", *home])
    article_id = json.loads(capsys.readouterr().out.splitlines()[-1])[0]["id"]
    assert main(["edit", article_id, "--title", "Lũ về", "--published", "19/6/2024", "--json", *home]) == 0
    edited = json.loads(capsys.readouterr().out)
    assert (edited["title"], edited["published"]) == ("Lũ về", "2024-06-19")
    assert main(["edit", article_id, *home]) == 2
    assert "nothing to change" in capsys.readouterr().err


def test_contradictions_and_updates_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    metas = "".join(f'<meta property="article:published_time" content="{day}">' for day in ("2024-06-19", "2023-01-05"))
    updated = '<meta property="article:modified_time" content="2024-07-01">'
    body = f"<h1>Lũ trên sông Lam Khê</h1><p>{RIVER}</p><p>{MARKET}</p>"
    (tmp_path / "a.html").write_text(f"<html><head>{metas}{updated}</head><body>{body}</body></html>", encoding="utf-8")
    home = ["--home", str(tmp_path / "home")]
    main(["ingest", str(tmp_path / "a.html"), *home])
    main(["list", "--json", *home])
    article_id = json.loads(capsys.readouterr().out.splitlines()[-1])[0]["id"]
    main(["show", article_id, *home])
    shown = capsys.readouterr().out
    assert "updated: 2024-07-01" in shown
    assert "contradictions: metas give several dates of publication: 2023-01-05, 2024-06-19" in shown
