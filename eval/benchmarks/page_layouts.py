"""Pages as publishing systems lay them out, drawn over invented outlets: the truth about each page is known.

An `Outlet` is a set of parts (consent, header, byline, body, related stories, comments ...), each in one of several
manners. Those of `page_parts_held` are kept back: readers are worked on with the others, and reported on with these.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from html import escape

from eval.benchmarks import page_parts as parts
from eval.benchmarks.page_parts_held import MANNERS_HELD
from eval.benchmarks.page_stories import Story, story

_NAMES = (("Port Ledger", "en"), ("The Weir Observer", "en"), ("Tholl Gazette", "en"), ("Ashmark Today", "en"),
          ("Báo Vũng Trầm", "vi"), ("Tin Cù Lao", "vi"), ("Thời báo Bến Dạ", "vi"), ("Khe Lạng Mới", "vi"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outlet:
    """A site: its name, its language, whether dates there are American, and its manner of each part."""

    name: str
    language: str
    american: bool
    manners: dict[str, Callable[..., str]]
    data: str
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A generated page, and what a reader has to find in it; `published` and `author` are None where it says neither"""

    html: str
    story: Story
    outlet: str
    published: date | None
    author: str | None
    layout: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> str:
        """Standfirst, paragraphs, and the table's rows with their column names, as each is quoted alone."""
        names, *rows = self.story.rows or ((),)
        cells = [" ".join(f"{name} {cell}" for name, cell in zip(names, row, strict=True)) for row in rows]
        return "\n".join([self.story.standfirst, *self.story.paragraphs, *cells])


def page(seed: int, *, held: bool) -> Page:
    """The page of that seed."""
    rng = random.Random(f"{seed}/{held}")
    outlet = _outlet(rng, held=held)
    told = story(rng, outlet.language, table=rng.random() < 0.25)
    if rng.random() < 0.5:
        told = replace(told, updated=None)
    context = parts.Context(rng, outlet.language, outlet.name, outlet.american, told)
    filled = {name: manner(context) for name, manner in outlet.manners.items()}
    byline_date = outlet.manners["byline"] is not parts.no_byline
    in_data = outlet.data in ("exact", "graph", "after_list", "metas", "both", "stale_list")
    layout = {name: manner.__name__ for name, manner in outlet.manners.items()} | {"data": outlet.data}
    return Page(
        html=_html(context, outlet, filled),
        story=told,
        outlet=outlet.name,
        published=told.published if byline_date or in_data else None,
        author=told.author if byline_date or outlet.data in ("exact", "graph", "after_list", "both") else None,
        layout=layout,
    )


def _outlet(rng: random.Random, *, held: bool) -> Outlet:
    name, language = rng.choice(_NAMES)
    manners = {
        part: rng.choice((*options, *(one for one in parts.MANNERS[part] if one in parts.NEITHER)))
        for part, options in (MANNERS_HELD if held else parts.MANNERS).items()
    }
    data = rng.choice(
        ("exact", "graph", "after_list", "metas", "both", "stale_list", "none", "none", "none", "modified")
    )
    if data in ("none", "modified") and manners["byline"] is parts.no_byline and rng.random() < 0.7:
        data = "metas"
    after = ["related", "comments", "newsletter", "share", "tags"]
    rng.shuffle(after)
    return Outlet(name, language, language == "en" and rng.random() < 0.3, manners, data, tuple(after))


def _html(context: parts.Context, outlet: Outlet, filled: dict[str, str]) -> str:
    told = context.story
    title = context.rng.choice(("{h} | {s}", "{h} - {s}", "{h}", "{h} – {s}")).format(h=told.headline, s=outlet.name)
    head = [
        f"<title>{escape(title)}</title>",
        '<meta charset="utf-8">',
        _metas(context, outlet),
        _json(context, outlet),
    ]
    order = context.rng.choice((("consent", "header"), ("header", "consent")))
    top = "".join(filled[name] for name in order)
    article = filled["article"].replace("@BYLINE@", filled["byline"]).replace("@INLINE@", filled["inline"])
    tail = "".join(filled[name] for name in outlet.order)
    where = context.rng.random()
    inside, outside = (tail, "") if where < 0.5 else ("", tail)
    main = article.replace("@TAIL@", inside)
    language = "en-US" if outlet.american else outlet.language
    late = context.rng.random() < 0.3
    return (
        f'<!doctype html><html lang="{language}"><head>{"".join(head)}</head><body class="{context.name("page")}">'
        f"{'' if late else top}{filled['frame'].replace('@MAIN@', main + outside).replace('@SIDE@', filled['sidebar'])}"
        f"{filled['footer']}{top if late else ''}</body></html>"
    )


def _metas(context: parts.Context, outlet: Outlet) -> str:
    told, lines = context.story, [f'<meta property="og:site_name" content="{outlet.name}">']
    if context.rng.random() < 0.7:
        lines.append(f'<meta property="og:title" content="{escape(told.headline)}">')
    if outlet.data in ("metas", "both"):
        name = context.rng.choice(("article:published_time", "pubdate", "parsely-pub-date", "datePublished"))
        lines.append(f'<meta {context.rng.choice(("property", "name"))}="{name}" content="{told.published}T08:00:00Z">')
    if told.updated or outlet.data == "modified":
        lines.append(f'<meta property="article:modified_time" content="{told.updated or "2026-10-01"}T10:00:00Z">')
    return "".join(lines)


def _json(context: parts.Context, outlet: Outlet) -> str:
    told = context.story
    kind = context.rng.choice(("NewsArticle", "Article", "ReportageNewsArticle", "BlogPosting"))
    person = {"@type": "Person", "name": told.author}
    mine = {
        "@context": "https://schema.org", "@type": kind, "headline": told.headline,
        "datePublished": f"{told.published}T08:00:00+07:00",
        "author": context.rng.choice((person, [person])),
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name},
    }  # fmt: skip
    if told.updated:
        mine["dateModified"] = f"{told.updated}T09:30:00+07:00"
    others = [
        {
            "@type": "ListItem",
            "position": i,
            "item": {"@type": "NewsArticle", "headline": one, "datePublished": str(day)},
        }
        for i, (one, _, day) in enumerate(context.teasers(3))
    ]
    listed = {"@type": "ItemList", "itemListElement": others}
    loose = [{"@type": "NewsArticle", "headline": one, "datePublished": str(day)} for one, _, day in context.teasers(2)]
    by_kind: dict[str, list[object]] = {
        "exact": [mine], "both": [mine], "graph": [{"@graph": [{"@type": "WebSite", "name": outlet.name}, mine]}],
        "after_list": [listed, *loose, mine], "stale_list": [listed],
    }  # fmt: skip
    if outlet.data == "stale_list":
        return _script(listed) + f'<meta itemprop="datePublished" content="{told.published}">'
    return "".join(map(_script, by_kind.get(outlet.data, [])))


def _script(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value, ensure_ascii=False)}</script>'
