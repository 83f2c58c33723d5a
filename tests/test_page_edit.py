"""The library's form corrects an article; what is wrong is said and changes nothing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import HashingEmbedder

from rag.newsqa import NewsQA
from rag.settings import Settings
from ui.desk import Desk
from ui.library import Library


@pytest.fixture
def qa(tmp_path: Path) -> NewsQA:
    opened = NewsQA(Settings(home=tmp_path / "home"))
    opened.__dict__["embedder"] = HashingEmbedder()
    (tmp_path / "a.md").write_text(
        "---\ntitle: Lũ\n---\nMực nước sông Lam Khê sáng nay dâng cao ba mét.\n", encoding="utf-8"
    )
    opened.ingest(tmp_path / "a.md")
    return opened


def sent(library: Library, **fields: str) -> tuple[Any, ...]:
    return library.edit(SimpleNamespace(_data=fields))  # type: ignore[arg-type]


def test_a_correction_is_stored_and_listed(qa: NewsQA) -> None:
    (info,) = qa.articles()
    library = Library(Desk(qa), "en")
    fields = {"title": "Lũ về", "source": "Báo Bến Sông", "published": "3/6/2026", "author": ""}
    listed, _, _, toast = sent(library, article=info.id, **fields)
    assert "Báo Bến Sông" in listed
    assert "“Lũ về” was corrected." in toast
    article = qa.article(info.id)
    assert (article.title, article.published, article.author) == ("Lũ về", "2026-06-03", None)
    *_, toast = sent(library, article=info.id, **{**fields, "published": "soon"})
    assert "soon" in toast and "failed" in toast
    assert qa.article(info.id).published == "2026-06-03"
