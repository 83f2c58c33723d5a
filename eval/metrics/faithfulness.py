"""Are the claims of an answer in its evidence? Counts, and the check that needs no judge. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.metrics.score import Score
from eval.metrics.text import plain, values
from rag.types import Verdict

NO_CLAIMS = "the answer makes no claim"
ALL_UNCHECKED = "the judge decided on none of the claims"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many claims of an answer, or of many, the judge found what of."""

    supported: int = 0
    unsupported: int = 0
    unchecked: int = 0

    @property
    def total(self) -> int:
        return self.supported + self.unsupported + self.unchecked

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.supported + other.supported,
            self.unsupported + other.unsupported,
            self.unchecked + other.unchecked,
        )


def counts(verdicts: Iterable[Verdict]) -> Counts:
    listed = list(verdicts)
    return Counts(listed.count("supported"), listed.count("unsupported"), listed.count("unchecked"))


def faithfulness(found: Counts) -> Score:
    """Supported claims among the decided ones (Es et al. 2024, RAGAS; Min et al. 2023, FActScore); None where none is
    decided: what was not checked is neither faithful nor unfaithful.
    """
    decided = found.supported + found.unsupported
    if not decided:
        return Score(None, ALL_UNCHECKED if found.total else NO_CLAIMS)
    return Score(found.supported / decided)


def faithfulness_at_least(found: Counts) -> Score:
    """The same with unchecked claims counted as unsupported: a judge that decides on less cannot raise it."""
    return Score(found.supported / found.total) if found.total else Score(None, NO_CLAIMS)


def exact_check(claim: str, quotes: Sequence[tuple[str, str]], language: str) -> Verdict:
    """Support without any model: `quotes` are texts with their language.

    "supported" where the claim stands in a quote word for word; "unsupported" where it gives a figure or date that no
    quote gives; everything else needs a judge and is "unchecked".
    """
    wanted = plain(claim).strip(" .“”\"'«»")
    if wanted and any(wanted in plain(quote) for quote, _ in quotes):
        return "supported"
    known = frozenset[str]().union(*(values(quote, spoken) for quote, spoken in quotes))
    return "unchecked" if values(claim, language) <= known else "unsupported"
