"""Web pages and HTML fragments: the articles of a page, with the headline, author and date that are theirs.

page ─ page_data (JSON-LD, metas) ─ hidden, furniture (gone) ─ story (whose lines) ─ page_credits (date, author)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rag.errors import ReadError
from rag.readers.furniture import drop_by_markup, drop_by_nature, is_teaser
from rag.readers.hidden import drop_hidden, drop_struck
from rag.readers.no_article import why_no_article
from rag.readers.outlets import domain, is_outlet, outlet_of
from rag.readers.page_blocks import HEADINGS, Block, blocks
from rag.readers.page_credits import marked_dates, told_beside
from rag.readers.page_data import Declared, PageData, is_same, page_data
from rag.readers.record import Draft
from rag.readers.story import Story, headlines, is_live_entry, stories
from rag.text.language import detect
from rag.text.normalise import fold

_PAGE = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_NO_PERSON = frozenset(["admin", "administrator", "editor", "webmaster", "staff", "news", "author", "guest", "root"])
# A stub shows no more than this share of the article that the page's data hold.
_STUB = 0.7
_LIVE_ENTRIES = 3


def read_page(html: str) -> Draft:
    """The article of a web page, the first where there are several. Raises ReadError as `read_pages` does."""
    return read_pages(html)[0]


def read_pages(html: str) -> list[Draft]:
    """The articles of a web page, at least one.

    Raises ReadError for a page without text, and for one that is an error or asks for a captcha.
    """
    tree = _parsed(html)
    data = page_data(tree)
    challenge = why_no_article(tree, data, _visible(tree), 0)
    drop_hidden(tree)
    drop_struck(tree)
    body = tree.find("body")
    body = tree if body is None else body
    heads = headlines(body, data)
    live = any(item.is_live for item in data.objects) or _looks_live(body)
    drop_by_markup(body, heads[:1])
    drop_by_nature(body, heads[:1], live=live)
    found = stories(body, heads, live=live)
    if challenge and sum(story.prose for story in found) < 400 and not any(item.body for item in data.objects):
        raise ReadError(challenge)
    drafts = [_draft(story, data, tree, alone=len(found) == 1, live=live) for story in found]
    told = [draft for draft in drafts if any(map(str.isalnum, draft.text))]
    if not told:
        raise ReadError("no article text in this page; save the page with its text, or as plain text")
    return told


def text_of_fragment(html: str) -> str:
    """The visible text of a piece of HTML, one line a block."""
    tree = _parsed(html)
    drop_hidden(tree)
    drop_struck(tree)
    return "\n".join(line.text for line in blocks(tree))


def _parsed(html: str) -> Any:
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    page = html if _PAGE.search(html) else f"<html><body>{html}</body></html>"
    try:
        return document_fromstring(page.encode("utf-8", "replace"), parser=parser, ensure_head_body=True)
    except (etree.ParserError, ValueError) as error:
        raise ReadError("no HTML in it that can be read; save the page again, or as plain text") from error


def _visible(tree: Any) -> str:
    return "\n".join(line.text for line in blocks(tree)) if tree is not None else ""


def _looks_live(body: Any) -> bool:
    entries = [one for one in body.iter("article", "div", "section", "li") if is_live_entry(one)]
    return sum(one.find(".//time") is not None for one in entries) >= _LIVE_ENTRIES


def _draft(story: Story, data: PageData, tree: Any, *, alone: bool, live: bool) -> Draft:
    headline = story.headline.text if story.headline else None
    declared = data.of(headline or next(iter(data.titles), None), alone=alone)
    is_page_s = alone or (headline is not None and any(is_same(headline, title) for title in data.titles))
    told = told_beside(story, american=data.is_american)
    marked_published, marked_updated = marked_dates(story)
    metas = data if is_page_s else None
    published = (
        (declared.published if declared else None)
        or (metas.published if metas else None)
        or marked_published
        or told.published
    )
    updated = (declared.updated if declared else None) or (metas.updated if metas else None) or marked_updated
    title = headline or (declared.headline if declared else None) or next(iter(data.titles), None)
    url = (declared.url if declared and not is_page_s else None) or (data.url if is_page_s else None)
    source = _source(data, declared, url or data.url)
    # What stands behind a bar in the page's title is the site, however it is called.
    sites = [name for name in (source, data.site, *(data.title or "").split(" | ")[1:]) if name]
    author = _author([declared.author if declared else None, metas.author if metas else None, told.author], sites)
    text = _text(story, told.lines, live=live)
    if declared and len(text) < _STUB * len(declared.body):
        text = text_of_fragment(declared.body) if re.search(r"<(?:p|br|div)\b", declared.body) else declared.body
    language = (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[:2].lower()
    return Draft(
        text=text,
        title=title,
        source=source,
        author=author,
        published=published,
        updated=(updated or told.updated) if (updated or told.updated) != published else None,
        language=language if detect(text) == "und" and language.isalpha() else None,
        url=url,
        contradictions=data.contradictions(declared) if is_page_s else (),
        is_dated=True,
    )


def _text(story: Story, told: frozenset[int], *, live: bool) -> str:
    """The lines below the headline: the headline is the title, and no sentence to quote."""
    lines = [line for i, line in enumerate(story.lines) if i not in told and not is_teaser(line)]
    texts = _live_lines(lines) if live else [line.text for line in lines]
    # What the page repeats at once, such as a standfirst in the lead, is there once.
    return "\n".join(text for i, text in enumerate(texts) if not i or text != texts[i - 1])


def _live_lines(lines: Sequence[Block]) -> list[str]:
    """The lines of a live blog: the time of an entry in one line with its heading."""
    texts: list[str] = []
    times: list[str] = []
    for line in lines:
        if len(line.text) <= 40 and (line.element.tag == "time" or line.element.find(".//time") is not None):
            times.append(line.text)
        elif times and (line.element.tag in HEADINGS or len(line.text) <= 160):
            texts.append(f"{' '.join(times)} · {line.text}")
            times = []
        else:
            texts += [*times, line.text]
            times = []
    return [*texts, *times]


def _source(data: PageData, declared: Declared | None, url: str | None) -> str | None:
    name = data.site or (declared.publisher if declared else None) or _site_in_title(data)
    if url and (not name or domain(f"https://{name}")):
        return outlet_of(url)
    return name


def _site_in_title(data: PageData) -> str | None:
    """The outlet behind the headline in the page's title: "A headline - Báo Bến Sông"."""
    title = data.title or ""
    tail = max(
        (title.rpartition(edge)[2] for edge in (" - ", " | ", " – ", " — ")), key=lambda end: len(title) - len(end)
    )
    return tail.strip() if tail != title and is_outlet(tail) else None


def _author(told: Sequence[str | None], sites: Sequence[str]) -> str | None:
    """The first of the authors told that names more than the outlet or the program."""
    nobody = _NO_PERSON | set(map(fold, sites))
    for names in told:
        listed = re.sub(r"^(?:by|bởi)\s+", "", (names or "").replace("; ", ", "), flags=re.IGNORECASE).split(", ")
        people = [name for name in listed if name and fold(name) not in nobody]
        if people:
            return ", ".join(people)
    return None
