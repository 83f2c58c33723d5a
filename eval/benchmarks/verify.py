"""How well unsupported sentences are found, without a model call and, on request, with one.

    python -m eval.benchmarks.verify --data ../shared/data [--every N] [--judge] [--limit N] [--out FILE]

Reports on the halves of the sources that `fit_verify` did not look at. ViHallu is Vietnamese; RAGTruth, BUMP and WiCE
are English; the translations of XQuAD and of the sample archive go both ways across languages.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from eval.benchmarks.cached import CachedEmbedding
from eval.benchmarks.datasets import missing, spread
from eval.benchmarks.fit_answers import fit
from eval.benchmarks.table import percent, render, write_json
from eval.benchmarks.verify_sets import Written, bump, ragtruth, sentence_embed, translations, vihallu, wice
from rag import settings
from rag.answer.judge import judging
from rag.answer.logistic import Logistic
from rag.answer.verify import Embed, Judge, Verifier
from rag.answer.verify.features import AGAINST, FEATURES
from rag.answer.verify.verifier import Weighed
from rag.embed import default_embedder
from rag.engine.composing import JUDGED_TOKENS
from rag.newsqa import NewsQA

# Of the sets' own papers and boards, on their own splits (the whole of each set, or its test part).
PUBLISHED = {
    "vihallu": "macro-F1: encoder baseline 32.8, best system 84.8",
    "ragtruth": "F1: prompted GPT-4 63.4, LettuceDetect large 79.2",
    "bump": "consistency: FactCC 57, SummaC 69, BARTScore 92",
}
CLASSES = ("no", "intrinsic", "extrinsic")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A written text with how each of its sentences was weighed, and the chance that a judge left of it."""

    written: Written
    weighed: tuple[Weighed, ...]
    scores: tuple[float, ...]

    @property
    def score(self) -> float:
        """That of the least likely sentence, 0 to 1; 1 where there is none."""
        return min(self.scores, default=1.0)

    @property
    def stands(self) -> bool:
        return all(
            not item.findings and score >= item.threshold for item, score in zip(self.weighed, self.scores, strict=True)
        )

    @property
    def worst(self) -> Weighed:
        return self.weighed[int(np.argmin(self.scores))]


class Bench:
    """Weighs texts, each source's sentences embedded once."""

    def __init__(self, embed: Embed, verifier: Verifier) -> None:
        self._embed = embed
        self._verifier = verifier

    def outcomes(self, name: str, texts: Sequence[Written]) -> list[Outcome]:
        out = []
        for number, written in enumerate(texts):
            if number % 50 == 0:
                print(f"\r  {name} {number}/{len(texts)}   ", end="", file=sys.stderr, flush=True)
            evidence = written.source.evidence(self._embed)
            weighed = tuple(self._verifier.weigh(claim, written.language, (), evidence) for claim in written.claims)
            scores = tuple(
                self._verifier.pooled(claim, item, evidence)
                for claim, item in zip(written.claims, weighed, strict=True)
            )
            out.append(Outcome(written, weighed, scores))
        return out


def detection(name: str, outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Finding texts that are not supported: precision, recall and F1 of the shipped verdict, AUROC of the score."""
    truth = np.array([not item.written.supported for item in outcomes])
    flagged = np.array([not item.stands for item in outcomes])
    right = int((truth & flagged).sum())
    precision, recall = right / max(1, int(flagged.sum())), right / max(1, int(truth.sum()))
    return {
        "set": name,
        "n": len(outcomes),
        "unsupported": int(truth.sum()),
        "precision": precision,
        "recall": recall,
        "F1": 2 * precision * recall / (precision + recall) if right else 0.0,
        "AUROC": auroc(np.array([item.score for item in outcomes]), truth),
        "withheld though true": float(flagged[~truth].mean()) if (~truth).any() else None,
    }


def auroc(scores: np.ndarray, bad: np.ndarray) -> float | None:
    """The chance that an unsupported text scores below a supported one, ties half; None where one kind is absent."""
    good_scores, bad_scores = scores[~bad], scores[bad]
    if not len(good_scores) or not len(bad_scores):
        return None
    below = (bad_scores[:, None] < good_scores).mean() + 0.5 * (bad_scores[:, None] == good_scores).mean()
    return float(below)


def classes(outcomes: Sequence[Outcome], fitting: Sequence[Outcome]) -> dict[str, object]:
    """ViHallu's three classes: the shipped verdict, and where it is no, whether the text goes against its source or
    beyond it, by a logistic regression over the least likely sentence, fitted on the other half."""
    kinds = conflict_model([item for item in fitting if not item.written.supported])
    threshold = best_threshold(fitting)
    guessed = [
        "no" if item.score >= threshold else CLASSES[2 - int(kinds(item.worst.features[None, :])[0] >= 0.5)]
        for item in outcomes
    ]
    truth = [item.written.kind for item in outcomes]
    scores = {name: f1(name, truth, guessed) for name in CLASSES}
    return {
        "set": "vihallu",
        "n": len(outcomes),
        "macro-F1": float(np.mean(list(scores.values()))),
        "accuracy": float(np.mean([one == other for one, other in zip(truth, guessed, strict=True)])),
        **{f"F1 {name}": value for name, value in scores.items()},
    }


def conflict_model(unsupported: Sequence[Outcome]) -> Logistic:
    """P(intrinsic) of an unsupported text; words that nothing has speak for extrinsic."""
    rows = np.stack([item.worst.features for item in unsupported])
    labels = np.array([item.written.kind == "intrinsic" for item in unsupported])
    return fit(rows, labels, FEATURES, None, AGAINST - {"denial", "opposites", "reversed", "figures_missing"})


def best_threshold(outcomes: Sequence[Outcome]) -> float:
    """The score that parts supported from unsupported texts with the best mean of both kinds' recall."""
    truth = np.array([item.written.supported for item in outcomes])
    scores = np.array([item.score for item in outcomes])
    options = np.unique(scores)
    return float(max(options, key=lambda at: (scores[truth] >= at).mean() + (scores[~truth] < at).mean()))


def f1(name: str, truth: Sequence[str], guessed: Sequence[str]) -> float:
    hits = sum(one == other == name for one, other in zip(truth, guessed, strict=True))
    return 2 * hits / max(1, truth.count(name) + guessed.count(name))


def consistency(pairs: Sequence[tuple[Outcome, Outcome]]) -> list[dict[str, object]]:
    """The share of pairs whose faithful summary scores higher (ties half), over all and by error."""
    by_error: dict[str, list[float]] = defaultdict(list)
    for good, bad in pairs:
        one, other = total(good), total(bad)
        by_error[good.written.kind].append(float(one > other) + 0.5 * float(one == other))
    every = [value for values in by_error.values() for value in values]
    rows: list[dict[str, object]] = [{"pairs": "all", "n": len(every), "consistency": float(np.mean(every))}]
    rows += [
        {"pairs": name, "n": len(values), "consistency": float(np.mean(values))}
        for name, values in sorted(by_error.items())
    ]
    return rows


def total(outcome: Outcome) -> float:
    """The log chance that all sentences stand."""
    return float(np.log(np.clip(outcome.scores, 1e-9, 1)).sum())


def found_gold(outcomes: Iterable[Outcome]) -> float | None:
    """The share of supported texts of which a sentence that people named is among those chosen."""
    chosen = [item for item in outcomes if item.written.supported and item.written.gold]
    if not chosen:
        return None
    return float(np.mean([bool(set(item.weighed[0].places) & set().union(*item.written.gold)) for item in chosen]))


def configured() -> Judge:
    """The settings' language model as a judge. Raises RagError."""
    return judging(partial(NewsQA(settings.load()).model.say, usage={}, max_tokens=JUDGED_TOKENS))


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="look at one source in N only")
    parser.add_argument("--limit", type=int, default=10_000, metavar="N", help="at most N texts of each set")
    parser.add_argument("--judge", action="store_true", help="also ask the language model of the settings")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    args = parser.parse_args(argv)
    if reason := missing(args.data, ("vihallu", "ragtruth", "bump", "wice", "xquad")):
        print(reason)
        return 0
    began = time.perf_counter()
    embed = sentence_embed(CachedEmbedding(default_embedder()))
    judge = configured() if args.judge else None
    bench = Bench(embed, Verifier(embed, judge))

    def half(texts: Sequence[Written], *, fitting: bool = False) -> list[Written]:
        return spread(
            [each for each in texts if each.source.fit is fitting and each.source.among(args.every)], args.limit
        )

    vietnamese = vihallu(args.data)
    vi = bench.outcomes("vihallu", half(vietnamese))
    rows = [detection("vihallu (vi)", vi)]
    three = classes(vi, bench.outcomes("vihallu", half(vietnamese, fitting=True)))
    for task in ("QA", "Summary"):
        rows.append(detection(f"ragtruth {task} (en)", bench.outcomes(task, half(ragtruth(args.data, task)))))
    cited = bench.outcomes("wice", half(wice(args.data)))
    rows.append(detection("wice (en)", cited))
    across = bench.outcomes("translations", half(translations(args.data)))
    for language, name in (("vi", "translated (vi on en)"), ("en", "translated (en on vi)")):
        rows.append(detection(name, [item for item in across if item.written.language == language]))
    kept = [pair for pair in bump(args.data) if not pair[0].source.fit and pair[0].source.among(args.every)]
    kept = spread(kept, args.limit)
    both = bench.outcomes("bump", [text for pair in kept for text in pair])
    pairs = consistency(list(zip(both[::2], both[1::2], strict=True)))
    gold: list[dict[str, object]] = [
        {"set": "wice", "found": found_gold(cited)},
        {"set": "translations", "found": found_gold(across)},
    ]
    print("\r", end="", file=sys.stderr)
    _show("Unsupported texts found (%)", rows)
    _show("ViHallu's three classes (%)", [three])
    _show("BUMP: the faithful summary scores higher (%)", pairs)
    _show("A sentence that people named as evidence is among those quoted (%)", gold)
    print("\nPublished: " + "; ".join(f"{name} {text}" for name, text in PUBLISHED.items()))
    print(f"{time.perf_counter() - began:.0f} s, {'with' if judge else 'without'} a model call")
    if args.out:
        write_json(args.out, {"detection": rows, "classes": three, "bump": pairs, "gold": gold})
    return 0


def _show(title: str, rows: Sequence[dict[str, object]]) -> None:
    print(f"\n{title}")
    cells = [
        [percent(value) if isinstance(value, float) else "–" if value is None else str(value) for value in row.values()]
        for row in rows
    ]
    print(render(list(rows[0]), cells))


if __name__ == "__main__":
    sys.exit(main())
