"""How much of a PDF's text different libraries read in order: `python -m eval.benchmarks.pdf_extractors [--font FILE]`.

Sentences of `corpus/` are set in the layouts of newspapers; a sentence counts that comes out whole, in one piece and in
its words. Needs the extra `bench`, and a font with Vietnamese letters.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rag.readers.pdf import read_pdf

_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
_WIDTH, _HEIGHT, _EDGE = 595.0, 842.0, 50.0
_CORPUS = Path(__file__).resolve().parents[2] / "corpus"

# The file, and the sentences in it.
Sheet = tuple[bytes, Sequence[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--font", type=Path, default=_FONT)
    font = parser.parse_args().font
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("body", str(font)))
    drawn = random.Random(7)
    print(f"{'layout':34}" + "".join(f"{name:>20}" for name in READERS))
    for layout, make in LAYOUTS.items():
        data, said = make(drawn)
        print(f"{layout:34}" + "".join(f"{_figures(reader, data, said):>20}" for reader in READERS.values()))


def _figures(reader: Callable[[bytes], str], data: bytes, said: Sequence[str]) -> str:
    began = time.process_time()
    text = " ".join(reader(data).split())
    took = time.process_time() - began
    return f"{sum(sentence in text for sentence in said) / len(said):.0%} in {1000 * took:.0f} ms"


def _pypdf(data: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def _pdfium(data: bytes) -> str:
    from pypdfium2 import PdfDocument

    return "\n".join(page.get_textpage().get_text_bounded() for page in PdfDocument(data))


def _pdfplumber(data: bytes) -> str:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        return "\n".join(page.extract_text() or "" for page in document.pages)


READERS: dict[str, Callable[[bytes], str]] = {
    "pypdf": _pypdf, "PDFium": _pdfium, "pdfplumber": _pdfplumber, "ours": lambda data: read_pdf(data).text,
}  # fmt: skip


def _sentences(drawn: random.Random, count: int) -> list[str]:
    found: list[str] = []
    for path in sorted(_CORPUS.rglob("*.md")):
        text = re.sub(r"^---.*?---", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        pieces = (piece.strip() for piece in re.split(r"(?<=[.!?])\s+", text))
        found += [one for one in pieces if 60 < len(one) < 260 and not re.search(r"[\n\[\]#*>|_]", one)]
    return drawn.sample(found, min(count, len(found)))


def _flowing(columns: int, size: float, gutter: float, *, justified: bool) -> Callable[[random.Random], Sheet]:
    """Text that flows through the columns of pages with running headers and footers."""

    def make(drawn: random.Random) -> Sheet:
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

        width = (_WIDTH - 2 * _EDGE - gutter * (columns - 1)) / columns
        lefts = [_EDGE + i * (width + gutter) for i in range(columns)]
        frames = [Frame(left, 60, width, _HEIGHT - 150, 0, 0, 0, 0) for left in lefts]

        def running(canvas: object, page: object) -> None:
            _line(canvas, 7, _EDGE, _HEIGHT - 30, f"BÁO BẾN SÔNG, thứ Năm, 5/3/2026, trang {page.page}")  # type: ignore[attr-defined]
            _line(canvas, 7, _EDGE, 28, "Báo Bến Sông giữ mọi bản quyền.")

        style = ParagraphStyle(
            "body", fontName="body", fontSize=size, leading=1.25 * size, spaceAfter=5, alignment=4 * justified,
            firstLineIndent=10 * justified,
        )  # fmt: skip
        said = _sentences(drawn, 120)
        out = io.BytesIO()
        document = BaseDocTemplate(out, pagesize=(_WIDTH, _HEIGHT))
        document.addPageTemplates(PageTemplate(frames=frames, onPage=running))
        document.build([Paragraph(" ".join(said[i : i + 3]), style) for i in range(0, len(said), 3)])
        return out.getvalue(), said

    return make


def _by_row(*, by_letter: bool = False, spread: float = 0.0) -> Callable[[random.Random], Sheet]:
    """Two columns drawn line by line across both, or letter by letter, as converters write them."""

    def make(drawn: random.Random) -> Sheet:
        from reportlab.lib.utils import simpleSplit
        from reportlab.pdfgen.canvas import Canvas

        said = _sentences(drawn, 48)
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(_WIDTH, _HEIGHT))
        for start in range(0, len(said), 16):
            halves = (said[start : start + 8], said[start + 8 : start + 16])
            columns = [simpleSplit(" ".join(half), "body", 9.5, 180 if spread else 235) for half in halves]
            for i in range(max(map(len, columns))):
                for place, column in enumerate(columns):
                    if i < len(column):
                        left, top = _EDGE + 255 * place, 780 - 13 * i
                        draw = _letters if by_letter else _line
                        draw(canvas, 9.5, left, top, column[i], spread)
            canvas.showPage()
        canvas.save()
        return out.getvalue(), said

    return make


def _line(canvas: object, size: float, left: float, top: float, text: str, _: float = 0.0) -> None:
    canvas.setFont("body", size)  # type: ignore[attr-defined]
    canvas.drawString(left, top, text)  # type: ignore[attr-defined]


def _letters(canvas: object, size: float, left: float, top: float, text: str, spread: float = 0.0) -> None:
    for letter in text:
        if letter != " ":
            _line(canvas, size, left, top, letter)
        left += canvas.stringWidth(letter, "body", size) + spread  # type: ignore[attr-defined]


LAYOUTS: dict[str, Callable[[random.Random], Sheet]] = {
    "one column": _flowing(1, 9.5, 14, justified=False),
    "two columns": _flowing(2, 9.5, 14, justified=False),
    "two columns, narrow gutter": _flowing(2, 9.5, 9, justified=True),
    "three columns, justified": _flowing(3, 8.5, 12, justified=True),
    "two columns, drawn row by row": _by_row(),
    "drawn letter by letter": _by_row(by_letter=True),
    "letters set wide": _by_row(by_letter=True, spread=0.6),
}

if __name__ == "__main__":
    main()
