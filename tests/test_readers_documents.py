"""PDF and DOCX: small files made here, byte by byte where no library writes what is to be read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from rag.readers.files import Record, read
from rag.types import Failure


def make_pdf(lines: list[str], info: dict[str, str] | None = None) -> bytes:
    """A one-page PDF whose two-byte character codes are the Unicode code points themselves."""
    shown = " T* ".join(f"<{line.encode('utf-16-be').hex()}> Tj" for line in lines)
    content = f"BT /F1 11 Tf 50 780 Td 14 TL {shown} ET".encode()
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def "
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange "
        b"1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end"
    )
    properties = "".join(f"/{key} <feff{value.encode('utf-16-be').hex()}>" for key, value in (info or {}).items())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H "
        b"/DescendantFonts [6 0 R] /ToUnicode 7 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap),
        f"<< {properties} /CreationDate (D:20010203040506Z) >>".encode(),
    ]
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    xref = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R /Info 8 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, xref))
    return out.getvalue()


def the_record(path: Path) -> Record:
    (found,) = read(path)
    assert isinstance(found, Record), found
    return found


def the_failure(path: Path) -> Failure:
    (found,) = read(path)
    assert isinstance(found, Failure), found
    assert "\n" not in found.reason
    return found


PDF_LINES = [
    "Cầu Bạch Hạc thông xe",
    "Sáng thứ ba, cầu Bạch Hạc đã mở cho xe cộ qua lại sau hai năm thi công, sớm",
    "hơn kế hoạch bốn tháng. Ông Kim Jong-",
    "un không có mặt. The inter-",
    "national press came to see the bridge open, and so did the families of the",
    "workers.",
    "Chi phí là 180 tỷ đồng.",
    "7",
]


def test_pdf_lines_become_paragraphs_again(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf(PDF_LINES, {"Title": "Cầu Bạch Hạc mở lại", "Author": "Trần Thị Bình"}))
    record = the_record(path)
    assert record.text.split("\n") == [
        "Cầu Bạch Hạc thông xe",
        "Sáng thứ ba, cầu Bạch Hạc đã mở cho xe cộ qua lại sau hai năm thi công, sớm hơn kế hoạch bốn tháng. "
        "Ông Kim Jong-un không có mặt. The international press came to see the bridge open, and so did the families "
        "of the workers.",
        "Chi phí là 180 tỷ đồng.",
    ]
    assert (record.title, record.author) == ("Cầu Bạch Hạc mở lại", "Trần Thị Bình")


def test_creation_date_of_a_pdf_is_not_a_publication_date(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf(PDF_LINES))
    assert the_record(path).published is None


def test_properties_that_a_program_wrote_are_no_title_and_no_author(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf(PDF_LINES, {"Title": "Microsoft Word - bai 7.doc", "Author": "Admin PC"}))
    record = the_record(path)
    assert (record.title, record.author) == ("Cầu Bạch Hạc thông xe", None)


def test_pdf_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf(PDF_LINES))))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    (tmp_path / "scan.pdf").write_bytes(make_pdf([""]))
    (tmp_path / "broken.pdf").write_bytes(make_pdf(PDF_LINES)[:300])
    assert "password" in the_failure(tmp_path / "locked.pdf").reason
    assert "a PDF without text" in the_failure(tmp_path / "scan.pdf").reason
    assert "broken PDF" in the_failure(tmp_path / "broken.pdf").reason


def test_pdf_without_user_password_is_read(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf(PDF_LINES))))
    writer.encrypt("", owner_password="owner", algorithm="RC4-128")
    writer.write(tmp_path / "a.pdf")
    assert "180 tỷ đồng" in the_record(tmp_path / "a.pdf").text


def test_docx_paragraphs_tables_and_properties(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    document.core_properties.title, document.core_properties.author = "Chợ nổi mở lại", "Lê Văn Tám"
    document.add_paragraph("Chợ nổi họp lại từ sáng chủ nhật.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("Thuyền", "120", "Khách", "900"), strict=True):
        cell.text = text
    table.cell(1, 1).add_table(rows=1, cols=1).cell(0, 0).text = "người"
    document.add_paragraph("Ban quản lý thu phí 5.000 đồng.")
    document.save(str(tmp_path / "a.docx"))
    record = the_record(tmp_path / "a.docx")
    assert record.text.split("\n") == [
        "Chợ nổi họp lại từ sáng chủ nhật.",
        "Thuyền: 120",
        "Khách: 900 người",
        "Ban quản lý thu phí 5.000 đồng.",
    ]
    assert (record.title, record.author, record.published) == ("Chợ nổi mở lại", "Lê Văn Tám", None)


def test_docx_reads_insertions_and_leaves_out_deleted_and_hidden_text(tmp_path: Path) -> None:
    from docx import Document
    from docx.oxml import parse_xml

    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = Document()
    document.add_heading("Bão số 3 đổi hướng", 1)
    document.element.body.insert(
        1,
        parse_xml(
            f"<w:p {namespace}><w:r><w:t>Bão vào</w:t></w:r><w:ins><w:r><w:t> lúc nửa đêm</w:t></w:r></w:ins>"
            "<w:del><w:r><w:delText> hôm qua</w:delText></w:r></w:del>"
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t> BÍ MẬT</w:t></w:r><w:r><w:t>.</w:t></w:r></w:p>"
        ),
    )
    document.save(str(tmp_path / "a.docx"))
    record = the_record(tmp_path / "a.docx")
    assert record.text == "Bão số 3 đổi hướng\nBão vào lúc nửa đêm."
    assert record.title == "Bão số 3 đổi hướng"


def test_docx_struck_out_runs_are_gone_and_notes_are_read(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    paragraph = document.add_paragraph("The mill paid ")
    paragraph.add_run("90").font.strike = True
    paragraph.add_run("80").font.double_strike = True
    paragraph.add_run("60 crowns.")
    document.save(str(tmp_path / "plain.docx"))
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(tmp_path / "plain.docx") as source, zipfile.ZipFile(tmp_path / "a.docx", "w") as target:
        for name in source.namelist():
            content = source.read(name).decode("utf-8", "surrogateescape")
            if name == "word/_rels/document.xml.rels":
                notes = (
                    f'<Relationship Id="n{kind}" Type="{office}/{kind}" Target="{kind}.xml"/>'
                    for kind in ("footnotes", "endnotes")
                )
                content = content.replace("</Relationships>", f"{''.join(notes)}</Relationships>")
            if name == "[Content_Types].xml":
                kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
                types = (
                    f'<Override PartName="/word/{kinds}.xml" ContentType="{kind}.{kinds}+xml"/>'
                    for kinds in ("footnotes", "endnotes")
                )
                content = content.replace("</Types>", f"{''.join(types)}</Types>")
            target.writestr(name, content.encode("utf-8", "surrogateescape"))
        for kind, words in (("footnote", "Less 4 crowns of costs."), ("endnote", "Court file 12.")):
            rule = f'<w:{kind} w:type="separator" w:id="0"><w:p><w:r><w:t>rule</w:t></w:r></w:p></w:{kind}>'
            note = f'<w:{kind} w:id="2"><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:{kind}>'
            target.writestr(f"word/{kind}s.xml", f'<w:{kind}s xmlns:w="{space}">{rule}{note}</w:{kind}s>')
    assert the_record(tmp_path / "a.docx").text == "The mill paid 60 crowns.\nLess 4 crowns of costs.\nCourt file 12."


def test_docx_tables_name_their_columns(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    table = document.add_table(rows=4, cols=3)
    texts = ("Budget", "2025", "2026", "Roads", "120", "131", "", "n. a.", "", "Schools", "300", "344")
    for cell, text in zip((c for row in table.rows for c in row.cells), texts, strict=True):
        cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(2, 1).merge(table.cell(2, 2))
    document.save(str(tmp_path / "a.docx"))
    assert the_record(tmp_path / "a.docx").text.split("\n") == [
        "Budget: Roads | 2025: 120 | 2026: 131",
        "Budget: Roads | 2025: n. a. | 2026: n. a.",
        "Budget: Schools | 2025: 300 | 2026: 344",
    ]


def test_docx_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.docx", "w") as archive:
        archive.writestr("a.txt", "x")
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 210_000_000)
    with zipfile.ZipFile(tmp_path / "hollow.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w:document")
    (tmp_path / "cut.docx").write_bytes((tmp_path / "other.docx").read_bytes()[:40])
    (tmp_path / "old.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    reasons = {
        name: the_failure(tmp_path / f"{name}.docx").reason for name in ("other", "bomb", "hollow", "cut", "old")
    }
    assert "no DOCX file" in reasons["other"]
    assert "200 MB" in reasons["bomb"]
    assert "broken DOCX" in reasons["hollow"]
    assert "broken DOCX" in reasons["cut"]
    assert "password" in reasons["old"]


def test_docx_entities_are_not_expanded(tmp_path: Path) -> None:
    from docx import Document

    entity = f"<!DOCTYPE d [<!ENTITY a '{'lol' * 99}'>]>"
    Document().save(str(tmp_path / "plain.docx"))
    with zipfile.ZipFile(tmp_path / "plain.docx") as source, zipfile.ZipFile(tmp_path / "a.docx", "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                xml = (
                    data.decode()
                    .partition("?>")[2]
                    .replace("<w:body>", "<w:body><w:p><w:r><w:t>Giá &a; tăng</w:t></w:r></w:p>")
                )
                data = (entity + xml).encode()
            target.writestr(name, data)
    (found,) = read(tmp_path / "a.docx")
    assert "lol" not in (found.text if isinstance(found, Record) else found.reason)
