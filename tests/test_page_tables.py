"""The reader of the page shows rows of tables as tables, with the quoted row marked."""

from __future__ import annotations

from dataclasses import replace

from rag.types import Article, Citation, Span
from ui.reader import Opened, Paragraph, Table, article_page, blocks

ROWS = "Port: Tarn | Fare: 3\nPort: Ude | Fare: 5"
TEXT = f"The fares rise.\n{ROWS}\nThey stay until 2029."
ARTICLE = Article("a", TEXT, "Fares", "Ness Courier", None, "2026-06-03", "en")


def cited(quote: str) -> Opened:
    start = TEXT.index(quote)
    citation = Citation(
        1, "a", "Fares", "Ness Courier", "2026-06-03", "en", "a.md", None, start, start + len(quote), quote, 1.0
    )
    return Opened(citation, (citation,))


def test_rows_are_a_table_between_paragraphs() -> None:
    before, table, after = blocks(ARTICLE, [], Span(0, len(TEXT)))
    assert isinstance(before, Paragraph) and isinstance(after, Paragraph) and isinstance(table, Table)
    assert table.names == ("Port", "Fare")
    assert [["".join(piece.text for piece in cell) for cell in row] for row in table.rows] == [
        ["Tarn", "3"],
        ["Ude", "5"],
    ]


def test_the_quoted_row_is_marked() -> None:
    html = article_page(ARTICLE, cited("Port: Ude | Fare: 5"), "en")
    assert '<th scope="col">Port</th>' in html
    assert "<td>Tarn</td>" in html
    assert '<td><mark class="is-current" data-marker="1">Ude</mark></td>' in html


def test_cells_are_escaped_and_the_update_is_told() -> None:
    text = "<b>: <i>x</i> | B: 1\n<b>: y | B: 2"
    html = article_page(replace(ARTICLE, text=text, updated="2026-06-09"), None, "en")
    assert "&lt;i&gt;x&lt;/i&gt;" in html and "<i>x" not in html
    assert "updated 9 June 2026" in html
