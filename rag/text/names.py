"""Names and figures in a question or a sentence: what must agree in any language. Pure."""

from __future__ import annotations

import regex as re

from rag.text.language import detect
from rag.text.terms import folded_terms

_NAME = re.compile(r"\p{Lu}[\p{L}\d-]*|\d+(?:[.,/]\d+)*")
_SENTENCE_START = re.compile(r"^\W*\p{Lu}[\p{L}\d-]*")
# A first word of several syllables is no Vietnamese one: "Arden có bao nhiêu dân?", "Covid-19 lây thế nào?".
_SEVERAL_SYLLABLES = re.compile(r"^\W*\p{L}*?(?i:[aeiouy][b-df-hj-np-tv-xz]+[aeiouy])|^\W*\p{L}+-\d")
_QUESTION_WORDS = {
    "ai", "tai", "vi", "khi", "bao", "the", "con", "nhung", "cac", "who", "what", "when", "where", "why", "how",
    "which", "did", "does", "do", "is", "are", "was", "were", "in", "on", "theo", "according", "i", "a",
}  # fmt: skip


def names(text: str) -> set[str]:
    """The folded terms of capitalised words and figures.

    The first word counts only where another capitalised one follows, or where it is no word of the language:
    every sentence begins with a capital.
    """
    found = {match.group() for match in _name_matches(text)}
    return {term for name in found for term in folded_terms(name)} - _QUESTION_WORDS


def name_phrases(text: str) -> list[tuple[int, int]]:
    """Where the names of a question stand, `[start, end)`: words in a row make one ("Kim Jong-un", "Hà Nội")."""
    phrases: list[tuple[int, int]] = []
    for match in _name_matches(text):
        word = set(folded_terms(match.group()))
        if match.group()[0].isdigit() or (word <= _QUESTION_WORDS and match.start() == len(text) - len(text.lstrip())):
            continue
        if phrases and text[phrases[-1][1] : match.start()] == " ":
            phrases[-1] = (phrases[-1][0], match.end())
        else:
            phrases.append(match.span())
    return phrases


def _name_matches(text: str) -> list[re.Match[str]]:
    matches = list(_NAME.finditer(text))
    start = _SENTENCE_START.match(text)
    if not start or not matches or matches[0].end() != start.end() or text[start.end() :].lstrip()[:1].isupper():
        return matches
    is_foreign = _SEVERAL_SYLLABLES.match(text) and detect(text) == "vi"
    return matches if is_foreign else matches[1:]
