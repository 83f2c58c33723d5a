"""The words over boxes that are no story: related stories, comments, sharing, topics. Pure.

"Tin liên quan", "Read more:", "Bình luận (3)", "Xem thêm: Giá vàng lập đỉnh"
"""

from __future__ import annotations

import re

from rag.text.normalise import flatten

_RELATED = re.compile(
    r"(?:tin|bai)(?: viet| bao)? (?:lien quan|khac|cung chuyen muc|cung chu de|moi(?: nhat)?|doc nhieu|nong|nen doc)|"
    r"(?:doc|xem)(?: them| tiep| nhieu(?: nhat)?)|(?:co the )?ban (?:co the )?quan tam|dang duoc quan tam|"
    r"cung chuyen muc|chu de lien quan|tin lien quan|su kien(?: lien quan| nong)?|"
    r"related(?: (?:articles?|stor(?:y|ies)|news|topics?|content|posts?|coverage|links?))?|"
    r"(?:read|see|watch) (?:more|next|also)|more (?:on this(?: story)?|stories|news|from .{1,40}|in .{1,30}|like this)|"
    r"(?:most|also) (?:read|popular|viewed|shared|commented)|popular(?: (?:now|stories|articles))?|trending(?: now)?|"
    r"recommended(?: (?:for you|stories|reading))?|you (?:may|might) (?:also )?(?:like|be interested in)|"
    r"up next|latest(?: (?:news|stories|headlines))?|top stories|editors?['’]?s? picks?|what to read next|"
    r"around the web|from the web|don['’]?t miss|in other news|elsewhere"
)
_COMMENTS = re.compile(
    r"(?:\d+ )?(?:binh luan|y kien(?: ban doc)?|phan hoi|comments?|responses?|replies|reader comments|discussion|"
    r"join the (?:conversation|discussion)|what do you think|leave a (?:reply|comment)|gui (?:binh luan|y kien)|"
    r"have your say|"
    r"ban doc (?:viet|phan hoi|gop y)|"
    r"viet binh luan|ban doc binh luan)(?: \(\d+\)| \d+|: \d+)?"
)
_SHARING = re.compile(
    r"(?:chia se|share)(?: (?:bai viet|this|on|now|article|story))?(?: (?:nay|article|story|post))?|follow us|"
    r"theo doi (?:chung toi|bao)"
)
_TOPICS = re.compile(r"filed under|tags?|topics?|tu khoa|chu de|the|keywords?|explore more")

_EDGES = " \t:>»…*_-–—|•"
_LONGEST = 60
# Such a label and another story's headline in one line. Words that begin a sentence of news as well ("Latest: ...")
# need a box of their own.
_LEADS_ON = re.compile(
    r"(?:>+|»)?\s*(?:(?:tin|bai)(?: viet| bao)? (?:lien quan|khac|cung chuyen muc|moi nhat|doc nhieu|nong|nen doc)|"
    r"(?:doc|xem) (?:them|tiep|nhieu(?: nhat)?)|co the ban quan tam|"
    r"(?:read|see|watch) (?:more|next|also)|also read|related(?: (?:articles?|story|stories|news|coverage))?|"
    r"more on this(?: story)?|most (?:read|viewed|popular)|recommended|up next|don['’]t miss)\s*(?:[:>»|]|[-–—]\s).{3,}"
)


def is_box_label(line: str) -> bool:
    """Whether a line is nothing but the label of such a box."""
    flat = flatten(line).strip(_EDGES)
    if not flat or len(flat) > _LONGEST:
        return False
    return any(pattern.fullmatch(flat) for pattern in (_RELATED, _COMMENTS, _SHARING, _TOPICS))


def is_comments_label(line: str) -> bool:
    return bool(_COMMENTS.fullmatch(flatten(line).strip(_EDGES)))


def leads_to_another_story(line: str) -> bool:
    """Whether a line is such a label with another story's headline behind it."""
    return bool(_LEADS_ON.fullmatch(flatten(line).strip(" \t*_-–—•|")))
