"""Addresses and other programs' words as they may be shown: without names, passwords and keys. Pure."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit


def without_credentials(url: str | None) -> str:
    """A server's address without name, password and query; "not set" for None."""
    if not url:
        return "not set"
    try:
        address = urlsplit(url)
        return f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"
    except ValueError:
        return "set, but no proper address"


def credentials(url: str) -> tuple[str, ...]:
    """Name and password of an address, as written and as meant."""
    try:
        address = urlsplit(url)
        written = [part for part in (address.username, address.password) if part]
    except ValueError:
        return ()
    return tuple(dict.fromkeys([*written, *map(unquote, written)]))


def one_line(words: str, *secrets: str | None, limit: int = 200) -> str:
    """Another program's words in one short line, without the secrets that it may repeat."""
    line = " ".join(words.split())
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        line = line.replace(secret, "***")
    return line[:limit]
