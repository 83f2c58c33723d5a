"""Text recognition (OCR) by Tesseract, of scanned pages and pictures; an extra, for it needs programs of the system."""

from __future__ import annotations

import io
import math
import shutil
from collections import defaultdict
from functools import cache
from importlib.util import find_spec
from statistics import median
from typing import TYPE_CHECKING, Any

from rag.errors import ReadError
from rag.readers.pdf_glyphs import Word
from rag.readers.pdf_layout import in_reading_order
from rag.readers.pdf_paragraphs import text_of_pages
from rag.readers.record import Draft
from rag.types import Page

if TYPE_CHECKING:
    from PIL.Image import Image

# Dots an inch, as text recognition likes it; pixels of a picture; pages of a scan; seconds for one page.
RESOLUTION, MAX_PIXELS, MAX_PAGES, MAX_SECONDS = 300, 40_000_000, 300, 60
HOW_TO_GET_IT = (
    "to read it install Tesseract with Vietnamese (apt install tesseract-ocr tesseract-ocr-vie), then "
    "pip install 'trich-dan[ocr]'"
)
_LANGUAGES = ("vie", "eng")
# Words that Tesseract is less sure of are mostly specks and lines.
_LEAST_SURE = 25.0


@cache
def is_there() -> bool:
    """Whether scans and pictures can be read on this machine."""
    return find_spec("pytesseract") is not None and shutil.which("tesseract") is not None


def read_picture(data: bytes) -> Draft:
    """The text of a picture. Raises ReadError without text recognition, and for one that is broken or has no text."""
    if not is_there():
        raise ReadError(f"a picture: {HOW_TO_GET_IT}")
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(io.BytesIO(data)) as picture:
            pages = [_page_of(picture, number) for number in range(min(getattr(picture, "n_frames", 1), MAX_PAGES))]
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ReadError(f"a picture of over {MAX_PIXELS // 1_000_000} million pixels; make it smaller") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise ReadError("a broken picture; open it and save it again") from error
    if not any(words for words, _ in pages):
        raise ReadError("a picture in which no text is recognised; leave it out")
    text, starts = text_of_pages([in_reading_order(rows) for rows, _ in pages])
    return Draft(text=text, pages=tuple(Page(start, sure) for start, (_, sure) in zip(starts, pages, strict=True)))


def _page_of(picture: Image, number: int) -> tuple[list[list[Word]], float | None]:
    picture.seek(number)
    if picture.width * picture.height > MAX_PIXELS:
        raise ReadError(f"a picture of over {MAX_PIXELS // 1_000_000} million pixels; make it smaller")
    dots = picture.info.get("dpi", (RESOLUTION, RESOLUTION))[0]
    return recognised(picture.convert("L"), float(dots) if dots and 70 <= float(dots) <= 1200 else RESOLUTION)


def scale_for(width: float, height: float) -> float:
    """Pixels a point to draw a page with: as text recognition likes it, and no more than MAX_PIXELS in all."""
    return min(RESOLUTION / 72, math.sqrt(MAX_PIXELS / max(width * height, 1.0)))


def recognised(picture: Image, dots: float = RESOLUTION) -> tuple[list[list[Word]], float | None]:
    """The words of a picture by line, in points, and how sure they are (0 to 1; None without words).

    Raises ReadError where Tesseract fails, has none of our languages or takes too long.
    """
    import pytesseract

    try:
        told = pytesseract.image_to_data(
            picture, lang=languages(), config="--psm 3", output_type=pytesseract.Output.DICT, timeout=MAX_SECONDS
        )
    except (pytesseract.TesseractError, pytesseract.TesseractNotFoundError) as error:
        raise ReadError(f"Tesseract fails ({str(error)[:80]}); check its installation") from error
    except RuntimeError:
        raise ReadError(f"takes over {MAX_SECONDS} s to recognise a page; make the picture smaller") from None
    return _rows(told, picture.height, 72 / dots)


@cache
def languages() -> str:
    """Those of ours that Tesseract has, as it calls them. Raises ReadError where it has none."""
    import pytesseract

    known = pytesseract.get_languages()
    found = [language for language in _LANGUAGES if language in known]
    if not found:
        raise ReadError("Tesseract has neither Vietnamese nor English; install tesseract-ocr-vie")
    return "+".join(found)


def _rows(told: dict[str, list[Any]], height: int, scale: float) -> tuple[list[list[Word]], float | None]:
    lines: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for i, text in enumerate(told["text"]):
        if text.strip() and float(told["conf"][i]) >= _LEAST_SURE:
            lines[tuple(told[name][i] for name in ("block_num", "par_num", "line_num"))].append(i)
    rows = []
    for numbers in lines.values():
        # Letters that reach below the line make a box lower; the size of all is that of the line's usual box.
        size = max(median(told["height"][i] for i in numbers) * scale * 1.2, 1.0)
        bottom = median(told["top"][i] + told["height"][i] for i in numbers)
        baseline = (height - bottom) * scale
        rows.append(
            [
                Word(
                    told["text"][i].strip(),
                    told["left"][i] * scale,
                    (told["left"][i] + told["width"][i]) * scale,
                    baseline,
                    size,
                )
                for i in sorted(numbers, key=lambda one: told["left"][one])
            ]
        )
    sure = [(float(told["conf"][i]) / 100, len(told["text"][i])) for numbers in lines.values() for i in numbers]
    letters = sum(count for _, count in sure)
    confidence = sum(share * count for share, count in sure) / letters if letters else None
    return sorted(rows, key=lambda row: -row[0].baseline), None if confidence is None else round(confidence, 3)
