"""Mails (EML, MBOX) and saved web pages (MHTML): a mail's text, and each article attached to it, is an article."""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

from rag.errors import ReadError
from rag.readers.encoding import decode
from rag.readers.kinds import SUFFIXES, suffix_of
from rag.readers.record import Draft
from rag.readers.web import read_pages, text_of_fragment
from rag.text.dates import parse_date
from rag.text.normalise import normalise

MAX_MESSAGE_BYTES = 50_000_000
_MOST_PARTS = 1_000
_SIGNATURE = re.compile(r"^-- ?\n", re.MULTILINE)
_PREFIXES = re.compile(r"^(?:\s*(?:re|fwd?|trả lời|chuyển tiếp)\s*:)+\s*", re.IGNORECASE)

# A mail's own text, or the name and bytes of a file attached to it.
Part = Draft | ReadError | tuple[str, bytes]


def parts_of_mail(data: bytes) -> Iterator[Part]:
    """The text of a mail, then what is attached to it and can be read, mails forwarded in it among that.

    Raises ReadError for what is no mail.
    """
    message = _parsed(data)
    if not any(message.get(name) for name in ("From", "Date", "Subject", "To")):
        raise ReadError("no mail; save it again as EML, or its text as a text file")
    found = list(_attached(message))
    text = _text(message)
    if text.strip() or not found:
        yield (
            _described(message, text)
            if text.strip()
            else ReadError("a mail without text; put the article's text in it")
        )
    yield from found


def mails_of_mbox(path: Path) -> Iterator[tuple[str, bytes | ReadError]]:
    """("[number]", mail) of a mailbox of any size. Raises ReadError for what is none."""
    box = mailbox.mbox(path, create=False)
    try:
        keys = box.keys()
        if not keys:
            raise ReadError("a mailbox without mails; remove it")
        for number, key in enumerate(keys):
            with box.get_file(key) as file:
                data = file.read(MAX_MESSAGE_BYTES + 1)
            too_large = len(data) > MAX_MESSAGE_BYTES
            # What begins a line of a mail as a mail begins is kept with a mark before it.
            mail = re.sub(rb"(?m)^>(>*From )", rb"\1", data)
            yield f"[{number}]", ReadError("a mail over 50 MB; save its text as a file") if too_large else mail
    finally:
        box.close()


def read_saved_pages(data: bytes) -> list[Draft]:
    """The articles of a page that a browser saved with its pictures. Raises ReadError for one without HTML."""
    message = _parsed(data)
    page = next(
        (part for part in _walked(message) if part.get_content_type() in ("text/html", "application/xhtml+xml")), None
    )
    if page is None:
        raise ReadError("a saved page without HTML; save it again")
    drafts = read_pages(normalise(_decoded(page)))
    address = str(message.get("Snapshot-Content-Location") or page.get("Content-Location") or "")
    subject = _header(message, "Subject")
    own = address if re.match(r"https?://\S+$", address) else None
    if len(drafts) > 1:
        return drafts
    return [replace(drafts[0], url=drafts[0].url or own, title=drafts[0].title or subject)]


def _parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data.lstrip(b"\r\n"), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _walked(message: EmailMessage) -> Iterator[EmailMessage]:
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            return
        if isinstance(part, EmailMessage) and not part.is_multipart():
            yield part


def _described(message: EmailMessage, text: str) -> Draft:
    name, _ = parseaddr(_header(message, "From") or "")
    subject = _PREFIXES.sub("", _header(message, "Subject") or "")
    return Draft(
        text=text,
        title=subject or None,
        author=name if len(name.split()) > 1 and "@" not in name else None,
        published=parse_date(_header(message, "Date") or ""),
    )


def _header(message: EmailMessage, name: str) -> str | None:
    try:
        value = message.get(name)
    except Exception:  # the header parser raises whatever a damaged header leads to
        return None
    return " ".join(str(value).split()) or None if value is not None else None


def _text(message: EmailMessage) -> str:
    """The plain text, unless only the HTML beside it says something."""
    plain, html = "", ""
    for part in _own_parts(message):
        if part.get_content_type() == "text/plain":
            plain += _decoded(part) + "\n"
        elif part.get_content_type() == "text/html":
            html += _decoded(part)
    shown = text_of_fragment(html) if html else ""
    text = plain if len(plain.split()) >= 0.5 * len(shown.split()) else shown
    return _SIGNATURE.split(text.replace("\r\n", "\n"), maxsplit=1)[0]


def _own_parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """Parts of the mail itself: not attached, not of a mail inside it."""
    if message.get_content_type() == "message/rfc822" or message.is_attachment():
        return
    if not message.is_multipart():
        yield message
        return
    for part in message.iter_parts():
        if isinstance(part, EmailMessage):
            yield from _own_parts(part)


def _attached(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for number, part in enumerate(message.walk()):
        if number >= _MOST_PARTS:
            return
        if part.get_content_type() == "message/rfc822" and part is not message:
            payload = part.get_payload()
            inner = payload[0] if isinstance(payload, list) and payload else None
            if isinstance(inner, EmailMessage):
                yield f"{number}.eml", inner.as_bytes()
        elif isinstance(part, EmailMessage) and part.is_attachment() and not part.is_multipart():
            name = part.get_filename() or ""
            data = part.get_payload(decode=True)
            if suffix_of(name) in SUFFIXES and isinstance(data, bytes) and data:
                yield name, data


def _decoded(part: EmailMessage) -> str:
    """The text of a part in the encoding it names, or what its bytes say."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = part.get_content_charset()
    try:
        return data.decode(charset) if charset and charset not in ("us-ascii", "ascii") else decode(data)
    except (LookupError, UnicodeDecodeError):
        return decode(data)
