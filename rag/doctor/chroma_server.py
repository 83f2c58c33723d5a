"""Whether a Chroma server answers."""

from __future__ import annotations

from urllib.parse import urlsplit

from rag.doctor.check import Check
from rag.text.address import without_credentials

SERVER_SECONDS = 5.0


def check_chroma_server(url: str) -> Check:
    from http.client import HTTPConnection, HTTPException, HTTPSConnection

    shown = without_credentials(url)
    advice = "start the server, correct CHROMA_URL, or unset it to use a folder"
    try:
        address = urlsplit(url)
        secure, host, port = address.scheme == "https", address.hostname, address.port
    except ValueError:
        host, secure, port = None, False, None
    if not host or urlsplit(url).scheme not in ("http", "https"):
        return Check("chroma", "problem", f"CHROMA_URL is {shown}", "write it as http://host:port")
    kind = HTTPSConnection if secure else HTTPConnection
    connection = kind(host, port or (443 if secure else 8000), timeout=SERVER_SECONDS)
    try:
        connection.request("GET", "/api/v2/heartbeat")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        return Check("chroma", "problem", f"{shown} cannot be reached ({error or type(error).__name__})", advice)
    finally:
        connection.close()
    if status != 200:
        return Check("chroma", "problem", f"{shown} answers HTTP {status}, not as a Chroma server", advice)
    return Check("chroma", "ok", f"{shown} answers")
