"""How much one person may ask of the machine: the length of a question, uploads, and turns at the engine."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType

from rag.answer.messages import EMPTY_QUESTION
from rag.readers.files import MAX_FILE_BYTES, SUFFIXES
from rag.text.normalise import normalise
from ui.refusals import (
    FILE_OF_UNKNOWN_TYPE,
    FILE_TOO_LARGE,
    FILES_TOO_LARGE,
    OWN_QUESTIONS_WAIT,
    QUESTION_TOO_LONG,
    QUEUE_FULL,
    TOO_MANY_FILES,
    Busy,
    Refused,
)

MAX_QUESTION = 2000
MAX_FILES, MAX_UPLOAD_BYTES = 100, 200_000_000
# File systems take 255 bytes; what stores the file may put something before its name.
MAX_NAME_BYTES = 200
_NOT_IN_A_NAME = re.compile(r"[^\w .,()+'–-]")


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


def safe_name(name: str) -> str:
    """A file name that stays in its folder, is not hidden and reads as it is; the ending survives. Idempotent."""
    last = re.split(r"[/\\]", normalise(name[-1000:]))[-1]
    plain = " ".join(_NOT_IN_A_NAME.sub("_", last).split()).strip(". ") or "_"
    stem, dot, suffix = plain.rpartition(".")
    if not stem or len(suffix) > 10:
        stem, dot, suffix = plain, "", ""
    room = MAX_NAME_BYTES - len((dot + suffix).encode())
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(". ") or "_"
    return stem + dot + suffix


class Left(Exception):
    """The place in line was given up meanwhile, by whoever stopped the question."""


class Queue:
    """Turns at the engine: at most `at_once` questions at a time, first come, first served, person by person.

    Whoever has one question in line is served in the order of coming; a second question of the same person stands
    behind everybody's first (start-time fair queueing, Goyal et al. 1996). `who` is a user, or a browser's session
    where nobody signs in. Nothing is kept of those who left.
    """

    def __init__(self, at_once: int = 2, most_in_line: int = 100, most_of_one: int = 3) -> None:
        self._at_once = at_once
        self._most_in_line = most_in_line
        self._most_of_one = most_of_one
        self._changed = threading.Condition()
        self._line: list[Place] = []
        self._served: list[Place] = []
        self._round = 0
        self._arrivals = 0

    def enter(self, who: str) -> Place:
        """A place in line, to be used as a context manager. Raises Busy at once where there is no room."""
        with self._changed:
            own = [place.round for place in (*self._served, *self._line) if place.who == who]
            if len(own) >= self._most_of_one:
                raise Busy(OWN_QUESTIONS_WAIT, most=self._most_of_one)
            if len(self._line) >= self._most_in_line:
                raise Busy(QUEUE_FULL)
            self._arrivals += 1
            place = Place(self, who, max([self._round, *(number + 1 for number in own)]), self._arrivals)
            self._line.append(place)
            self._line.sort(key=lambda waiting: (waiting.round, waiting.arrival))
            self._serve()
            return place

    def position(self, place: Place) -> int:
        """0 when it is this place's turn, 1 when it is the next in line. Raises Left."""
        with self._changed:
            return self._position(place)

    def wait(self, place: Place, seconds: float | None = None) -> bool:
        """Whether it is this place's turn, after `seconds` at most (None: as long as it takes). Raises Left."""
        with self._changed:
            self._changed.wait_for(lambda: place not in self._line, seconds)
            return self._position(place) == 0

    def leave(self, place: Place) -> None:
        """Gives up the place or the turn; a second time changes nothing."""
        with self._changed:
            for places in (self._line, self._served):
                if place in places:
                    places.remove(place)
            self._serve()

    def _position(self, place: Place) -> int:
        if place in self._served:
            return 0
        if place not in self._line:
            raise Left
        return self._line.index(place) + 1

    def _serve(self) -> None:
        while self._line and len(self._served) < self._at_once:
            place = self._line.pop(0)
            self._round = max(self._round, place.round)
            self._served.append(place)
        self._changed.notify_all()


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A question's place in line: `with queue.enter(who) as place: while not place.wait(1): show(place.position)`."""

    queue: Queue
    who: str
    round: int
    arrival: int

    @property
    def position(self) -> int:
        return self.queue.position(self)

    def wait(self, seconds: float | None = None) -> bool:
        return self.queue.wait(self, seconds)

    def leave(self) -> None:
        self.queue.leave(self)

    def __enter__(self) -> Place:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.leave()
