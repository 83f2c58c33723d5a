"""LlamaIndex's own evaluators beside our metrics: the same answers, judged by the configured language model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eval.metrics.score import Score
from eval.metrics.text import PATTERN
from eval.outcomes import said
from eval.score import Scored

if TYPE_CHECKING:
    from llama_index.core.base.llms.base import BaseLLM
    from llama_index.core.evaluation import BaseEvaluator

FAITHFULNESS, RELEVANCY, CORRECTNESS = (f"LlamaIndex {name}" for name in ("faithfulness", "relevancy", "correctness"))


def with_evaluators(
    scored: Sequence[Scored], llm: BaseLLM, on_case: Callable[[int, int], None] | None = None
) -> list[Scored]:
    """The same cases with the scores of LlamaIndex's evaluators; those of failed answers and refusals have none."""
    from llama_index.core.evaluation import CorrectnessEvaluator, FaithfulnessEvaluator, RelevancyEvaluator

    # The interfaces ask for the narrower class of the two that LlamaIndex has for a model.
    model: Any = llm
    evaluators: dict[str, BaseEvaluator] = {
        FAITHFULNESS: FaithfulnessEvaluator(llm=model),
        RELEVANCY: RelevancyEvaluator(llm=model),
        CORRECTNESS: CorrectnessEvaluator(llm=model),
    }
    judged = []
    for number, one in enumerate(scored, start=1):
        judged.append(replace(one, scores={**one.scores, **_scores(one, evaluators)}))
        if on_case:
            on_case(number, len(scored))
    return judged


def _scores(one: Scored, evaluators: Mapping[str, BaseEvaluator]) -> dict[str, Score]:
    answer = one.record.answer
    if answer is None or not answer.found:
        return {}
    asked: dict[str, Any] = {
        "query": one.case.question,
        "response": said(answer),
        "contexts": [citation.quote for citation in answer.citations],
    }
    found = {name: _score(evaluators[name], **asked) for name in (FAITHFULNESS, RELEVANCY)}
    if one.case.answerable:
        reference = _reference(one)
        found[CORRECTNESS] = (
            _score(evaluators[CORRECTNESS], **asked, reference=reference)
            if reference
            else Score(None, "what is expected is given as patterns only")
        )
    return found


def _reference(one: Scored) -> str:
    """The expected answer in words: of each part the first accepted string."""
    strings = ([accepted for accepted in part if not accepted.startswith(PATTERN)] for part in one.case.expected)
    firsts = [part[0] if part else "" for part in strings]
    return "; ".join(firsts) if all(firsts) else ""


def _score(evaluator: BaseEvaluator, **asked: Any) -> Score:
    """What a judge's failure leaves is no score, not a bad one."""
    try:
        result = evaluator.evaluate(**asked)
    except Exception as error:  # whatever a model or its server does
        return Score(None, f"{type(evaluator).__name__} failed: {type(error).__name__}")
    if result.invalid_result or result.score is None:
        return Score(None, f"{type(evaluator).__name__} gave no verdict that can be read")
    return Score(float(result.score))
