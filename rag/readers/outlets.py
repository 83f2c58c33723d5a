"""The outlet behind a web address, or behind the mark that stands before an article's first words."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from rag.text.outlets import BY_DOMAIN, BY_MARK

_KNOWN = frozenset(name.casefold() for name in (*BY_DOMAIN.values(), *BY_MARK.values(), *BY_MARK))
_OUTLET_WORD = re.compile(
    r"\b(?:News|Times|Post|Journal|Press|Daily|Herald|Tribune|Magazine|Agency|Online|Standard|Gazette|Courier|Observer|Ledger|Chronicle|Telegraph|"
    r"Independent|Bulletin|Examiner|Inquirer|Weekly|Broadcasting|Television|Radio|Báo|Đài|Tạp chí|"
    r"Thông tấn xã|Truyền hình)\b|\.[a-z]{2,4}$"
)


def domain(url: str) -> str | None:
    """The host of a web address without "www.", or None where there is none."""
    try:
        host = urlsplit(url.strip()).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host and "." in host else None


def outlet_of(url: str) -> str | None:
    """The outlet behind a web address: its name where it is well known, otherwise its domain."""
    host = domain(url)
    if host is None:
        return None
    labels = host.split(".")
    for first in range(len(labels) - 1):
        if name := BY_DOMAIN.get(".".join(labels[first:])):
            return name
    return host


def outlet_of_mark(mark: str) -> str | None:
    """The outlet that signs with `mark` ("TTO", "CNN", "VOV.VN"), or None where it is no known mark."""
    mark = mark.strip()
    return BY_MARK.get(mark) or BY_DOMAIN.get(mark.lower())


def is_outlet(name: str) -> bool:
    """Whether `name` reads as an outlet rather than a person: a known one, or one with a word such as "News"."""
    name = name.strip()
    return name.casefold() in _KNOWN or (len(name.split()) <= 5 and bool(_OUTLET_WORD.search(name)))
