"""Vietnamese, English or neither: decided from words, so that one short question is enough.

No statistical model: the answer must hold for three words, for Vietnamese typed without diacritics, and for one
language quoting the other's names. Evidence is counted per token. Function words count most, names (capitalised)
least; tokens shaped like a Vietnamese syllable speak for Vietnamese, other plain words weakly for English; words
and letters of other languages speak against both.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from rag.text.normalise import flatten

Language = Literal["vi", "en", "und"]

_WINDOW = 1500
_LEAST_EVIDENCE = 1.0
_TELLING_OTHER = 2.0
# A longer run of letters is no word; the limit also bounds what is cached.
_TOKEN = re.compile(r"[^\W\d_]{1,40}")
_OTHER_SCRIPT = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]+")
_VI_LETTER = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ]")
_OTHER_LETTER = re.compile(r"[çñßœæøåäöüïëîûÿłśźżćńęąěščřžůðþğışțș]")
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?"
    r"(?:uye[nt]|uya|uy[cnptu]?|uynh|uych|uo[cimnptu]?|uong|ua[ncty]?|uang|u[eoimncptu]?|ung|"
    r"oa[ciomnpty]?|oach|oanh|oang|oe[nto]?|o[cimnpt]?|ong|oong|ooc|"
    r"ie[cmnptu]|ieng|ia|i[mnptu]?|inh|ich|ye[mntu]|yeng|y|"
    r"a[cimnoptuy]?|ach|anh|ang|e[cmnoptu]?|ech|enh|eng)$"
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_VI_WORDS = _words(
    "là của và các có được cho với trong một này đó khi ở từ đến tại về theo để thì mà cũng như vì do nên gì nào ai "
    "sao đâu bao nhiêu không rằng ra vào lên sẽ đã đang rất hay hoặc còn nhưng hơn nhất cái những người ông bà họ nó "
    "sau trước bị bởi nếu tôi chúng ta việc năm ngày tháng hôm"
)
# The same words as they are typed without diacritics, less those that are common English words or names.
_VI_FLAT_WORDS = (
    frozenset(flatten(word) for word in _VI_WORDS)
    | frozenset({"nay", "gia", "nhu", "nuoc", "viet", "hien", "chu", "tinh", "lam", "thu", "thoi"})
) - frozenset({"do", "ta", "no", "nam", "sao", "ai", "la", "ba", "ho", "ra", "hay", "den"})
_EN_WORDS = _words(
    "the of and is are was were be been being it its this that these those what which who whom whose when where why "
    "how many much did does done has have had will would could should might not or but if than then there their they "
    "he she his her him you we our your us with from as at by for about into over after before during between through "
    "more most some any all also says said new year years day week month people government president minister police "
    "first last two three against under since while because out up down off today yesterday tell list show"
)
# English words that are also Vietnamese syllables: evidence, but less.
_EN_WEAK_WORDS = _words("a an to in on can do me so no the may them my too he")
_OTHER_WORDS = _words(
    "le les des une un du est et dans pour que qui sur avec pas plus sont ont été cette ces aux par quel quelle où "
    "el los las una del en y por con para como más su se es al lo qué quién cuándo dónde cuál está hoy son fue "
    "der die das und ist nicht ein eine mit von zu den dem auf für sich auch wurde wird heute wer wann warum "
    "o os uma não são com na em da dos das ao pelo foi quem quando onde il di che gli della nel sono è perché chi "
    "yang dan dengan untuk pada ini itu dari tidak akan dalam adalah apa siapa kapan hari ang mga ng sa ay "
    "de het een van niet och att det som för på är inte jest nie się ve bir bu için"
) - frozenset({"on", "to", "a", "an", "in"})


def detect(text: str) -> Language:
    """The language of most of NFC `text`: "vi", "en", or "und" where it is another one or nothing tells."""
    sample = _sample(text)
    tokens = _TOKEN.findall(sample.lower() if sample.isupper() else sample)
    letters = sum(map(len, tokens))
    if not letters or sum(map(len, _OTHER_SCRIPT.findall(sample))) * 2 > letters:
        return "und"
    marked = names = flat_vi = english = plain = other = 0.0
    for token in tokens:
        by_marks, by_name, by_shape, by_english, by_plain, by_other = _evidence(token)
        marked += by_marks
        names += by_name
        flat_vi += by_shape
        english += by_english
        plain += by_plain
        other += by_other
    # Plain words speak for English only where no words of a third language stand among them.
    return _decide(marked, names, flat_vi, english + (plain if other < _TELLING_OTHER else 0.0), other)


class _Evidence(NamedTuple):
    """What one word speaks for: Vietnamese by its marks, as a marked name, without marks; English by being a function
    word, or a word of no other shape; another language."""

    marked: float = 0.0
    names: float = 0.0
    flat_vi: float = 0.0
    english: float = 0.0
    plain: float = 0.0
    other: float = 0.0


@lru_cache(maxsize=16_384)
def _evidence(token: str) -> _Evidence:
    word = token.lower()
    is_name = token != word
    if word.isascii():
        return _Evidence(
            flat_vi=_flat_vietnamese(word) * (0.25 if is_name else 1.0),
            english=1.5 if word in _EN_WORDS else 0.9 if word in _EN_WEAK_WORDS else 0.0,
            plain=0.0 if is_name else _plain(word),
            other=1.0 if word in _OTHER_WORDS and word not in _EN_WORDS else 0.0,
        )
    if word in _VI_WORDS:
        return _Evidence(marked=2.0)
    if _VI_LETTER.search(word):
        return _Evidence(names=1.0) if is_name else _Evidence(marked=2.0)
    if _OTHER_LETTER.search(word) or word in _OTHER_WORDS or not _SYLLABLE.match(flatten(word)):
        return _Evidence(other=1.5)
    return _Evidence(names=0.5) if is_name else _Evidence(marked=0.75)


def _decide(marked: float, names: float, flat_vi: float, english: float, other: float) -> Language:
    if names and not marked and other < names:  # "Tô Lâm", "Tô Lâm visits": any plain word decides, else the name.
        return "en" if english > flat_vi else "vi"
    # Unmarked syllables inside marked text ("khi", "sau") are Vietnamese too; alone they may be any language's words.
    vietnamese = marked + flat_vi if marked or flat_vi > 1.5 * other else 0.0
    if max(vietnamese, english) < _LEAST_EVIDENCE or other >= max(vietnamese, english):
        return "und"
    return "vi" if vietnamese > english else "en"


def _sample(text: str) -> str:
    """All of a short text; the beginning, middle and end of a long one."""
    if len(text) <= 3 * _WINDOW:
        return text
    middle = len(text) // 2
    return f"{text[:_WINDOW]} {text[middle : middle + _WINDOW]} {text[-_WINDOW:]}"


def _flat_vietnamese(word: str) -> float:
    if word in _VI_FLAT_WORDS:
        return 1.0
    return 0.5 if _SYLLABLE.match(word) and len(word) > 1 else 0.0


def _plain(word: str) -> float:
    return 0.4 if len(word) > 2 and word not in _EN_WORDS and not _SYLLABLE.match(word) else 0.0
