"""The question and its evidence as a language model is shown them. Pure.

Text of articles is set apart as data: one line a sentence, without anything that could pass for a key, a message or
a tag.
"""

from __future__ import annotations

from collections.abc import Sequence

import regex as re

from rag.answer.evidence import Evidence
from rag.answer.messages import NOT_FOUND, UNKNOWN_SOURCE, shown_date
from rag.answer.prompts import ANSWER, DIFFERING, EARLIER, QUESTION, SYSTEM
from rag.types import AnswerLanguage, Turn

# Sentences given to a model; more confuse small ones (DESIGN: few, short sentences rather than whole passages).
MOST_EVIDENCE = 8
# Characters of a quoted sentence and of what stands before it that a model is shown.
MOST_SHOWN, MOST_BEFORE = 700, 160
# Characters a token, measured with Qwen2.5's tokeniser on the sample archive, rounded down to be safe.
CHARACTERS_PER_TOKEN = {"vi": 2.2, "en": 3.4}
_SHORT = 60
_LEANING = re.compile(
    r"(?:Ông|Bà|Anh|Chị|Họ|Nó|Đây|Điều (?:này|đó)|Theo đó|Tuy nhiên|Sau đó|Trong khi đó|Ngoài ra|Nhưng|Và|Do đó|Vì vậy"
    r"|He|She|They|It|This|That|These|Those|But|And|However|His|Her|Their|Its|Also|Meanwhile|Instead|Then)\b"
)
_IMITATING = str.maketrans({"[": "(", "]": ")", "【": "(", "】": ")", "<": "‹", ">": "›", "|": "¦"})


def messages(
    question: str,
    language: AnswerLanguage,
    evidence: Sequence[Evidence],
    *,
    earlier: str = "",
    differing: bool = False,
) -> list[Turn]:
    """The turns to send: instructions, then evidence and question. `earlier` is what a follow-up leans on."""
    lines = [rendered(evidence, language), ""]
    if earlier:
        lines.append(f"{EARLIER[language]}: {shown(earlier)}")
    lines.append(f"{QUESTION[language]}: {shown(question)}")
    if differing:
        lines.append(DIFFERING[language])
    lines.append(f"{ANSWER[language]}:")
    return [Turn("system", SYSTEM[language]), Turn("user", "\n".join(lines))]


def rendered(evidence: Sequence[Evidence], language: AnswerLanguage) -> str:
    """The evidence grouped by article, best article first, each group in the article's own order."""
    groups: dict[str, list[Evidence]] = {}
    for item in evidence:
        groups.setdefault(item.article_id, []).append(item)
    return "\n".join(line for group in groups.values() for line in _group(group, language))


def _group(group: Sequence[Evidence], language: AnswerLanguage) -> list[str]:
    first = group[0]
    heading = f"{shown(first.source or UNKNOWN_SOURCE[language])}, {shown_date(first.published, language)}"
    if first.title:
        heading += f": {shown(first.title)}"
    ordered = sorted(group, key=lambda item: item.start)
    return [heading, *(_line(item) for item in ordered)]


def _line(item: Evidence) -> str:
    before = f"(… {shown(item.before[-MOST_BEFORE:])}) " if needs_context(item) else ""
    return f"[{item.key}] {before}{shown(item.text[:MOST_SHOWN])}"


def needs_context(item: Evidence) -> bool:
    """Whether the sentence is not understood without the one before it."""
    return bool(item.before) and (len(item.text) < _SHORT or bool(_LEANING.match(item.text.lstrip("\"“'‘«"))))


def shown(text: str) -> str:
    """Text of an article or a question as data: one line, no brackets, nothing like a tag or a template token."""
    return " ".join(text.translate(_IMITATING).split())


def within_budget(evidence: Sequence[Evidence], language: AnswerLanguage, tokens: int) -> list[Evidence]:
    """The first of `evidence` that fit into about `tokens` tokens together, at least one, at most MOST_EVIDENCE."""
    kept: list[Evidence] = []
    for item in evidence[:MOST_EVIDENCE]:
        if kept and estimated_tokens(rendered([*kept, item], language)) > tokens:
            break
        kept.append(item)
    return kept


def estimated_tokens(text: str) -> int:
    """About how many tokens a model makes of `text`; Vietnamese takes more of them a character than English."""
    marked = sum(not char.isascii() for char in text)
    rate = CHARACTERS_PER_TOKEN["vi" if marked > 0.04 * len(text) else "en"]
    return int(len(text) / rate) + 1


def is_refusal(sentence: str) -> bool:
    """Whether a written sentence is the one phrase that says that the evidence does not answer."""
    plain = sentence.casefold()
    return any(pattern.search(plain) for pattern in _REFUSALS)


_REFUSALS = (
    *(re.compile(re.escape(phrase.casefold().rstrip("."))) for phrase in NOT_FOUND.values()),
    # Models shorten or reword it.
    re.compile(
        r"^(?:kho|các câu|tài liệu|dữ liệu|bài báo)\b.{0,40}\bkhông "
        r"(?:có (?:câu trả lời|thông tin)|đề cập|cung cấp|nêu|nói|cho biết)\b.{0,60}$"
    ),
    re.compile(r"^không (?:có|tìm thấy) (?:câu trả lời|thông tin)\b"),
    re.compile(
        r"^(?:the )?(?:given |provided )?(?:archive|evidence|sentences?|articles?|information|text)\b.{0,40}"
        r"\b(?:does|do) not (?:say|mention|contain|provide|answer|state|specify|include|give)\b.{0,60}$"
    ),
    re.compile(r"^(?:i (?:can|could)(?:no|n')t (?:answer|find)|there is no (?:answer|information))\b"),
)
