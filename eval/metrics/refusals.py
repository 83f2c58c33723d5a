"""Is it right to refuse, and is the confidence worth its name? Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from eval.metrics.score import Score

BINS = 10


def refusal_scores(*, answerable: bool, answered: bool, refused: bool, correct: bool | None) -> dict[str, Score]:
    """What one case adds to precision and recall of refusing, and to how far the system can be relied on.

    A failure is neither an answer nor a refusal; `correct` is None where that is not asked.
    Precision is a mean over refusals, recall one over questions without an answer; `reliability` is +1 for what is
    right, 0 for a needless refusal and -1 for a wrong answer (Whitehead et al. 2022, "Reliable visual question
    answering", with cost 1; refusing where nothing answers is right here).
    """
    found = {} if correct is None else {"reliability": Score(1.0 if correct else 0.0 if refused else -1.0)}
    if refused:
        found["refusal precision"] = Score(float(not answerable))
    if answerable:
        found["answered"] = Score(float(answered))
    else:
        found["refusal recall"] = Score(float(refused))
    return found


@dataclass(frozen=True, slots=True)
class Graded:
    """The confidence of a shown answer, and whether it was right."""

    confidence: float
    correct: bool


def risk_coverage(answers: Sequence[Graded], asked: int) -> list[tuple[float, float]]:
    """(coverage, risk) when only the most confident answers are shown, from few to all (El-Yaniv & Wiener 2010).

    Coverage is the share of the `asked` questions that are answered, risk the share of wrong ones among the answers.
    Answers of equal confidence come together.
    """
    points: list[tuple[float, float]] = []
    shown = wrong = 0
    for _, tied in groupby(sorted(answers, key=lambda answer: -answer.confidence), lambda answer: answer.confidence):
        together = list(tied)
        shown += len(together)
        wrong += sum(not answer.correct for answer in together)
        points.append((shown / asked, wrong / shown))
    return points


def aurc(answers: Sequence[Graded]) -> Score:
    """Area under the risk-coverage curve (Geifman & El-Yaniv 2017): the mean risk over the answers as cut-off.

    0 is best; confidence that says nothing gives the share of wrong answers.
    """
    if not answers:
        return Score(None, "nothing was answered with a confidence")
    total = shown = wrong = 0.0
    for _, tied in groupby(sorted(answers, key=lambda answer: -answer.confidence), lambda answer: answer.confidence):
        together = list(tied)
        shown += len(together)
        wrong += sum(not answer.correct for answer in together)
        total += len(together) * wrong / shown
    return Score(total / len(answers))


def brier(confidence: float, correct: bool) -> float:
    """Squared distance of the confidence from what came true (Brier 1950)."""
    return (confidence - float(correct)) ** 2


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about one confidence: how sure they were and how many were right, as means."""

    confidence: float
    correct: float
    n: int


def bins(answers: Sequence[Graded], count: int = BINS) -> list[Bin]:
    """Equal widths of confidence; empty ones are left out."""
    groups: dict[int, list[Graded]] = {}
    for answer in answers:
        groups.setdefault(min(int(answer.confidence * count), count - 1), []).append(answer)
    return [
        Bin(
            sum(answer.confidence for answer in group) / len(group),
            sum(answer.correct for answer in group) / len(group),
            len(group),
        )
        for _, group in sorted(groups.items())
    ]


def ece(answers: Sequence[Graded]) -> Score:
    """Expected calibration error: the mean distance of confidence and share right over ten bins (Guo et al. 2017)."""
    if not answers:
        return Score(None, "no confidence was given")
    return Score(sum(each.n * abs(each.confidence - each.correct) for each in bins(answers)) / len(answers))
