"""An answer as the text of a chat message: harmless as Markdown, on wish with its sources as footnotes. Pure.

Chat programs render a message as Markdown, and its words come from articles: an image would call its address, a link
could lead anywhere. What would become one is escaped; all else stays as it is, so that plain readers see plain text.
"""

from __future__ import annotations

import re

from rag.answer.messages import UNKNOWN_SOURCE, shown_date, shown_page
from rag.types import Answer, AnswerLanguage, Citation

_SEPARATOR = "\n\n---\n\n"
# An opening bracket that is no marker of ours, an opening tag, an entity, a code span that could hide what follows.
_BEGINS_MARKUP = re.compile(r"\[(?!\d{1,3}\])|!(?=\[)|<(?=[a-zA-Z/!?])|&(?=#?\w+;)|`|(?<=\])[(:]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][A-Za-z0-9._~:/?#@!$&'*+,;=%-]*)?", re.IGNORECASE)
_DOUBT = {
    "unsupported": {"vi": "Không được xác nhận", "en": "Not supported"},
    "unchecked": {"vi": "Chưa kiểm chứng được", "en": "Could not be checked"},
}

_NOT_READ = {
    "vi": "Ảnh và tệp gửi kèm không được đọc, chỉ đọc chữ.",
    "en": "Images and files that were sent are not read, only words are.",
}


def harmless(text: str) -> str:
    """The same text; a reader of Markdown shows it without images, links, tags or code."""
    return _BEGINS_MARKUP.sub(r"\\\g<0>", _UNSEEN.sub("\ufffd", text))


def notes(answer: Answer, *, sources: bool) -> str:
    """What follows the text, or "": doubts about sentences and the answer's notice always, `sources` on wish."""
    language: AnswerLanguage = "en" if answer.language == "en" else "vi"
    lines = [
        f"{_DOUBT[sentence.verdict][language]}: {harmless(_one_line(sentence.text))}"
        for sentence in answer.sentences
        if sentence.verdict in _DOUBT
    ]
    if answer.notice:
        lines.append(harmless(_one_line(answer.notice)))
    if sources:
        lines += [_source(citation, language) for citation in answer.citations]
    return _SEPARATOR + "\n\n".join(lines) if lines else ""


def without_notes(message: str) -> str:
    """An earlier answer as the engine knows it, when a chat program sends it back."""
    return message.split(_SEPARATOR, 1)[0].replace("\\", "")


def ends_at(text: str) -> int:
    """Where the answer's own text ends and notes begin."""
    place = text.find(_SEPARATOR)
    return len(text) if place < 0 else place


def not_read(language: str) -> str:
    """The notice where something was sent that is no text."""
    return _NOT_READ["en" if language == "en" else "vi"]


def is_address(url: str) -> bool:
    return bool(_ADDRESS.fullmatch(url))


def _source(citation: Citation, language: AnswerLanguage) -> str:
    source = citation.source or UNKNOWN_SOURCE[language]
    date, page = shown_date(citation.published, language), shown_page(citation.page, language)
    described = (source, date, citation.title or "", page)
    line = f"[{citation.marker}] {harmless(' · '.join(_one_line(part) for part in described if part))}"
    line += f": “{harmless(_one_line(citation.quote))}”"
    return f"{line} <{citation.url}>" if citation.url and is_address(citation.url) else line


def _one_line(text: str) -> str:
    return " ".join(text.split())
