"""Sentences that state nothing an article could support: lead-ins, remarks about the archive, other languages. Pure."""

from __future__ import annotations

import regex as re

LANGUAGES = ("vi", "en")
_FRAMES = re.compile(
    r"(?:sure[,!.] |certainly[,!.] )?here(?:['’]s| is| are)(?: [\w'-]+){0,12}:"
    r"|(?:here (?:is|are)|below (?:is|are)|the following|in summary|to sum up|based on|according to) (?:\w+[ ,]+){0,10}"
    r"(?:archive|articles?|sources?|evidence|sentences?|quotes?|reports?|information|answer|points?|summary|details?)"
    r"(?: \w+){0,4}\s*[:.,]?"
    r"|(?:the (?:archive|articles?|sources?) (?:says?|gives?|reports?|shows?) "
    r"(?:the following|this|these figures))\s*[:.]?"
    r"|(?:sau đây|dưới đây|trên đây) là(?:[ ,]\w+){0,12}\s*[:.]?"
    r"|(?:theo|dựa (?:trên|theo|vào)) (?:các |những |kho )*"
    r"(?:bài báo|bài viết|nguồn(?: tin)?|thông tin|tài liệu|câu trích|bằng chứng)"
    r"(?: \w+){0,5}\s*[:,.]?"
    r"|(?:tóm lại|nhìn chung|cụ thể|in short|in detail|specifically|overall|yes|no|có|không|đúng|đúng vậy)\s*[:,.!]?",
    re.IGNORECASE,
)
_ABSENCE = re.compile(
    r"\b(?:the |these |this )?(?:archive|articles?|sources?|evidence|sentences?|provided (?:text|information|context)) "
    r"(?:do(?:es)? not|don['’]t|doesn['’]t|did not) "
    r"(?:say|mention|state|specify|give|answer|contain|provide|report|include)\b"
    r"|\b(?:kho|(?:các )?(?:bài báo|bài viết|nguồn tin|nguồn|câu trích|thông tin|bằng chứng))(?: \w+){0,3} "
    r"(?:không|chưa) (?:nói|có thông tin|cho biết|đề cập|nêu|nhắc|có câu trả lời|trả lời|cung cấp|chứa)\b"
    r"|^không có (?:thông tin|câu) nào\b|^there is no (?:information|mention)\b"
    r"|\b(?:is|are) not (?:mentioned|specified|stated|covered)\b",
    re.IGNORECASE,
)


def unchecked(claim: str, language: str) -> str | None:
    """Why a sentence cannot be judged: a code of `messages.WHY`, or None where it can."""
    if not any(map(str.isalnum, claim)):
        return "empty"
    if language not in LANGUAGES:
        return "language"
    if _FRAMES.fullmatch(claim):
        return "framing"
    if _ABSENCE.search(claim):
        return "absence"
    return None
