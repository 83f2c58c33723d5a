"""Lexical terms of Vietnamese and English text: what BM25 counts.

A Vietnamese syllable is a term (word segmentation gains nothing for BM25 here; pairs of syllables
are matched as phrases instead). English words lose their plural and possessive endings only.
Figures are kept whole in one notation: `7,09`, `7.09` -> `7.09`; `6.700`, `6,700` -> `6700`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.text.normalise import fold

_TERM = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][sS]\b)?")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$")
_POSSESSIVE = re.compile(r"['’].*$")

# Words that say how something is asked or joined, not what it is about. Typed without diacritics they stay:
# "den" may be a lamp, and BM25 gives little to terms that every article has.
_VI_STOP = (
    "là của và có các những được bị cho với trong một này đó khi ở từ đến tại về theo để thì mà cũng như vì do nên "
    "gì nào ai sao đâu bao nhiêu mấy không rằng thế ra vào lên sẽ đã đang rất hay hoặc còn nhưng hơn nhất cái "
    "người ông bà anh chị họ nó việc sau trước trên dưới bởi nếu tôi chúng ta"
)
_EN_STOP = (
    "the a an of and to in on at by for with from as is are was were be been being it its this that these those "
    "what which who whom whose when where why how many much did do does done has have had will would can could "
    "should may might not no or but if than then there their they he she his her him i you we our your us me "
    "about into over after before during between through more most some any all also"
)
STOP_TERMS: frozenset[str] = frozenset(_VI_STOP.split()) | frozenset(_EN_STOP.split())


def terms(text: str) -> list[str]:
    """The terms of `text` in order, with diacritics, lower case."""
    return [token if token.isalpha() and not token.isascii() else _canonical(token) for token in _tokens(text)]


def folded_terms(text: str) -> list[str]:
    """The same terms without diacritics; position by position parallel to `terms(text)`."""
    return [_folded(term) for term in terms(text)]


def content_terms(text: str) -> list[str]:
    """The terms that say what the text is about: no function or question words."""
    return [term for term in terms(text) if term not in STOP_TERMS]


def _tokens(text: str) -> list[str]:
    found: list[str] = _TERM.findall(text.casefold())
    return found


@lru_cache(maxsize=65_536)
def _folded(term: str) -> str:
    return fold(term)


@lru_cache(maxsize=65_536)
def _canonical(token: str) -> str:
    if token[0].isdigit():
        if _GROUPED.match(token):
            return re.sub(r"[.,]", "", token)
        return token.replace(",", ".")
    token = _POSSESSIVE.sub("", token)
    if token.isascii() and len(token) > 4 and token.endswith("s") and not token.endswith(("ss", "us", "is")):
        return token[:-3] + "y" if token.endswith("ies") else token[:-1]
    return token
