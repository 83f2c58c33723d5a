"""Whether a claim says yes where its evidence says no, or "rose" where it says "fell". Pure.

Compared by what stands behind a negation within one language, by count across languages, and by a table of opposites
in both. "Not only", "air force" (không quân) and their like deny nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex as re

from rag.answer.verify.opposites import SIDES
from rag.answer.verify.wording import content

_NEGATION = {
    "vi": re.compile(
        r"\b(?:không(?! (?:quân|gian|khí|lưu|tặc|vận|chỉ|những|phận|kích|kém|ngừng|nhất thiết|lực|hạm|đối không|ít))"
        r"(?<!hàng không)(?<!phòng không)(?<!hay không)(?<!trên không)"
        r"|chưa(?! (?:chắc|kể))|chẳng(?! hạn)|đừng|phủ nhận|bác bỏ|từ chối|vô hiệu|thiếu vắng|ngoại trừ)\b",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"\b(?:not(?! (?:only|just|merely|least))|no(?! (?:longer than|\.))|never|none|nobody|nothing|neither|nor"
        r"|without|cannot|\w+n['’]t|den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|refus(?:e|es|ed|ing)"
        r"|fail(?:s|ed|ing)? to|unable|yet to"
        r"|ruled? out|lacks?|lacked|lacking)\b",
        re.IGNORECASE,
    ),
}  # fmt: skip
# "Pyongyang, not Hanoi": what is set apart need stand nowhere in the source. "No, ..." answers a question.
_ASIDE = re.compile(r"(?:, |chứ |\brather than |\binstead of )$")
# The content words behind a negation that it is taken to deny.
_SCOPE = 3
# What answers a negation of the other language without being one.
_HIDDEN = re.compile(
    r"\b(?:un(?!i|der|til|cle)\w{3,}|non\w*|in(?:dependent|capable|sufficient)\w*|dis\w{4,}|\w{3,}less|unlike|only"
    r"|hardly|avoid\w*|prevent\w*|stop\w*|phi|vô|bất|tránh|ngừng|thôi|miễn|hết|thiếu|chỉ|ngoài|khác)\b",
    re.IGNORECASE,
)
# Words of a text in which a negation may belong to anything.
_LONG = 45
_CLAUSE = re.compile(r"[,;:.!?]|\b(?:but|while|although|nhưng|còn|mà|trong khi)\b")


@dataclass(frozen=True, slots=True)
class Polarity:
    """`scopes` are the content words behind each negation, `cues` its words; `sides` what of the opposites is named."""

    cues: tuple[str, ...]
    scopes: tuple[tuple[str, ...], ...]
    sides: frozenset[tuple[int, int]]


def polarity(text: str, language: str) -> Polarity:
    """The negations and opposites of NFC `text`."""
    pattern = _NEGATION.get(language, _NEGATION["en"])
    cues, scopes, denied = [], [], bytearray(len(text))
    for match in pattern.finditer(text):
        sets_apart = match.group().casefold() == "not" or text.startswith(" phải", match.end())
        if (sets_apart and _ASIDE.search(text[: match.start()])) or text.startswith(",", match.end()):
            continue
        clause = _CLAUSE.search(text, match.end())
        end = clause.start() if clause else len(text)
        words = content(text[match.end() : end], language)[:_SCOPE]
        cues.append(match.group())
        scopes.append(tuple(words))
        near = min(len(text), end, match.end() + 24)
        denied[match.end() : near] = b"\1" * max(0, near - match.end())
    sides = frozenset(
        (row, side)
        for row, both in enumerate(SIDES)
        for side, words in enumerate(both)
        if any(not denied[match.start()] for match in words.finditer(text))
    )
    return Polarity(tuple(cues), tuple(scopes), sides)


def denial(claim: Polarity, evidence: Polarity, claim_words: Sequence[str], evidence_words: Sequence[str]) -> str:
    """The negation that stands in only one of two texts of one language about the same words; "" where none does."""
    claimed, known = set(claim_words), set(evidence_words)
    denied_by_claim = {word for scope in claim.scopes for word in scope}
    denied_by_evidence = {word for scope in evidence.scopes for word in scope}
    for cue, scope in zip(claim.cues, claim.scopes, strict=True):
        said = set(scope) & known
        if scope and scope[0] in said and len(said) >= len(scope) / 2 and not said & denied_by_evidence:
            return cue
    for cue, scope in zip(evidence.cues, evidence.scopes, strict=True):
        said = set(scope) & claimed
        if scope and scope[0] in said and len(said) >= len(scope) * 0.6 and not said & denied_by_claim:
            return cue
    return ""


def denial_across(claim: str, evidence: Sequence[str], claimed: Polarity, known: Polarity) -> str:
    """The negation that stands in only one of two texts of different languages; "" where they are long.

    "Unlike", "non-profit" and "phi lợi nhuận" answer a negation without being one.
    """
    if max(len(text.split()) for text in (claim, " ".join(evidence))) > _LONG:
        return ""
    if claimed.cues and not known.cues and not any(_HIDDEN.search(text) for text in evidence):
        return claimed.cues[0]
    return known.cues[0] if known.cues and not claimed.cues and not _HIDDEN.search(claim) else ""


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


def place_of(text: str, row: int) -> int | None:
    """Where `text` names a side of a row first."""
    return min((match.start() for words in SIDES[row] if (match := words.search(text))), default=None)


def opposite_words(text: str, rows: Sequence[int]) -> list[str]:
    """The words of `text` that name a side of these rows."""
    return [match.group() for row in rows for words in SIDES[row] if (match := words.search(text))]
