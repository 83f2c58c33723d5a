"""Names of a claim beside those of its evidence, across the languages' own names for places. Pure.

`exonyms.json` lists what Vietnamese and English call the same place, people or body, and what country a city may
stand for. Other names are compared by their folded words: "Lưu Giang" = "Luu Giang", "Kim Jong-un" = "Kim Jong Un".
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import regex as re

from rag.text.normalise import fold

EXONYMS = Path(__file__).with_name("exonyms.json")

_WORD = re.compile(r"[^\W_]+(?:\.[^\W_](?![^\W_]))*(?:['’]s\b)?")
_STARTS = re.compile(r"(?:^|[.!?…:;]\s+|\n\s*|[\"“”«(\[]\s*|^[-*•]\s+)$")
# Capitalised words that name nothing by themselves: offices, kinds of bodies and places, weekdays, months.
_TITLES = frozenset(
    """
    president prime minister ministry foreign defence defense leader mr mrs ms miss dr professor prof general secretary
    chairman chairwoman chair committee council party city province district state states government university
    hospital company bank river bridge street road market ward stadium school college department office agency north
    south east west northern southern eastern western central national international federal royal the a an king queen
    prince princess sir lord lady senator governor mayor judge captain major colonel lieutenant sergeant police army
    navy force forces parliament congress senate house assembly court treaty agreement war union republic kingdom
    summit conference airport station port island islands sea ocean lake mountain bay park square center centre
    institute academy association organization organisation group corporation inc ltd co fc club team league cup
    championship director chief deputy vice executive officer spokesman spokeswoman spokesperson ambassador
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday i it he she they we you this that these those there here in on at by for from to of
    and or but if when while as after before during since until according both all some many most no not one two three
    new first second third last his her its their our my your with without under over about into however meanwhile also
    yes health education finance transport interior justice trade economy energy culture sports science technology
    dean teacher doctor nurse major fire civil public
    tong thong thu tuong bo truong quoc phong ngoai giao chu tich pho giam doc bi thu ubnd tp thanh tinh quan huyen
    phuong xa dang nha nuoc chinh phu quoc hoi dai hoc benh vien cong ty ngan hang song cau duong pho cho truong so
    cuc vu vien hoi dong ban uy ban tap doan san bay ga cang dao bien ho nui vinh cong vien quang lien bang hiep uoc
    lien minh cong hoa vuong quoc hoang gia giao su tien si bac si dai ta tuong dai tuong trung tuong thieu tuong ong
    ba anh chi co em thay theo tai trong ngay thang nam sau truoc khi nhung cac mot hai nhieu day do nay voi va cua
    tuy tuy nhien ngoai ra hien dong thoi nguoi viec neu do vi nen thu chu nhat tu bay sau ba toa an trung tam to chuc
    hiep hoi cong an canh sat quan doi bao dai truyen hinh thong tan xa bac nam dong tay thuong vu quoc te quoc gia
    """.split()
)


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised word or a run of them that is known under other names.

    `key` is the folded word or "@" and the number of the known name; `sure` is False where the capital may be only
    that of a sentence's first word, or the word one that names nothing by itself.
    """

    text: str
    start: int
    key: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Every key that a text offers: its known names, and all its folded words whatever their case."""

    names: frozenset[str]
    words: frozenset[str]
    initials: frozenset[str]


def names(text: str) -> list[Name]:
    """The names of NFC `text` in order: known ones whole, of others each word."""
    tokens = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
    folded = [_plain(token) for _, _, token in tokens]
    found: list[Name] = []
    place = 0
    while place < len(tokens):
        start, _, token = tokens[place]
        known = _known_at(text, tokens, folded, place)
        if known is not None:
            key, length = known
            end = tokens[place + length - 1][1]
            found.append(Name(text[start:end], start, key, length > 1 or not _is_ambiguous_start(text, start, token)))
            place += length
            continue
        if token[:1].isupper() and not token.isdigit():
            for word in folded[place].split("-"):
                starts = _begins(text, start)
                followed = place + 1 < len(tokens) and tokens[place + 1][2][:1].isupper()
                sure = word not in _TITLES and len(word) > 1 and (not starts or (followed and not token.isupper()))
                found.append(Name(token, start, word, sure))
        place += 1
    return found


def known(text: str) -> Known:
    tokens = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
    folded = [_plain(token) for _, _, token in tokens]
    keys: set[str] = set()
    for place in range(len(tokens)):
        if (found := _known_at(text, tokens, folded, place)) is not None:
            keys.add(found[0])
    return Known(frozenset(keys), frozenset(folded), frozenset(_initials(tokens)))


def joined(parts: list[Known]) -> Known:
    return Known(
        frozenset().union(*(part.names for part in parts)),
        frozenset().union(*(part.words for part in parts)),
        frozenset().union(*(part.initials for part in parts)),
    )


def holds(name: Name, evidence: Known) -> bool:
    """Whether the evidence has the name: itself, another writing of it, or a city for its country."""
    if name.key.startswith("@"):
        if name.key in evidence.names or cities(name.key) & evidence.names:
            return True
        words = [_plain(match.group()) for match in _WORD.finditer(name.text)]
        return len(words) > 1 and all(word in evidence.words for word in words) and not evidence.names
    if name.key in evidence.words:
        return True
    if name.text.isupper() and len(name.key) > 1 and name.key in evidence.initials:
        return True
    return len(name.key) >= 5 and any(_near(name.key, word) for word in _with_letter(evidence.words, name.key[0]))


@cache
def cities(key: str) -> frozenset[str]:
    """The keys of the cities that stand for the country `key` ("Moscow said" for Russia)."""
    return frozenset(f"@{place}" for place, row in enumerate(_rows()) if row.get("in") and key == _key_of(row["in"]))


@cache
def _rows() -> tuple[Mapping[str, object], ...]:
    return tuple(json.loads(EXONYMS.read_text(encoding="utf-8")))


@cache
def _index() -> Mapping[tuple[str, ...], list[tuple[str, str]]]:
    """Folded words of a known name -> its writings with their keys."""
    index: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for place, row in enumerate(_rows()):
        for language in ("vi", "en"):
            for writing in row[language]:  # type: ignore[attr-defined]
                words = tuple(_plain(match.group()) for match in _WORD.finditer(writing))
                index[words].append((writing, f"@{place}"))
    return index


@cache
def _longest() -> int:
    return max(map(len, _index()))


@cache
def _first_words() -> frozenset[str]:
    return frozenset(words[0] for words in _index())


@cache
def _key_of(name: object) -> str:
    words = tuple(_plain(match.group()) for match in _WORD.finditer(str(name)))
    return _index()[words][0][1]


def _known_at(text: str, tokens: list[tuple[int, int, str]], folded: list[str], place: int) -> tuple[str, int] | None:
    """The key and number of words of the longest known name that begins at `place`."""
    if folded[place] not in _first_words():
        return None
    for length in range(min(_longest(), len(tokens) - place), 0, -1):
        for writing, key in _index().get(tuple(folded[place : place + length]), ()):
            first = tokens[place][2]
            if length == 1:
                # One syllable is a name only as it is written: "Anh" and not "anh" or "ánh".
                word = re.sub(r"['’]s$", "", first)
                if word != writing and not (word.isascii() and word.isupper() and len(word) > 3):
                    continue
            elif not (first[:1].isupper() or writing[:1].islower()):
                continue
            return key, length
    return None


def _is_ambiguous_start(text: str, start: int, token: str) -> bool:
    """A sentence that begins with "Anh" or "West" need name no country."""
    return _begins(text, start) and fold(token) in {"anh", "ao", "y", "duc", "my", "west", "hue", "lao", "bi", "nga"}


def _begins(text: str, start: int) -> bool:
    return bool(_STARTS.search(text[max(0, start - 4) : start])) or not text[:start].strip()


@lru_cache(maxsize=65_536)
def _plain(token: str) -> str:
    return re.sub(r"['’]s$|\.", "", fold(token))


def _initials(tokens: list[tuple[int, int, str]]) -> Iterator[str]:
    run = ""
    for _, _, token in [*tokens, (0, 0, "")]:
        if token[:1].isupper():
            run += fold(token[0])
            continue
        if len(run) > 1:
            yield from (run[left:right] for left in range(len(run)) for right in range(left + 2, len(run) + 1))
        if token.casefold() not in ("of", "the", "and", "for", "và"):
            run = ""


def _with_letter(words: frozenset[str], letter: str) -> Iterator[str]:
    return (word for word in words if word[:1] == letter)


def _near(one: str, other: str) -> bool:
    """Two writings of a foreign name ("Sergei", "Sergey"; "Ukraina", "Ukraine"), or a word and its adjective."""
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 3:
        return False
    shared = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if shared is None:
        return True
    rest = max(len(one), len(other)) - shared
    return rest <= 2 and shared >= 5 and len(one) != len(other) or (rest == 1 and shared >= 5)
