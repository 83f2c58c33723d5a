"""Requests of other sites are not answered, however they come."""

from __future__ import annotations

import pytest

from rag.server.guard import is_own_request

LOCAL = ("localhost", "127.0.0.1", "::1")


@pytest.mark.parametrize(
    ("method", "host", "origin", "fetch_site", "is_own"),
    [
        ("GET", "localhost:7860", None, None, True),
        ("POST", "localhost:7860", "http://localhost:7860", "same-origin", True),
        ("POST", "LOCALHOST:7860", "http://localhost:7860", "same-origin", True),
        ("POST", "[::1]:7860", "http://[::1]:7860", None, True),
        ("POST", "localhost:7860", None, None, True),  # a program
        ("GET", "localhost:7860", None, "cross-site", True),  # a link on another site
        ("GET", "localhost:7860", None, "none", True),  # typed by hand
        ("POST", "localhost:7860", None, "cross-site", False),
        ("POST", "localhost:7860", None, "same-site", False),
        ("POST", "localhost:7860", "https://evil.example", None, False),
        ("GET", "localhost:7860", "https://evil.example", "cross-site", False),
        ("POST", "localhost:7860", "null", "cross-site", False),
        ("POST", "localhost:7860", "", None, False),
        ("POST", "localhost:7860", "http://localhost:9000", None, False),
        ("POST", "localhost:7860", "http://127.0.0.1:7860", None, False),
        ("POST", "localhost:7860", "http://localhost.evil.example:7860", None, False),
        ("POST", "localhost:7860", "http://localhost:7860@evil.example", None, False),
        ("POST", "localhost:7860", "http://localhost:port", None, False),
        ("GET", "evil.example:7860", None, None, False),  # DNS rebinding
        ("POST", "evil.example:7860", "http://evil.example:7860", "same-origin", False),
        ("GET", "", None, None, False),
        ("GET", "localhost@evil.example", None, None, False),
    ],
)
def test_requests(method: str, host: str, origin: str | None, fetch_site: str | None, is_own: bool) -> None:
    assert is_own_request(method, host, origin, fetch_site, LOCAL) is is_own


def test_a_schemes_own_port_may_be_left_out() -> None:
    assert is_own_request("POST", "kho.example", "https://kho.example:443", None, ("kho.example",))
    assert is_own_request("POST", "kho.example", "https://kho.example", None, ())
    assert not is_own_request("POST", "kho.example", "https://kho.example:444", None, ())
