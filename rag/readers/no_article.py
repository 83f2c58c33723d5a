"""Pages that are no article though they answer with HTML: challenges, errors, logins. Pure."""

from __future__ import annotations

import re
from typing import Any

from rag.readers.page_data import PageData
from rag.text.normalise import flatten

# A page that says more than this is not one of them.
_SHORT = 1_200
_CHALLENGE_MARKUP = re.compile(
    r"challenge-platform|cf-challenge|cf_chl|captcha-delivery|hcaptcha|g-recaptcha|recaptcha|_incapsula_|px-captcha|"
    r"perimeterx|datadome|turnstile|distil_r_captcha|ddos-guard|akamai-bm",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(
    r"verify (?:that )?you(?:'re| are)(?: a)? (?:not a robot|human)|are you (?:a )?(?:robot|human)|not a robot|captcha|"
    r"just a moment|checking your browser|security (?:check|of your connection)|unusual (?:traffic|activity)|"
    r"attention required|prove you(?:'re| are) human|xac (?:minh|nhan|thuc)[^.]{0,40}(?:con nguoi|robot|nguoi may)|"
    r"khong phai (?:la )?(?:robot|nguoi may)|ddos protection"
)
_BLOCKED = re.compile(
    r"access (?:to this page )?(?:has been |is )?denied|you (?:have been|are|were) blocked|request blocked|"
    r"enable (?:javascript|js)|javascript is (?:disabled|required)|(?:enable|turn on) cookies|"
    r"not available in your (?:country|region)|unavailable for legal reasons|tu choi truy cap|bat javascript|"
    r"vui long (?:bat|kich hoat) javascript"
)
_ERROR = re.compile(
    r"(?:error\s*)?\b(?:40[0134]|410|429|451|50[0-4]|52\d)\b(?:\s*[-–—:|]?\s*(?:error|page|not|forbidden|bad|"
    r"gateway|service|internal|server|gone|unauthori|too|loi|trang|khong))|"
    r"page (?:not found|doesn.?t exist|does not exist|cannot be found)|"
    r"(?:page|article|story|content) (?:you (?:requested|are looking for)|is no longer available|could not be found)|"
    r"not found|bad gateway|service (?:temporarily )?unavailable|internal server error|too many requests|"
    r"gateway time-?out|khong tim thay (?:trang|bai|noi dung)|"
    r"(?:trang|bai viet|noi dung)[^.]{0,30} khong (?:ton tai|tim thay|con)|"
    r"loi (?:he thong|may chu|404)|we.?ll be (?:right )?back|under maintenance|dang bao tri"
)


def why_no_article(tree: Any, data: PageData, text: str, prose: int) -> str | None:
    """What is wrong with a page that holds no article, or None. `prose`: characters of its text in paragraphs.

    `tree` is the page as it came: what challenges a reader is often a script.
    """
    if len(text) > _SHORT:
        return None
    title = flatten(" ".join((data.title or "", *data.titles)))
    said = f"{title} {flatten(text)}"
    if _CHALLENGE.search(said) and (prose < 400 or _has_challenge(tree)):
        return "a page that asks for a captcha, not an article; open it in a browser and save the page you see then"
    is_thin = prose < 400
    if is_thin and _BLOCKED.search(said):
        return "a page that refuses to show the article; open it in a browser and save the page you see then"
    if is_thin and (_ERROR.match(title.strip()) or (_ERROR.search(said) and not data.objects)):
        return "an error page, not an article; look for the article at its address and save it again"
    return None


def _has_challenge(tree: Any) -> bool:
    for element in tree.iter("script", "iframe", "div", "form"):
        if any(_CHALLENGE_MARKUP.search(element.get(name) or "") for name in ("src", "class", "id", "action")):
            return True
    return False
