"""The conversations of the chat page, kept in the archive's home: each person's own, with full answers and ratings."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.text.normalise import normalise
from rag.types import Filters, Turn
from ui.conversation import Conversation, ConversationInfo, Exchange, Rating
from ui.conversation_file import ConversationFile
from ui.refusals import (
    ANSWER_TOO_LARGE,
    REASON_TOO_LONG,
    TOO_MANY_CONVERSATIONS,
    TOO_MANY_TURNS,
    Refused,
    UnknownConversation,
)
from ui.titles import title_of

MAX_CONVERSATIONS, MAX_TURNS = 2000, 500
MAX_ANSWER_CHARACTERS = 1_000_000
MAX_REASON = 1000
# How long a deletion can be undone, and how long a conversation in which nothing was asked is kept.
UNDO_SECONDS = 600
EMPTY_SECONDS = 86_400


class Conversations:
    """Every call names its user, "" where nobody signs in, and sees that user's conversations only.

    Raises UnknownConversation for an id or a turn that is not the user's, whether or not it is another's; Refused
    where a limit is reached; ArchiveError when the file cannot be read or written.
    """

    def __init__(self, home: str | Path, clock: Callable[[], float] = time.time) -> None:
        self._file = ConversationFile(Path(home))
        self._clock = clock

    def create(self, user: str) -> Conversation:
        """A new, empty conversation; it is listed once a question was asked."""
        conversation_id, now = secrets.token_hex(12), self._now()

        def work(connection: sqlite3.Connection) -> None:
            _purge(connection, now)
            kept = connection.execute("SELECT count(*) FROM conversations WHERE user = ?", [user]).fetchone()[0]
            if kept >= MAX_CONVERSATIONS:
                raise Refused(TOO_MANY_CONVERSATIONS, most=MAX_CONVERSATIONS)
            sql = "INSERT INTO conversations(id, user, created, updated) VALUES (?, ?, ?, ?)"
            connection.execute(sql, [conversation_id, user, now, now])

        self._file.write(work)
        return Conversation(conversation_id, "", _shown(now), _shown(now))

    def list(self, user: str) -> tuple[ConversationInfo, ...]:
        """Those in which something was asked, the last used first."""
        sql = """SELECT id, title, created, updated, count(turn),
                (SELECT question FROM exchanges WHERE conversation = conversations.number ORDER BY turn LIMIT 1)
            FROM conversations JOIN exchanges ON conversation = conversations.number
            WHERE user = ? AND deleted IS NULL GROUP BY conversations.number ORDER BY updated DESC, id"""
        rows = self._file.read(lambda connection: connection.execute(sql, [user]).fetchall())
        return tuple(
            ConversationInfo(row[0], row[1] or title_of(row[5]), _shown(row[2]), _shown(row[3]), row[4]) for row in rows
        )

    def load(self, user: str, conversation_id: str) -> Conversation:
        return self._file.read(lambda connection: _load(connection, _number(connection, user, conversation_id)))

    def append(
        self, user: str, conversation_id: str, question: str, answer: Mapping[str, Any], filters: Filters | None = None
    ) -> Exchange:
        """Keeps a question and its answer as the conversation's last exchange."""
        asked, limits = normalise(question), filters or Filters()
        written = json.dumps(answer)
        if len(written) > MAX_ANSWER_CHARACTERS:
            raise Refused(ANSWER_TOO_LARGE)
        now = self._now()

        def work(connection: sqlite3.Connection) -> int:
            number = _number(connection, user, conversation_id)
            last = "SELECT coalesce(max(turn), 0) FROM exchanges WHERE conversation = ?"
            turn = int(connection.execute(last, [number]).fetchone()[0]) + 1
            if turn > MAX_TURNS:
                raise Refused(TOO_MANY_TURNS, most=MAX_TURNS)
            sql = (
                "INSERT INTO exchanges(conversation, turn, question, answer, filters, asked) VALUES (?, ?, ?, ?, ?, ?)"
            )
            connection.execute(sql, [number, turn, asked, written, json.dumps(asdict(limits)), now])
            connection.execute("UPDATE conversations SET updated = ? WHERE number = ?", [now, number])
            return turn

        return Exchange(self._file.write(work), asked, json.loads(written), limits, _shown(now))

    def cut(self, user: str, conversation_id: str, turn: int) -> Conversation:
        """What is left once this turn and all after it are taken away, for a question that is asked anew."""

        def work(connection: sqlite3.Connection) -> Conversation:
            number = _number(connection, user, conversation_id)
            _exchange(connection, number, turn)
            connection.execute("DELETE FROM exchanges WHERE conversation = ? AND turn >= ?", [number, turn])
            return _load(connection, number)

        return self._file.write(work)

    def rename(self, user: str, conversation_id: str, title: str) -> None:
        """A title of the user's own, cut to its bounds; a blank one brings back the first question's."""

        def work(connection: sqlite3.Connection) -> None:
            number = _number(connection, user, conversation_id)
            connection.execute("UPDATE conversations SET title = ? WHERE number = ?", [title_of(title) or None, number])

        self._file.write(work)

    def delete(self, user: str, conversation_id: str) -> None:
        """Takes it away with its ratings; for UNDO_SECONDS `undelete` brings it back."""
        now = self._now()

        def work(connection: sqlite3.Connection) -> None:
            _purge(connection, now)
            number = _number(connection, user, conversation_id)
            connection.execute("UPDATE conversations SET deleted = ? WHERE number = ?", [now, number])

        self._file.write(work)

    def undelete(self, user: str, conversation_id: str) -> None:
        now = self._now()

        def work(connection: sqlite3.Connection) -> None:
            _purge(connection, now)
            number = _number(connection, user, conversation_id, is_deleted=True)
            connection.execute("UPDATE conversations SET deleted = NULL WHERE number = ?", [number])

        self._file.write(work)

    def rate(self, user: str, conversation_id: str, turn: int, up: bool | None, reason: str = "") -> None:
        """A thumb up or down in place of any earlier one; None takes it back."""
        why = normalise(reason).strip()
        if len(why) > MAX_REASON:
            raise Refused(REASON_TOO_LONG, most=MAX_REASON)
        now = self._now()

        def work(connection: sqlite3.Connection) -> None:
            number = _number(connection, user, conversation_id)
            exchange = _exchange(connection, number, turn)
            connection.execute("DELETE FROM ratings WHERE exchange = ?", [exchange])
            if up is None:
                return
            turns = [asdict(said) for said in _load(connection, number).history()[: 2 * (turn - 1)]]
            connection.execute(
                """INSERT INTO ratings SELECT number, conversation, turn, ?, ?, ?, question, answer, filters, ?
                    FROM exchanges WHERE number = ?""",
                [up, why, now, json.dumps(turns), exchange],
            )

        self._file.write(work)

    def ratings(self, user: str | None) -> tuple[Rating, ...]:
        """In the order of rating; None is for the archive's keeper and gives everybody's."""
        sql = """SELECT user, id, turn, exchange, up, reason, rated, question, answer, filters, history
            FROM ratings JOIN conversations ON conversations.number = conversation
            WHERE deleted IS NULL AND (?1 IS NULL OR user = ?1) ORDER BY rated, exchange"""
        rows = self._file.read(lambda connection: connection.execute(sql, [user]).fetchall())
        return tuple(_rating(*row) for row in rows)

    def _now(self) -> int:
        return int(self._clock() * 1000)


def _number(connection: sqlite3.Connection, user: str, conversation_id: str, *, is_deleted: bool = False) -> int:
    """The row of a user's conversation; raises UnknownConversation. What comes from a browser may be of any type."""
    state = "deleted IS NOT NULL" if is_deleted else "deleted IS NULL"
    sql = f"SELECT number FROM conversations WHERE id = ? AND user = ? AND {state}"  # noqa: S608 - one of two constants
    if not isinstance(conversation_id, str) or not conversation_id.isascii():
        raise UnknownConversation
    row = connection.execute(sql, [conversation_id, user]).fetchone()
    if row is None:
        raise UnknownConversation
    return int(row[0])


def _exchange(connection: sqlite3.Connection, number: int, turn: int) -> int:
    """The row of an exchange; raises UnknownConversation."""
    if type(turn) is not int or not 1 <= turn <= MAX_TURNS:
        raise UnknownConversation
    sql = "SELECT number FROM exchanges WHERE conversation = ? AND turn = ?"
    row = connection.execute(sql, [number, turn]).fetchone()
    if row is None:
        raise UnknownConversation
    return int(row[0])


def _load(connection: sqlite3.Connection, number: int) -> Conversation:
    sql = "SELECT id, title, created, updated FROM conversations WHERE number = ?"
    conversation_id, title, created, updated = connection.execute(sql, [number]).fetchone()
    sql = """SELECT exchanges.turn, exchanges.question, exchanges.answer, exchanges.filters, asked, up, reason
        FROM exchanges LEFT JOIN ratings ON ratings.exchange = exchanges.number
        WHERE exchanges.conversation = ? ORDER BY exchanges.turn"""
    exchanges = tuple(
        Exchange(
            turn, question, json.loads(answer), _filters(filters), _shown(asked),
            None if up is None else bool(up), reason or "",
        )
        for turn, question, answer, filters, asked, up, reason in connection.execute(sql, [number])
    )  # fmt: skip
    title = title or (title_of(exchanges[0].question) if exchanges else "")
    return Conversation(conversation_id, title, _shown(created), _shown(updated), exchanges)


def _rating(
    user: str, conversation_id: str, turn: int, number: int, up: int, reason: str, rated: int, question: str,
    answer: str, filters: str, history: str,
) -> Rating:  # fmt: skip
    turns = tuple(Turn(**said) for said in json.loads(history))
    return Rating(
        user, conversation_id, turn, number, bool(up), reason, _shown(rated), question, json.loads(answer),
        _filters(filters), turns,
    )  # fmt: skip


def _purge(connection: sqlite3.Connection, now: int) -> None:
    """Forgets what was deleted too long ago to be brought back, and what never held a question."""
    connection.execute("DELETE FROM conversations WHERE deleted < ?", [now - 1000 * UNDO_SECONDS])
    sql = """DELETE FROM conversations WHERE updated < ?
        AND NOT EXISTS (SELECT 1 FROM exchanges WHERE conversation = conversations.number)"""
    connection.execute(sql, [now - 1000 * EMPTY_SECONDS])


def _filters(written: str) -> Filters:
    fields = json.loads(written)
    several = (tuple(fields.get(name, ())) for name in ("sources", "languages", "authors"))
    return Filters(fields["since"], fields["until"], *several)


def _shown(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
