"""PDF files: the text of the pages in reading order, without what the layout added, and where each page begins.

PDFium finds the letters; `pdf_glyphs` makes words of them, `pdf_running` leaves headers and footers out, `pdf_layout`
orders columns and tables, `pdf_paragraphs` joins lines. Scanned pages are read by `ocr`, where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import ReadError
from rag.readers import ocr
from rag.readers.pdf_glyphs import Word, rows_of_words
from rag.readers.pdf_layout import in_reading_order
from rag.readers.pdf_paragraphs import text_of_pages
from rag.readers.pdf_rules import Rule, rules_of
from rag.readers.pdf_running import without_running_lines
from rag.readers.record import Draft
from rag.types import Page

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

MAX_PAGES = 3_000
MAX_CHARACTERS = 20_000_000

# More words of one letter than this share are letters that could not be joined; Vietnamese and English have few.
_MOST_SINGLE, _FEWEST_WORDS = 0.5, 20
_TOOL_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)|untitled|^document\d*$|^slide \d+|"
    r"\.(?:docx?|pdf|indd|qxd|xlsx?|pptx?|tex|html?|odt)$",
    re.IGNORECASE,
)
_TOOL_AUTHOR = re.compile(
    r"microsoft|user|admin|owner|adobe|\bpc\b|^unknown$|anonymous|windows|office|python|\d", re.IGNORECASE
)


def read_pdf(data: bytes) -> Draft:
    """The article of a PDF. Raises ReadError for a broken or locked file and for one of pictures only.

    Its creation date is its file's, not the article's, and is not read.
    """
    with _opened(data) as document:
        sheets = _sheets(document)
        info = document.get_metadata_dict()
    pages = without_running_lines([sheet.rows for sheet in sheets])
    if not any(map(_has_letters, pages)):
        advice = "and none is recognised in it; leave it out" if ocr.is_there() else f"a scan: {ocr.HOW_TO_GET_IT}"
        raise ReadError(f"a PDF without text, {advice}")
    _check_letters([word for page in pages for row in page for word in row])
    text, starts = text_of_pages(
        [in_reading_order(page, sheet.rules) for page, sheet in zip(pages, sheets, strict=True)]
    )
    return Draft(
        text=text,
        title=plausible_title(info.get("Title")),
        author=plausible_author(info.get("Author")),
        pages=tuple(Page(start, sheet.sure) for start, sheet in zip(starts, sheets, strict=True)),
    )


def plausible_title(title: object) -> str | None:
    """A title from document properties, unless a program wrote its own or the file's name there."""
    text = " ".join(title.split()) if isinstance(title, str) else ""
    return text if len(text.split()) >= 2 and not _TOOL_TITLE.search(text) else None


def plausible_author(author: object) -> str | None:
    """An author from document properties, if it can be a person's full name."""
    text = " ".join(author.split()) if isinstance(author, str) else ""
    return text if 2 <= len(text.split()) <= 12 and not _TOOL_AUTHOR.search(text) else None


@contextmanager
def _opened(data: bytes) -> Iterator[PdfDocument]:
    """The document, which an empty password may open. Raises ReadError, also for what breaks while it is read."""
    import pypdfium2
    from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY

    try:
        document = pypdfium2.PdfDocument(data)
        try:
            yield document
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD:
            raise ReadError("protected by a password; save it without one") from None
        if error.err_code == FPDF_ERR_SECURITY:
            raise ReadError("encrypted in a way that cannot be opened here; save it without protection") from None
        raise ReadError("a broken PDF; open it and save it again") from error


@dataclass(slots=True)
class _Sheet:
    """A page as it was found: its lines of words, its rules, and how surely a scanned one was read."""

    rows: list[list[Word]]
    rules: list[Rule]
    sure: float | None = None


def _sheets(document: Any) -> list[_Sheet]:
    if len(document) > MAX_PAGES:
        raise ReadError(f"over {MAX_PAGES} pages; split it into its articles")
    if not len(document):
        raise ReadError("a PDF without pages; open it and save it again")
    sheets: list[_Sheet] = []
    size = scans = 0
    for page in document:
        sheet = _Sheet(rows_of_words(page), rules_of(page))
        if not _has_letters(sheet.rows) and ocr.is_there() and _has_picture(page):
            scans += 1
            if scans > ocr.MAX_PAGES:
                raise ReadError(f"over {ocr.MAX_PAGES} scanned pages; split it into its articles")
            sheet.rows, sheet.sure = _recognised(page)
        page.close()
        sheets.append(sheet)
        size += sum(len(word.text) + 1 for row in sheet.rows for word in row)
        if size > MAX_CHARACTERS:
            raise ReadError(f"over {MAX_CHARACTERS} characters; split it into its articles")
    return sheets


def _has_letters(rows: Sequence[Sequence[Word]]) -> bool:
    return any(char.isalnum() for row in rows for word in row for char in word.text)


def _has_picture(page: Any) -> bool:
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    return any(True for _ in page.get_objects(filter=(FPDF_PAGEOBJ_IMAGE,), max_depth=3))


def _recognised(page: Any) -> tuple[list[list[Word]], float | None]:
    scale = ocr.scale_for(*page.get_size())
    return ocr.recognised(page.render(scale=scale, grayscale=True).to_pil(), 72 * scale)


def _check_letters(words: list[Word]) -> None:
    """Raises ReadError where letters stand alone, or have no names that programs could read."""
    unnamed = sum(
        not char.isprintable() or char == "\ufffd" or "\ue000" <= char <= "\uf8ff"
        for word in words
        for char in word.text
    )
    if unnamed > 0.3 * sum(len(word.text) for word in words):
        raise ReadError("a PDF whose fonts do not say which letters they show; run text recognition (OCR) on it first")
    letters = [word for word in words if any(map(str.isalpha, word.text))]
    single = sum(len(word.text) == 1 for word in letters)
    if len(letters) >= _FEWEST_WORDS and single > _MOST_SINGLE * len(letters):
        raise ReadError("a PDF whose letters stand apart, each for itself; save it from its program again, or as text")
