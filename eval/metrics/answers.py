"""Is the answer right: exact match, F1, expected parts, figures. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from eval.metrics.score import Score
from eval.metrics.text import PATTERN, says, values, words

# The parts of an expected answer, each with the strings accepted for it.
Parts = Sequence[Sequence[str]]
_ONLY_PATTERNS = "what is expected is given as patterns only"


def answer_recall(said: str, expected: Parts) -> float:
    """The share of the expected parts of which the text says an accepted string or matches a pattern."""
    return sum(any(says(said, accepted) for accepted in part) for part in expected) / len(expected)


def missing_parts(said: str, expected: Parts) -> list[int]:
    """The numbers of the parts that the text does not say."""
    return [number for number, part in enumerate(expected) if not any(says(said, accepted) for accepted in part)]


def exact_match(said: str, expected: Parts, language: str) -> Score:
    """Whether the text is, part by part in order, an accepted one (Rajpurkar et al. 2016, SQuAD), up to case,
    punctuation, English articles, and the writing of figures, dates and Vietnamese tones.
    """
    rest = words(said, language)
    for part in expected:
        strings = _strings(part)
        if not strings:
            return Score(None, _ONLY_PATTERNS)
        accepted = [found for string in strings for found in _readings(string) if rest[: len(found)] == found]
        if not accepted:
            return Score(0.0)
        rest = rest[len(max(accepted, key=len)) :]
    return Score(float(not rest))


def f1(said: str, expected: Parts, language: str) -> Score:
    """Harmonic mean of the shares of words that the text and the expected answer have in common (SQuAD).

    Of each part the accepted string that shares most with the text is taken; together they are the expected answer.
    """
    told = Counter(words(said, language))
    wanted: Counter[str] = Counter()
    for part in expected:
        readings = [Counter(found) for string in _strings(part) for found in _readings(string)]
        if not readings:
            return Score(None, _ONLY_PATTERNS)
        closeness = [_shared(reading, told) / max(1, reading.total()) for reading in readings]
        wanted.update(readings[closeness.index(max(closeness))])
    shared = _shared(told, wanted)
    return Score(2 * shared / (told.total() + wanted.total()) if shared else 0.0)


def figure_accuracy(said: str, expected: Parts, language: str) -> Score | None:
    """Of the parts whose accepted strings hold figures or dates, the share of which the text gives every value of one.

    None where no part holds any.
    """
    told = values(said, language)
    counted = right = 0
    for part in expected:
        wanted = [found for string in _strings(part) for read in ("vi", "en") if (found := values(string, read))]
        if wanted:
            counted += 1
            right += any(found <= told for found in wanted)
    return Score(right / counted) if counted else None


def _shared(one: Counter[str], other: Counter[str]) -> int:
    return (one & other).total()


def _strings(part: Sequence[str]) -> list[str]:
    return [accepted for accepted in part if not accepted.startswith(PATTERN)]


def _readings(string: str) -> list[list[str]]:
    """An accepted string is in either language: "1.234" is two figures until that is known."""
    return [words(string, language) for language in ("vi", "en")]
