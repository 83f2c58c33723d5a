"""What stands on a page beside its story: consent, menus, related stories, comments, sharing, paywalls, adverts.

Known vendors and ordinary class names tell it by its markup; the rest is told by what it is: lists of links, headings
that are links, boxes that ask for consent, a subscription or a comment. What holds the headline is never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from rag.readers.box_labels import is_box_label, is_comments_label
from rag.readers.bylines import is_person
from rag.readers.page_blocks import HEADINGS, Block, blocks
from rag.text.normalise import flatten

_VENDORS = re.compile(
    r"onetrust|didomi|sp_message|qc-cmp|cybot|usercentrics|truste|trustarc|iubenda|fc-consent|osano|\bcky-|cmplz|"
    r"cookiefirst|termly|evidon|klaro|tarteaucitron|borlabs|cookie-?law|cookie-?script|cookie-?yes|sourcepoint|"
    r"piano-|tp-(?:modal|backdrop|container)|\bpoool|taboola|outbrain|\bob-widget|\btrc_|revcontent|\bmgid|"
    r"disqus|addtoany|addthis|sharethis|sharedaddy|jp-relatedposts|mc_embed|mailerlite|"
    r"adsbygoogle|google_ads|\bdfp-|\bdable|coral-(?:stream|talk)|livefyre|openweb|spot-?im|fb-comments|viafoura|"
    r"g-recaptcha"
)
_WORDS = (
    # consent
    "cookies?", "consent", "gdpr", "ccpa", "cmp", "privacy",
    # ways through the site
    "nav", "navbar", "navigation", "menu", "submenu", "breadcrumbs?", "sidebar", "footer", "masthead", "skip", "search",
    "pagination", "pager", "login", "signin", "toolbar", "topbar",
    # other stories
    "related", "relate", "recommend(?:ed|ations?)?", "recirc", "recirculation", "popular", "trending", "mostread",
    "most-(?:read|viewed|popular|commented)", "more-(?:stories|news|from|on|like)", "read-(?:more|next|also)",
    "see-also", "also-read", "up-next", "you-may", "teasers?", "promos?", "lien-?quan", "tin-?lien-?quan", "tin-?khac",
    "tin-?moi", "doc-?nhieu", "doc-?them", "xem-?them", "xem-?nhieu", "cung-?chuyen-?muc", "suggest(?:ed|ions?)?",
    # readers
    "comments?", "commentary-list", "respond", "replies", "reactions?", "binh-?luan", "y-?kien",
    # sharing
    "share", "sharing", "shares", "sharebar", "social", "socials", "chia-?se", "follow-us",
    # money
    "paywall", "regwall", "meter", "metered", "subscribe", "subscription", "subscriptions", "newsletters?", "signup",
    "sign-up", "ads?", "adverts?", "advertisement", "advertising", "sponsor(?:ed)?", "quang-?cao", "banner", "barrier",
    "donate", "donation", "membership",
    # above the page
    "popup", "modal", "overlay", "lightbox", "interstitial", "toast",
    # about the article
    "tags?", "tag-?list", "topics", "author-?bio", "bio", "about-author", "author-box", "rating", "feedback", "print",
)  # fmt: skip
_LABEL = re.compile(rf"(?:^|[\s_-])(?:{'|'.join(_WORDS)})(?:[\s_-]|$)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# A box whose name has such a word as well may hold the story: "article has-sidebar", "content-with-ads".
_HOLDER = re.compile(r"(?:^|[\s_-])(?:has|with|no|without|is|enable[ds]?)(?:[\s_-])")
_TAGS = frozenset({"nav", "footer", "aside", "dialog", "menu"})
_ROLES = frozenset({
    "navigation", "complementary", "contentinfo", "search", "dialog", "alertdialog", "banner", "menu", "menubar",
    "toolbar", "alert",
})  # fmt: skip
_KEPT = frozenset({"html", "body", "main"})

_CONSENT = re.compile(
    r"cookie|consent|privacy|personal data|partners|legitimate interest|personali[sz]ed (?:ads|content|advertising)|"
    r"du lieu ca nhan|quyen rieng tu|dong y|chap nhan|doi tac"
)
_ASKING = re.compile(
    r"accept|agree|reject|decline|allow|manage|preferences|settings|got it|ok\b|dong y|chap nhan|tu choi|tuy chon"
)
_SELLING = re.compile(
    r"subscri|/login|log-?in\b|sign-?in|sign-?up|register|regist|dang-?nhap|dang-?ky|membership|/account|/checkout|"
    r"/donate|/support-us|/offer|newsletter|apps\.apple|itunes\.|play\.google|/apps?/?$",
    re.IGNORECASE,
)
# A box has no more text than this; what has more is a story, whatever it is called.
_BOXES = ("div", "section", "form", "ul", "ol", "li", "article", "p", "center", "dl", "figure", "table")
_BOX = 1_500
_CARD = 700
_BYLINE = 300
_COMMENT_HEAD = 120
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def drop_by_markup(tree: Any, headline: Collection[Any]) -> None:
    """Takes out what its tag, role, class or id names as no story, in place."""
    kept = _around(headline)
    total = len(_text(tree)) or 1
    for element in list(tree.iter("*")):
        if element in kept or element.tag in _KEPT or element.getparent() is None:
            continue
        sure, likely = _is_named(element)
        if sure or (likely and not _is_story(element, total) and not _is_byline(element, kept)):
            element.drop_tree()


def drop_by_nature(body: Any, headline: Collection[Any], *, live: bool) -> None:
    """Takes out the boxes that are no story by what they hold, in place. In a live blog entries look like teasers."""
    kept = _around(headline)
    prose = sum(len(line.text) for line in blocks(body) if line.is_prose) or 1
    for element in list(body.iter(*_BOXES)):
        if element in kept or not _is_under(element, body):
            continue
        text = _text(element)
        if text and (
            _is_consent(element, text, prose) or _is_sale(element, text, prose) or _is_link_list(element, text)
        ):
            element.drop_tree()
    # A card before what holds it: a story with a card in it is none.
    for element in [] if live else reversed(list(body.iter(*_BOXES))):
        if element not in kept and element.getparent() is not None and _is_card(element):
            element.drop_tree()
    if not live:
        _drop_comments(body, kept)
    _drop_labelled(body, kept, prose)


def _drop_comments(body: Any, kept: set[Any]) -> None:
    """Elements alike beside each other that each begin with a name and a date: what readers wrote."""
    for parent in list(body.iter("div", "section", "ul", "ol")):
        alike: dict[tuple[str, str], list[Any]] = {}
        for child in parent:
            alike.setdefault((child.tag, child.get("class") or ""), []).append(child)
        for group in alike.values():
            if len(group) > 1 and not kept & set(group) and all(map(_is_comment, group)):
                for one in group:
                    one.drop_tree()


def _is_comment(element: Any) -> bool:
    text = _text(element)
    name = next((_text(one) for one in element.iter("b", "strong", "cite", "h4", "h5", "a", "span") if _text(one)), "")
    begins = bool(name) and text.startswith(name) and is_person(name)
    return begins and len(text) <= _BOX and bool(_YEAR.search(text[:_COMMENT_HEAD])) and len(text) > len(name) + 20


def _around(headlines: Iterable[Any]) -> set[Any]:
    return {one for headline in headlines for one in (headline, *headline.iterancestors(), *headline.iter())}


def _is_under(element: Any, body: Any) -> bool:
    """Whether it still stands in the page: an element around it may have been taken out."""
    return any(one is body for one in element.iterancestors())


def _is_named(element: Any) -> tuple[bool, bool]:
    """Whether its markup surely, or likely, names it as no story."""
    raw = f"{element.get('class') or ''} {element.get('id') or ''}"
    label = _CAMEL.sub("-", raw).lower()
    if _VENDORS.search(label):
        return True, True
    role = (element.get("role") or "").lower()
    if element.tag in ("nav", "dialog", "menu") or role in _ROLES or element.get("aria-modal"):
        return False, True
    if element.tag in _TAGS or (element.tag == "header" and _is_of_page(element)):
        return False, True
    prop = element.get("itemprop") or ""
    kind = (element.get("itemtype") or "").rpartition("/")[2]
    if prop == "comment" or kind in (
        "Comment",
        "UserComments",
        "WPFooter",
        "WPHeader",
        "WPSideBar",
        "SiteNavigationElement",
    ):
        return True, True
    return False, bool(_LABEL.search(label)) and not _HOLDER.search(label)


def _is_of_page(header: Any) -> bool:
    return not any(one.tag in ("article", "main") for one in header.iterancestors())


def _is_story(element: Any, total: int) -> bool:
    """Whether what is called a box holds most of the page's text in paragraphs, or tells who wrote the story when."""
    text = _text(element)
    if len(text) * 2 < total:
        return False
    label = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
    if element.tag == "form" or re.search(r"article|story|content|post|main|wrap|container|page|entry|detail", label):
        return sum(line.is_prose for line in blocks(element)) > 1
    return False


def _is_byline(element: Any, kept: set[Any]) -> bool:
    """Whether it stands beside the headline and tells a date or an author: "headline__footer", "meta-share"."""
    if element.getparent() not in kept or element.getparent().tag in _KEPT or element.tag in ("nav", "aside"):
        return False
    text = _text(element)
    has_credit = element.find(".//time") is not None or element.find(".//a[@rel='author']") is not None
    return len(text) <= _BYLINE and (has_credit or bool(_YEAR.search(text)))


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext("*")).split())


def _links(element: Any) -> list[Any]:
    return list(element.iter("a", "button"))


def _is_consent(element: Any, text: str, prose: int) -> bool:
    """A box that speaks of little but consent, with something to press."""
    if element.tag not in ("div", "section", "form", "p", "center") or len(text) > max(_BOX * 8, 2 * prose):
        return False
    flat = flatten(text)
    found = _CONSENT.findall(flat)
    if len(set(found)) < 2 and not ("cookie" in found and len(text) < 400):
        return False
    asks = any(_ASKING.search(flatten(_text(link))) for link in _links(element))
    dense = len(found) * 120 >= len(text)
    return dense and (asks or len(set(found)) >= 3 or flat.count("cookie") >= 2)


def _is_sale(element: Any, text: str, prose: int) -> bool:
    """A short box that leads to a login, a subscription or a newsletter."""
    if element.tag not in ("div", "section", "form", "p", "figure", "center", "li") or len(text) > 500:
        return False
    told = [len(line.text) for line in blocks(element) if line.is_prose]
    if sum(told) * 2 > prose or max(told, default=0) > 250:
        return False
    if any((field.get("type") or "").lower() in ("email", "password") for field in element.iter("input")):
        return True
    links = [link for link in _links(element) if _SELLING.search(link.get("href") or "")]
    share = 4 if element.tag == "p" else 10
    return bool(links) and sum(len(_text(link)) for link in links) * share >= len(text)


def _is_link_list(element: Any, text: str) -> bool:
    """Several links and nearly nothing else, or a paragraph that is one link and no sentence."""
    links = element.findall(".//a")
    if not links:
        return False
    linked = sum(len(_text(link)) for link in links)
    if element.tag == "p":
        is_author = (links[0].get("rel") or "") == "author" or "author" in (links[0].get("href") or "")
        is_one = linked >= len(text) * 0.9 and len(links) == 1 and not is_author
        return is_one and not text.endswith((".", "!", "?", "”", "…"))
    return len(links) > 1 and linked >= len(text) * 0.75


def _is_card(element: Any) -> bool:
    """A heading that is a link, alone or above a line or two: a teaser of another story."""
    if element.tag not in ("div", "li", "article", "section", "figure") or len(_text(element)) > _CARD:
        return False
    headings = list(element.iter(*HEADINGS))
    if not headings or not all(_leads_away(heading) for heading in headings):
        return False
    lines = blocks(element)
    above = next((i for i, line in enumerate(lines) if line.is_heading), len(lines))
    return above <= 2 and sum(line.is_prose for line in lines) <= 2 * len(headings)


def _leads_away(heading: Any) -> bool:
    inside = heading.find(".//a") is not None or any(one.tag == "a" for one in heading.iterancestors())
    return inside and len(_text(heading)) > 15


def _drop_labelled(body: Any, kept: set[Any], prose: int) -> None:
    """Boxes and runs of links below "Related stories", "Comments (3)" and the like."""
    for line in blocks(body):
        element = line.element
        if element in kept or not is_box_label(line.text) or not _is_under(element, body):
            continue
        box = _box_of(element, body, kept, prose)
        if box is not None:
            box.drop_tree()
            continue
        follower = element.getnext()
        element.drop_tree()
        is_comment = is_comments_label(line.text)
        while follower is not None and follower not in kept and (_is_listing(follower) or is_comment):
            following = follower.getnext()
            if follower.tag in HEADINGS and not _is_listing(follower):
                break
            follower.drop_tree()
            follower = following


def _box_of(element: Any, body: Any, kept: set[Any], prose: int) -> Any:
    """The largest box around a label that begins with it and is no story."""
    box = None
    for one in (element, *element.iterancestors()):
        if one is body or one in kept or one.tag in ("article", "main"):
            break
        text = _text(one)
        lines = blocks(one)
        share = sum(len(line.text) for line in lines if line.is_prose)
        begins = bool(lines) and is_box_label(lines[0].text)
        if not begins or (share * 2 > prose and share > 300):
            break
        if len(text) > len(_text(element)):
            box = one
    return box


def _is_listing(element: Any) -> bool:
    text = _text(element)
    linked = sum(len(_text(link)) for link in element.iter("a"))
    return not text or linked * 2 >= len(text)


def is_teaser(line: Block) -> bool:
    """Whether a line inside a story only leads to another: all of it a link that is no sentence."""
    return (
        bool(line.linked)
        and line.linked >= len(line.text.replace(" ", "")) * 0.8
        and not line.text.endswith((".", "!", "?", "”", "…"))
    )
