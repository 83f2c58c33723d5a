"""One small file of each packed or listed format, made here. The article in it is invented, and the same in each."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

TITLE = "Xưởng dệt thành trường học"
BODY = "Hội đồng xã Nà Bưởi hôm thứ ba quyết định đổi xưởng dệt cũ thành trường học cho 240 em."
HTML = f"<html><head><title>{TITLE}</title></head><body><article><h1>{TITLE}</h1><p>{BODY}</p></article></body></html>"


def packed(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def odt(body: str, styles: str = "") -> bytes:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "style")
    )
    content = (
        f"<office:document-content{names}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def epub(*chapters: str) -> bytes:
    items = "".join(
        f'<item id="c{i}" href="c{i}.xhtml" media-type="application/xhtml+xml"/>' for i in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(chapters)))
    book = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        "<dc:title>Tuần san Nà Bưởi</dc:title><dc:creator>Lò Thị Hoa</dc:creator><dc:date>2026-03-05</dc:date>"
        "</metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="O/book.opf"/></rootfiles></container>'
    pages = {f"O/c{i}.xhtml": chapter for i, chapter in enumerate(chapters)}
    return packed(
        {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "O/book.opf": book, **pages}
    )


def pptx(*slides: str) -> bytes:
    """Slides of shapes; `notes` of a slide are not made."""
    names = (
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    )
    ids = "".join(f'<p:sldId r:id="r{i}"/>' for i in range(len(slides)))
    relations = "".join(
        f'<Relationship Id="r{i}" Type="x/slide" Target="slides/s{i}.xml"/>' for i in range(len(slides))
    )
    relations = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>'
    return packed(
        {
            "ppt/presentation.xml": f"<p:presentation {names}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations,
            **{f"ppt/slides/s{i}.xml": f"<p:sld {names}>{slide}</p:sld>" for i, slide in enumerate(slides)},
        }
    )


def shape(text: str, role: str = "", y: int = 0) -> str:
    placeholder = f'<p:nvPr><p:ph type="{role}"/></p:nvPr>' if role else ""
    place = f'<p:spPr><a:xfrm><a:off x="0" y="{y}"/></a:xfrm></p:spPr>'
    return f"<p:sp>{placeholder}{place}<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"


def xlsx(rows: list[list[str]]) -> bytes:
    def cell(text: str) -> str:
        return f'<c t="inlineStr"><is><t>{text}</t></is></c>'

    sheet = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    related = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    return packed(
        {
            "xl/workbook.xml": f'<workbook {main} xmlns:r="{related}"><sheets><sheet name="Bài" sheetId="1" r:id="r1"/>'
            "</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
            f'Type="{related}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>",
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{related}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        }
    )


def rtf(text: str) -> bytes:
    """Letters beyond ASCII as \\uN with a question mark for older readers."""
    written = "".join(char if char.isascii() else f"\\u{ord(char)}?" for char in text)
    return f"{{\\rtf1\\ansi\\ansicpg1258\\uc1\\deff0 {written}\\par}}".encode()


# Two hyphens and a space, alone in their line.
SIGNATURE = "-- "
FEED = f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Báo Nà Bưởi</title><item><title>{TITLE}</title><link>https://nabuoi.example/1</link>
<pubDate>Tue, 05 May 2026 23:30:00 -0400</pubDate><description>Tóm tắt.</description>
<content:encoded><![CDATA[<p>{BODY}</p><p>Hết.</p>]]></content:encoded></item>
<item><title>Chợ mới mở</title><description>Chợ Nà Bưởi mở lại sáng nay.</description></item></channel></rss>"""
MAIL = f"""From: Lan Chi <lan@nabuoi.example>
To: ban@nabuoi.example
Subject: =?utf-8?q?Fwd=3A_Ch=E1=BB=A3_m=E1=BB=9Bi?=
Date: Tue, 05 May 2026 10:00:00 +0700
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{BODY}

{SIGNATURE}
Lan Chi, số máy 123
"""
SAVED_PAGE = f"""From: <Saved by Blink>
Snapshot-Content-Location: https://nabuoi.example/2026/05/05/truong.html
Subject: {TITLE}
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; boundary="B"

--B
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

{HTML}
--B--
"""


def warc(*pages: tuple[str, str]) -> bytes:
    """Responses of (address, HTML)."""
    out = b""
    for address, html in pages:
        http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}".encode()
        out += (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2026-05-06T10:00:00Z\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        ).encode() + http + b"\r\n\r\n"  # fmt: skip
    return out


CSV = (
    "id,title,published,source,content\r\n"
    f"1,{TITLE},2026-05-05,Báo Nà Bưởi,{BODY}\r\n2,Chợ,2026-05-06,Báo Nà Bưởi,Chợ mở lại.\r\n"
)
SAMPLES: dict[str, bytes] = {
    "a.csv": CSV.encode(),
    "a.xlsx": xlsx([row.split(",") for row in CSV.splitlines()]),
    "a.rss": FEED.encode(),
    "a.eml": MAIL.encode(),
    "a.mbox": f"From lan Tue May 05 10:00:00 2026\n{MAIL}\nFrom lan Tue May 05 11:00:00 2026\n{MAIL}".encode(),
    "a.mhtml": SAVED_PAGE.encode(),
    "a.odt": odt(f"<text:h>{TITLE}</text:h><text:p>{BODY}</text:p>"),
    "a.epub": epub(HTML),
    "a.pptx": pptx(shape(TITLE, "title") + shape(BODY)),
    "a.rtf": rtf(f"{TITLE}\\par {BODY}"),
    "a.warc": warc(("https://nabuoi.example/1", HTML)),
    "a.zip": packed({"tin/a.txt": f"{TITLE}\n{BODY}", "b.csv": CSV}),
}
