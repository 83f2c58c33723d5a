"""Follow-ups that only name what changes, made whole from the question before, by rules. Pure.

"And in 2023?" is the earlier question with its date replaced, "Thế còn ông Kim?" with its name replaced, "No, I meant
Kim" likewise. What is not clear is left alone: a follow-up is then searched together with the question it leans on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import regex as re

from rag.text.dates import DateMention, find_dates
from rag.text.language import detect
from rag.text.names import name_phrases
from rag.text.normalise import flatten, has_diacritics

# What is longer is a question of its own.
_LONGEST = 120
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Completed:
    """`text` is what is asked; `whole` where it needs no earlier question to be understood."""

    text: str
    whole: bool


def completed(question: str, earlier: str, today: date | None = None) -> Completed | None:
    """What an elliptic follow-up or a correction asks, given the `earlier` question in full; None for any other.

    `today` is what "last year" is relative to.
    """
    if len(question) > _LONGEST or not earlier.strip():
        return None
    for change in _changes(question.strip()):
        changed = _instead(earlier, change) or _at_date(earlier, change.new, today) or _named(earlier, change)
        if changed and changed != earlier:
            return Completed(changed, whole=True)
        if change.is_meant:
            return Completed(change.new, whole=False)
    return None


def in_full(asked: Sequence[str], today: date | None = None) -> list[str]:
    """A conversation's questions in turn, those that only name what changes made whole from the one before."""
    whole: list[str] = []
    for question in asked:
        made = completed(question, whole[-1], today) if whole else None
        whole.append(made.text if made else question)
    return whole


@dataclass(frozen=True, slots=True)
class _Change:
    """`new` takes the place of `old`, where that was said; `is_meant` where the user said that a correction follows."""

    new: str
    old: str = ""
    is_meant: bool = False


_NEGATION_EN = r"(?:(?:no|nope|sorry|wait|actually|oh|oops|not that(?: one)?|hmm)\W+)"
_CORRECTIONS_EN = (
    rf"{_NEGATION_EN}*(?:i (?:meant|mean|was asking about|am asking about|wanted to (?:ask|know) about)"
    r"|i['’]m asking about|i meant to (?:ask|say)|make that)(?: to ask)?(?: about)?\W+(?P<new>.+?)"
    r"(?:,? (?:and )?(?:not|instead of|rather than) (?P<old>.+?))?",
    r"(?:no\W+)?not (?P<old>[^,;]+?)(?:[,;]| but) (?:but )?(?P<new>.+?)",
)
_OTHERS_EN = (rf"{_NEGATION_EN}+(?P<new>.+?)", r"(?P<new>[^,]+?), not (?P<old>.+?)")
# Without a capital, because `flatten` makes of these the patterns for what is typed without diacritics.
_GAP = r"[^\w]+"
_I = r"(?:tôi|mình|em|anh|chị|tớ)"
_NEGATION_VI = rf"(?:(?:à|ơ|ồ|không|ko|không phải(?: thế| vậy)?|nhầm(?: rồi)?|xin lỗi|sai rồi|khoan){_GAP})"
_CORRECTIONS_VI = (
    rf"{_NEGATION_VI}*(?:ý {_I} (?:là|muốn (?:hỏi|nói)(?: về| là| đến)?|hỏi(?: về)?|nói(?: về| đến)?)"
    rf"|{_I} (?:muốn |đang |định )?(?:hỏi|nói)(?: về| là| đến)?|phải là){_GAP}(?P<new>.+?)"
    r"(?:,? (?:chứ )?không phải(?: là)? (?P<old>.+?))?",
    r"không phải(?: là)? (?P<old>[^,;]+?)(?:,| mà)(?: mà)?(?: là)? (?P<new>.+?)",
)
_OTHERS_VI = (rf"{_NEGATION_VI}+(?P<new>.+?)", r"(?P<new>[^,]+?),? (?:chứ )?không phải(?: là)? (?P<old>.+?)")
_LEADS_EN = (
    r"(?:(?:and|but|or|so|ok(?:ay)?)\W+)?(?:what about|how about|what of|(?:the )?same (?:for|about)|and|but|or)\W+"
    r"(?P<new>.+?)(?:\W+(?:then|instead|too))?",
)
_TAIL_VI = r"(?:(?: thì)? (?:sao|thế nào|ra sao)| thì bao nhiêu)"
_LEADS_VI = (
    rf"(?:(?:thế|vậy|và|rồi|nhưng|ừ) )?còn (?P<new>.+?){_TAIL_VI}?",
    rf"(?:và|vậy|thế) (?P<new>.+?){_TAIL_VI}?",
)
# Typed plain, "con" may begin a name ("Con Diec") and "the" may be English.
_LEADS_FLAT = (
    rf"(?:the|vay|va|roi) con (?P<new>.+?){flatten(_TAIL_VI)}?",
    rf"con (?P<new>.+?){flatten(_TAIL_VI)}",
    r"con (?P<new>(?:nam|thang|ngay|ong|ba|o|tai|di|vao|hom) .+?)",
    rf"va (?P<new>.+?){flatten(_TAIL_VI)}?",
)


def _compiled(patterns: tuple[str, ...], *, flat: bool = False) -> tuple[re.Pattern[str], ...]:
    written = [flatten(pattern).replace("(?p<", "(?P<") if flat else pattern for pattern in patterns]
    return tuple(re.compile(rf"\W*{pattern}\W*", re.IGNORECASE | re.DOTALL) for pattern in written)


# For each way to write: the patterns that say "I meant", and the others.
_ENGLISH = (_compiled(_CORRECTIONS_EN), _compiled(_LEADS_EN + _OTHERS_EN))
_MARKED = (_compiled(_CORRECTIONS_VI), _compiled(_LEADS_VI + _OTHERS_VI))
_PLAIN = (_compiled(_CORRECTIONS_VI, flat=True), _compiled(_LEADS_FLAT))


def _changes(question: str) -> Iterator[_Change]:
    # An English lead may stand before a Vietnamese name.
    ways = (_ENGLISH, _MARKED) if has_diacritics(question) else (_ENGLISH, _PLAIN)
    for corrections, others in ways:
        for patterns, is_meant in ((corrections, True), (others, False)):
            for pattern in patterns:
                match = pattern.fullmatch(question)
                if match and len(match["new"].split()) <= (_LONGEST if is_meant else _MOST_WORDS):
                    old = match["old"] if "old" in pattern.groupindex else None
                    yield _Change(match["new"].strip(" ,.?!"), (old or "").strip(" ,.?!"), is_meant)


def _instead(earlier: str, change: _Change) -> str | None:
    """The earlier question with the words that were not meant replaced, where they stand in it."""
    if not change.old:
        return None
    place = re.search(rf"\b{re.escape(flatten(change.old))}\b", flatten(earlier))
    return earlier[: place.start()] + change.new + earlier[place.end() :] if place else None


# Dates

_ABOUT_DATES = re.compile(
    r"(?:in|on|at|for|during|since|by|the|year|month|of|vào|trong|của|hồi|ngày|hôm|tháng|năm|lúc"
    r"|vao|cua|hoi|ngay|hom|thang|nam|luc|\W)*",
    re.IGNORECASE,
)
_BEFORE_DATE = re.compile(
    r"\b(?:(?:in|on|at|during|vào|trong|hồi|ngày|hôm|tháng|năm|vao|hoi|ngay|hom|thang|nam)\s+)+$", re.IGNORECASE
)
_BEGINNING = re.compile(r"(?:since|by|until|till|before|after|from|through)\s+", re.IGNORECASE)
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _at_date(earlier: str, piece: str, today: date | None) -> str | None:
    """The earlier question asked of the date that is all of `piece`."""
    named = find_dates(piece, today)
    if len(named) != 1 or not _ABOUT_DATES.fullmatch(piece[: named[0].start] + " " + piece[named[0].end :]):
        return None
    new, language = named[0], detect(earlier)
    asked = find_dates(earlier, today)
    if len(asked) > 1:
        asked = [mention for mention in asked if mention.precision == new.precision]
    if len(asked) == 1:
        old = asked[0]
        if new.year is None and new.precision in ("month", "day-month"):
            new = replace(new, year=old.year)
        begins = _BEGINNING.match(earlier, old.start, old.end)
        start = begins.end() if begins else old.start
        before = earlier[:start] if begins else _BEFORE_DATE.sub("", earlier[:start])
        words = _worded(new, piece, language, bare=bool(begins))
        return before + _as_typed(words if before else words[0].upper() + words[1:], earlier) + earlier[old.end :]
    if find_dates(earlier, today):
        return None
    return f"{earlier.rstrip(' ?.!')} {_as_typed(_worded(new, piece, language), earlier)}?"


def _as_typed(words: str, earlier: str) -> str:
    """Without diacritics where the earlier question has none: it is searched as it was typed."""
    return words if has_diacritics(earlier) else "".join(map(_plain, words))


def _plain(char: str) -> str:
    return flatten(char).upper() if char.isupper() else flatten(char)


def _worded(mention: DateMention, piece: str, language: str, *, bare: bool = False) -> str:
    """A date as a question in `language` names it ("in March 2026", "tháng 3/2026"); `bare` without its preposition."""
    written = piece[mention.start : mention.end]
    is_exact = mention.month is not None or mention.precision == "year"
    is_relative_day = mention.precision == "day" and not any(char.isdigit() for char in written)
    if not is_exact or is_relative_day or mention.precision not in ("day", "day-month", "month", "year"):
        return written
    if language == "vi":
        numbers = "/".join(str(part) for part in (mention.day, mention.month, mention.year) if part)
        return f"{'ngày' if mention.day else 'tháng' if mention.month else 'năm'} {numbers}"
    month = _MONTHS[mention.month - 1] if mention.month else None
    words = " ".join(str(part) for part in (mention.day, month, mention.year) if part)
    return words if bare else f"{'on' if mention.day else 'in'} {words}"


# Names

_PERSON = (
    r"(?:(?:the )?(?:mr|mrs|ms|dr|president|mayor|minister|professor|coach|chairman|general|director)\b\.?"
    r"|ông|bà|anh|chị|cô|ngài|bác sĩ|giáo sư|tổng thống|chủ tịch|thủ tướng|bộ trưởng|thị trưởng|ca sĩ|cầu thủ"
    r"|huấn luyện viên|giám đốc|(?:pgs|gs|ts|bs)\b\.?(?:\s?ts\.)?|ong|ba)"
)
_THING = (
    r"(?:thành phố|tp\.?|tỉnh|huyện|quận|phường|xã|nước|cầu|chợ|trường|bệnh viện|công ty|sông|đảo|đội|báo|làng|bến)"
)
_PREPOSITION = (
    r"(?:to|from|in|at|of|for|with|about|by|on|against|near|đi|đến|tới|từ|ở|tại|của|cho|với|về|sang|di|den|toi|tu|o"
    r"|tai|cua|voi|ve)"
)
_PIECE = re.compile(
    rf"(?:(?P<preposition>(?i:{_PREPOSITION}))\s)?(?:(?P<person>(?i:{_PERSON}))\s|(?P<thing>(?i:{_THING}))\s)?"
    r"(?P<name>\p{Lu}[\p{L}\d-]*(?: (?:\p{Lu}|\d)[\p{L}\d-]*)*)"
)
_BEFORE_NAME = re.compile(
    rf"(?:\b(?P<preposition>(?i:{_PREPOSITION}))\s)?(?:\b(?P<person>(?i:{_PERSON}))\s|\b(?P<thing>(?i:{_THING}))\s)?$"
)
# A question's first word before a name is capitalised without being part of it.
_NO_NAMES = frozenset({"giá", "vé", "số", "tên", "tin", "dân", "gia", "ve", "so", "ten", "lãi", "tiền"})


@dataclass(frozen=True, slots=True)
class _Named:
    """A name at `[name, end)` of a question, with its title from `start`."""

    start: int
    name: int
    end: int
    preposition: str
    is_person: bool


def _named(earlier: str, change: _Change) -> str | None:
    """The earlier question asked of the name that is all of the change, where it is clear which name it replaces."""
    piece = _PIECE.fullmatch(change.new)
    if not piece or flatten(piece["name"]) in flatten(earlier):
        return None
    place = _replaced(piece, list(_names_of(earlier)))
    if place is None:
        return None
    title = piece["person"] or piece["thing"]
    start = place.start if title else place.name
    new = f"{title} {piece['name']}" if title else piece["name"]
    return earlier[:start] + (new[0].upper() + new[1:] if start == 0 else new) + earlier[place.end :]


def _replaced(piece: re.Match[str], names: list[_Named]) -> _Named | None:
    """The one name that a new one stands for: behind the same preposition, or the only person, name or topic."""
    if piece["preposition"]:
        wanted = flatten(piece["preposition"])
        return _only([name for name in names if flatten(name.preposition) == wanted])
    persons = [name for name in names if name.is_person] if piece["person"] else []
    return _only(persons) or _only(names) or _only([name for name in names if not name.preposition])


def _only(names: list[_Named]) -> _Named | None:
    return names[0] if len(names) == 1 else None


def _names_of(question: str) -> Iterator[_Named]:
    for begin, end in name_phrases(question):
        first, _, rest = question[begin:end].partition(" ")
        start = begin + len(first) + 1 if rest and first.lower() in _NO_NAMES else begin
        before = _BEFORE_NAME.search(question[:start])
        found = before.groupdict() if before else {}
        title = found.get("person") or found.get("thing") or ""
        preposition = found.get("preposition") or ""
        yield _Named(start - len(title) - bool(title), start, end, preposition, bool(found.get("person")))
