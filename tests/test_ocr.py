"""Scans and pictures: read by Tesseract where it is, and told how to get it where it is not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pdf_pages import pdf_of
from PIL import Image, ImageDraw, ImageFont

from rag.readers import ocr
from rag.readers.files import Record, discover, read
from rag.types import Article, Failure

SAID = ["The council of Harrow agreed on Tuesday", "to pay 180 million for the new bridge.", "It opens in 2027."]
needs_tesseract = pytest.mark.skipif(not ocr.is_there(), reason="Tesseract is not installed")


def picture(lines: list[str]) -> Image.Image:
    """Lines of letters 42 pixels high, as a scan of 300 dots an inch has those of 10 points."""
    drawn = Image.new("L", (1400, 100 + 70 * len(lines)), 255)
    pen = ImageDraw.Draw(drawn)
    for number, line in enumerate(lines):
        pen.text((60, 40 + 70 * number), line, fill=0, font=ImageFont.load_default(42))
    return drawn


def saved(image: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def the(path: Path, data: bytes) -> Record | Failure:
    path.write_bytes(data)
    (found,) = read(path)
    return found


@needs_tesseract
def test_a_scanned_pdf_and_a_picture_are_read_with_their_confidence(tmp_path: Path) -> None:
    scan = picture(SAID)
    for name, data in (("a.pdf", saved(scan, "PDF", resolution=300)), ("a.png", saved(scan, "PNG"))):
        found = the(tmp_path / name, data)
        assert isinstance(found, Record), found
        assert " ".join(found.text.split()) == " ".join(SAID)
        (page,) = found.pages
        assert page.confidence is not None
        assert 0.7 < page.confidence <= 1
    assert {path.name for path in discover([tmp_path])} == {"a.pdf", "a.png"}


@needs_tesseract
def test_pages_of_text_and_scanned_ones_in_one_file(tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for data in (pdf_of([(50, 700, 10, "A page of real text.")]), saved(picture(SAID), "PDF", resolution=300)):
        writer.append(PdfReader(io.BytesIO(data)))
    out = io.BytesIO()
    writer.write(out)
    found = the(tmp_path / "a.pdf", out.getvalue())
    assert isinstance(found, Record), found
    first, second = found.pages
    assert first.confidence is None
    assert second.confidence is not None
    assert found.text[second.start :].startswith("The council")
    article = Article("a", found.text, pages=found.pages)
    assert article.recognition == article.to_dict()["recognition"] == second.confidence


@needs_tesseract
def test_a_picture_without_letters_says_so(tmp_path: Path) -> None:
    found = the(tmp_path / "a.jpg", saved(Image.new("L", (600, 400), 200), "JPEG"))
    assert isinstance(found, Failure)
    assert "no text is recognised" in found.reason
    found = the(tmp_path / "b.png", saved(picture(SAID), "PNG")[:300])
    assert isinstance(found, Failure)
    assert "a broken picture" in found.reason


def test_without_tesseract_the_line_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_there", lambda: False)
    from rag.readers.parse import parse

    for name, kind in (("a.pdf", "PDF"), ("a.png", "PNG")):
        (tmp_path / name).write_bytes(saved(picture(SAID), kind))
        (found,) = parse(tmp_path / name, None)
        assert isinstance(found, Failure)
        assert "tesseract-ocr-vie" in found.reason
        assert "trich-dan[ocr]" in found.reason
    assert [path.name for path in discover([tmp_path])] == ["a.pdf"]


def test_the_doctor_says_whether_scans_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.doctor.machine import check_scans

    assert check_scans().status == "ok"
    monkeypatch.setattr(ocr, "is_there", lambda: False)
    assert "tesseract-ocr-vie" in check_scans().detail
