"""Articles that tell one story with the same words: reprints, small edits, shortened copies.

Candidates come from MinHash with banding (Broder 1997; Leskovec, Rajaraman & Ullman, Mining of Massive Datasets,
ch. 3) over shingles of five words without diacritics, and are verified on the shingles themselves. A translation
shares no shingle and is no near duplicate. A story is named after its earliest member.
"""

from __future__ import annotations

import re
import zlib

import numpy as np
from numpy.typing import NDArray

from rag.store.writer import Writer
from rag.text.normalise import flatten
from rag.types import Article, merge_spans

Shingles = NDArray[np.uint64]

_WORD = re.compile(r"\w+")
_WIDTH = 5
# Fewer shingles are a caption or a stub: equal by chance.
_LEAST = 8
# 32 bands of 3: texts that share half of their shingles meet with a probability of 0.99, a twentieth with 0.004.
_BANDS, _ROWS = 32, 3
_ODD = np.random.default_rng(20).integers(1, 2**63, _BANDS * _ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
# Bounds the memory that a very long article takes.
_AT_ONCE = 4096
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

# Thousands of articles may be cut from one template (weather, prices): a few of each band tell.
_PER_BAND = 10
_SETTLED = 30

# Of the shingles of both; and of the shorter one's, for a copy that was cut or got an introduction.
SHARED = 0.4
CONTAINED = 0.7


def shingles(article: Article) -> Shingles:
    """Hashes of all runs of five words in the quotable text, ascending, each once; empty for a stub."""
    text = article.text
    for hole in reversed(merge_spans(article.unquotable)):
        text = f"{text[: hole.start]}\n{text[hole.end :]}"
    words = _WORD.findall(flatten(text))
    codes = np.fromiter((zlib.crc32(word.encode()) for word in words), dtype=np.uint64, count=len(words))
    if len(codes) < _WIDTH + _LEAST - 1:
        return np.empty(0, dtype=np.uint64)
    total = np.zeros(len(codes) - _WIDTH + 1, dtype=np.uint64)
    for offset in range(_WIDTH):
        total = total * _MULTIPLIER + codes[offset : offset + len(total)]
    return np.unique(_mixed(total))


def bands(found: Shingles) -> list[tuple[int, int]]:
    """(band, hash) pairs; near duplicates share at least one. Hashes are signed 64-bit."""
    if not len(found):
        return []
    least = np.full(_BANDS * _ROWS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for start in range(0, len(found), _AT_ONCE):
        least = np.minimum(least, _mixed(found[start : start + _AT_ONCE] * _ODD[:, np.newaxis]).min(axis=1))
    rows = least.reshape(_BANDS, _ROWS)
    hashes = np.zeros(_BANDS, dtype=np.uint64)
    for row in range(_ROWS):
        hashes = _mixed(hashes * _MULTIPLIER + rows[:, row])
    return list(enumerate(hashes.view(np.int64).tolist()))


def is_near_duplicate(one: Shingles, other: Shingles) -> bool:
    if not len(one) or not len(other):
        return False
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared >= SHARED * (len(one) + len(other) - shared) or shared >= CONTAINED * min(len(one), len(other))


def link(writer: Writer, article: Article) -> None:
    """Puts a stored article into the story that it tells, joining stories that it connects."""
    own = shingles(article)
    writer.set_bands(article.id, bands(own))
    near = {writer.story_of(article.id)}
    for story_id, others in writer.sharing_bands(article.id, _PER_BAND).items():
        if any(is_near_duplicate(own, shingles(other)) for other_id in others for other in writer.texts([other_id])):
            near.add(story_id)
    if len(near) > 1:
        writer.join_stories(near)


def unlink(writer: Writer, article_id: str) -> None:
    """Takes an article out of its story, before it is changed or removed; the others may fall apart.

    A story of more than `_SETTLED` members is held together by many of them and only loses this one.
    """
    others = [member for member in writer.story_members(writer.story_of(article_id)) if member != article_id]
    writer.set_bands(article_id, [])
    writer.set_story(article_id, [article_id])
    if len(others) > _SETTLED:
        writer.set_story(others[0], others)
        return
    for member in others:
        writer.set_story(member, [member])
    for other in writer.texts(others):
        link(writer, other)


def _mixed(values: Shingles) -> Shingles:
    """The finaliser of splitmix64: every bit of the input moves every bit of the output."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
