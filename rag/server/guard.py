"""Which requests the server answers: those of its own pages, under its own names. Pure.

Gradio allows any site to call it with a visitor's cookie once its host is not this machine's, and under a name that an
attacker points at this machine (DNS rebinding) as well; so the server asks this first, for every request.
"""

from __future__ import annotations

from collections.abc import Collection, Container
from urllib.parse import urlsplit

# The names of this machine itself.
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
# Reading a page by a link from elsewhere is what links are for.
_READING = ("GET", "HEAD")
# What a proxy adds.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


def is_own_request(method: str, host: str, origin: str | None, fetch_site: str | None, names: Collection[str]) -> bool:
    """Whether a request may be answered.

    `host`, `origin` and `fetch_site` are the headers Host, Origin and Sec-Fetch-Site; `names` are the host names that
    the server is reached by, lower case, without ports; empty when any is right (behind a proxy that checks them).
    Programs, unlike browsers, send neither of the last two, and carry no visitor's cookie.
    """
    here = _address(f"//{host}")
    if here is None or (names and here[0] not in names):
        return False
    if origin is not None:
        there = _address(origin)
        # The port counts: another port of the same machine is another program.
        return there is not None and there == here
    return fetch_site in (None, "same-origin", "none") or method in _READING


def is_forwarded(headers: Container[str]) -> bool:
    """Whether a request came through a proxy, whose visitors are from elsewhere although it is of this machine."""
    return any(name in headers for name in _FORWARDED)


def _address(url: str) -> tuple[str, int | None] | None:
    """Host name in lower case and port, None where it is the scheme's own; None for what is no address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None:
        return None
    return parts.hostname, None if port == {"http": 80, "https": 443}.get(parts.scheme) else port
