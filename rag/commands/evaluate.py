"""`rag eval`: runs of a suite, their comparison, the gate, and the judge judged."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag import settings
from rag.commands import terminal
from rag.commands.base import DONE, FAILED, AddCommand, interleaved
from rag.errors import UsageError
from rag.settings import ENGINES

if TYPE_CHECKING:
    from eval.evaluate import Options
    from eval.run import Progress

_ACTIONS = ("check", "judge", "compare", "gate")
# Seconds between two lines that tell how far a run is, where there is no terminal.
EVERY = 30.0
_EPILOG = """
rag eval [SUITE]                    ask every case and report; run it again to go on where it was stopped
rag eval check [SUITE]              prove that every gold quote stands in its article
rag eval judge [PATH...]            measure the faithfulness check: on our pairs of claims, on public judge sets
                                    (at most --limit claims of each set)
rag eval compare A B                two runs (their folders): differences, intervals, cases that changed
rag eval gate --baseline FILE       exit status 1 if something got worse than the baseline, beyond noise

SUITE is a name in eval/datasets (default: corpus), a file of cases, or the folder of a public data set.
"""


def add(command: AddCommand) -> None:
    parser = interleaved(command("eval", "run evaluation suites and compare their results"))
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EPILOG
    parser.add_argument("what", metavar="SUITE", nargs="*", help="a suite, or: " + ", ".join(_ACTIONS))
    parser.add_argument("--engine", choices=ENGINES, help="what answers (default: $RAG_ENGINE, else auto)")
    parser.add_argument("--articles", type=Path, metavar="PATH", help="the articles of a file of cases")
    parser.add_argument("--split", choices=("dev", "test"), help="only the cases of this split")
    parser.add_argument(
        "--limit", type=_positive, metavar="N", help="at most N cases, evenly from every kind; of judge: claims a set"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="what is drawn by --limit and in intervals")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the run is kept (default: below eval-results/)")
    parser.add_argument("--workers", type=_positive, metavar="N", help="how many questions are asked at once")
    parser.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="after which an answer counts as failed")
    parser.add_argument("--prices", type=Path, metavar="FILE", help="prices of models (default: eval/prices.json)")
    parser.add_argument("--retry", action="store_true", help="ask the cases again that failed")
    parser.add_argument("--llamaindex", action="store_true", help="its evaluators too, by the configured model")
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="what the gate compares with")
    parser.add_argument("--write", action="store_true", help="write the baseline from this run")
    parser.add_argument("--trec", type=Path, metavar="DIR", help="write rankings and judgements as TREC's files too")
    parser.add_argument("--datasets", type=Path, metavar="DIR", help="write answers as sets of RAGAS and DeepEval too")
    parser.add_argument("--json", action="store_true", help="the whole report as one object")
    parser.set_defaults(run=_eval)


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return number


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds


def _eval(args: argparse.Namespace) -> int:
    first, *others = args.what or ["corpus"]
    actions: dict[str, Callable[[argparse.Namespace, list[str]], int]] = {
        "check": _check, "judge": _judge, "compare": _compare, "gate": _gate,
    }  # fmt: skip
    if args.baseline and first != "gate":
        raise UsageError("--baseline belongs to the gate: rag eval gate --baseline FILE")
    if first in actions:
        return actions[first](args, others)
    if others and args.out:
        raise UsageError("--out is the folder of one run; run the suites one by one, or leave it away")
    return max(_run(args, name) for name in (first, *others))


def _run(args: argparse.Namespace, name: str) -> int:
    from eval.evaluate import evaluate
    from eval.report.terminal import summary

    with _Bar() as bar:
        done = evaluate(
            _options(args, name), settings.load(getattr(args, "home", None)), on_progress=bar.asked, on_step=bar.say
        )
    if args.json:
        print(terminal.json_line(done.report))
    else:
        print(terminal.safe(summary(done.report)))
        print(f"\nreport: {done.folder / 'report.html'}")
    return DONE


def _options(args: argparse.Namespace, name: str) -> Options:
    from eval.evaluate import Options

    given = {
        "suite": name, "articles": args.articles, "engine": args.engine, "split": args.split, "limit": args.limit,
        "seed": args.seed, "out": args.out, "workers": args.workers, "timeout": args.timeout, "prices": args.prices,
        "retry": args.retry, "llamaindex": args.llamaindex,
        "trec": args.trec, "datasets": args.datasets,
    }  # fmt: skip
    return Options(**{field: value for field, value in given.items() if value is not None})


def _check(args: argparse.Namespace, names: list[str]) -> int:
    from eval.evaluate import check

    wrong = 0
    for name in names or ["corpus"]:
        suite, problems = check(_options(args, name), settings.load(getattr(args, "home", None)))
        for problem in problems:
            print(terminal.safe_line(problem))
        quotes = sum(len(case.gold) for case in suite.cases)
        told = _count(len(problems), "problem") if problems else "every gold quote stands in its article"
        print(f"{suite.name}: {_count(len(suite.cases), 'case')}, {_count(quotes, 'gold quote')}: {told}")
        wrong += len(problems)
    return FAILED if wrong else DONE


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _judge(args: argparse.Namespace, paths: list[str]) -> int:
    from eval.evaluate import judge_report
    from eval.report.terminal import judge_table

    told = settings.load(getattr(args, "home", None))
    with _Bar() as bar:
        found = judge_report(
            told, [Path(path) for path in paths], args.split or "test", bar.say, limit=args.limit, seed=args.seed
        )
    if args.json:
        print(terminal.json_line(found))
    else:
        print(terminal.safe("\n\n".join(map(judge_table, found))))
    return DONE


def _compare(args: argparse.Namespace, folders: list[str]) -> int:
    from eval.compare import compare, load, text, to_dict

    if len(folders) != 2:
        raise UsageError("name the folders of two runs, as in: rag eval compare eval-results/A eval-results/B")
    before, after = (load(Path(folder)) for folder in folders)
    comparison = compare(before, after, seed=args.seed)
    print(terminal.json_line(to_dict(comparison)) if args.json else terminal.safe(text(comparison, before, after)))
    return DONE


def _gate(args: argparse.Namespace, names: list[str]) -> int:
    from dataclasses import replace

    from eval import gate
    from eval.compare import text
    from eval.evaluate import evaluate

    if args.baseline is None or len(names) > 1:
        raise UsageError("name the baseline, as in: rag eval gate --baseline eval/baselines/corpus.json")
    options = _options(args, names[0] if names else "corpus")
    before = None if args.write else gate.read(args.baseline)
    if before is not None:
        # The same cases as the baseline's, unless told otherwise.
        run = before["run"]
        options = replace(
            options,
            suite=names[0] if names else run["suite"],
            engine=args.engine or run["engine"],
            split=args.split or run["split"],
            limit=args.limit or run["limit"],
            seed=args.seed or run["seed"],
        )
    with _Bar() as bar:
        report = evaluate(
            options, settings.load(getattr(args, "home", None)), on_progress=bar.asked, on_step=bar.say
        ).report
    if before is None:
        gate.write(report, args.baseline)
        print(f"wrote {args.baseline}: {report['run']['cases']} cases")
        return DONE
    verdict = gate.judged(before, report)
    print(terminal.safe(text(verdict.comparison, before, report)))
    for note in verdict.notes:
        terminal.say(f"note: {note}")
    for line in verdict.broken:
        terminal.say(f"worse than {args.baseline}: {line}")
    return FAILED if verdict.broken else DONE


class _Bar:
    """How far a run is: on one line of a terminal, which changes; elsewhere a line now and then."""

    def __enter__(self) -> _Bar:
        self._terminal = sys.stderr.isatty()
        self._told = time.monotonic()
        return self

    def asked(self, progress: Progress) -> None:
        left = "" if progress.left is None else f", {_span(progress.left)} left"
        failed = f", {progress.failed} failed" if progress.failed else ""
        self.say(f"asked {progress.done}/{progress.total}{left}{failed}")

    def say(self, step: str) -> None:
        if self._terminal:
            print(f"\r{step} ", end="\033[K", file=sys.stderr, flush=True)
        elif time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            print(step, file=sys.stderr, flush=True)

    def __exit__(self, *_: object) -> None:
        if self._terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
