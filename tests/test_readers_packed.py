"""Files of other programs: spreadsheets, feeds, mail, documents, archives. All articles are invented."""

from __future__ import annotations

from pathlib import Path

import pytest
import samples
from samples import BODY, TITLE, epub, odt, packed, pptx, rtf, shape, warc, xlsx

from rag.readers import package, zipped
from rag.readers.files import Record, discover, read
from rag.readers.parse import parse
from rag.types import Failure


def items(path: Path, content: bytes | str) -> list[Record | Failure]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read(path))


def records(path: Path, content: bytes | str) -> list[Record]:
    found = items(path, content)
    assert all(isinstance(item, Record) for item in found), found
    return [item for item in found if isinstance(item, Record)]


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_each_format_gives_the_article(tmp_path: Path, name: str) -> None:
    found = records(tmp_path / name, samples.SAMPLES[name])
    assert any(BODY in record.text for record in found)
    assert list(discover([tmp_path])) == [tmp_path / name]
    assert len({record.record for record in found}) == len(found) or name == "a.mbox"


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_a_row_is_an_article(tmp_path: Path, name: str) -> None:
    first, second = records(tmp_path / name, samples.SAMPLES[name])
    assert (first.article_id, first.title, first.source, first.published) == ("1", TITLE, "Báo Nà Bưởi", "2026-05-05")
    assert (second.record, second.text) == ("2", "Chợ mở lại.")


def test_delimiters_titles_above_and_columns_in_vietnamese(tmp_path: Path) -> None:
    semicolons = 'Xuất bản ngày 5/5;;\nTiêu đề;Ngày đăng;Nội dung\nChợ;5/5/2026;"Chợ mở lại; vui lắm.\nHết."\n'
    (record,) = records(tmp_path / "a.csv", semicolons)
    assert (record.title, record.published, record.text) == ("Chợ", "2026-05-05", "Chợ mở lại; vui lắm.\nHết.")
    (record,) = records(tmp_path / "b.tsv", "tieu_de\tnoi_dung\nChợ\tChợ mở lại.\n".encode("utf-16"))
    assert record.text == "Chợ mở lại."


def test_one_bad_row_never_stops_the_others(tmp_path: Path) -> None:
    rows = [
        "title,text,date",
        "Một,Chợ mở lại.,2026",
        'Hai,"Chợ không đóng,2026',
        "Ba,a,b,c,d",
        "Bốn,Chợ đóng cửa.,2026",
    ]
    first, second, third, fourth = items(tmp_path / "a.csv", "\n".join(rows))
    assert isinstance(first, Record) and isinstance(fourth, Record)
    assert (first.title, fourth.title) == ("Một", "Bốn")
    assert isinstance(second, Failure) and second.path.endswith("a.csv:3") and "quotation mark" in second.reason
    assert isinstance(third, Failure) and third.path.endswith("a.csv:4") and "5 cells where 3" in third.reason


def test_a_column_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("k,v\nChợ,Chợ mở lại.\n", encoding="utf-8")
    (record,) = read(tmp_path / "a.csv", field_map={"text": "v", "title": "k"})
    assert isinstance(record, Record)
    assert (record.title, record.text) == ("Chợ", "Chợ mở lại.")


def test_a_sheet_of_figures_is_one_table(tmp_path: Path) -> None:
    rows = [["Giá hôm nay", "", ""], ["Mặt hàng", "Sông Đỏ", "Bến Xa"], ["Cà phê", "121.500", ""]]
    for name, content in (("a.xlsx", xlsx(rows)), ("a.csv", "\n".join(map(",".join, rows)))):
        (record,) = records(tmp_path / name, content)
        assert record.text == "Giá hôm nay\nMặt hàng: Cà phê | Sông Đỏ: 121.500"


def test_a_feed_keeps_the_newspapers_day_and_the_whole_text(tmp_path: Path) -> None:
    first, second = records(tmp_path / "a.xml", samples.FEED)
    assert (first.title, first.source, first.published) == (TITLE, "Báo Nà Bưởi", "2026-05-05")
    assert first.text == f"Tóm tắt.\n\n{BODY}\nHết."
    assert second.text == "Chợ Nà Bưởi mở lại sáng nay."
    (failure,) = items(tmp_path / "b.xml", "<?xml version='1.0'?><catalog><a>x</a></catalog>")
    assert isinstance(failure, Failure) and "<catalog>" in failure.reason


def test_a_mail_without_its_headers_and_signature(tmp_path: Path) -> None:
    (record,) = records(tmp_path / "a.eml", samples.MAIL)
    assert record.text.strip() == BODY
    assert (record.title, record.author, record.published) == ("Chợ mới", "Lan Chi", "2026-05-05")


def test_what_is_attached_to_a_mail_is_read(tmp_path: Path) -> None:
    head, _, _ = samples.MAIL.partition("Content-Type")
    parts = [
        f"Content-Type: text/html; charset=utf-8\n\n<p>{BODY}</p><style>p {{}}</style>",
        "Content-Type: text/plain; charset=utf-8\nContent-Disposition: attachment; filename=cho.txt\n\nChợ mở lại.",
        "Content-Type: image/png\nContent-Disposition: attachment; filename=logo.png\n\nx",
        f"Content-Type: message/rfc822\n\n{samples.MAIL.replace('240 em', '90 em')}",
    ]
    mixed = f'{head}Content-Type: multipart/mixed; boundary="B"\n\n--B\n' + "\n--B\n".join(parts) + "\n--B--\n"
    found = records(tmp_path / "a.eml", mixed)
    assert [record.text.strip() for record in found] == [BODY, "Chợ mở lại.", BODY.replace("240 em", "90 em")]


def test_a_book_of_several_parts_is_several_articles(tmp_path: Path) -> None:
    cover = "<html><body><h1>Tuần san</h1></body></html>"
    second = samples.HTML.replace(TITLE, "Chợ mở lại").replace("240 em", "90 em")
    found = records(tmp_path / "a.epub", epub(cover, samples.HTML, second))
    assert [(record.title, record.source) for record in found] == [
        (TITLE, "Tuần san Nà Bưởi"), ("Chợ mở lại", "Tuần san Nà Bưởi"),
    ]  # fmt: skip
    assert {record.published for record in found} == {"2026-03-05"}


def test_opendocument_tables_notes_and_what_is_gone(tmp_path: Path) -> None:
    body = (
        f"<text:tracked-changes><text:p>ĐÃ XÓA</text:p></text:tracked-changes><text:h>{TITLE}</text:h>"
        f"<text:p>{BODY}<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Theo sổ của xã."
        "</text:p></text:note-body></text:note> Giá<text:s/><text:span text:style-name='S'>90</text:span> 60 triệu."
        "</text:p>"
        "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Lớp</text:p></table:table-cell>"
        "<table:table-cell><text:p>Số em</text:p></table:table-cell></table:table-row></table:table-header-rows>"
        "<table:table-row><table:table-cell><text:p>Một</text:p></table:table-cell><table:table-cell><text:p>30</text:p>"
        "</table:table-cell></table:table-row></table:table>"
    )
    struck = '<style:style style:name="S"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    (record,) = records(tmp_path / "a.odt", odt(body, struck))
    assert record.text == f"{TITLE}\n{BODY} Giá  60 triệu.\nLớp: Một | Số em: 30\nTheo sổ của xã."
    assert record.title == TITLE


def test_slides_from_top_to_bottom_without_footers(tmp_path: Path) -> None:
    slides = pptx(shape("Dưới", y=9) + shape("Trên", y=1) + shape(TITLE, "title", y=5) + shape("Trang 1", "sldNum"),
                  shape(BODY))  # fmt: skip
    (record,) = records(tmp_path / "a.pptx", slides)
    assert (record.title, record.text) == (TITLE, f"{TITLE}\nTrên\nDưới\n\n{BODY}")


def test_rich_text_without_what_is_hidden_and_with_its_tables(tmp_path: Path) -> None:
    text = (
        "{\\fonttbl{\\f0\\fcharset163 Times;}}{\\stylesheet{\\strike0 Normal;}}{\\info{\\title Ai biết đâu}}"
        "Giá {\\strike 90}{\\v ẨN} 60 triệu{\\footnote Theo sổ.} \\f0\\'e2n\\par"
        "\\trowd\\pard\\intbl Lớp\\cell Số em\\cell Số cô\\cell\\row"
        "\\trowd\\pard\\intbl Một\\cell 30\\cell 2\\cell\\row"
        "\\trowd\\pard\\intbl Hai\\cell 40\\cell 3\\cell\\row\\pard Hết.\\par"
    )
    (record,) = records(tmp_path / "a.rtf", rtf(text))
    assert [line for line in record.text.split("\n") if line] == [
        "Giá  60 triệu ân", "Lớp: Một | Số em: 30 | Số cô: 2", "Lớp: Hai | Số em: 40 | Số cô: 3", "Hết.", "Theo sổ.",
    ]  # fmt: skip


def test_a_saved_page_and_a_web_archive_keep_the_address(tmp_path: Path) -> None:
    (page,) = records(tmp_path / "a.mht", samples.SAVED_PAGE)
    assert (page.url, page.title) == ("https://nabuoi.example/2026/05/05/truong.html", TITLE)
    pages = [
        ("https://nabuoi.example/1", samples.HTML),
        ("https://nabuoi.example/2", samples.HTML.replace("240", "90")),
    ]
    found = records(tmp_path / "a.warc", warc(*pages))
    assert [record.url for record in found] == [address for address, _ in pages]
    # The day it was fetched is not the day it appeared.
    assert {record.published for record in found} == {None}


def test_a_zip_archive_holds_files_as_a_folder_does(tmp_path: Path) -> None:
    inner = packed({"sâu/c.txt": "Chợ Nà Bưởi mở lại."})
    members = {"tin/a.txt": BODY, "b.csv": samples.CSV, "trống.txt": "", "trong.zip": inner, ".ẩn.txt": "x",
               "phim.mov": "x", "README.md": "x"}  # fmt: skip
    found = items(tmp_path / "a.zip", packed(members))
    texts = {item.record: item.text for item in found if isinstance(item, Record)}
    assert texts["tin/a.txt"] == BODY
    assert texts["b.csv#2"] == "Chợ mở lại."
    assert texts["trong.zip#sâu/c.txt"] == "Chợ Nà Bưởi mở lại."
    assert {item.path for item in found if isinstance(item, Record)} == {str(tmp_path / "a.zip")}
    failures = {item.path.removeprefix(str(tmp_path)): item.reason for item in found if isinstance(item, Failure)}
    assert failures["/a.zip/trống.txt"].startswith("an empty file")
    assert failures["/a.zip"] == "1 file of another type in it left out: 1 .mov"


def test_swollen_members_are_refused_and_many_bad_ones_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "MAX_MEMBER_BYTES", 1_000_000)
    monkeypatch.setattr(package, "MAX_UNPACKED_BYTES", 2_000_000)
    swollen = {"a.txt": b" " * 1_500_000, "b.txt": BODY, "c.odt": odt("<text:p>x</text:p>" * 150_000)}
    (tmp_path / "a.zip").write_bytes(packed(swollen))
    first, second, third = parse(tmp_path / "a.zip", None)
    assert isinstance(first, Failure) and "over 1 MB" in first.reason
    assert isinstance(second, Record)
    assert isinstance(third, Failure) and "over 2 MB when unpacked" in third.reason
    many = items(tmp_path / "b.zip", packed({f"{i}.txt": "" for i in range(1_200)}))
    assert len(many) == 1_001
    assert isinstance(many[-1], Failure) and "the rest was left out" in many[-1].reason


def test_archives_in_archives_end(tmp_path: Path) -> None:
    data = packed({"a.txt": BODY})
    for _ in range(5):
        data = packed({"a.zip": data})
    (failure,) = items(tmp_path / "a.zip", data)
    assert isinstance(failure, Failure) and "packed too deeply" in failure.reason


def test_html_and_json_under_another_name(tmp_path: Path) -> None:
    (record,) = records(tmp_path / "a.txt", samples.HTML)
    assert (record.title, "<p>" in record.text) == (TITLE, False)
    (record,) = records(tmp_path / "b.txt", f'[{{"title": "Chợ", "content": "{BODY}"}}]')
    assert (record.title, record.text) == ("Chợ", BODY)
    (record,) = records(tmp_path / "c.html", f'{{"title": "Chợ", "content": "{BODY}"}}')
    assert record.text == BODY
    (record,) = records(tmp_path / "d.json", samples.HTML)
    assert record.title == TITLE
    (record,) = records(tmp_path / "e.txt", f'[{{"x" {BODY}')
    assert record.text == f'[{{"x" {BODY}'
