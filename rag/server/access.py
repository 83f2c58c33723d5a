"""Who may use the HTTP API, and how often: keys, this machine's own programs, requests a minute."""

from __future__ import annotations

import hashlib
import hmac
import math
import threading
import time
from collections.abc import Callable, Sequence

from starlette.requests import Request

from rag.errors import SettingsError
from rag.server.errors import Refusal
from rag.server.guard import LOCAL_HOSTS, is_forwarded, is_own_request
from rag.server.listen import is_this_machine
from rag.settings import Settings

# Wrong keys a minute from one address; nobody mistypes more often.
WRONG_KEYS_A_MINUTE = 20
MOST_REMEMBERED = 10_000


def check_host(host: str, settings: Settings, *, with_page: bool) -> None:
    """Raises SettingsError where others could use the API without a key, or the page without signing in."""
    if settings.api_keys:
        return
    make = "set API_KEYS (`openssl rand -hex 24` writes a key)"
    if not is_this_machine(host):
        raise SettingsError(f"the API does not listen on {host} without keys; {make}, or listen on 127.0.0.1")
    if with_page and settings.signs_in:
        raise SettingsError(
            f"people sign in to the page, and nothing protects the API beside it; {make}, or run "
            "`rag chat` for the page alone"
        )


class Keys:
    """The keys that programs show as `Authorization: Bearer KEY`. Only their hashes are kept."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._digests = [_digest(key) for key in keys]

    def __bool__(self) -> bool:
        return bool(self._digests)

    def who(self, authorization: str | None) -> str | None:
        """ "key-1" for the first key; None for a wrong or missing one. Takes as long for each."""
        scheme, _, key = (authorization or "").partition(" ")
        shown = _digest(key.strip())
        # All of them are compared, and hashes at that: time tells neither a key nor which one it was.
        matches = [hmac.compare_digest(shown, digest) for digest in self._digests]
        if scheme.lower() != "bearer" or True not in matches:
            return None
        return f"key-{matches.index(True) + 1}"


class Rate:
    """At most `per_minute` requests a minute for each of those who ask, all at once or spread; 0: any number.

    A bucket that fills steadily (token bucket); `clock` gives seconds. Safe with several threads.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        # Who -> requests left, and when that was true; the longest unseen first.
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, who: str) -> int:
        """0 where the request may be made, else after how many seconds it may."""
        if not self._per_minute:
            return 0
        with self._lock:
            now = self._clock()
            left = self._now(who, now)
            allowed = left >= 1
            self._left.pop(who, None)
            self._left[who] = (left - 1 if allowed else left, now)
            if len(self._left) > MOST_REMEMBERED:
                del self._left[next(iter(self._left))]
            return 0 if allowed else max(1, math.ceil((1 - left) * 60 / self._per_minute))

    def wait(self, who: str) -> int:
        """The same without making one."""
        with self._lock:
            left = self._now(who, self._clock())
            return 0 if left >= 1 or not self._per_minute else math.ceil((1 - left) * 60 / self._per_minute)

    def _now(self, who: str, now: float) -> float:
        left, at = self._left.get(who, (float(self._per_minute), now))
        return min(float(self._per_minute), left + (now - at) * self._per_minute / 60)


class Access:
    """Decides on each request of the API before anything of it is read."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = Keys(settings.api_keys)
        self._rate = Rate(settings.requests_a_minute, clock)
        self._wrong = Rate(WRONG_KEYS_A_MINUTE, clock)

    def who(self, request: Request) -> str:
        """Who asks: a key's number or an address. Raises Refusal."""
        address = request.client.host if request.client else ""
        who = self._with_key(request, address) if self._keys else self._of_this_machine(request, address)
        if seconds := self._rate.take(who):
            raise Refusal(429, "too_many_requests", f"too many requests; try again in {seconds} s", seconds=seconds)
        return who

    def _with_key(self, request: Request, address: str) -> str:
        if seconds := self._wrong.wait(address):
            raise Refusal(429, "too_many_wrong_keys", f"too many wrong keys; try again in {seconds} s", seconds=seconds)
        who = self._keys.who(request.headers.get("authorization"))
        if who is None:
            self._wrong.take(address)
            raise Refusal(401, "invalid_api_key", "the key is missing or wrong; send `Authorization: Bearer KEY`")
        return who

    def _of_this_machine(self, request: Request, address: str) -> str:
        headers = request.headers
        if is_forwarded(headers):
            raise Refusal(403, "forwarded", "the request came through a proxy; set API_KEYS on the server first")
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if not is_own_request(request.method, headers.get("host", ""), origin, site, LOCAL_HOSTS):
            raise Refusal(
                403, "other_site", "requests of other sites, or under another name than localhost, are refused"
            )
        return address


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="surrogateescape")).digest()
