"""What a metric gives for one case, and the names of all metrics: a metric's printed form is its identity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Group = Literal["answer", "refusals", "retrieval", "citations", "faithfulness", "calibration", "usage", "LlamaIndex"]


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is None where it could not be computed, and `reason` then says why. Never 0 for what was not checked.

    A metric that says nothing about a case (how well a refusal cites) has no Score there at all.
    """

    value: float | None
    reason: str | None = None


Scores = Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class Metric:
    """`share` is True for a value from 0 to 1, shown as a percentage; `higher` is True where more is better.

    `by_case` is False where the case alone decides the value and the system only whether there is one: two runs then
    differ in their means, never in a case.
    """

    name: str
    group: Group
    about: str
    higher: bool = True
    share: bool = True
    by_case: bool = True

    def __str__(self) -> str:
        return self.name


def _ranked(level: str, depths: tuple[int, ...], last: int, what: str) -> Iterator[Metric]:
    for depth in depths:
        first = f"first {what.removesuffix('s')}" if depth == 1 else f"first {depth} {what}"
        yield Metric(f"{level} recall@{depth}", "retrieval", f"expected parts in the {first}")
    yield Metric(f"{level} MRR", "retrieval", f"1 / rank of the first of the {what} that holds an expected part")
    yield Metric(f"{level} nDCG@{last}", "retrieval", f"expected parts among the first {last} {what}, early ones first")
    yield Metric(f"{level} MAP", "retrieval", f"precision at each expected part in the ranking of {what}")


METRICS: tuple[Metric, ...] = (
    Metric("correct", "answer", "every expected part is said, or the archive rightly said not to answer"),
    Metric("answer recall", "answer", "expected parts that the answer says (accepted strings and patterns)"),
    Metric("exact match", "answer", "the answer is an accepted one, word for word"),
    Metric("F1", "answer", "words shared with the accepted answer"),
    Metric("figure accuracy", "answer", "expected parts with figures or dates whose values the answer gives"),
    Metric("refusal precision", "refusals", "refusals of questions that the archive does not answer", by_case=False),
    Metric("refusal recall", "refusals", "questions without an answer that were refused"),
    Metric("answered", "refusals", "questions with an answer that were not refused"),
    Metric("reliability", "refusals", "right +1, needless refusal 0, wrong -1", share=False),
    *_ranked("article", (1, 5, 10), 10, "articles"),
    *_ranked("passage", (1, 5, 10), 10, "passages"),
    *_ranked("quote", (1, 3), 3, "shown quotes"),
    Metric("citation recall", "citations", "sentences that their own citations support; 0 for a needless refusal"),
    Metric("citation precision", "citations", "citations that their sentence needs; 0 for a needless refusal"),
    Metric("citation recall, at least", "citations", "the same with undecided sentences counted as unsupported"),
    Metric("citation precision, at least", "citations", "the same with undecided citations counted as not needed"),
    Metric("quote exactness", "citations", "quotes that stand at their place, character for character"),
    Metric("wrong source rate", "citations", "citations of articles that do not answer", higher=False),
    Metric("outlet accuracy", "citations", "citations that name their article's outlet"),
    Metric("date accuracy", "citations", "citations that give their article's date"),
    Metric("faithfulness", "faithfulness", "supported claims among those that the judge decided on"),
    Metric("faithfulness, at least", "faithfulness", "the same with undecided claims counted as unsupported"),
    Metric("faithfulness, no judge", "faithfulness", "the same by exact comparison alone"),
    Metric("Brier", "calibration", "squared distance of the confidence from what came true", higher=False, share=False),
    Metric("written by the model", "usage", "answers of the language model, where it was asked; else quotes stood in"),
    Metric("seconds", "usage", "time to the whole answer", higher=False, share=False),
    Metric("tokens", "usage", "prompt and completion tokens", higher=False, share=False),
    Metric("cost", "usage", "by the price table, in its currency", higher=False, share=False),
    Metric("LlamaIndex faithfulness", "LlamaIndex", "its FaithfulnessEvaluator on the cited quotes"),
    Metric("LlamaIndex relevancy", "LlamaIndex", "its RelevancyEvaluator on question, answer and cited quotes"),
    Metric("LlamaIndex correctness", "LlamaIndex", "its CorrectnessEvaluator, 1 to 5", share=False),
)
BY_NAME: Mapping[str, Metric] = {str(metric): metric for metric in METRICS}
