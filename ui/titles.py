"""A conversation's title from what was asked or typed: one line, bounded, without what would reorder a page. Pure."""

from __future__ import annotations

import re

from rag.text.normalise import normalise

MAX_TITLE = 80
# Bidirectional controls reorder what follows them; blanks without a width make two titles look alike.
_UNSEEN = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069]")


def title_of(text: str) -> str:
    """At most MAX_TITLE characters of `text`, cut between words where one ends in the last third; "" if blank."""
    # More than this never shows; a text of a megabyte is not worth normalising.
    line = " ".join(_UNSEEN.sub("", normalise(text[: 20 * MAX_TITLE])).split())
    if len(line) <= MAX_TITLE:
        return line
    start = line[: MAX_TITLE - 1]
    words, _, _ = start.rpartition(" ")
    return (words if len(words) > 2 * MAX_TITLE // 3 else start).rstrip(" ,.;:") + "…"
