"""Rows of tables tell their column names, so that each can be quoted alone."""

from __future__ import annotations

from rag.readers.tables import Cell, markdown_tables, table_lines
from rag.readers.web import text_of_fragment
from rag.text.rows import tables


def cells(*texts: str, heading: bool = False) -> list[Cell]:
    return [Cell(text, is_heading=heading) for text in texts]


def test_names_stand_in_each_row() -> None:
    rows = [cells("Ward", "Votes", heading=True), cells("East", "1,204"), cells("West", "987")]
    assert table_lines(rows) == ["Ward: East | Votes: 1,204", "Ward: West | Votes: 987"]


def test_a_first_row_of_words_above_figures_names_the_columns() -> None:
    assert table_lines([cells("Port", "Fare"), cells("Tarn", "3"), cells("Ude", "5")]) == [
        "Port: Tarn | Fare: 3",
        "Port: Ude | Fare: 5",
    ]
    assert table_lines([cells("Length", "42 m"), cells("Crew", "9")]) == ["Length: 42 m", "Crew: 9"]


def test_spanned_cells_belong_to_each_row_and_column() -> None:
    html = (
        "<table><tr><th rowspan=2>Ward</th><th colspan=2>Votes</th></tr><tr><th>Bell</th><th>Reim</th></tr>"
        "<tr><td rowspan=2>East</td><td>12</td><td>9</td></tr><tr><td colspan=2>not counted</td></tr></table>"
    )
    assert text_of_fragment(html).split("\n") == [
        "Ward: East | Votes – Bell: 12 | Votes – Reim: 9",
        "Ward: East | Votes – Bell: not counted | Votes – Reim: not counted",
    ]


def test_spans_are_bounded() -> None:
    lines = table_lines([[Cell("a", columns=10**6, rows=10**6)], cells("b"), cells("c")])
    assert len(lines) <= 3
    assert max(map(len, lines)) < 2000


def test_a_layout_is_no_table() -> None:
    story = "One long paragraph of a story. " * 30
    html = f"<table><tr><td><p>{story}</p></td><td>Side</td></tr><tr><td>x</td><td>y</td></tr></table>"
    assert "|" not in text_of_fragment(html)


def test_markdown_tables() -> None:
    text = "Before.\n\n| Port | **Fare** |\n|:-----|-----:|\n| Tarn | 3 |\n| Ude \\| Ness | 5 |\n\nAfter | all.\n"
    assert markdown_tables(text) == "Before.\n\nPort: Tarn | Fare: 3\nPort: Ude / Ness | Fare: 5\n\nAfter | all.\n"


def test_rows_are_found_again_in_the_text() -> None:
    text = "Before.\nPort: Tarn | Fare: 3\nPort: Ude | Fare: 5\nAfter."
    (table,) = tables(text)
    assert table.names == ("Port", "Fare")
    assert [[text[cell.start : cell.end] for cell in row] for row in table.rows] == [["Tarn", "3"], ["Ude", "5"]]
    assert text[table.span.start : table.span.end] == "Port: Tarn | Fare: 3\nPort: Ude | Fare: 5"
    assert list(tables("One: row | only: here\nand text")) == []
