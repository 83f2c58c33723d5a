"""Web pages and HTML fragments. The story is found by trafilatura; hidden text, scripts and comments are no part of it.

The date is read here and not by trafilatura's htmldate, which searches the running text and knows today's date:
only what the page states as its publication counts.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rag.errors import ReadError
from rag.readers.bylines import read_line
from rag.readers.hidden import drop_hidden
from rag.readers.outlets import domain, outlet_of
from rag.readers.record import Draft
from rag.text.dates import parse_date
from rag.text.language import detect

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table",
    "td", "th", "tr", "ul",
})  # fmt: skip
_PAGE = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_DATE_META = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "publishdate",
    "publish-date", "publish_date", "published_time", "pubdate", "publication_date", "article.published",
    "article:published", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dcterms.issued", "dc.date",
    "dcterms.date", "dcterms.created", "citation_publication_date", "date",
)  # fmt: skip
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{4,40})"')
_DATE_CLASS = re.compile(r"date|time|publish|posted|ngay", re.IGNORECASE)


def read_page(html: str) -> Draft:
    """The article of a web page. Raises ReadError for what is no HTML and for a page without text."""
    import trafilatura

    with silenced("trafilatura", "htmldate", "charset_normalizer"):
        tree = trafilatura.load_html(html if _PAGE.search(html) else f"<html><body>{html}</body></html>")
        if tree is None:
            raise ReadError("no HTML in it that can be read; save the page again, or as plain text")
        published = _published(tree)
        drop_hidden(tree)
        document: Any = trafilatura.bare_extraction(
            tree,
            include_comments=False,
            with_metadata=True,
            date_extraction_params={"extensive_search": False, "original_date": True, "max_date": "2100-01-01"},
        )
        text = (document.text if document else "") or _block_text(tree)
    if not text.strip():
        raise ReadError("no article text in this page; save the page with its text, or as plain text")
    url = _address(tree) or (document.url if document else None)
    source = document.sitename if document else None
    if url and (not source or domain(f"https://{source}")):
        source = outlet_of(url)
    language = (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or "")[:2].lower()
    return Draft(
        text=text,
        title=_without_site(document.title, source) if document else None,
        source=source,
        author=document.author.replace("; ", ", ") if document and document.author else None,
        published=published,
        language=language if detect(text) == "und" and language.isalpha() else None,
        url=url,
    )


def text_of_fragment(html: str) -> str:
    """The visible text of a piece of HTML, one line a block."""
    import trafilatura

    with silenced("trafilatura", "charset_normalizer"):
        tree = trafilatura.load_html(f"<html><body>{html}</body></html>")
    if tree is None:
        return ""
    drop_hidden(tree)
    return _block_text(tree)


@contextmanager
def silenced(*loggers: str) -> Iterator[None]:
    """Keeps libraries from writing on the user's terminal what is reported as one line here."""
    levels = {name: logging.getLogger(name).level for name in loggers}
    for name in loggers:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _block_text(tree: Any) -> str:
    """Text of the body with a line end around each block element. Changes the tree."""
    found = tree.find(".//body")
    body = tree if found is None else found
    for element in body.iter():
        edge = "\n" if element.tag in _BLOCKS else ""
        element.text = (
            edge + _spaced(element.text) if isinstance(element.tag, str) and element.tag != "script" else None
        )
        if element is not body:
            element.tail = edge + _spaced(element.tail)
    lines = (" ".join(line.split(" ")).strip() for line in "".join(body.itertext(tag="*")).split("\n"))
    return "\n".join(line for line in lines if line)


def _spaced(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""


def _published(tree: Any) -> str | None:
    """The publication date as the page's data, its time element or its dateline states it; no modification date."""
    stated: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        stated.setdefault(name.lower(), meta.get("content") or meta.get("datetime") or "")
    candidates = [stated[name] for name in _DATE_META if name in stated]
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or ""):
            candidates += _JSON_DATE.findall(script.text or "")
    candidates += [time.get("datetime") or "" for time in tree.iter("time") if _is_publication(time)]
    return next(filter(None, map(parse_date, candidates)), None) or _dateline(tree)


def _is_publication(time: Any) -> bool:
    if time.get("pubdate") is not None or (time.get("itemprop") or "").lower() == "datepublished":
        return True
    above = {ancestor.tag for ancestor in time.iterancestors()}
    return bool(above & {"article", "main", "header"}) and not above & {"aside", "nav", "footer", "li"}


def _dateline(tree: Any) -> str | None:
    for element in tree.iter("span", "div", "p", "li", "em"):
        label = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
        if _DATE_CLASS.search(label) and len(element) < 8:
            text = " ".join("".join(element.itertext()).split())
            credit = read_line(text) if len(text) <= 100 else None
            if credit and credit.published:
                return credit.published
    return None


def _address(tree: Any) -> str | None:
    canonical = [link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    shared = [meta.get("content") for meta in tree.iter("meta") if meta.get("property") == "og:url"]
    return next((url.strip() for url in (*canonical, *shared) if url and re.match(r"\s*https?://", url)), None)


def _without_site(title: str | None, source: str | None) -> str | None:
    """ "A title | Outlet" -> "A title"."""
    if not title or not source:
        return title
    return re.sub(rf"\s+[-–—|•]\s+{re.escape(source)}\s*$", "", title, flags=re.IGNORECASE) or title
