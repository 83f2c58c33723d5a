"""Whether a claim says yes where its evidence says no, or "rose" where it says "fell". Pure.

Compared by what stands behind a negation within one language, by count across languages, and by a table of opposites
in both. "Not only", "air force" (không quân) and their like deny nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex as re

from rag.answer.verify.wording import content

_NEGATION = {
    "vi": re.compile(
        r"\b(?:không(?! (?:quân|gian|khí|lưu|tặc|vận|chỉ|những|phận|kích|kém|ngừng|nhất thiết|lực|hạm|đối không|ít))"
        r"(?<!hàng không)(?<!phòng không)(?<!hay không)(?<!trên không)"
        r"|chưa(?! (?:chắc|kể))|chẳng|đừng|phủ nhận|bác bỏ|từ chối|không hề|thôi không|vô hiệu|thiếu vắng|ngoại trừ)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:not(?! (?:only|just|merely|least))|no(?! (?:longer than|\.))|never|none|nobody|nothing|neither|nor|without|cannot"
        r"|\w+n['’]t|den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|refus(?:e|es|ed|ing)|fail(?:s|ed|ing)? to|unable|yet to"
        r"|ruled? out|lacks?|lacked|lacking)\b",
        re.IGNORECASE,
    ),
}  # fmt: skip
_SCOPE = 4
_CLAUSE = re.compile(r"[,;:.!?]|\b(?:but|while|although|nhưng|còn|mà|trong khi)\b")

_OPPOSITES: tuple[tuple[str, str], ...] = (
    (r"ris(?:e|es|ing|en)|rose|increas\w+|grew|grow(?:s|n|ing)?|climb\w*|up by|gain\w*|surg\w+|tăng|gia tăng|dâng|leo thang",
     r"f[ae]ll(?:s|en|ing)?|decreas\w+|declin\w+|drop\w*|shr[aiu]nk\w*|reduc\w+|down by|plung\w+|slump\w*|giảm|sụt|hạ xuống|rút ngắn"),
    (r"w[io]n|wins|winning|victor\w*|thắng|chiến thắng", r"lost|los(?:e|es|ing)|defeat\w*|thua|thất bại"),
    (r"open(?:s|ed|ing)?|reopen\w*|mở cửa|mở lại|khai trương|thông xe|khánh thành", r"clos(?:e|es|ed|ing|ure)|shut\w*|đóng cửa|đóng lại"),
    (r"accept\w*|agree\w*|approv\w+|chấp nhận|chấp thuận|đồng ý|phê duyệt|thông qua",
     r"reject\w*|refus\w+|disagree\w*|oppos\w+|den(?:y|ied|ies)|bác bỏ|từ chối|phản đối|phủ nhận"),
    (r"support\w*|back(?:s|ed|ing)|ủng hộ|hậu thuẫn", r"oppos\w+|criticis\w+|criticiz\w+|condemn\w*|phản đối|chỉ trích|lên án"),
    (r"confirm\w*|admit\w*|acknowledg\w+|xác nhận|thừa nhận", r"den(?:y|ied|ies|ying)|phủ nhận|bác bỏ"),
    (r"allow\w*|permit\w*|cho phép", r"ban(?:s|ned|ning)?|forb[aio]d\w*|prohibit\w*|cấm"),
    (r"before|prior to|trước khi|trước đó|trước", r"after|following|sau khi|sau đó|sau"),
    (r"start(?:s|ed|ing)?|beg[aiu]n\w*|bắt đầu|khởi công|khởi đầu|mở màn", r"end(?:s|ed|ing)?|finish\w*|conclud\w+|complet\w+|kết thúc|hoàn thành|chấm dứt"),
    (r"arriv\w+|đến nơi|tới nơi", r"depart\w*|le(?:ft|aves?|aving)|rời|khởi hành"),
    (r"bought|buy(?:s|ing)?|purchas\w+|mua", r"s[eo]ll(?:s|ing)?|sold|bán"),
    (r"import\w*|nhập khẩu", r"export\w*|xuất khẩu"),
    (r"more|higher|greater|larger|nhiều hơn|cao hơn|lớn hơn|hơn", r"less|fewer|lower|smaller|ít hơn|thấp hơn|nhỏ hơn|kém"),
    (r"most|highest|largest|biggest|nhiều nhất|cao nhất|lớn nhất", r"least|lowest|smallest|fewest|ít nhất|thấp nhất|nhỏ nhất"),
    (r"first|đầu tiên|lần đầu", r"last|final|cuối cùng|lần cuối"),
    (r"north(?:ern)?|phía bắc|miền bắc", r"south(?:ern)?|phía nam|miền nam"),
    (r"east(?:ern)?|phía đông|miền đông", r"west(?:ern)?|phía tây|miền tây"),
    (r"morning|sáng|rạng sáng|dawn", r"afternoon|evening|night|chiều|tối|đêm"),
    (r"men|man|male|boys?|nam giới|đàn ông|con trai", r"women|woman|female|girls?|nữ giới|phụ nữ|con gái|đàn bà"),
    (r"husband|father|son|brother|chồng|cha|bố", r"wife|mother|daughter|sister|vợ|mẹ"),
    (r"alive|surviv\w+|sống sót|còn sống", r"dead|died|kill\w*|chết|thiệt mạng|tử vong|qua đời"),
    (r"succe(?:ed|ss)\w*|thành công", r"fail\w*|thất bại"),
    (r"postpon\w+|delay\w*|lùi|hoãn|chậm", r"brought forward|earlier than planned|đúng hạn|sớm hơn"),
    (r"guilty|convict\w+|có tội|kết án", r"innocent|acquit\w+|not guilty|vô tội|trắng án"),
    (r"tighten\w*|siết|thắt chặt", r"eas(?:e|ed|es|ing)|relax\w*|loosen\w*|nới lỏng"),
    (r"strengthen\w*|deepen\w*|tăng cường|củng cố|thắt chặt", r"weaken\w*|suy yếu|làm yếu"),
    (r"expensive|dearer|đắt", r"cheap\w*|rẻ"),
    (r"true|đúng", r"false|wrong|sai"),
    (r"enemy|enem(?:y|ies)|kẻ thù|thù địch", r"ally|allies|friend\w*|đồng minh|bạn bè"),
    (r"attack\w*|tấn công", r"defen[dcs]\w*|phòng thủ|phòng vệ|bảo vệ"),
    (r"day|ban ngày", r"night|ban đêm"),
    (r"all|every|tất cả|toàn bộ|mọi", r"none|nobody|không ai|không có ai"),
    (r"free|miễn phí", r"paid|mất phí|thu phí"),
    (r"old(?:est)?|già|lớn tuổi", r"young(?:est)?|trẻ"),
)  # fmt: skip
_SIDES = tuple(
    (re.compile(rf"\b(?:{one})\b", re.IGNORECASE), re.compile(rf"\b(?:{other})\b", re.IGNORECASE))
    for one, other in _OPPOSITES
)


@dataclass(frozen=True, slots=True)
class Polarity:
    """`scopes` are the content words behind each negation, `cues` its words; `sides` what of the opposites is named."""

    cues: tuple[str, ...]
    scopes: tuple[frozenset[str], ...]
    sides: frozenset[tuple[int, int]]


def polarity(text: str, language: str) -> Polarity:
    """The negations and opposites of NFC `text`."""
    pattern = _NEGATION.get(language, _NEGATION["en"])
    cues, scopes, denied = [], [], bytearray(len(text))
    for match in pattern.finditer(text):
        clause = _CLAUSE.search(text, match.end())
        end = clause.start() if clause else len(text)
        words = content(text[match.end() : end], language)[:_SCOPE]
        cues.append(match.group())
        scopes.append(frozenset(words))
        near = min(len(text), end, match.end() + 24)
        denied[match.end() : near] = b"\1" * max(0, near - match.end())
    sides = frozenset(
        (row, side)
        for row, both in enumerate(_SIDES)
        for side, words in enumerate(both)
        if any(not denied[match.start()] for match in words.finditer(text))
    )
    return Polarity(tuple(cues), tuple(scopes), sides)


def denial(claim: Polarity, evidence: Polarity, claim_words: Sequence[str], evidence_words: Sequence[str]) -> str:
    """The negation that stands in only one of two texts of one language about the same words; "" where none does."""
    claimed, known = set(claim_words), set(evidence_words)
    denied_by_claim = frozenset().union(*claim.scopes)
    denied_by_evidence = frozenset().union(*evidence.scopes)
    for cue, scope in zip(claim.cues, claim.scopes, strict=True):
        said = scope & known
        if said and len(said) >= len(scope) / 2 and not said & denied_by_evidence:
            return cue
    for cue, scope in zip(evidence.cues, evidence.scopes, strict=True):
        said = scope & claimed
        if scope and len(said) >= max(1, len(scope) * 0.75) and not said & denied_by_claim:
            return cue
    return ""


def denial_across(claim: Polarity, evidence: Polarity) -> str:
    """The negation that stands in only one of two sentences of different languages."""
    if claim.cues and not evidence.cues:
        return claim.cues[0]
    return evidence.cues[0] if evidence.cues and not claim.cues else ""


def merged(parts: Sequence[Polarity]) -> Polarity:
    return Polarity(
        tuple(cue for part in parts for cue in part.cues),
        tuple(scope for part in parts for scope in part.scopes),
        frozenset().union(*(part.sides for part in parts)),
    )


def opposed(claim: Polarity, evidence: Polarity) -> list[int]:
    """The rows of the opposites of which the claim names one side and the evidence only the other."""
    return sorted(
        row
        for row, side in claim.sides
        if (row, 1 - side) in evidence.sides
        and (row, side) not in evidence.sides
        and (row, 1 - side) not in claim.sides
    )


def opposite_words(text: str, rows: Sequence[int]) -> list[str]:
    """The words of `text` that name a side of these rows."""
    return [match.group() for row in rows for words in _SIDES[row] if (match := words.search(text))]
