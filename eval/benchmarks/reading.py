"""Does the right sentence come, and nothing where nothing answers? On questions that nothing was fitted to.

    python -m eval.benchmarks.reading --data ../shared/data --articles ../shared/articles [--homes DIR] [--out FILE]

Test splits of the project's own newsroom archive and of real Vietnamese articles asked in both languages, and all
questions on five real articles. Right: an accepted answer stands in a shown quote. A refusal counts as a miss.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.benchmarks.answer_sets import AnswerSet, AskedQuestion, build, newsroom, real_articles, real_vietnamese
from eval.benchmarks.answers import Outcome, share
from eval.benchmarks.datasets import missing
from eval.benchmarks.table import titled, write_json
from rag.text.language import detect


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a set that are reported on, and what was shown for each."""

    name: str
    outcomes: Sequence[Outcome]

    def row(self, part: str, kept: Callable[[AskedQuestion], bool]) -> dict[str, object]:
        """Shares over the questions that `kept` keeps."""
        chosen = [item for item in self.outcomes if kept(item.question)]
        answerable = [item for item in chosen if item.question.answerable]
        others = [item for item in chosen if not item.question.answerable]
        return {
            "set": self.name,
            "questions": part,
            "n": len(answerable),
            "right": share(item.holds(len(item.answer.citations)) for item in answerable),
            "in first": share(item.holds(1) for item in answerable),
            "refused needlessly": share(not item.answer.found for item in answerable),
            "unanswerable": len(others),
            "refused rightly": share(not item.answer.found for item in others) if others else None,
        }


def asked(answer_set: AnswerSet, questions: Sequence[AskedQuestion], homes: Path) -> Asked:
    with build(answer_set, homes) as qa:
        return Asked(
            answer_set.name,
            [Outcome(question, qa.ask(question.text, history=question.history)) for question in questions],
        )


def rows_of(found: Asked) -> list[dict[str, object]]:
    return [
        found.row("all", lambda _: True),
        found.row("in Vietnamese", lambda question: detect(question.text) == "vi"),
        found.row("in English", lambda question: detect(question.text) == "en"),
        found.row("across languages", lambda question: question.across is True),
        found.row("within a language", lambda question: question.across is False),
    ]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--articles", type=Path, default=Path("../shared/articles"))
    parser.add_argument("--homes", type=Path, default=Path("bench-results/homes"))
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    args = parser.parse_args(argv)
    own = newsroom()
    sets = [(own, own.report_half)]
    if reason := missing(args.data, ("vietnamese_mds",)):
        print(reason)
    else:
        vietnamese = real_vietnamese(args.data)
        sets.append((vietnamese, vietnamese.report_half))
    if args.articles.is_dir():
        five = real_articles(args.articles)
        sets.append((five, five.questions))
    rows = [row for answer_set, questions in sets for row in rows_of(asked(answer_set, questions, args.homes))]
    print(titled("Reading (%)", rows))
    if args.out:
        write_json(args.out, {"reading": rows})
    return 0


if __name__ == "__main__":
    sys.exit(main())
