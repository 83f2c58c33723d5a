"""How citations are written: `[kbdf]` by a language model, `[1]` for readers. Pure.

A model cites evidence by its key. Markers are read leniently (several in one bracket, round brackets, none at all),
keys that were never given are dropped, and whatever could act on a page or fetch something (images, links, tags) is
reduced to plain words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import regex as re

_GROUP = re.compile(r"\s*(?P<open>[\[【(])(?P<inside>[^\[\]【】()\n]{1,80})[\]】)]")
_SEPARATORS = re.compile(r"[\s,;|&]+")
# What a model writes in brackets for a source, whether it was given or not: a number, or consonants in a row.
_KEY_LIKE = re.compile(r"[#^]?(?:\d{1,3}|[bcdfghjkmnpqrstvwxz]{4,6})", re.IGNORECASE)
# What may still become a marker, a link, an image or a tag is not shown while it is received.
_UNFINISHED = re.compile(r"(?:\s*!?[\[【][^\]】]{0,200}(?:\]\(?[^)\s]{0,400})?|\s*<[^>]{0,400}|!|\s+)$")
_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_HIDDEN = re.compile(r"<(script|style|template|title)\b[^>]*>.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z!][^>]{0,400}>|<\|[^|>]{0,40}\|>")
_ADDRESS = re.compile(r"\(?\b(?:https?|ftp|data|javascript|file):\S*", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•–]\s+|#{1,6}\s+|>\s+|\d{1,2}[.)]\s+)")
_EMPHASIS = re.compile(r"(\*\*|__|`+)(.*?)\1")
_SPACE_BEFORE_STOP = re.compile(r" (?=[.,;:!?…](?:\s|$))")
_CLOSING = re.compile(r"[.!?…:;,]*[”’\"')\]]*[.!?…]*$")


def read(text: str, keys: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """A written sentence as plain words, and the given keys it cites, in order, each once."""
    known = {key.casefold(): key for key in keys}
    cited: dict[str, None] = {}

    def group(match: re.Match[str]) -> str:
        tokens = [token for token in _SEPARATORS.split(match["inside"].strip()) if token]
        given = [known[token.casefold()] for token in tokens if token.casefold() in known]
        like = all(_KEY_LIKE.fullmatch(token) for token in tokens) and match["open"] != "("
        if not (len(given) == len(tokens) or like):
            return match.group()
        cited.update(dict.fromkeys(given))
        return ""

    text = _GROUP.sub(group, plain(text))
    if known:
        bare = re.compile(rf"\s*\b(?:{'|'.join(map(re.escape, known))})\b", re.IGNORECASE)
        for match in bare.finditer(text):
            cited[known[match.group().strip().casefold()]] = None
        text = bare.sub("", text)
    return _SPACE_BEFORE_STOP.sub("", " ".join(text.split())), tuple(cited)


def visible(text: str, keys: Iterable[str]) -> str:
    """What may be shown of a sentence that is still being received: no half marker, link or tag."""
    return read(_UNFINISHED.sub("", text), keys)[0]


def plain(text: str) -> str:
    """Words only: no images, links, addresses, tags, scripts, bullets or emphasis."""
    text = _TAG.sub("", _LINK.sub(r"\1", _IMAGE.sub("", _HIDDEN.sub("", text))))
    text = _ADDRESS.sub("", text)
    return _EMPHASIS.sub(r"\2", _BULLET.sub("", text))


def with_markers(sentence: str, markers: Sequence[int]) -> str:
    """The sentence with its markers before the closing stop: "It opened in May [1][3]."."""
    if not markers:
        return sentence
    closing = _CLOSING.search(sentence)
    cut = closing.start() if closing else len(sentence)
    # A closing quotation mark stays with its words.
    stop = re.search(r"[.!?…]*$", sentence[cut:])
    cut = len(sentence) - len(stop.group()) if stop else cut
    return f"{sentence[:cut]} {''.join(f'[{marker}]' for marker in markers)}{sentence[cut:]}"
