"""Text of articles, questions and models as Markdown that shows it and does nothing else. Pure."""

from __future__ import annotations

import re

# Control characters, bidirectional overrides and isolates, lone surrogates: what would reorder or break a line.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_MARKUP = re.compile(r"[\\`*_\[\]{}~|^$#@!]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# What only means something where a line begins: lists, underlines of headings, definitions.
_AT_THE_START = re.compile(r"^(\d{0,9})([-+=:.)%])")
# Addresses that readers of Markdown make into links of their own accord.
_ADDRESS = re.compile(r"(?<!\\):(?=//)|(?<=www)\.", re.IGNORECASE)
_LINK = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?([/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?", re.IGNORECASE)


def escaped(text: str) -> str:
    """One line that every reader of Markdown shows as the characters of `text`; runs of blanks become one."""
    line = _UNSEEN.sub("\ufffd", " ".join(text.split()))
    line = _MARKUP.sub(r"\\\g<0>", line).translate(_ENTITIES)
    return _ADDRESS.sub(r"\\\g<0>", _AT_THE_START.sub(r"\1\\\2", line))


def link(address: str) -> str:
    """A link to a plain web address; anything else (`javascript:`, odd characters) is shown as text."""
    return f"<{address}>" if is_address(address) else escaped(address)


def is_address(text: str) -> bool:
    """Whether it is a plain web address: http or https, a host without a name before it, no odd characters."""
    return _LINK.fullmatch(text) is not None
