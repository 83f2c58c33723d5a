"""What a language model is shown and what its sentences are checked against: numbered quotable sentences."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.types import Span

KEY_LENGTH = 4
# Digits and letters that are not mistaken for one another, nor read as a figure or a word.
_ALPHABET = "bcdfghjkmnpqrstvwxz"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of an article, as it may be quoted: `article.text[start:end] == text`.

    `before` is what stands directly before it, as context; `key` is how the model cites it; `chance` how likely it is
    to answer the question; `vector` its centred unit vector [d]; `answer` the words that do, a range of the article.
    """

    key: str
    article_id: str
    start: int
    end: int
    text: str
    language: str
    before: str
    title: str | None
    source: str | None
    published: str | None
    chance: float
    vector: NDArray[np.float32]
    answer: Span | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the check of one written sentence found.

    `support` are the places, in the evidence that was given, that the claim rests on: the cited ones where they do,
    else the better ones found. `score` is the probability (0 to 1) that they support it, None where it was not judged.
    `reason` is a code of `messages.WHY` with `detail` ("7.9%") where the verdict is not "supported".
    """

    verdict: str
    support: tuple[int, ...] = ()
    score: float | None = None
    reason: str | None = None
    detail: str = ""


def key_of(article_id: str, start: int, taken: frozenset[str] = frozenset()) -> str:
    """A short key of consonants from the sentence's place, the same in every answer; longer only where it is taken."""
    number = int.from_bytes(hashlib.sha256(f"{article_id}:{start}".encode()).digest())
    letters: list[str] = []
    while len(letters) < KEY_LENGTH or "".join(letters) in taken:
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return "".join(letters)
