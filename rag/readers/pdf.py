"""PDF files: the text of the pages, with the line breaks of the layout taken out again."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from rag.errors import ReadError
from rag.readers.record import Draft
from rag.readers.web import silenced

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_PAGES = 3_000
MAX_CHARACTERS = 20_000_000

_SENTENCE_END = re.compile(r"[.!?…:;][”\"’')\]]*$")
_STARTS_ITEM = re.compile(r"[-•*–]\s|\d{1,2}[.)]\s")
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
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    with silenced("pypdf"):
        try:
            reader = PdfReader(io.BytesIO(data))
            if reader.is_encrypted and not reader.decrypt(""):
                raise ReadError("protected by a password; save it without one")
            pages = _pages(reader)
            info = reader.metadata
        except DependencyError:
            raise ReadError("encrypted in a way that cannot be opened here; save it without protection") from None
        except (ReadError, MemoryError):
            raise
        except Exception as error:  # pypdf raises whatever a damaged structure leads to
            raise ReadError(f"a broken PDF ({type(error).__name__}); open it and save it again") from error
    if not any(map(str.isalnum, "".join(pages))):
        raise ReadError("a PDF without text, perhaps a scan; run text recognition (OCR) on it first")
    title, author = (info.title, info.author) if info else (None, None)
    return Draft(
        text="\n\n".join(filter(None, map(_paragraphs, pages))),
        title=plausible_title(title),
        author=plausible_author(author),
    )


def plausible_title(title: object) -> str | None:
    """A title from document properties, unless a program wrote its own or the file's name there."""
    text = " ".join(title.split()) if isinstance(title, str) else ""
    return text if len(text.split()) >= 2 and not _TOOL_TITLE.search(text) else None


def plausible_author(author: object) -> str | None:
    """An author from document properties, if it can be a person's full name."""
    text = " ".join(author.split()) if isinstance(author, str) else ""
    return text if 2 <= len(text.split()) <= 12 and not _TOOL_AUTHOR.search(text) else None


def _pages(reader: PdfReader) -> list[str]:
    pages: list[str] = []
    size = 0
    for number, page in enumerate(reader.pages, start=1):
        if number > MAX_PAGES or size > MAX_CHARACTERS:
            raise ReadError(f"over {MAX_PAGES} pages or {MAX_CHARACTERS} characters; split it into its articles")
        pages.append(page.extract_text())
        size += len(pages[-1])
    return pages


def _paragraphs(page: str) -> str:
    """A page's lines joined into paragraphs; a page number alone at the top or foot is left out.

    A line ends its paragraph when it ends a sentence and is clearly shorter than the column, or before a blank line
    or a list item; a short line without a stop is a heading.
    """
    lines = [" ".join(line.split()) for line in page.split("\n")]
    while lines and (not lines[-1] or lines[-1].isdigit()):
        lines.pop()
    while lines and (not lines[0] or lines[0].isdigit()):
        lines.pop(0)
    width = max(map(len, lines), default=0)
    out: list[str] = []
    for i, line in enumerate(lines):
        previous = lines[i - 1] if i else ""
        if out and line and not _breaks(previous, line, width):
            out[-1] = _joined(out[-1], line)
        elif line:
            out.append(line)
    return "\n".join(out)


def _breaks(previous: str, line: str, width: int) -> bool:
    if not previous or _STARTS_ITEM.match(line):
        return True
    if line[0].islower():
        return False
    return len(previous) < 0.6 * width or (bool(_SENTENCE_END.search(previous)) and len(previous) < 0.9 * width)


def _joined(head: str, line: str) -> str:
    """Two lines as one; a word broken at the line's end is made whole, a name's hyphen ("Jong-un") kept."""
    if not head.endswith("-") or head.endswith(" -") or not line[0].islower():
        return f"{head} {line}"
    word = head[:-1].rsplit(" ", 1)[-1]
    return head + line if word[:1].isupper() else head[:-1] + line
