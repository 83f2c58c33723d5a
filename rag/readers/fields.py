"""Articles given as named fields: JSON objects and front matter. Pure.

A field is found by any of the names that newspapers, scrapers and data sets use for it, in English or Vietnamese, in
any case and spelling ("publishedAt", "published_at", "Ngày đăng"), at the top or one level down; `field_map` names
what is called otherwise ({"text": "story_body"}); dots reach down any number of levels, through lists by number or
through all of their entries ({"text": "payload.parts.words", "author": "credits.by.0.name"}).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from rag.errors import ReadError, UsageError
from rag.readers.record import Draft
from rag.readers.rich_text import is_rich_text, paragraphs
from rag.readers.web import read_page, text_of_fragment
from rag.text.dates import parse_date
from rag.text.normalise import flatten, normalise

Fields = Mapping[str, Any]

# The names of each field, most telling first, as `_key` spells them: lower case, no marks, letters and digits only.
_NAMES: dict[str, str] = {
    "text": "text fulltext articletext articlebody body content contentelements maintext noidung noidungbaiviet "
    "cleantext rawtext article story contenttext bodytext plaintext contenthtml bodyhtml html lexical document passage "
    "context page leadparagraph blocks",
    "abstract": "abstract summary lead sapo standfirst trailtext description excerpt snippet dek subtitle subheadlines "
    "tomtat mota intro",
    "title": "title headline headlines webtitle tieude tenbai tenbaiviet tua heading name",
    "source": "source outlet publisher sitename site newspaper publication nguon bao tenbao toasoan provider media "
    "domain",
    "author": "author authors byline tacgia nguoiviet writer creator reporter credits",
    "published": "published publishedat publisheddate publishdate publishtime datepublished firstpublishdate "
    "firstpublishedat displaydate webpublicationdate pubdate publicationdate ngaydang ngayxuatban date ngay time "
    "thoigian datetime timestamp",
    "updated": "updated updatedat modified modifiedat datemodified lastmodified lastupdated lastupdatedate "
    "modifieddate capnhat ngaycapnhat",
    "url": "url link canonicalurl permalink sourceurl articleurl weburl href duongdan lienket websiteurl",
    "language": "language lang langcode ngonngu locale inlanguage",
    "id": "id ma mabai docid pid uuid articleid guid newsid key",
}
_CONTAINERS = frozenset({
    "article", "data", "metadata", "meta", "attributes", "fields", "_source", "document", "properties", "content",
    "story", "item", "_embedded", "yoast_head_json", "node",
})  # fmt: skip
_PLAIN_KEYS = (
    "name", "title", "rendered", "main", "basic", "original", "text", "value", "date", "body", "content", "url", "oid",
)  # fmt: skip
_LANGUAGES = {"vietnamese": "vi", "tiengviet": "vi", "vie": "vi", "english": "en", "tienganh": "en", "eng": "en"}
_HTML = re.compile(
    r"</(?:p|div|span|a|strong|em|b|i|ul|ol|li|h[1-6]|table|figure|blockquote|html|body|article|section)\s*>|<(?:br|p|img)\b[^<>]*>",
    re.IGNORECASE,
)
_HTML_PAGE = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_ENTITY = re.compile(
    r"&(?:nbsp|amp|quot|apos|lt|gt|[lr][sd]quo|[mn]dash|hellip|#\d{2,6}|#x[0-9a-f]{2,5});", re.IGNORECASE
)
_BY = re.compile(r"^(?:by|bởi)\s+", re.IGNORECASE)
# News APIs cut texts short and say so: "... [+1234 chars]".
_CUT_SHORT = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+\d+ chars\]\s*$")
_DEEPEST_PATH, _MOST_PATHS = 20, 10_000
_EPOCH_SECONDS = range(315_532_800, 4_102_444_800)  # 1980 to 2100
NAME_THE_FIELD = "name the field that holds it with a field map, such as text=my_field"


def read_fields(fields: Fields, field_map: Mapping[str, str] | None = None) -> Draft:
    """The article that the object's fields make. Raises ReadError where none of them is its text.

    An abstract that the text does not repeat becomes the text's first paragraph.
    """
    mapping = checked_field_map(field_map)
    if isinstance(fields.get("blocks"), list) and "version" in fields:
        # The time of an Editor.js document is that of its last saving.
        fields = {name: value for name, value in fields.items() if name != "time"}
    found = _Finder(fields, mapping)
    text = next(filter(None, map(_long_text, found.values("text"))), "")
    abstract = next(filter(None, map(_long_text, found.values("abstract"))), "")
    if not text and "text" in mapping:
        raise ReadError(f"no text in its field {mapping['text']!r}; {NAME_THE_FIELD}")
    if not text and not abstract:
        named = ", ".join(str(name)[:30] for name in list(fields)[:8]) or "none"
        raise ReadError(f"no text in its fields ({named}); {NAME_THE_FIELD}")
    draft = declared(fields, text or abstract, field_map=mapping)
    if _HTML_PAGE.search(text):
        page = read_page(text)
        declares = {field: value for field, value in asdict(draft).items() if value and field != "text"}
        draft = replace(page, **declares)
    if text and abstract and _squeezed(abstract) not in _squeezed(draft.text):
        draft = replace(draft, text=f"{abstract}\n\n{draft.text}")
    return draft


def role_of(name: object) -> str | None:
    """The field of articles that a name says, as "published" of "Ngày đăng"; None for another one."""
    key = _key(name)
    return next((role for role, names in _NAMES.items() if key in names.split()), None)


def is_whole(fields: Fields) -> bool:
    """Whether an object is an article, with a title and a text of its own, and no list or part of articles."""
    found = _Finder(fields, {})
    return bool(found.plain("title")) and any(map(_long_text, found.values("text")))


def declared(fields: Fields, text: str, *, field_map: Mapping[str, str] | None = None) -> Draft:
    """`text` with the metadata that `fields` declare for it."""
    found = _Finder(fields, field_map or {})
    return Draft(
        text=text,
        title=found.plain("title"),
        source=found.plain("source"),
        author=_author(found),
        published=next(filter(None, map(_date, found.values("published"))), None),
        updated=next(filter(None, map(_date, found.values("updated"))), None),
        language=_language(found.plain("language")),
        url=_address(found.plain("url")),
        id=found.plain("id"),
    )


def checked_field_map(field_map: Mapping[str, str] | None) -> Mapping[str, str]:
    """The map itself. Raises UsageError for a field that articles do not have."""
    for name in field_map or {}:
        if name not in _NAMES:
            raise UsageError(f"a field map cannot set {name!r}; it can set {', '.join(sorted(_NAMES))}")
    return field_map or {}


class _Finder:
    """Looks fields of one object up by role."""

    def __init__(self, fields: Fields, field_map: Mapping[str, str]) -> None:
        self._field_map = field_map
        self._fields = fields
        self._top = {_key(name): value for name, value in fields.items() if name != "_source"}
        self._nested = [
            {_key(name): value for name, value in inner.items()}
            for outer, inner in fields.items()
            if str(outer).lower() in _CONTAINERS and isinstance(inner, Mapping)
        ]

    def values(self, role: str) -> Iterator[Any]:
        """What may be the field, best first; only the mapped one where the field map names it."""
        if role in self._field_map:
            yield _mapped(self._fields, self._field_map[role])
            return
        for level in (self._top, *self._nested):
            yield from (level[name] for name in _NAMES[role].split() if level.get(name) is not None)

    def plain(self, role: str) -> str | None:
        return next(filter(None, map(_plain, self.values(role))), None)


def _mapped(value: Any, name: str, depth: int = 0) -> Any:
    """What a path of names leads to; a name may hold dots itself, and one of many entries is taken by its number."""
    if depth > _DEEPEST_PATH:
        return None
    if isinstance(value, list):
        number, _, rest = name.partition(".")
        if number.isascii() and number.isdigit():
            entry = value[int(number)] if int(number[:9]) < len(value) else None
            return _mapped(entry, rest, depth + 1) if rest else entry
        found = [_mapped(entry, name, depth + 1) for entry in value[:_MOST_PATHS] if isinstance(entry, Mapping)]
        return [one for one in found if one is not None] or None
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return value[name]
    for end in range(len(name) - 1, 0, -1):
        if name[end] == "." and name[:end] in value:
            return _mapped(value[name[:end]], name[end + 1 :], depth + 1)
    return None


def _key(name: object) -> str:
    return re.sub(r"[^a-z0-9]", "", flatten(normalise(str(name)[:60])))


def _author(found: _Finder) -> str | None:
    """Who wrote it; a number is a key of some table and nobody's name."""
    values = (value.get("by", value) if isinstance(value, Mapping) else value for value in found.values("author"))
    named = (name for value in values if (name := _plain(value)))
    return next((_BY.sub("", name) for name in named if not name.isdigit()), None)


def _plain(value: Any) -> str | None:
    """A field's value as one string: numbers and dates are written out, names are taken from objects and lists."""
    if isinstance(value, Mapping):
        named = {_key(name): inner for name, inner in value.items() if not isinstance(inner, Mapping | list)}
        value = next((named[name] for name in _PLAIN_KEYS if named.get(name)), None)
    if isinstance(value, list | tuple):
        inner = (_plain(item) for item in value[:20] if not isinstance(item, list | tuple))
        return ", ".join(item for item in inner if item) or None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = html.unescape(str(value)) if isinstance(value, str) and _ENTITY.search(value) else str(value)
    return re.sub(r"<[^<>]{1,200}>", "", text).strip() or None


def _long_text(value: Any) -> str:
    """The text of a field: a string, paragraphs in a list, or an object that holds either."""
    if isinstance(value, str) and value.startswith('{"root":'):
        value = _lexical(value)
    if is_rich_text(value):
        return "\n\n".join(paragraphs(value, _without_markup))
    if isinstance(value, Mapping):
        named = {_key(name): inner for name, inner in value.items()}
        value = next(
            (named[name] for name in ("text", "rendered", "body", "content", "value", "basic") if named.get(name)), None
        )
    if isinstance(value, list):
        return "\n\n".join(filter(None, (_long_text(item) for item in value if isinstance(item, str | Mapping))))
    return _CUT_SHORT.sub("", _without_markup(value)) if isinstance(value, str) else ""


def _lexical(text: str) -> Any:
    """Rich text that Lexical wrote into a string."""
    try:
        return json.loads(text)["root"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return text


def _without_markup(text: str) -> str:
    if _HTML.search(text) and not _HTML_PAGE.search(text):
        return text_of_fragment(text)
    return html.unescape(text) if _ENTITY.search(text) else text


def _date(value: Any) -> str | None:
    if isinstance(value, Mapping):
        # {"$date": {"$numberLong": "1778205600000"}}
        inner = {_key(name): one for name, one in value.items()}
        value = next((inner[name] for name in ("date", "numberlong", "value", "iso") if name in inner), value)
        return _date(value) if not isinstance(value, Mapping) or "numberlong" in map(_key, value) else None
    if isinstance(value, str) and re.fullmatch(r"\s*-?\d{9,13}\s*", value, re.ASCII):
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) > 100_000_000_000 else value
        if int(seconds) in _EPOCH_SECONDS:
            return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    plain = _plain(value)
    return parse_date(plain) if plain else None


def _language(value: str | None) -> str | None:
    if not value:
        return None
    key = _key(value)
    return _LANGUAGES.get(key) or (key[:2] if re.fullmatch(r"[a-z]{2}(?:[-_].{2,8})?", value.strip().lower()) else None)


def _address(value: str | None) -> str | None:
    return value if value and re.match(r"https?://\S+$", value) else None


def _squeezed(text: str) -> str:
    return " ".join(normalise(text).casefold().split()).rstrip(" .…")
