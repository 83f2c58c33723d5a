"""The check of one written sentence against numbered evidence: does it stand, on what, and if not, why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import regex as re
from numpy.typing import NDArray

from rag.answer.evidence import Evidence, Judgement
from rag.answer.verify import framing, slots
from rag.answer.verify.features import row
from rag.answer.verify.findings import Finding, Grounds, check
from rag.answer.verify.model import Models, models
from rag.answer.verify.reading import Reading, read
from rag.answer.verify.wording import as_written, uncovered
from rag.text.language import detect
from rag.text.normalise import normalise

# Texts with their languages -> centred unit vectors [n, d].
Embed = Callable[[Sequence[tuple[str, str]]], NDArray[np.float32]]

MAX_SENTENCES = 3
# The sentences looked at beside the cited ones, the nearest first.
MAX_CANDIDATES = 6
# How much likelier a claim must get for one more sentence to be quoted.
WORTH_ANOTHER = 0.03
MAX_CLAIM = 2_000
# A claim with fewer content words is a fragment.
FRAGMENT = 3
_CLAUSE = re.compile(r"[;:,]\s+|\s+(?:and|but|while|which|who|và|nhưng|còn|trong khi|đồng thời)\s+")
_CLAUSE_WORDS = 4
_ITEM = re.compile(r"^(?:[-*•–+]|\(?\d{1,2}[.)])\s+")


class Judge(Protocol):
    """A model's opinion: the probability that the evidence supports the claim, None where it gave none."""

    def __call__(self, claim: str, evidence: Sequence[str]) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Weighed:
    """A claim on one choice of evidence."""

    places: tuple[int, ...]
    chance: float
    threshold: float
    findings: tuple[Finding, ...]
    features: NDArray[np.float64]
    own: bool

    @property
    def stands(self) -> bool:
        return not self.findings and self.chance >= self.threshold

    @property
    def rank(self) -> tuple[bool, int, float]:
        return (self.stands, -len(self.findings), self.chance)


class Verifier:
    """Checks written sentences. `embed` gives centred unit vectors; `judge`, where given, is asked as well."""

    def __init__(self, embed: Embed, judge: Judge | None = None, fitted: Models | None = None) -> None:
        self._embed = embed
        self._judge = judge
        self._models = fitted or models()

    def verify(self, claim: str, language: str, cited: Sequence[int], evidence: Sequence[Evidence]) -> Judgement:
        """Whether `claim`, one written sentence without markers, stands on `evidence`.

        `cited` are places in `evidence`; wrong ones are ignored, and where they do not carry the claim others are
        looked for.
        """
        claim = _plain(claim)
        spoken = _spoken(claim, language)
        if reason := framing.unchecked(claim, spoken):
            return Judgement("unchecked", reason=reason)
        if not evidence:
            return Judgement("unsupported", score=0.0, reason="no_evidence")
        weighed = self.weigh(claim, spoken, cited, evidence)
        return self._judged(claim, weighed, evidence)

    def weigh(self, claim: str, language: str, cited: Sequence[int], evidence: Sequence[Evidence]) -> Weighed:
        """The claim on the cited sentences where they carry it, else on those that carry it best.

        A fragment ("7 pamphlets") says too little to be looked for elsewhere.
        """
        claim = _plain(claim)
        reading = read(claim, language)
        scale = _Scale(reading, self._embed, evidence, self._models)
        valid = tuple(dict.fromkeys(place for place in cited if 0 <= place < len(evidence)))
        given = scale.on(valid) if valid else None
        if given is not None and given.stands:
            return scale.without_needless(given)
        if given is not None and len(set(reading.words)) < FRAGMENT:
            return given
        found = scale.best(valid)
        return found if given is None or found.rank > given.rank else given

    def pooled(self, claim: str, weighed: Weighed, evidence: Sequence[Evidence]) -> float:
        """The chance of support, 0 to 1, with the judge's opinion where nothing disagrees outright."""
        if weighed.findings:
            return weighed.chance * weighed.threshold / (1 + len(weighed.findings))
        if self._judge is None:
            return weighed.chance
        opinion = self._judge(claim, [evidence[place].text for place in weighed.places])
        return weighed.chance if opinion is None else _pooled(weighed.chance, opinion)

    def _judged(self, claim: str, weighed: Weighed, evidence: Sequence[Evidence]) -> Judgement:
        chance = round(self.pooled(claim, weighed, evidence), 4)
        if weighed.findings:
            first = weighed.findings[0]
            return Judgement("unsupported", (), chance, first.code, first.detail)
        if chance >= weighed.threshold:
            return Judgement("supported", weighed.places, chance)
        if weighed.stands:
            return Judgement("unsupported", (), chance, "judge")
        return Judgement("unsupported", (), chance, "not_found", ", ".join(self._alien(claim, weighed, evidence)[:3]))

    def _alien(self, claim: str, weighed: Weighed, evidence: Sequence[Evidence]) -> list[str]:
        """The words of the claim that its best grounds lack, where they share its language."""
        if not weighed.own:
            return []
        grounds = Grounds.of([evidence[place] for place in weighed.places])
        reading = read(claim, _spoken(claim, ""))
        known = [word for part in grounds.everything for word in part.words]
        return as_written(claim, uncovered(reading.words, known, reading.language))


class _Scale:
    """Weighs one claim on choices of evidence, each once."""

    def __init__(self, claim: Reading, embed: Embed, evidence: Sequence[Evidence], fitted: Models) -> None:
        self._claim = claim
        self._evidence = evidence
        self._models = fitted
        self._known: dict[tuple[int, ...], Weighed] = {}
        # Laid beside all the evidence: a claim that changes one sentence must not come to rest on others.
        self._instead = [
            Finding("instead", f"{place.claimed} ≠ {place.stated}")
            for place in slots.refilled(claim, Grounds.of(evidence).everything)
        ]
        parts = clauses(claim.text)
        vectors = embed([(text, claim.language) for text in [claim.text, *parts]])
        self._vectors = np.stack([item.vector for item in evidence])
        # [1 + clauses, evidence]
        self._dense = np.asarray(vectors @ self._vectors.T, dtype=np.float64)
        self._vector = vectors[0]

    def on(self, places: tuple[int, ...]) -> Weighed:
        places = tuple(sorted(places))
        if places not in self._known:
            self._known[places] = self._weighed(places)
        return self._known[places]

    def best(self, first: Sequence[int]) -> Weighed:
        """The best choice of up to three sentences: the best one, then whatever adds most."""
        candidates = dict.fromkeys([*first, *self._nearest()])
        best = max((self.on((place,)) for place in candidates), key=lambda item: item.rank)
        while len(best.places) < MAX_SENTENCES:
            wider = [self.on((*best.places, place)) for place in candidates if place not in best.places]
            better = max(wider, key=lambda item: item.rank, default=best)
            if not _is_worth(better, best):
                break
            best = better
        return best

    def without_needless(self, weighed: Weighed) -> Weighed:
        """The same without cited sentences that the claim stands as well without."""
        while len(weighed.places) > 1:
            less = max(
                (self.on(tuple(place for place in weighed.places if place != out)) for out in weighed.places),
                key=lambda item: item.rank,
            )
            if not less.stands or weighed.chance - less.chance > WORTH_ANOTHER:
                break
            weighed = less
        return weighed

    def _nearest(self) -> list[int]:
        """The sentences worth weighing: near in meaning, in words, or with figures and names of the claim."""
        claim = self._claim
        words, told = set(claim.words), {amount.value for amount in claim.amounts}
        names = {name.key for name in claim.names if name.sure}
        scores = []
        for dense, item in zip(self._dense[0], self._evidence, strict=True):
            other = read(item.text, item.language, item.published)
            scores.append(
                float(dense)
                + _overlap(words, other.words)
                + 0.5 * _overlap(told, [amount.value for amount in other.amounts])
                + 0.5 * _overlap(names, other.known.names | other.known.words)
            )
        return [int(place) for place in np.argsort(scores)[::-1][:MAX_CANDIDATES]]

    def _weighed(self, places: tuple[int, ...]) -> Weighed:
        grounds = Grounds.of([self._evidence[place] for place in places])
        dense = self._dense[0, list(places)]
        nearest = places[int(np.argmax(dense))]
        own = self._claim.language in grounds.languages
        union = self._vectors[list(places)].sum(axis=0)
        length = float(np.linalg.norm(union))
        together = float(self._vector @ union) / length if length > 0 else 0.0
        apart = self._dense[1:, list(places)].max(axis=1).min() if len(self._dense) > 1 else self._dense[0, nearest]
        checks = check(self._claim, grounds)
        features = row(self._claim, grounds, checks, dense.tolist(), together, float(apart))
        fitted = self._models.own if own else self._models.other
        return Weighed(
            places, fitted.chance(features), fitted.threshold, (*checks.findings, *self._instead), features, own
        )


def clauses(text: str) -> list[str]:
    """The clauses of a sentence that are long enough to mean something alone; none where there is only one."""
    parts: list[str] = []
    for part in _CLAUSE.split(text):
        if parts and len(part.split()) < _CLAUSE_WORDS:
            parts[-1] += f", {part}"
        else:
            parts.append(part)
    long = [part for part in parts if len(part.split()) >= _CLAUSE_WORDS]
    return long[:4] if len(long) > 1 else []


def _is_worth(wider: Weighed, best: Weighed) -> bool:
    if len(wider.findings) != len(best.findings):
        return len(wider.findings) < len(best.findings)
    return wider.stands > best.stands or wider.chance - best.chance > WORTH_ANOTHER


def _overlap(wanted: set[Any], known: Iterable[Any]) -> float:
    return len(wanted & set(known)) / len(wanted) if wanted else 0.0


def _plain(claim: str) -> str:
    """The claim as stored texts are, without the mark or number of a list's item."""
    return _ITEM.sub("", normalise(claim)[:MAX_CLAIM].strip())


def _spoken(claim: str, language: str) -> str:
    """The language a claim is written in: what its words say, else what was asked for."""
    detected = detect(claim)
    return detected if detected != "und" else language


def _pooled(one: float, other: float) -> float:
    """The mean of two probabilities in log odds."""
    odds = [np.log(p / (1 - p)) for p in np.clip([one, other], 1e-4, 1 - 1e-4)]
    return float(1 / (1 + np.exp(-np.mean(odds))))
