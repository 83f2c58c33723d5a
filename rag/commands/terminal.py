"""How the command line speaks to a terminal or a pipe, and what its plain and its well-set pages have in common.

Article text, titles and paths come from outside: what could steer a terminal or reorder what is read is replaced,
character by character, so that lengths and offsets stay.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rag.types import Answer, AnswerLanguage, Article, Citation, IngestReport

if TYPE_CHECKING:
    from rag.store.rows import ArticleInfo

# Control characters (both ranges hold terminal escapes), line separators, bidirectional overrides, lone surrogates.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def safe(text: str) -> str:
    """Text that is printed as it is read; as long as `text`."""
    return _UNSAFE.sub("\ufffd", text)


def safe_line(text: str | None) -> str:
    """The same on one line; "" for None."""
    return " ".join(safe(text or "").split())


def speak_utf8() -> None:
    """Vietnamese is printed and read whatever the locale says."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")


def hear_libraries(*, debug: bool) -> None:
    """Our own warnings become lines on stderr; those of libraries are shown with `--debug` only."""
    if debug:
        logging.basicConfig(level=logging.INFO)
        return
    warnings.simplefilter("ignore")
    # Without any handler Python would print what libraries log.
    logging.getLogger().addHandler(logging.NullHandler())
    ours = logging.getLogger("rag")
    ours.handlers = [_Lines()]
    ours.setLevel(logging.INFO if sys.stderr.isatty() else logging.WARNING)


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


def say(message: str) -> None:
    """One line to the person, beside the output."""
    print(f"rag: {safe_line(message)}", file=sys.stderr, flush=True)


def agrees(question: str) -> bool:
    """What a person answers; True where nobody is there to ask."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    print(safe(question), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def json_line(value: Any, indent: int | None = None) -> str:
    """JSON in readable Unicode; unsafe characters are written as escapes, so that the value stays what it is."""
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", written)


def described(citation: Citation, language: str) -> str:
    """ "outlet · date · title · page" as a reader of `language` reads it."""
    from rag.answer.messages import UNKNOWN_SOURCE, shown_date, shown_page

    reader: AnswerLanguage = "en" if language == "en" else "vi"
    source = safe_line(citation.source) or UNKNOWN_SOURCE[reader]
    date, page = shown_date(citation.published, reader), shown_page(citation.page, reader)
    parts = (source, date, safe_line(citation.title), page)
    return " · ".join(part for part in parts if part)


def place(citation: Citation) -> str:
    """ "path:start-end"; the article's id stands for a path that is not known."""
    return f"{safe_line(citation.path or citation.article_id)}:{citation.start}-{citation.end}"


def nearest_label(language: str) -> str:
    return "Nearest articles:" if language == "en" else "Những bài gần nhất:"


_DOUBT = {
    ("vi", "unsupported"): "Không được xác nhận",
    ("vi", "unchecked"): "Chưa kiểm chứng được",
    ("en", "unsupported"): "Not supported",
    ("en", "unchecked"): "Could not be checked",
}


def doubts(answer: Answer) -> list[str]:
    """A line for each sentence that is not supported, with the reason; then the answer's notice."""
    reader = "en" if answer.language == "en" else "vi"
    lines = []
    for sentence in answer.sentences:
        label = _DOUBT.get((reader, sentence.verdict))
        if label:
            reason = f" ({safe_line(sentence.reason)})" if sentence.reason else ""
            lines.append(f"{label}: {safe_line(sentence.text)}{reason}")
    return [*lines, safe_line(answer.notice)] if answer.notice else lines


def listed(info: ArticleInfo) -> tuple[str, ...]:
    """Id, date, outlet, language and title."""
    return tuple(map(safe_line, (info.id, info.published, info.source, info.language, info.title)))


def facts(article: Article) -> Iterator[tuple[str, str]]:
    """What is known of an article but its text."""
    for name, value in article.to_dict().items():
        for one in value if isinstance(value, list) else [value]:
            if one not in (None, ""):
                yield name, safe_line(str(one))


def counts(report: IngestReport) -> dict[str, int]:
    numbers = {name: getattr(report, name) for name in ("added", "updated", "unchanged", "removed")}
    return {**numbers, "failed": len(report.failed)}
