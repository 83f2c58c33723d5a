"""Asks web servers politely and carefully: robots.txt first, one request at a time, bounded in size and time.

Each redirect is checked as the first address was, and the connection goes to the very IP address that was checked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from rag.errors import FetchError
from rag.fetch.addresses import checked_ip, host_of

if TYPE_CHECKING:
    from httpx2 import Response

AGENT = "TrichDan"
_HEADERS = {
    "User-Agent": f"{AGENT} (news archive; obeys robots.txt)",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/pdf;q=0.8,*/*;q=0.1",
    "Accept-Language": "vi,en;q=0.8",
}
MAX_BYTES, MAX_ROBOTS_BYTES = 20_000_000, 500_000
MAX_REDIRECTS = 5
# Seconds: to connect and between two pieces of an answer; for a whole answer; between two requests to one host, unless
# its robots.txt asks for more, which is granted up to a limit.
_PATIENCE, MAX_SECONDS, PAUSE, MAX_PAUSE = 20.0, 60.0, 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: `address` is where it came from after all redirects, `kind` its media type without parameters."""

    address: str
    kind: str
    content_type: str
    data: bytes


class Web(AbstractContextManager["Web"]):
    """A visit to the web. `fetch` raises FetchError with one line that says why not."""

    def __init__(
        self, *, allow_private: bool = False, pause: float = PAUSE, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        import httpx2

        # No proxy and no .netrc of the environment: they would reach what the check forbids.
        self._client = httpx2.Client(timeout=_PATIENCE, trust_env=False, follow_redirects=False, headers=_HEADERS)
        self._allow_private = allow_private
        self._pause, self._sleep = pause, sleep
        self._robots: dict[str, Any] = {}
        self._asked_at: dict[str, float] = {}

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def fetch(self, address: str) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            self._check_robots(address)
            answer = self._asked(address, MAX_BYTES)
            if not isinstance(answer, str):
                return answer
            address = answer
        raise FetchError(f"redirected more than {MAX_REDIRECTS} times; give the address it leads to")

    def _check_robots(self, address: str) -> None:
        host_of(address)
        parts = urlsplit(address)
        site = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
        if site not in self._robots:
            self._robots[site] = self._rules(site)
        rules = self._robots[site]
        if not rules.can_fetch(address, AGENT):
            raise FetchError("the site's robots.txt asks programs not to read this page")
        wanted = rules.crawl_delay(AGENT) or 0.0
        self._wait(parts.netloc, min(max(self._pause, float(wanted)), MAX_PAUSE))

    def _rules(self, site: str) -> Any:
        """As RFC 9309 has it: a site without robots.txt allows all, one that cannot say allows nothing."""
        from protego import Protego

        address = f"{site}/robots.txt"
        for _ in range(MAX_REDIRECTS + 1):
            try:
                answer = self._asked(address, MAX_ROBOTS_BYTES)
            except _Refused as error:
                return Protego.parse("" if 400 <= error.status < 500 else "User-agent: *\nDisallow: /")
            if not isinstance(answer, str):
                return Protego.parse(answer.data.decode("utf-8", "replace"))
            address = answer
        return Protego.parse("")

    def _wait(self, host: str, pause: float) -> None:
        left = self._asked_at.get(host, -pause) + pause - time.monotonic()
        if left > 0:
            self._sleep(left)
        self._asked_at[host] = time.monotonic()

    def _asked(self, address: str, most: int) -> Fetched | str:
        """The answer, or the address it redirects to."""
        import httpx2

        host = host_of(address)
        try:
            url = httpx2.URL(address)
        except httpx2.InvalidURL:
            raise FetchError("no address of a web page; write it as https://...") from None
        port = url.port or (443 if url.scheme == "https" else 80)
        ip = checked_ip(host, port, allow_private=self._allow_private)
        request = self._client.build_request(
            "GET",
            url.copy_with(host=ip),
            headers={"Host": url.netloc.decode("ascii")},
            # The certificate has to be the host's.
            extensions={"sni_hostname": host, "timeout": httpx2.Timeout(_PATIENCE).as_dict()},
        )
        try:
            response = self._client.send(request, stream=True)
            try:
                return _read(response, address, most)
            finally:
                response.close()
        except httpx2.TimeoutException:
            raise FetchError(f"{host} does not answer in time; try again later") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            said = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
            raise FetchError(f"{host} cannot be asked ({said}); try again later") from None


class _Refused(FetchError):
    """An answer with a status of failure."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the server answers {status}; check the address in a browser")
        self.status = status


def _read(response: Response, address: str, most: int) -> Fetched | str:
    if response.is_redirect:
        return urljoin(address, response.headers["location"])
    if response.status_code != 200:
        raise _Refused(response.status_code)
    until = time.monotonic() + MAX_SECONDS
    data = bytearray()
    for piece in response.iter_bytes(65_536):
        data += piece
        if len(data) > most:
            raise FetchError(f"over {most // 1_000_000} MB; download it and ingest the file")
        if time.monotonic() > until:
            raise FetchError(f"takes over {MAX_SECONDS:.0f} s to come; try again later")
    content_type = response.headers.get("content-type", "")
    return Fetched(address, content_type.partition(";")[0].strip().lower(), content_type, bytes(data))
