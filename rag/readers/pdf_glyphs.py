"""The words of a PDF page and where they stand, from the letters that PDFium finds.

Spaces in a PDF are often only gaps, letters may be placed one by one, and bold may be a letter printed twice: words are
made from geometry alone, in points from the lower left corner, turned so that the text runs from left to right.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

# Shares of the letter's size: a gap that parts words, the same letter printed again, one line's baselines.
_WORD_GAP, _PRINTED_AGAIN, _SAME_LINE = 0.16, 0.1, 0.2
# Points; what is smaller nobody reads.
_SMALLEST = 1.5
# Letters this much smaller and beside a larger one are raised or lowered, as in "m²" and at footnotes.
_SMALL = 0.8
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class Word:
    """A word's box; `baseline` is where its letters stand, `size` that of its font."""

    text: str
    left: float
    right: float
    baseline: float
    size: float

    @property
    def top(self) -> float:
        return self.baseline + 0.8 * self.size

    @property
    def bottom(self) -> float:
        return self.baseline - 0.2 * self.size


@dataclass(slots=True)
class _Glyph:
    """One letter; `left` is its origin, `run` the piece of the page's program that draws it."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    run: int


def rows_of_words(page: Any) -> list[list[Word]]:
    """The words of a pypdfium2 page by line, each from left to right, lines from top to bottom.

    Text that runs another way than most comes after it; slanted text, a watermark, does not come.
    """
    turned: dict[int, list[_Glyph]] = defaultdict(list)
    for angle, glyph in _glyphs(page):
        turned[angle].append(glyph)
    rows: list[list[Word]] = []
    for angle in sorted(turned, key=lambda one: -len(turned[one])):
        rows += _rows(turned[angle])
    return rows


def _glyphs(page: Any) -> Iterator[tuple[int, _Glyph]]:
    """(quarter turns, letter) of the page in the order PDFium gives them."""
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    styles: dict[int, tuple[int | None, float]] = {}
    shown = page.get_cropbox()
    for i in range(text.count_chars()):
        if pdfium.FPDFText_IsGenerated(text.raw, i) == 1:
            continue
        run = ctypes.cast(pdfium.FPDFText_GetTextObject(text.raw, i), ctypes.c_void_p).value or 0
        if run not in styles:
            styles[run] = _style(text, i)
        turns, size = styles[run]
        # A hyphen at a line's end is reported as a control character.
        code = ord("-") if pdfium.FPDFText_IsHyphen(text.raw, i) == 1 else pdfium.FPDFText_GetUnicode(text.raw, i)
        is_placed = pdfium.FPDFText_GetLooseCharBox(text.raw, i, box) and pdfium.FPDFText_GetCharOrigin(
            text.raw, i, x, y
        )
        if turns is None or not is_placed or not 0 < code <= 0x10FFFF or not _is_inside(x.value, y.value, shown):
            continue
        _, _, right, _ = _turned((box.left, box.bottom, box.right, box.top), turns)
        origin, baseline, _, _ = _turned((x.value, y.value, x.value, y.value), turns)
        if math.isfinite(origin + baseline + right):
            char = " " if chr(code).isspace() else chr(code)
            yield turns, _Glyph(char, origin, max(right, origin), baseline, size, run)


def _is_inside(x: float, y: float, box: tuple[float, float, float, float]) -> bool:
    """Whether a place is on the page that is shown, or hardly beside it."""
    left, bottom, right, top = box
    return left - 2 <= x <= right + 2 and bottom - 2 <= y <= top + 2


def _style(text: Any, place: int) -> tuple[int | None, float]:
    """Quarter turns (None: slanted, or too small to be seen) and size of the letters that are drawn with that one."""
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    angle = pdfium.FPDFText_GetCharAngle(text.raw, place) / (math.pi / 2)
    size = pdfium.FPDFText_GetFontSize(text.raw, place)
    if pdfium.FPDFText_GetMatrix(text.raw, place, matrix):
        size *= math.hypot(matrix.c, matrix.d)
    is_straight = (
        math.isfinite(angle) and abs(angle - round(angle)) <= 0.1 and math.isfinite(size) and size >= _SMALLEST
    )
    return (round(angle) % 4 if is_straight else None), size


def _turned(box: tuple[float, float, float, float], turns: int) -> tuple[float, float, float, float]:
    left, bottom, right, top = box
    for _ in range(turns):
        left, bottom, right, top = bottom, -right, top, -left
    return left, bottom, right, top


def _rows(glyphs: Iterable[_Glyph]) -> list[list[Word]]:
    rows: list[list[Word]] = []
    for line in _lines(_marked(list(glyphs))):
        words = list(_words(line))
        if words:
            rows.append(words)
    return _with_small_words(rows)


def _marked(glyphs: list[_Glyph]) -> list[_Glyph]:
    """Combining marks that are letters of their own joined to the letter they stand on."""
    bases = [glyph for glyph in glyphs if not _is_mark(glyph)]
    if len(bases) == len(glyphs):
        return glyphs
    by_line: dict[int, list[_Glyph]] = defaultdict(list)
    for base in bases:
        by_line[round(base.baseline)].append(base)
    before: _Glyph | None = None
    for glyph in glyphs:
        if not _is_mark(glyph):
            before = glyph
        elif before and before.run == glyph.run:
            before.text += glyph.text
        else:
            line = [base for y in (-1, 0, 1) for base in by_line[round(glyph.baseline) + y]]
            near = [base for base in line if abs(base.left - glyph.left) < 0.6 * glyph.size]
            own = min(near, key=lambda base: (not _composes(base, glyph), abs(base.left - glyph.left)), default=None)
            if own and glyph.text not in own.text:
                own.text += glyph.text
    return bases


def _composes(base: _Glyph, mark: _Glyph) -> bool:
    """Whether the two are one character: an acute stands on the "i" of "phí", however near the "h" is."""
    return len(unicodedata.normalize("NFC", base.text + mark.text)) < len(base.text + mark.text)


def _is_mark(glyph: _Glyph) -> bool:
    return unicodedata.combining(glyph.text[0]) > 0


def _lines(glyphs: Iterable[_Glyph]) -> Iterator[list[_Glyph]]:
    """Letters with one baseline, from left to right, each once; the topmost line first."""
    line: list[_Glyph] = []
    for glyph in sorted(glyphs, key=lambda one: -one.baseline):
        if line and line[0].baseline - glyph.baseline > _SAME_LINE * max(line[0].size, glyph.size):
            yield _printed_once(line)
            line = []
        line.append(glyph)
    if line:
        yield _printed_once(line)


def _printed_once(line: list[_Glyph]) -> list[_Glyph]:
    kept: list[_Glyph] = []
    for glyph in sorted(line, key=lambda one: one.left):
        near = (one for one in reversed(kept[-8:]) if abs(one.left - glyph.left) < _PRINTED_AGAIN * glyph.size)
        first = next((one for one in near if _letter(one) == _letter(glyph)), None) if glyph.text != " " else None
        if first is None:
            kept.append(glyph)
        else:
            first.text = max(first.text, glyph.text, key=len)
    return kept


def _letter(glyph: _Glyph) -> str:
    """Without its marks: those of a letter printed twice may all be at one of the two."""
    return unicodedata.normalize("NFD", glyph.text)[:1]


def _words(line: Sequence[_Glyph]) -> Iterator[Word]:
    """A gap parts words if it is wide for letters that are set as wide as these."""
    gaps = [
        (right.left - left.right) / left.size
        for left, right in pairwise(line)
        if left.text[0].isalnum() and right.text[0].isalnum() and right.left - left.right < left.size
    ]
    spaced = max(median(gaps), 0.0) if len(gaps) > 5 else 0.0
    word: list[_Glyph] = []
    for glyph in line:
        if word and (glyph.text == " " or glyph.left - word[-1].right > (_WORD_GAP + 1.4 * spaced) * word[-1].size):
            yield _word(word)
            word = []
        if glyph.text != " ":
            word.append(glyph)
    if word:
        yield _word(word)


def _word(glyphs: Sequence[_Glyph]) -> Word:
    sizes = Counter(round(glyph.size, 1) for glyph in glyphs)
    text = unicodedata.normalize("NFC", "".join(glyph.text for glyph in glyphs))
    right = max(glyph.right for glyph in glyphs)
    return Word(text, glyphs[0].left, right, glyphs[0].baseline, sizes.most_common(1)[0][0])


def _with_small_words(rows: list[list[Word]]) -> list[list[Word]]:
    """Raised and lowered words put into the line of the larger word they stand at."""
    lines = [list(row) for row in rows]
    for i, row in enumerate(lines):
        for other in (i - 1, i + 1):
            if 0 <= other < len(lines):
                row[:] = [word for word in row if not _attached(word, lines[other])]
    return [row for row in lines if row]


def _attached(word: Word, line: list[Word]) -> bool:
    for place, large in enumerate(line):
        shift = word.baseline - large.baseline
        is_small = word.size <= _SMALL * large.size and abs(shift) < 0.6 * large.size
        if is_small and -0.6 * large.size < word.left - large.right < 0.3 * large.size:
            raised = word.text.translate(_RAISED if shift > 0 else _LOWERED)
            line[place] = Word(large.text + raised, large.left, word.right, large.baseline, large.size)
            return True
    return False
