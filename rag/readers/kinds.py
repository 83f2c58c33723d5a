"""Which format a file is in: by its first bytes where these are sure, by what it packs, by its name, by its content.

A format is called by its usual suffix.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from rag.errors import ReadError
from rag.readers import ocr

MARKDOWN = frozenset({".md", ".markdown", ".mdown"})
HTML = frozenset({".html", ".htm", ".xhtml"})
LINES = frozenset({".jsonl", ".ndjson"})
TABLES = frozenset({".csv", ".tsv"})
SHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
FEEDS = frozenset({".rss", ".atom", ".xml"})
SAVED_PAGES = frozenset({".mhtml", ".mht"})
# Read where there is text recognition; in folders they are passed over without it.
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"})
SUFFIXES = frozenset({
    ".txt", ".text", ".pdf", ".docx", ".json", ".rtf", ".odt", ".pptx", ".epub", ".eml", ".mbox", ".warc", ".warc.gz",
    ".zip", *MARKDOWN, *HTML, *LINES, *TABLES, *SHEETS, *FEEDS, *SAVED_PAGES,
})  # fmt: skip
# Read article by article, whatever their size.
STREAMED = frozenset({*LINES, *TABLES, ".mbox", ".warc", ".zip"})
# May hold several articles.
LISTED = frozenset({*STREAMED, *SHEETS, *FEEDS, ".json", ".epub"})
# What is small and not packed needs little time and memory.
HARMLESS = frozenset({".txt", ".text", ".json", *MARKDOWN, *LINES, *TABLES})

HEAD_BYTES = 4096
_ABOUT_THE_FOLDER = frozenset({"readme", "license", "licence", "contributing", "changelog"})
# What a format's name may promise although its content is HTML or JSON: those are seen by their content.
_PLAIN = frozenset(
    {".txt", ".text", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".xls", ".xml", ".rss", ".atom", *HTML}
)
_MEMBERS = (("word/document.xml", ".docx"), ("xl/workbook.xml", ".xlsx"), ("xl/workbook.bin", ".xlsx"),
            ("ppt/presentation.xml", ".pptx"))  # fmt: skip
_MIMETYPES = {
    b"application/epub+zip": ".epub",
    b"application/vnd.oasis.opendocument.text": ".odt",
    b"application/vnd.oasis.opendocument.text-template": ".odt",
    b"application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
_PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"RIFF")
_HTML_START = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_HTML_PIECES = re.compile(rb"</(?:p|div|h[1-6]|ul|ol|table|article|section|blockquote)\s*>", re.IGNORECASE)
_ROOT = re.compile(rb"<(?![?!])(?:[\w-]+:)?(?P<name>[\w-]+)")
_MAIL_START = re.compile(rb"(?:(?:[A-Z][\w-]*): [^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){3,}")


def has_suffix(name: str) -> bool:
    """Whether a file of that name is of a format that is read."""
    return name.lower().endswith(tuple(SUFFIXES | PICTURES if ocr.is_there() else SUFFIXES))


def is_about_the_folder(name: str) -> bool:
    """Whether a file is a folder's own README or LICENSE."""
    stem, dot, _ = name.lower().partition(".")
    return stem in _ABOUT_THE_FOLDER and (not dot or has_suffix(name))


def suffix_of(name: str) -> str:
    """The format that a name tells: "a.warc.gz" -> ".warc", "a.TXT" -> ".txt"."""
    return ".warc" if name.lower().endswith(".warc.gz") else Path(name).suffix.lower()


def kind_of(path: Path, head: bytes) -> str:
    """The format of a file that begins with `head`. Raises ReadError for one that is known and not read."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    suffix = suffix_of(path.name)
    if start.startswith(b"%PDF-"):
        return ".pdf"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed(path)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _compound(path)
    if start.startswith(b"{\\rtf"):
        return ".rtf"
    if start.startswith(b"WARC/") or (start.startswith(b"\x1f\x8b") and suffix == ".warc"):
        return ".warc"
    if start.startswith(b"\x1f\x8b"):
        raise ReadError("a compressed file; unpack it")
    if suffix in PICTURES and head.startswith(_PICTURE_STARTS):
        return ".png"
    if suffix in SUFFIXES and suffix not in _PLAIN:
        return suffix
    return _by_content(start, suffix)


def _by_content(start: bytes, suffix: str) -> str:
    opening = start[:1000]
    if opening.startswith(b"<"):
        root = _ROOT.search(opening)
        name = root["name"].lower() if root else b""
        if name in (b"rss", b"feed", b"rdf"):
            return ".rss"
        if name == b"html" or _HTML_START.search(start):
            return ".html"
        if suffix in FEEDS and opening.startswith(b"<?xml"):
            shown = name.decode("ascii", "replace")
            raise ReadError(f"XML of another kind (<{shown}>), not a feed; save its articles as RSS, HTML or JSON")
        if opening.startswith(b"<?xml") and suffix not in (".txt", ".text"):
            return ".html"
    if suffix in (".txt", ".text", "") and len(_HTML_PIECES.findall(start)) >= 3:
        return ".html"
    if suffix in (".txt", ".text", "", ".html", ".htm") and _reads_as_json(start):
        return ".json"
    if suffix in SUFFIXES:
        return ".txt" if suffix in (".xls", *FEEDS) else suffix
    if start.startswith(b"From ") and _MAIL_START.match(start.partition(b"\n")[2]):
        return ".mbox"
    return ".eml" if _MAIL_START.match(start) and b"\nFrom: " in b"\n" + start else ".txt"


def _reads_as_json(start: bytes) -> bool:
    """Whether a text begins as an object or a list of them does: `{"` or `[{"`; an essay may begin with a bracket."""
    return bool(re.match(rb'\{\s*"[^"\n]{1,100}"\s*:|\[\s*\{\s*"', start))


def _packed(path: Path) -> str:
    """What a zip archive packs. Raises ReadError for a broken one."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.open("mimetype").read(100).strip() if "mimetype" in names else b""
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, RuntimeError) as error:
        named = suffix_of(path.name)
        # Its reader says what is wrong with one of these.
        if named in (".docx", ".xlsx", ".odt", ".ods", ".pptx", ".epub"):
            return named
        raise ReadError("a broken zip archive; pack it again, or unpack it and ingest the folder") from error
    if mimetype in _MIMETYPES:
        return _MIMETYPES[mimetype]
    found = next((kind for member, kind in _MEMBERS if member in names), None)
    if found is None and suffix_of(path.name) == ".docx":
        return ".docx"
    return found or ".zip"


def _compound(path: Path) -> str:
    """What an old Office file is: its streams' names, two bytes a letter, stand in it somewhere."""
    with path.open("rb") as file:
        data = file.read(50_000_000)
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise ReadError("protected by a password; save it without one")
    if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book\0")):
        return ".xls"
    raise ReadError("an old or password-protected Word file; save it as DOCX without a password")
