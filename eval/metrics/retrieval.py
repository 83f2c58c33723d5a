"""Rankings judged by the parts of the answer that they bring. Pure; the measures are those of trec_eval.

What is ranked (articles, passages, shown quotes) may hold several parts of an answer, and a part may stand in several
articles (a translation, a reprint). So the wanted items are the parts: a unit that brings a part which was not there
yet is relevant, one that only repeats is not (novelty as in Clarke et al. 2008, "Novelty and diversity in information
retrieval evaluation"), and one that brings several parts counts as these one behind the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.metrics.score import Score


@dataclass(frozen=True, slots=True)
class Ranking:
    """`covered` has for each ranked unit, best first, the parts it holds; `parts` is how many there are."""

    covered: tuple[frozenset[int], ...]
    parts: int


def recall_at(ranking: Ranking, depth: int) -> float:
    """The share of the parts that the first `depth` units hold."""
    found = frozenset[int]().union(*ranking.covered[:depth])
    return len(found) / ranking.parts


def scores(level: str, rankings: Mapping[str, Ranking], depths: Sequence[int]) -> dict[str, dict[str, Score]]:
    """For each case: `recall@k` at each depth, MRR (Voorhees 1999), nDCG at the last depth (Järvelin & Kekäläinen
    2002, binary gains) and MAP; a case whose ranking is empty has 0 everywhere.
    """
    import ir_measures
    from ir_measures import AP, RR, nDCG

    last = depths[-1]
    names = {RR: f"{level} MRR", nDCG @ last: f"{level} nDCG@{last}", AP: f"{level} MAP"}
    wanted = [
        ir_measures.Qrel(case_id, f"part {part}", 1)
        for case_id, ranking in rankings.items()
        for part in range(ranking.parts)
    ]
    run = [
        ir_measures.ScoredDoc(case_id, item, 1 / place)
        for case_id, ranking in rankings.items()
        for place, item in enumerate(items(ranking), start=1)
    ]
    found: dict[str, dict[str, Score]] = {
        case_id: {f"{level} recall@{depth}": Score(recall_at(ranking, depth)) for depth in depths}
        | {name: Score(0.0) for name in names.values()}
        for case_id, ranking in rankings.items()
    }
    for each in ir_measures.iter_calc(list(names), wanted, run):
        found[each.query_id][names[each.measure]] = Score(float(each.value))
    return found


def items(ranking: Ranking) -> list[str]:
    """The ranking as trec_eval sees it: new parts by number, everything else as nothing wanted."""
    listed: list[str] = []
    known: set[int] = set()
    for place, covered in enumerate(ranking.covered):
        new = sorted(covered - known)
        known |= covered
        listed += [f"part {part}" for part in new] or [f"other {place}"]
    return listed
