"""A conversation as a file to keep: Markdown with footnotes, or JSON; and ratings as evaluation cases. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from rag.answer.messages import QUOTED_IN, UNKNOWN_SOURCE, shown_date, shown_page
from rag.server.uploads import safe_name
from rag.types import AnswerLanguage, Filters
from ui.conversation import Conversation, Exchange, Rating
from ui.leads import lead_of
from ui.markdown import escaped, link
from ui.texts import say

JSON_VERSION = 1
# What a terminal or an editor would act upon, and what cannot be encoded.
_UNSAFE = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def file_name(conversation: Conversation, suffix: str) -> str:
    """The title as a file name: "Giá vàng" and ".md" -> "Giá vàng.md"."""
    title = re.sub(r"[/\\]", "-", conversation.title)
    return safe_name(f"{title or conversation.id}{suffix}")


def as_markdown(conversation: Conversation, language: AnswerLanguage) -> str:
    """Questions as headings, answers with footnotes numbered through; `language` is that of the labels.

    A quote that is cited twice has one footnote.
    """
    notes = _Notes(language)
    blocks = [f"# {escaped(conversation.title)}", f"{conversation.created} – {conversation.updated}"]
    for exchange in conversation.exchanges:
        blocks += _exchange(exchange, notes, language)
    return "\n\n".join(block for block in [*blocks, *notes.lines] if block) + "\n"


class _Notes:
    """Footnotes in the order of their first use."""

    def __init__(self, language: AnswerLanguage) -> None:
        self.lines: list[str] = []
        self._language = language
        self._numbers: dict[tuple[object, ...], int] = {}

    def mark(self, citation: Mapping[str, Any]) -> str:
        place = tuple(citation.get(name) for name in ("article_id", "start", "end", "quote"))
        if place not in self._numbers:
            self._numbers[place] = len(self._numbers) + 1
            self.lines.append(f"[^{self._numbers[place]}]: {self._described(citation)}")
        return f"[^{self._numbers[place]}]"

    def _described(self, citation: Mapping[str, Any]) -> str:
        label = QUOTED_IN.get((self._language, citation.get("language", "")))
        is_foreign = citation.get("language") != self._language
        quote = f"“{escaped(citation['quote'])}”" + (f" ({label})" if label and is_foreign else "")
        address = citation.get("url")
        parts = [
            escaped(citation.get("source") or UNKNOWN_SOURCE[self._language]),
            shown_date(citation.get("published"), self._language),
            escaped(citation.get("title") or ""),
            shown_page(citation.get("page"), self._language),
            quote,
            link(address) if address else escaped(citation.get("path") or ""),
        ]
        return ", ".join(part for part in parts if part)


def _exchange(exchange: Exchange, notes: _Notes, language: AnswerLanguage) -> list[str]:
    answer = exchange.answer
    blocks = [f"## {escaped(exchange.question)}", _limits(exchange.filters, language)]
    text = str(answer.get("text") or "")
    sentences = answer.get("sentences") or []
    citations = {citation["marker"]: citation for citation in answer.get("citations") or []}
    if not sentences:
        blocks += [escaped(line) for line in text.splitlines()]
    elif answer.get("engine") == "quotes":
        blocks += [escaped(lead_of(answer))]
        # A list, for each quote stands for itself.
        blocks += ["\n".join(f"- {_sentence(sentence, citations, notes, language)}" for sentence in sentences)]
    else:
        blocks += [" ".join(_sentence(sentence, citations, notes, language) for sentence in sentences)]
    notice = answer.get("notice")
    return [*blocks, f"> {escaped(notice)}" if notice else ""]


def _sentence(
    sentence: Mapping[str, Any],
    citations: Mapping[int, Mapping[str, Any]],
    notes: _Notes,
    language: AnswerLanguage,
) -> str:
    cited = [citations[marker] for marker in sentence.get("citations", ()) if marker in citations]
    shown = escaped(sentence["text"])
    if any(citation["quote"] == sentence["text"] for citation in cited):
        shown = f"“{shown}”"
    verdict = sentence.get("verdict", "supported")
    if verdict in ("unsupported", "unchecked"):
        reason = sentence.get("reason")
        shown += f" *({say(language, verdict)}{': ' + escaped(reason) if reason else ''})*"
    return shown + "".join(notes.mark(citation) for citation in cited)


def _limits(filters: Filters, language: AnswerLanguage) -> str:
    parts = [
        f"{say(language, 'since')} {escaped(filters.since)}" if filters.since else "",
        f"{say(language, 'until')} {escaped(filters.until)}" if filters.until else "",
        *(escaped(name) for name in filters.sources),
        *(say(language, code) if code in ("vi", "en") else escaped(code) for code in filters.languages),
    ]
    return f"*{say(language, 'limits')}: {', '.join(part for part in parts if part)}*" if filters else ""


def as_json(conversation: Conversation) -> str:
    """Everything that is kept of a conversation, answers as `Answer.to_dict()` gave them."""
    return _json({"version": JSON_VERSION, **asdict(conversation)}, indent=2) + "\n"


def as_cases(ratings: Iterable[Rating]) -> str:
    """JSON Lines of evaluation cases. A thumb up makes the quotes that were cited the evidence to find, or silence the
    right answer; a thumb down leaves the evidence for a person to fill in, with the reason as a note.
    """
    return "".join(_json(_case(rating)) + "\n" for rating in ratings)


def _case(rating: Rating) -> dict[str, Any]:
    found = bool(rating.answer.get("found"))
    return {
        "id": f"feedback-{rating.conversation_id[:8]}-{rating.number}",
        # Not "test": whoever tunes the answers may look at what people said of them.
        "split": "dev",
        "question": rating.question,
        "history": [asdict(turn) for turn in rating.history],
        "language": "vi" if rating.answer.get("language") == "vi" else "en",
        "kind": "feedback",
        "answerable": found or not rating.up,
        "expected": [],
        "gold": list(_gold(rating.answer)) if rating.up else [],
        "filters": {name: value for name, value in _case_filters(rating.filters).items() if value},
        "note": rating.reason,
    }


def _gold(answer: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Each quote that a supported sentence rests on, once."""
    sentences = answer.get("sentences") or []
    markers = {mark for one in sentences if one.get("verdict") == "supported" for mark in one.get("citations", ())}
    cited = [citation for citation in answer.get("citations") or [] if citation["marker"] in markers]
    places = (
        (citation.get("path") or citation["article_id"], citation["quote"], citation["start"]) for citation in cited
    )
    for file, quote, start in dict.fromkeys(places):
        yield {"file": file, "quote": quote, "part": 0, "start": start}


def _case_filters(filters: Filters) -> dict[str, Any]:
    sources, languages = list(filters.sources), list(filters.languages)
    return {"from": filters.since, "to": filters.until, "source": sources, "language": languages}


def _json(value: Any, indent: int | None = None) -> str:
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", written)
