"""The one text form of the system: NFC with plain newlines, made once, at ingestion."""

from __future__ import annotations

import re
import unicodedata

# Control characters break terminals, JSON viewers and the embedder (NUL truncates); lone surrogates cannot be encoded.
# The C1 range holds terminal escapes (CSI); form feeds and vertical tabs separate pages and lines as Unicode's own do.
# So does what nobody sees and yet splits words, reorders a line or carries a hidden message: soft hyphens, zero-width
# spaces and invisible operators, bidirectional overrides, tag characters. (Joiners stay: scripts and emoji need them.)
_UNSTORABLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u200b\u2060-\u2064\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\U000e0000-\U000e007f]"
)
MAX_MARKS = 30
_MARKS_AMONG_OTHERS = re.compile(r"[^\w\s\x00-\x7f]{31,}")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_FOLD_D = str.maketrans({"đ": "d", "Đ": "D"})


def _flat_table() -> dict[int, str]:
    """Every letter of Latin script that folds to one character -> that character."""
    table = {}
    for code in [*range(ord("A"), ord("Z") + 1), *range(0xC0, 0x250), *range(0x1E00, 0x1F00)]:
        base = unicodedata.normalize("NFD", chr(code).lower())[0]
        table[code] = _FOLD_D.get(ord(base), base)
    return table


_FLAT = _flat_table()


def normalise(text: str) -> str:
    """Text as it is stored: NFC, `\\n` line ends, no control characters. Idempotent, and linear in the text."""
    plain = _UNSTORABLE.sub("", _LINE_ENDS.sub("\n", text))
    return _limit_marks(unicodedata.normalize("NFC", _limit_marks(plain)))


def _limit_marks(text: str) -> str:
    """At most MAX_MARKS combining marks on one letter; 300,000 of them take NFC a minute and a half to sort.

    The limit is that of Unicode's stream-safe text format (UAX #15); no writing system comes near it.
    """
    return _MARKS_AMONG_OTHERS.sub(_fewer_marks, text)


def _fewer_marks(match: re.Match[str]) -> str:
    kept, run = [], 0
    for char in match.group():
        run = run + 1 if unicodedata.combining(char) else 0
        if run <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def fold(text: str) -> str:
    """Lower-case text without diacritics, as people type it: "Giá vàng ở Đà Nẵng" -> "gia vang o da nang".

    Not an offset-preserving map; use it for comparing, never for locating.
    """
    decomposed = unicodedata.normalize("NFD", text.casefold().translate(_FOLD_D))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def flatten(text: str) -> str:
    """`fold` of NFC text character by character: as long as `text`, so that what matches in it is located in `text`."""
    return text.lower() if text.isascii() else text.translate(_FLAT)


def has_diacritics(text: str) -> bool:
    """Whether a letter of `text` carries a Vietnamese mark (a tone, a horn, a breve, a bar)."""
    return fold(text) != text.casefold()
