"""How often the quotes hold the answer, and how honest the refusals are.

    python -m eval.benchmarks.answers --data ../shared/data [--homes DIR] [--every N] [--out FILE]

Reports on the halves that `fit_answers` did not look at: ViNewsQA over its 500 articles, ViCoQA follow-ups,
XQuAD across languages, the project's own test cases; abstention where an article, or only the sentence that
answers, was taken out.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.benchmarks.answer_sets import (
    AnswerSet,
    AskedQuestion,
    build,
    corpus,
    vicoqa,
    vinewsqa,
    vinewsqa_gapped,
    xquad,
    xquad_gapped,
)
from eval.benchmarks.datasets import missing
from eval.benchmarks.table import titled, write_json
from rag.newsqa import NewsQA
from rag.types import Answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question and what was shown for it."""

    question: AskedQuestion
    answer: Answer

    def holds(self, first: int) -> bool:
        """Whether an accepted answer is inside the first `first` quotes."""
        return any(
            self.question.is_answered_by(quote.article_id, quote.quote) for quote in self.answer.citations[:first]
        )


def asked(answer_set: AnswerSet, homes: Path, every: int) -> list[Outcome]:
    with build(answer_set, homes) as qa:
        questions = answer_set.report_half[::every]
        return [_asked(qa, question, number, len(questions)) for number, question in enumerate(questions)]


def _asked(qa: NewsQA, question: AskedQuestion, number: int, total: int) -> Outcome:
    if number % 100 == 0:
        print(f"\r  {number}/{total} ", end="", file=sys.stderr, flush=True)
    return Outcome(question, qa.ask(question.text, history=question.history))


def quoting(name: str, outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Shares over answerable questions; a refusal counts as a miss."""
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    shown = [outcome for outcome in answerable if outcome.answer.found]
    return {
        "set": name,
        "n": len(answerable),
        "in quotes": share(outcome.holds(3) for outcome in answerable),
        "in first": share(outcome.holds(1) for outcome in answerable),
        "answered": share(outcome.answer.found for outcome in answerable),
        "quotes": f"{sum(len(outcome.answer.citations) for outcome in shown) / max(1, len(shown)):.2f}",
    }


def abstaining(name: str, outcomes: Sequence[Outcome], lacking: str) -> dict[str, object]:
    """Refusals of questions whose `lacking` article or sentence was taken out, beside those that the archive answers.

    Precision: of the refused, how many had no answer. Recall: of those without, how many were refused.
    """
    chosen = [outcome for outcome in outcomes if outcome.question.missing in ("", lacking)]
    refused = [outcome for outcome in chosen if not outcome.answer.found]
    unanswerable = [outcome for outcome in chosen if not outcome.question.answerable]
    right = sum(not outcome.question.answerable for outcome in refused)
    precision, recall = right / max(1, len(refused)), right / max(1, len(unanswerable))
    return {
        "set": name,
        "missing": lacking,
        "n": len(chosen),
        "unanswerable": len(unanswerable),
        "precision": precision,
        "recall": recall,
        "F1": 2 * precision * recall / (precision + recall) if right else 0.0,
    }


def share(values: Iterable[bool]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument(
        "--homes", type=Path, default=Path("bench-results/homes"), help="archives, kept for the next run"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="ask every Nth question only")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    args = parser.parse_args(argv)
    if reason := missing(args.data, ("vinewsqa", "vicoqa", "xquad")):
        print(reason)
        return 0
    began = time.perf_counter()
    quotes, refusals = [], []
    for answer_set in (vinewsqa(args.data), vicoqa(args.data), xquad(args.data)):
        outcomes = asked(answer_set, args.homes, args.every)
        quotes.append(quoting(answer_set.name, outcomes))
        if answer_set.name == "vicoqa":
            quotes.append(quoting("vicoqa, follow-ups only", [item for item in outcomes if item.question.history]))
    for answer_set in (vinewsqa_gapped(args.data), xquad_gapped(args.data)):
        outcomes = asked(answer_set, args.homes, args.every)
        refusals += [abstaining(answer_set.name, outcomes, lacking) for lacking in ("article", "sentence")]
    own = asked(corpus(), args.homes, 1)
    quotes.append(quoting("own cases", own))
    refusals.append(abstaining("own cases", own, "sentence"))
    print("\r", end="", file=sys.stderr)
    print(titled("The accepted answer is inside the shown quotes (%)", quotes))
    print(titled("Refusals (%): precision, recall of saying that the archive does not say", refusals))
    print(f"\n{time.perf_counter() - began:.0f} s; every {args.every} of the questions of the report halves")
    if args.out:
        write_json(args.out, {"quotes": quotes, "refusals": refusals})
    return 0


if __name__ == "__main__":
    sys.exit(main())
