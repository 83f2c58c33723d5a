"""PDF files made byte by byte: letters half as wide as high, put where a test wants them."""

from __future__ import annotations

import io

# x, y from the lower left corner of a page of 595 x 842, size of the letters, text; or a piece of a page's program.
Placed = tuple[float, float, float, str] | bytes

_CMAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def "
    b"1 begincodespacerange <0000> <FFFF> endcodespacerange "
    b"1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end"
)


def pdf_of(*pages: list[Placed]) -> bytes:
    """A PDF whose two-byte character codes are the Unicode code points themselves."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H "
        b"/DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 500 >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(_CMAP), _CMAP),
    ]
    kids = []
    for page in pages:
        content = b"\n".join(map(_drawn, page))
        kids.append(len(objects) + 1)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (len(objects) + 2),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    listed = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (listed, len(kids))
    return written(objects)


def _drawn(placed: Placed) -> bytes:
    if isinstance(placed, bytes):
        return placed
    x, y, size, text = placed
    return f"BT /F1 {size} Tf {x} {y} Td <{text.encode('utf-16-be', 'replace').hex()}> Tj ET".encode()


def written(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """The file of numbered objects, the first of which is the catalogue."""
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    xref = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    root = b"/Size %d /Root 1 0 R %s" % (len(objects) + 1, trailer)
    out.write(b"trailer << %s >>\nstartxref\n%d\n%%%%EOF" % (root, xref))
    return out.getvalue()


def lines(x: float, y: float, texts: list[str], size: float = 10, leading: float = 13) -> list[Placed]:
    """Lines below each other."""
    return [(x, y - number * leading, size, text) for number, text in enumerate(texts)]


def letters(x: float, y: float, text: str, size: float = 10, spread: float = 0) -> list[Placed]:
    """Letters placed one by one, `spread` points further apart than they are wide; spaces are only gaps."""
    step = size / 2 + spread
    return [(x + place * step, y, size, letter) for place, letter in enumerate(text) if letter != " "]
