"""A text as the pieces that a model reads, each with the characters it stands for. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rag.embed.tokeniser import Tokeniser

_WORD = re.compile(r"\S+")
_REMEMBERED_WORDS = 50_000


@dataclass(frozen=True, slots=True)
class Pieces:
    """Token ids with the range of characters of the text that each stands for; all three are equally long."""

    ids: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def between(self, first: int, last: int) -> Pieces:
        """The pieces from index `first` up to `last`, which is left out; the characters stay those of the text."""
        return Pieces(self.ids[first:last], self.starts[first:last], self.ends[first:last])


class PieceCutter:
    """Cuts texts into pieces of the embedder's vocabulary; `start` and `end` are the ids around what a model reads."""

    def __init__(self, tokeniser: Tokeniser) -> None:
        vocabulary = tokeniser.vocabulary
        self.start, self.end = vocabulary.start, vocabulary.end
        self._tokeniser = tokeniser
        self._pieces = vocabulary.pieces
        self._unknown = vocabulary.unknown
        self._character_map = vocabulary.character_map
        self._remembered = lru_cache(maxsize=_REMEMBERED_WORDS)(self._word)

    def cut(self, text: str) -> Pieces:
        """The pieces of `text`; a word of which nothing is left once normalised has none."""
        found = [
            (number, match.start() + start, match.start() + end)
            for match in _WORD.finditer(text)
            for number, start, end in self._remembered(match[0])
        ]
        ids, starts, ends = zip(*found, strict=True) if found else ((), (), ())
        return Pieces(ids, starts, ends)

    def _word(self, word: str) -> tuple[tuple[int, int, int], ...]:
        normalised = "".join(unicodedata.normalize("NFKC", word).translate(self._character_map).split())
        return tuple(self._placed(self._tokeniser.ids(normalised), len(word))) if normalised else ()

    def _placed(self, ids: list[int], length: int) -> Iterator[tuple[int, int, int]]:
        # The first piece begins with the mark of a word's start, which stands for no character.
        at = -1
        for number in ids:
            end = at + (1 if number == self._unknown else len(self._pieces[number]))
            start = max(at, 0)
            # Normalising can change how many characters a word has ("…" becomes "...").
            yield number, min(start, length), min(max(end, start), length)
            at = end
