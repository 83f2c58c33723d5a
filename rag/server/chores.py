"""What chat programs ask behind the scenes: a title, tags, next questions, a search. Pure.

Such a request is an ordinary chat request whose message tells the task and repeats the conversation. It is answered
from that conversation, without a search; a title is the first question, shortened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from rag.text.language import detect
from rag.types import Turn

LONGEST_TITLE = 60
# Open WebUI and programs made like it: a heading, guidelines, the JSON to return, the conversation.
_TASK = re.compile(r"\s*#+ *task\b", re.IGNORECASE)
_JSON_KEY = re.compile(r"\{\s*\"(title|tags|follow_ups|queries|text)\"\s*:", re.IGNORECASE)
# Others ask in a sentence: "Generate a concise title for this conversation."
_ASKS = r"(?:please )?(?:generate|create|write|provide|give|suggest|summari[sz]e|come up|name|based on|using)\b"
# One with somebody is in the news.
_TALK = r"(?:this|the|our|following|above) (?:conversation|chat|dialogue)\b(?!['’]| between| with| held)"
_TITLE = re.compile(
    rf"{_ASKS}(?=.*\b(?:title|name)\b)(?=.*\b{_TALK})|"
    r"(?:hãy )?(?:đặt|viết|tạo|cho)\b(?=.*\b(?:tiêu đề|tên)\b)(?=.*\b(?:cuộc trò chuyện|hội thoại) (?:này|trên|sau))",
    re.IGNORECASE | re.DOTALL,
)
_SAID_BY_USER = re.compile(r"^\W*(?:user|human|người dùng)\W*:\W*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_TAG = {"vi": "Tin tức", "en": "News"}
_NO_TITLE = {"vi": "Hỏi kho tin", "en": "News archive"}


def chore(message: str, history: Sequence[Turn]) -> str | None:
    """What such a request is answered with, None for a question."""
    if _TASK.match(message):
        found = _JSON_KEY.search(message)
        if found is None:
            return title_of(message, history) if _TITLE.search(message) else None
        kind = found[1].lower()
        values: dict[str, str | list[str]] = {
            "title": title_of(message, history), "tags": [_TAG[_language(message, history)]], "follow_ups": [],
            "queries": [], "text": "",
        }  # fmt: skip
        return json.dumps({kind: values[kind]}, ensure_ascii=False)
    return title_of(message, history) if _TITLE.match(message.lstrip()) else None


def title_of(message: str, history: Sequence[Turn]) -> str:
    """The first question of the conversation, on one line and short."""
    words = " ".join(_first_question(message, history).split())
    if len(words) > LONGEST_TITLE:
        words = words[:LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
    return words or _NO_TITLE[_language(message, history)]


def _first_question(message: str, history: Sequence[Turn]) -> str:
    said = _SAID_BY_USER.search(message)
    return said[1] if said else next((turn.content for turn in history if turn.role == "user"), "")


def _language(message: str, history: Sequence[Turn]) -> str:
    return "vi" if detect(_first_question(message, history) or message) == "vi" else "en"
