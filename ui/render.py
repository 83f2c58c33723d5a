"""Templates to HTML: whatever is put in is escaped, and what would reorder or break a page is replaced."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rag.answer.messages import UNKNOWN_SOURCE, shown_date, shown_page
from rag.types import AnswerLanguage
from ui.numbers import measured, number, percent
from ui.texts import say

_TEMPLATES = Path(__file__).parent / "templates"
# Control characters, line separators, bidirectional overrides, lone surrogates: as many characters come out as go in.
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def render(template: str, language: AnswerLanguage, **values: Any) -> str:
    """The HTML of `templates/<template>.html`; `language` is that of the page."""
    given = {
        "language": language,
        "t": partial(say, language),
        "date": partial(_date, language),
        "page": partial(_page, language),
        "moment": partial(_moment, language),
        "number": partial(number, language),
        "percent": partial(percent, language),
        "measured": partial(measured, language),
        "unknown_source": UNKNOWN_SOURCE[language],
    }
    return _environment().get_template(f"{template}.html").render({**given, **values})


def _date(language: AnswerLanguage, published: str | None) -> str:
    return shown_date(published, language)


def _moment(language: AnswerLanguage, at: str) -> str:
    """An ISO time as the clock of this machine shows it."""
    local = datetime.fromisoformat(at).astimezone()
    return f"{local:%H:%M}, {shown_date(f'{local:%Y-%m-%d}', language)}"


def _page(language: AnswerLanguage, number: int | None) -> str:
    return shown_page(number, language)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalised,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalised(value: Any) -> Any:
    return value if isinstance(value, Markup) or not isinstance(value, str) else _UNSAFE.sub("\ufffd", value)
