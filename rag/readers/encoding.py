"""Bytes of a text file -> str, whatever encoding it was saved in. Raises ReadError for what is no text."""

from __future__ import annotations

import codecs

from rag.errors import ReadError
from rag.readers.legacy import decode_legacy
from rag.text.language import detect

_SAMPLE = 65_536
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of each four bytes, those that are hardly ever zero, and those that often (in UTF-32: always) are.
_ZEROS = (
    ("utf-32-le", (0,), (2, 3)),
    ("utf-32-be", (3,), (0, 1)),
    ("utf-16-le", (0, 2), (1, 3)),
    ("utf-16-be", (1, 3), (0, 2)),
)
_BINARY = "a binary file, not text; convert it to text, HTML, PDF or DOCX first"
_TEXT_CONTROLS = frozenset(b"\t\n\r\x0b\x0c\x1b")


def decode(data: bytes) -> str:
    """The text of a file. Raises ReadError for a binary file and for wide characters cut in half."""
    codec = wide_codec(data[:_SAMPLE])
    if codec:
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            raise ReadError(f"broken {codec.upper()} text; save the file again as UTF-8") from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _is_binary(data[:_SAMPLE]):
        raise ReadError(_BINARY)
    return _damaged_utf8(data) or decode_legacy(data) or _guessed(data)


def wide_codec(head: bytes) -> str | None:
    """The codec of a text that carries a byte order mark or has zero bytes where UTF-16 or UTF-32 puts them.

    None means bytes of ASCII's kind (UTF-8 or an eight-bit encoding). Raises ReadError for zero bytes of a binary file.
    """
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return codec
    if 0 not in head:
        return None
    head = head[: len(head) // 4 * 4]
    zeros = [head[i::4].count(0) / (len(head) / 4) for i in range(4)] if head else [1.0] * 4
    for codec, low, high in _ZEROS:
        # A third of Vietnamese letters have a non-zero high byte; a low byte is hardly ever zero.
        if all(zeros[i] < 0.1 for i in low) and all(zeros[i] > (0.9 if "32" in codec else 0.4) for i in high):
            return codec
    raise ReadError(_BINARY)


def _is_binary(sample: bytes) -> bool:
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in sample)
    return controls > len(sample) / 100


def _damaged_utf8(data: bytes) -> str | None:
    """UTF-8 with a few broken bytes: one bad character must not turn a whole Vietnamese text into another alphabet."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(char > "\x7f" for char in text) - broken
    return text if whole >= 10 * broken else None


def _guessed(data: bytes) -> str:
    """English that is not UTF-8 is Windows-1252, which statistics of letters alone do not see; else they decide."""
    sample = data[:_SAMPLE]
    if detect(sample.decode("cp1252", errors="replace")) == "en":
        return data.decode("cp1252", errors="replace")
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return data.decode(best.encoding if best else "cp1252", errors="replace")
