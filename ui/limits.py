"""How much one person may ask of the machine by the page: the length of a question, and uploads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.answer.messages import EMPTY_QUESTION
from rag.readers.files import MAX_FILE_BYTES, SUFFIXES
from rag.server.uploads import safe_name
from rag.text.normalise import normalise
from rag.understand.understood import MAX_QUESTION
from ui.refusals import (
    FILE_OF_UNKNOWN_TYPE,
    FILE_TOO_LARGE,
    FILES_TOO_LARGE,
    QUESTION_TOO_LONG,
    TOO_MANY_FILES,
    Refused,
)

MAX_FILES, MAX_UPLOAD_BYTES = 100, 200_000_000


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sends it: the name is whatever the sender wrote, `size` is counted here, in bytes."""

    name: str
    size: int


def checked_question(text: str) -> str:
    """The question as it is asked. Raises Refused if it is blank or too long."""
    # Normalising could shorten a text a little, never by half.
    question = text if len(text) > 2 * MAX_QUESTION else normalise(text).strip()
    if not question:
        raise Refused(EMPTY_QUESTION)
    if len(question) > MAX_QUESTION:
        raise Refused(QUESTION_TOO_LONG, count=len(question), most=MAX_QUESTION)
    return question


def check_uploads(uploads: Iterable[Upload]) -> None:
    """Raises Refused if they are too many or too much at a time; each is then for `checked_upload`."""
    sizes = [upload.size for upload in uploads]
    if len(sizes) > MAX_FILES:
        raise Refused(TOO_MANY_FILES, count=len(sizes), most=MAX_FILES)
    if sum(sizes) > MAX_UPLOAD_BYTES:
        raise Refused(FILES_TOO_LARGE, most=MAX_UPLOAD_BYTES // 1_000_000)


def checked_upload(upload: Upload) -> str:
    """The name to store it under. Raises Refused if it is too large or of a type that no reader knows."""
    name = safe_name(upload.name)
    if not name.lower().endswith(tuple(SUFFIXES)):
        raise Refused(FILE_OF_UNKNOWN_TYPE, name=name, known=", ".join(sorted(SUFFIXES)))
    if upload.size > MAX_FILE_BYTES:
        raise Refused(FILE_TOO_LARGE, name=name, most=MAX_FILE_BYTES // 1_000_000)
    return name
