"""Which addresses on the web may be asked: http and https, at hosts of the Internet unless told otherwise."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from rag.errors import FetchError


def is_address(text: object) -> bool:
    """Whether what is to be ingested is an address on the web, not a path."""
    return isinstance(text, str) and text.lower().startswith(("http://", "https://"))


def host_of(address: str) -> str:
    """The host of an address in lower case. Raises FetchError for what is no address on the web."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise FetchError("no address of a web page; write it as https://...")
    if parts.username or parts.password:
        raise FetchError("an address with a password in it; leave that out")
    return host


def checked_ip(host: str, port: int, *, allow_private: bool) -> str:
    """The IP address to connect to, so that nothing else is asked than what was checked.

    Raises FetchError for a host that is not known, or where any of its addresses is of this machine or network.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise FetchError(f"the host {host} is not known; check the address and the network") from None
    ips = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not allow_private and not all(map(is_public, ips)):
        raise FetchError(f"{host} is an address of this machine or network; --allow-private reads it all the same")
    return ips[0]


def is_public(ip: str) -> bool:
    """Whether an IP address is one of the Internet's, also where it is wrapped in one of IPv6."""
    address = ipaddress.ip_address(ip)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast
