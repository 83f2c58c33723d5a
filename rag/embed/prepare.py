"""What of a text is embedded: the one form that every engine takes."""

from __future__ import annotations

import re
import unicodedata

# A passage is far shorter; the caps bound the seconds that garbage can take (an emoji is a token and four bytes).
MAX_CHARACTERS = 4_000
MAX_BYTES = 6_000
# NUL ends a C string, a lone surrogate cannot be encoded, the rest means nothing to a model.
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufeff]+")


def prepare(text: str) -> str:
    """The head of `text`, within both caps, in NFKC, each run of white space or control characters one space.

    Idempotent. NFKC comes first because the plain engine expands compatibility characters (U+FDFA becomes 18)
    into a buffer made for fewer, and because a decomposed letter costs twice the tokens and moves the vector.
    """
    plain = unicodedata.normalize("NFKC", _UNSPEAKABLE.sub(" ", text[:MAX_CHARACTERS]))
    head = " ".join(plain.split())[:MAX_CHARACTERS]
    return head.encode()[:MAX_BYTES].decode(errors="ignore").rstrip()
