"""The judge judged: how often it agrees with labels, which way it errs, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from eval.judge.judge import Judge
from eval.metrics import statistics
from rag.types import Citation, Verdict


@dataclass(frozen=True, slots=True)
class Labelled:
    """A claim, the quotes it is held against, and whether people say that they support it.

    `group` says what is wrong with it ("figure", "date") or where it comes from; `pair` its and its quotes' language.
    """

    id: str
    claim: str
    language: str
    quotes: tuple[Citation, ...]
    supported: bool
    group: str
    pair: str


@dataclass(frozen=True, slots=True)
class Decision:
    labelled: Labelled
    verdict: Verdict

    @property
    def decided(self) -> bool:
        return self.verdict != "unchecked"

    @property
    def right(self) -> bool:
        return self.verdict == ("supported" if self.labelled.supported else "unsupported")


def decisions(judge: Judge, claims: Iterable[Labelled], on_claim: Callable[[], None] | None = None) -> list[Decision]:
    found = []
    for labelled in claims:
        found.append(Decision(labelled, judge.verdict(labelled.claim, labelled.language, labelled.quotes)))
        if on_claim:
            on_claim()
    return found


def agreement(name: str, decided: Sequence[Decision], seed: int = 0) -> dict[str, Any]:
    """What reports print beside a faithfulness figure.

    `accuracy` and `balanced` (the mean of the shares right among supported and among unsupported claims) are over
    the claims that the judge decided on, `undecided` over all. `kept` is the share of supported claims that it calls
    supported, `caught` that of unsupported ones it calls unsupported; undecided ones are neither. `kappa` is agreement
    beyond chance (Cohen 1960). `by` has the same for each kind of error and pair of languages.
    """
    groupings: dict[str, Callable[[Decision], str]] = {
        "error": lambda decision: decision.labelled.group,
        "languages": lambda decision: decision.labelled.pair,
    }
    return {
        "judge": name,
        **_shares(decided, seed),
        "by": [
            {"by": by, "name": group, **_shares([each for each in decided if key(each) == group], seed)}
            for by, key in groupings.items()
            for group in sorted({key(each) for each in decided})
        ],
    }


def _shares(decided: Sequence[Decision], seed: int) -> dict[str, Any]:
    known = [each for each in decided if each.decided]
    supported = [each for each in decided if each.labelled.supported]
    unsupported = [each for each in decided if not each.labelled.supported]
    rights = [_share([each for each in side if each.decided]) for side in (supported, unsupported)]
    found = statistics.mean([float(each.right) for each in known], seed) if known else None
    return {
        "n": len(decided),
        "accuracy": {
            "value": round(found.value, 6) if found else None,
            "low": round(found.low, 6) if found else None,
            "high": round(found.high, 6) if found else None,
            "n": len(known),
        },
        "balanced": None if None in rights else round(sum(right or 0.0 for right in rights) / 2, 6),
        "kept": _share(supported),
        "caught": _share(unsupported),
        "undecided": round(1 - len(known) / len(decided), 6) if decided else None,
        "kappa": kappa(known),
    }


def _share(side: Sequence[Decision]) -> float | None:
    return round(sum(each.right for each in side) / len(side), 6) if side else None


def kappa(known: Sequence[Decision]) -> float | None:
    """Cohen's kappa of verdicts and labels; None where either is always the same."""
    if not known:
        return None
    agreed = sum(each.right for each in known) / len(known)
    said = sum(each.verdict == "supported" for each in known) / len(known)
    meant = sum(each.labelled.supported for each in known) / len(known)
    chance = said * meant + (1 - said) * (1 - meant)
    return None if chance == 1 else round((agreed - chance) / (1 - chance), 6)
