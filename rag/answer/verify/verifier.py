"""The check of one written sentence against numbered evidence: does it stand, on what, and if not, why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import regex as re
from numpy.typing import NDArray

from rag.answer.evidence import Evidence, Judgement
from rag.answer.verify import framing
from rag.answer.verify.features import row
from rag.answer.verify.findings import Finding, Grounds, findings
from rag.answer.verify.model import Models, models
from rag.answer.verify.reading import Reading, read
from rag.answer.verify.wording import uncovered
from rag.text.language import detect
from rag.text.normalise import normalise

# Texts with their languages -> centred unit vectors [n, d].
Embed = Callable[[Sequence[tuple[str, str]]], NDArray[np.float32]]

MAX_SENTENCES = 3
# The sentences looked at beside the cited ones, the nearest first.
MAX_CANDIDATES = 8
# How much likelier a claim must get for one more sentence to be quoted.
WORTH_ANOTHER = 0.03
MAX_CLAIM = 2_000
_CLAUSE = re.compile(r"[;:,]\s+|\s+(?:and|but|while|which|who|và|nhưng|còn|trong khi|đồng thời)\s+")
_CLAUSE_WORDS = 4


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
        claim = normalise(claim)[:MAX_CLAIM].strip()
        spoken = _spoken(claim, language)
        if reason := framing.unchecked(claim, spoken):
            return Judgement("unchecked", reason=reason)
        if not evidence:
            return Judgement("unsupported", score=0.0, reason="no_evidence")
        weighed = self.weigh(claim, spoken, cited, evidence)
        return self._judged(claim, weighed, evidence)

    def weigh(self, claim: str, language: str, cited: Sequence[int], evidence: Sequence[Evidence]) -> Weighed:
        """The claim on the cited sentences where they carry it, else on those that carry it best."""
        scale = _Scale(read(claim, language), self._embed, evidence, self._models)
        valid = tuple(dict.fromkeys(place for place in cited if 0 <= place < len(evidence)))
        given = scale.on(valid) if valid else None
        if given is not None and given.stands:
            return scale.without_needless(given)
        found = scale.best(valid)
        return found if given is None or found.rank > given.rank else given

    def _judged(self, claim: str, weighed: Weighed, evidence: Sequence[Evidence]) -> Judgement:
        if weighed.findings:
            first = weighed.findings[0]
            chance = min(weighed.chance, weighed.threshold / 2)
            return Judgement("unsupported", (), round(chance, 4), first.code, first.detail)
        chance, threshold = weighed.chance, weighed.threshold
        if self._judge is not None:
            opinion = self._judge(claim, [evidence[place].text for place in weighed.places])
            if opinion is not None:
                chance = _pooled(chance, opinion)
        if chance >= threshold:
            return Judgement("supported", weighed.places, round(chance, 4))
        reason = "judge" if weighed.chance >= threshold else "not_found"
        grounds = Grounds.of([evidence[place] for place in weighed.places])
        reading = read(claim, _spoken(claim, ""))
        known = [word for part in grounds.everything for word in part.words]
        alien = uncovered(reading.words, known, reading.language) if weighed.own and reason == "not_found" else []
        return Judgement("unsupported", (), round(chance, 4), reason, ", ".join(_as_written(claim, alien[:3])))


class _Scale:
    """Weighs one claim on choices of evidence, each once."""

    def __init__(self, claim: Reading, embed: Embed, evidence: Sequence[Evidence], fitted: Models) -> None:
        self._claim = claim
        self._evidence = evidence
        self._models = fitted
        self._known: dict[tuple[int, ...], Weighed] = {}
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
        words = set(self._claim.words)
        scores = [
            float(dense) + (_overlap(words, read(item.text, item.language, item.published).words))
            for dense, item in zip(self._dense[0], self._evidence, strict=True)
        ]
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
        features = row(self._claim, grounds, dense.tolist(), together, float(apart))
        fitted = self._models.own if own else self._models.other
        found = tuple(findings(self._claim, grounds))
        return Weighed(places, fitted.chance(features), fitted.threshold, found, features, own)


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


def _overlap(words: set[str], known: Sequence[str]) -> float:
    return len(words & set(known)) / len(words) if words else 0.0


def _spoken(claim: str, language: str) -> str:
    """The language a claim is written in: what its words say, else what was asked for."""
    detected = detect(claim)
    return detected if detected != "und" else language


def _pooled(one: float, other: float) -> float:
    """The mean of two probabilities in log odds."""
    odds = [np.log(p / (1 - p)) for p in np.clip([one, other], 1e-4, 1 - 1e-4)]
    return float(1 / (1 + np.exp(-np.mean(odds))))


def _as_written(claim: str, words: Sequence[str]) -> list[str]:
    """The words of the claim that begin with these stems."""
    written = re.findall(r"\p{L}+", claim)
    return [next((each for each in written if each.casefold().startswith(word)), word) for word in words]
