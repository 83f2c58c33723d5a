"""Who may sign in: names and hashed passwords in one file, and the brake on guessing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from rag.errors import SettingsError, UsageError
from ui.throttle import Throttle

FORMAT = 1
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
MIN_PASSWORD, MAX_PASSWORD = 8, 1024
# Cost, block size and lanes of scrypt (RFC 7914), about 0.1 s and 16 MB for each guess; OWASP's second choice.
_COST, _BLOCK, _LANES = 2**14, 8, 5
_MEMORY = 64 * 1024 * 1024
# Hashing fills processors and memory; more at once would only wait for one another.
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class _Hash:
    salt: bytes
    key: bytes
    cost: int
    block: int
    lanes: int

    @classmethod
    def of(cls, password: str) -> _Hash:
        salt = secrets.token_bytes(16)
        return cls(salt, _key(password, salt, _COST, _BLOCK, _LANES), _COST, _BLOCK, _LANES)

    def matches(self, password: str) -> bool:
        return hmac.compare_digest(self.key, _key(password, self.salt, self.cost, self.block, self.lanes))

    def written(self) -> str:
        salt, key = (base64.b64encode(part).decode() for part in (self.salt, self.key))
        return f"scrypt${self.cost}${self.block}${self.lanes}${salt}${key}"

    @classmethod
    def read(cls, written: str) -> _Hash:
        """Raises ValueError."""
        kind, cost, block, lanes, salt, key = written.split("$")
        if kind != "scrypt" or int(cost) * int(block) > _COST * _BLOCK * 2:
            raise ValueError(f"{kind} of this cost is unknown")
        salted, keyed = (base64.b64decode(part, validate=True) for part in (salt, key))
        return cls(salted, keyed, int(cost), int(block), int(lanes))


def _key(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    # NFKC, for the same password is typed in several ways.
    secret = unicodedata.normalize("NFKC", password).encode("utf-8", errors="surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=cost, r=block, p=lanes, maxmem=_MEMORY, dklen=32)


class Users:
    """Those who may sign in. Safe with several threads; a change of the file is seen at the next sign-in."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._stamp = _stamp(path)
        self._hashes = _read(path)
        self._throttle = Throttle(clock)
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        # What an unknown name's password is compared with, so that it takes as long.
        self._nobody = _Hash.of(secrets.token_hex())

    @classmethod
    def load(cls, path: str | Path, clock: Callable[[], float] = time.monotonic) -> Users:
        """Raises SettingsError if the file is missing, cannot be read, or holds no user."""
        users = cls(Path(path), clock)
        if not users.names():
            raise SettingsError(f"{path} (RAG_USERS) holds no user; add one with: rag user add NAME")
        return users

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._current()))

    def check(self, name: str, password: str, address: str = "") -> bool:
        """Whether this is the user's password. Raises Refused after too many wrong ones for the name or from the
        address, for a while, whether or not the name exists. `name` is compared as it is, letter by letter.
        """
        self._throttle.enter(name, address)
        stored = self._current().get(name)
        with self._slots:
            matches = (stored or self._nobody).matches(password[: MAX_PASSWORD + 1])
        if stored is None or not matches or len(password) > MAX_PASSWORD:
            return False
        self._throttle.succeeded(name, address)
        return True

    def knows(self, name: str) -> bool:
        """Whether somebody who signed in earlier still may use the page."""
        return name in self._current()

    def _current(self) -> Mapping[str, _Hash]:
        with self._lock:
            stamp = _stamp(self._path)
            if stamp != self._stamp:
                self._hashes, self._stamp = _read(self._path), stamp
            return self._hashes


def add(path: Path, name: str, password: str) -> bool:
    """Adds a user or gives them a new password; whether the user is new. Raises UsageError, SettingsError."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} cannot be a user's name; use a to z, 0 to 9 and . _ @ - (at most 64 characters)")
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise UsageError(f"the password has {len(password)} characters; use {MIN_PASSWORD} to {MAX_PASSWORD}")
    hashed = _Hash.of(password)
    with _locked(path):
        hashes = _read(path) if path.exists() else {}
        _write(path, {**hashes, name: hashed})
    return name not in hashes


def remove(path: Path, name: str) -> None:
    """Raises UsageError if there is no such user, SettingsError."""
    with _locked(path):
        hashes = _read(path)
        if name not in hashes:
            raise UsageError(f"{path} has no user {name!r}; `rag user list` shows all")
        _write(path, {other: hashed for other, hashed in hashes.items() if other != name})


def names(path: Path) -> tuple[str, ...]:
    """Every user's name in order; none where there is no file yet. Raises SettingsError."""
    return tuple(sorted(_read(path))) if path.exists() else ()


def _read(path: Path) -> dict[str, _Hash]:
    try:
        stored = json.loads(path.read_bytes())
        if stored["version"] != FORMAT:
            raise SettingsError(f"{path} (RAG_USERS) was written by a newer version of this program; update it")
        return {str(name): _Hash.read(written) for name, written in stored["users"].items()}
    except FileNotFoundError:
        raise SettingsError(f"{path} (RAG_USERS) is not there; add a user with: rag user add NAME") from None
    except OSError as error:
        raise SettingsError(f"{path} (RAG_USERS) cannot be read ({error.strerror}); check its rights") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        advice = "restore a copy, or remove it and add the users again with: rag user add NAME"
        raise SettingsError(f"{path} (RAG_USERS) is no file of users; {advice}") from error


def _write(path: Path, hashes: Mapping[str, _Hash]) -> None:
    """All of it or nothing, readable by its owner only from the first moment (mkstemp's rights)."""
    content = {"version": FORMAT, "users": {name: hashed.written() for name, hashed in sorted(hashes.items())}}
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _locked(path: Path) -> FileLock:
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(path.with_name(f"{path.name}.lock"), mode=0o600)


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)
