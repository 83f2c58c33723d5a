"""What a web page's own data say of its articles: JSON-LD, metas, the canonical address. Pure.

A page carries the data of more than its article: lists of related stories, comments, videos. An object counts by its
type, and where several do, by the page's address or the headline it names.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rag.text.dates import parse_date
from rag.text.normalise import fold

_ARTICLE_TYPES = frozenset({
    "article", "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "askpublicnewsarticle",
    "backgroundnewsarticle", "opinionnewsarticle", "reviewnewsarticle", "liveblogposting", "blogposting", "report",
    "satiricalarticle", "scholarlyarticle", "techarticle", "advertisercontentarticle", "socialmediaposting",
})  # fmt: skip
_PAGE_TYPES = frozenset({"webpage", "itempage", "aboutpage"})
_SITE_TYPES = frozenset({"website"})
# Where the page's own objects stand; what an object mentions, lists or answers to is another's.
_INWARD = ("@graph", "mainEntity")
_DATE_METAS = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "publishdate",
    "publish-date", "publish_date", "published_time", "pubdate", "publication_date", "article.published",
    "article:published", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued", "dc.date",
    "dcterms.date", "citation_publication_date", "cxenseparse:recs:publishtime", "date",
)  # fmt: skip
_UPDATE_METAS = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified", "dc.date.modified",
)  # fmt: skip
_AUTHOR_METAS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
)
_TITLE_METAS = ("og:title", "twitter:title", "dc.title", "headline", "parsely-title", "sailthru.title")
_SITE_METAS = ("og:site_name", "application-name", "dc.publisher", "citation_journal_title", "twitter:app:name:iphone")
_TITLE_EDGE = re.compile(r"\s+[-–—|•·»]\s+|\s+::\s+|\s*\|\s*")
_CDATA = re.compile(r"^\s*(?:/\*|//)?\s*<!\[CDATA\[\s*(?:\*/)?|(?:/\*|//)?\s*\]\]>\s*(?:\*/)?\s*$|^\s*<!--|-->\s*$")
_LAST_COMMA = re.compile(r",(?=\s*[}\]])")
_MAX_OBJECTS = 500
# Two dates of one moment differ by a day where they are written for two time zones.
_ZONES = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Declared:
    """One article as data declare it. `published` and `updated` are ISO dates, months or years; `body` is its text."""

    headline: str | None = None
    url: str | None = None
    published: str | None = None
    updated: str | None = None
    author: str | None = None
    publisher: str | None = None
    body: str = ""
    is_live: bool = False
    is_page: bool = False


@dataclass(frozen=True, slots=True)
class PageData:
    """All that a page declares: its `objects` in order, and what its metas say (names in lower case, in order)."""

    objects: tuple[Declared, ...]
    metas: Mapping[str, tuple[str, ...]]
    title: str | None
    url: str | None
    is_american: bool
    site_in_data: str | None = None

    @property
    def site(self) -> str | None:
        return self.first(_SITE_METAS) or self.site_in_data

    @property
    def titles(self) -> tuple[str, ...]:
        """The names that the page gives itself, the most careful first, without the site's."""
        named = [self.first((name,)) for name in _TITLE_METAS]
        own = (_without_site(name, self.site) for name in (*named, self.title) if name)
        return tuple(dict.fromkeys(name for name in own if name))

    @property
    def updated(self) -> str | None:
        return self.date(_UPDATE_METAS)

    @property
    def author(self) -> str | None:
        names = (name for meta in _AUTHOR_METAS for name in self.metas.get(meta, ()))
        return ", ".join(dict.fromkeys(name for name in names if "://" not in name)) or None

    @property
    def published(self) -> str | None:
        return self.date(_DATE_METAS)

    def first(self, names: tuple[str, ...]) -> str | None:
        return next((value for name in names for value in self.metas.get(name, ()) if value), None)

    def date(self, names: tuple[str, ...]) -> str | None:
        stated = (value for name in names for value in self.metas.get(name, ()))
        return next(filter(None, (parse_date(value, month_first=self.is_american) for value in stated)), None)

    def of(self, headline: str | None, *, alone: bool) -> Declared | None:
        """The object that describes the article under `headline`; `alone`: it is the only article of the page.

        Then the page's address tells, too, and an object that says neither may be it where there is no other.
        """
        named = [item for item in self.objects if headline and item.headline and is_same(item.headline, headline)]
        # Sites head many stories alike.
        named.sort(key=lambda item: -likeness(item.headline or "", headline or ""))
        here = [item for item in self.objects if alone and self.url and item.url and _bare(item.url) == _bare(self.url)]
        both = [item for item in named if item in here]
        silent = [item for item in self.objects if not (item.headline or item.url)]
        only = silent if alone and len(self.objects) == 1 else []
        found = [item for group in (both, named, here, only) for item in group]
        return next(iter(sorted(found, key=lambda item: item.is_page)), None)

    def contradictions(self, declared: Declared | None) -> tuple[str, ...]:
        """What the page's data say in two ways, a line each."""
        in_metas = sorted(
            {parsed for name in _DATE_METAS[:-4] for value in self.metas.get(name, ()) if (parsed := parse_date(value))}
        )
        told = [declared.published] if declared and declared.published else []
        lines = []
        if _differ([*told, *in_metas]):
            where = "JSON-LD and metas" if told else "metas"
            lines.append(f"{where} give several dates of publication: {', '.join(dict.fromkeys([*told, *in_metas]))}")
        updated = (declared.updated if declared else None) or self.updated
        first = next(iter([*told, *in_metas]), None)
        if first and updated and _day(updated) and _day(first) and _day(updated) + _ZONES < _day(first):  # type: ignore[operator]
            lines.append(f"updated {updated}, before its publication {first}")
        return tuple(lines)


def page_data(tree: Any) -> PageData:
    """The data of a parsed page."""
    metas: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        value = " ".join((meta.get("content") or meta.get("datetime") or "").split())
        if name and value and not _is_of_other(meta):
            metas.setdefault(name.lower(), []).append(value)
    title = next((" ".join((element.text or "").split()) for element in tree.iter("title")), None)
    language = f"{tree.get('lang') or ''} {' '.join(metas.get('og:locale', ()))}".lower().replace("_", "-")
    is_american = "en-us" in language
    items = list(_objects(tree))
    sites = (_name(item.get("name")) for item in items if _types(item) & _SITE_TYPES)
    return PageData(
        objects=tuple(_declared(item, american=is_american) for item in items if not _types(item) & _SITE_TYPES),
        site_in_data=next(filter(None, sites), None),
        metas={name: tuple(values) for name, values in metas.items()},
        title=title or None,
        url=_address(tree, metas),
        is_american=is_american,
    )


def is_same(one: str, other: str) -> bool:
    """Whether two headlines are of one article: the same words, or most of them, or one cut short."""
    return likeness(one, other) >= 0.6


def likeness(one: str, other: str) -> float:
    """From 0 to 1: how much of the words of the longer headline the other has."""
    left, right = _words(one), _words(other)
    if not left or not right:
        return 0.0
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) >= 4 and longer[: len(shorter) - 1] == shorter[:-1]:
        return 0.9 if left != right else 1.0
    shared = len(set(left) & set(right))
    return shared / len(set(left) | set(right))


def _words(headline: str) -> list[str]:
    return re.findall(r"\w+", fold(headline))


def _is_of_other(meta: Any) -> bool:
    """Whether a meta in the body belongs to another item than an article: a comment, a person, a picture."""
    for ancestor in meta.iterancestors():
        if ancestor.get("itemscope") is not None or ancestor.get("itemtype"):
            kind = (ancestor.get("itemtype") or "").rstrip("/").rpartition("/")[2].lower()
            return kind not in _ARTICLE_TYPES | _PAGE_TYPES or ancestor.get("itemprop") in ("comment", "isPartOf")
    return False


def _objects(tree: Any) -> Iterator[Mapping[str, Any]]:
    """The objects that speak for the page itself: articles, the page, its site."""
    found = 0
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        waiting: list[Any] = [_loads(script.text or "")]
        while waiting and found < _MAX_OBJECTS:
            value = waiting.pop(0)
            found += 1
            if isinstance(value, list):
                waiting = [*value[:_MAX_OBJECTS], *waiting]
            elif isinstance(value, Mapping):
                if _types(value) & (_ARTICLE_TYPES | _PAGE_TYPES | _SITE_TYPES):
                    yield value
                waiting = [*(value[name] for name in _INWARD if name in value), *waiting]


def _loads(text: str) -> Any:
    text = _CDATA.sub("", _CDATA.sub("", text)).strip().rstrip(";")
    for attempt in (text, _LAST_COMMA.sub("", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _types(value: Mapping[str, Any]) -> set[str]:
    kinds = value.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return {str(kind).rpartition("/")[2].lower() for kind in listed if kind}


def _declared(item: Mapping[str, Any], *, american: bool) -> Declared:
    kinds = _types(item)
    body = item.get("articleBody")
    page = item.get("mainEntityOfPage")
    url = item.get("url") or (page.get("@id") if isinstance(page, Mapping) else page) or item.get("@id")
    return Declared(
        headline=_name(item.get("headline") or item.get("name")),
        url=url if isinstance(url, str) and re.match(r"https?://", url) else None,
        published=_date(item.get("datePublished"), american=american),
        updated=_date(item.get("dateModified"), american=american),
        author=_name(item.get("author") or item.get("creator")),
        publisher=_name(item.get("publisher")),
        body=html.unescape(body) if isinstance(body, str) else "",
        is_live="liveblogposting" in kinds,
        is_page=not kinds & _ARTICLE_TYPES,
    )


def _date(value: Any, *, american: bool) -> str | None:
    value = value[0] if isinstance(value, list) and value else value
    return parse_date(value, month_first=american) if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    """A name as one line: a string, an object with a name, or several of them."""
    if isinstance(value, list):
        return ", ".join(dict.fromkeys(filter(None, map(_name, value[:20])))) or None
    if isinstance(value, Mapping):
        value = value.get("name")
    if not isinstance(value, str) or "://" in value:
        return None
    return " ".join(html.unescape(re.sub(r"<[^<>]{1,200}>", "", value)).split()) or None


def _address(tree: Any, metas: Mapping[str, list[str]]) -> str | None:
    canonical = [link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    urls = (*canonical, *metas.get("og:url", ()))
    return next((url.strip() for url in urls if url and re.match(r"\s*https?://", url)), None)


def _bare(url: str) -> str:
    """An address without what may differ between two spellings of it."""
    return (
        re.sub(r"^https?://(?:www\.|m\.|amp\.)?", "", url.strip().lower())
        .partition("#")[0]
        .partition("?")[0]
        .rstrip("/")
    )


def _without_site(title: str, site: str | None) -> str:
    """ "A title | Outlet" -> "A title": less the site's name, or less the shorter end where no name is known."""
    parts = [part for part in _TITLE_EDGE.split(title) if part]
    if site:
        kept = [part for part in parts if fold(part) != fold(site)]
        if len(kept) < len(parts):
            return _joined(title, kept)
    if len(parts) > 1 and len(parts[-1].split()) <= 4 < len(" ".join(parts[:-1]).split()):
        return _joined(title, parts[:-1])
    return title


def _joined(title: str, parts: list[str]) -> str:
    """The part of `title` from the first of `parts` to the last of them."""
    if not parts:
        return title
    start = title.index(parts[0])
    return title[start : title.index(parts[-1], start) + len(parts[-1])]


def _differ(dates: list[str]) -> bool:
    days = [day for day in map(_day, dates) if day]
    return bool(days) and max(days) - min(days) > _ZONES


def _day(published: str | None) -> date | None:
    try:
        return date.fromisoformat(published or "")
    except ValueError:
        return None
