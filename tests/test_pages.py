"""The page of a citation: from the PDF through the catalogue into every output."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from pdf_pages import lines, pdf_of

from rag import NewsQA
from rag.cli import main
from rag.server.footnotes import notes
from rag.types import Citation

FACTS = (
    "The museum on Harbour Road opened with 137 paintings by local artists.",
    "Heavy rain flooded 42 cellars on Mill Street during the night.",
    "A baker from Castle Hill won the prize for the best rye bread.",
    "The new library lends 548 bicycles to students free of charge.",
    "Trains to the coast leave every half hour from Station Square.",
)
PAGES = [lines(50, 700, [f"Chapter {number} of the report on the city", fact]) for number, fact in enumerate(FACTS, 1)]
QUESTION = "How many bicycles does the library lend to students?"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "report.pdf").write_bytes(pdf_of(*PAGES))
    with NewsQA.open(tmp_path / "home") as qa:
        assert qa.ingest([tmp_path / "report.pdf"]).added == 1
    return tmp_path / "home"


def test_every_output_names_the_page(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with NewsQA.open(home) as qa:
        answer = qa.ask(QUESTION)
    first = answer.citations[0]
    assert "548" in first.quote
    assert (first.page, answer.to_dict()["citations"][0]["page"]) == (4, 4)
    assert " · p. 4: “" in notes(answer, sources=True)
    assert main(["ask", QUESTION, "--home", str(home)]) == 0
    assert " · p. 4 · " in capsys.readouterr().out
    (home / "in.jsonl").write_text(json.dumps({"id": "q", "question": QUESTION}))
    assert main(["ask", "--batch", str(home / "in.jsonl"), "--home", str(home)]) == 0
    assert json.loads(capsys.readouterr().out)["citations"][0]["page"] == 4


def test_an_exported_conversation_names_the_page(home: Path) -> None:
    from ui.export import _Notes

    cited = Citation(1, "a", "Báo cáo", None, None, "vi", "a.pdf", None, 0, 3, "Chợ", 0.9, page=4)
    marks = _Notes("vi")
    marks.mark(cited.to_dict())
    assert ", tr. 4, “Chợ”" in marks.lines[0]


def test_an_older_archive_gets_its_pages_when_it_is_ingested_again(home: Path) -> None:
    """As the version before left it: no pages, and a file that counts as read."""
    file = home / "catalogue.sqlite3"
    with sqlite3.connect(file) as connection:
        (before,) = connection.execute("SELECT id FROM articles").fetchone()
        connection.executescript(
            """DROP VIEW articles_shown; ALTER TABLE articles DROP COLUMN pages;
            CREATE VIEW articles_shown AS SELECT id, title, source, author, published, language, url, '' AS path,
            characters, story_id, unquotable, text, number, updated, contradictions FROM articles;
            PRAGMA user_version = 5;"""
        )
    connection.close()
    with NewsQA.open(home) as qa:
        assert qa.article(before).pages == ()
        report = qa.ingest([home.parent / "report.pdf"])
        assert (report.added, report.updated, report.unchanged) == (0, 0, 1)
        assert len(qa.article(before).pages) == 5
