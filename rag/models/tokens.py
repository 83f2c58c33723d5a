"""Counts of tokens where no server gives them. Pure."""

from __future__ import annotations

# UTF-8 bytes to a token, so that Vietnamese, with its long letters and short tokens, is judged as English is.
BYTES_PER_TOKEN = 3.4


def estimated_tokens(text: str) -> int:
    """About how many tokens a current model makes of `text`; rather too many than too few."""
    return -(-len(text.encode("utf-8", "replace")) * 10 // round(BYTES_PER_TOKEN * 10))
