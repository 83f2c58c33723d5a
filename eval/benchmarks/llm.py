"""Answers that a language model writes, beside quotes and beside LlamaIndex's `CitationQueryEngine`.

    python -m eval.benchmarks.llm --data ../shared/data --articles ../shared/articles [--half dev|test]
        [--engines quotes,llm,citation] [--sets real-articles,vinewsqa-gapped,xquad-gapped] [--limit N] [--every N]
        [--results FILE] [--out FILE]

The same questions, archive, retriever and language model for all. A small local model takes seconds a question, so
each reply is written to the results file (JSON Lines) as it comes, and a run that was interrupted goes on where it
stopped. Choose prompts and thresholds on --half dev; report --half test. The measures: eval/benchmarks/replies.py.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from eval.benchmarks.answer_sets import AnswerSet, build, real_articles, vinewsqa_gapped, xquad_gapped
from eval.benchmarks.checked import checker
from eval.benchmarks.datasets import missing, spread
from eval.benchmarks.engines import Engine, citation_query_engine, ours
from eval.benchmarks.replies import Row, figures, judged
from eval.benchmarks.table import figure, percent, render, write_json
from rag.errors import RagError
from rag.newsqa import NewsQA

ENGINES = ("quotes", "llm", "citation")
SETS = ("real-articles", "vinewsqa-gapped", "xquad-gapped")
# Questions of a set that are asked unless --limit says otherwise: with a local model about an hour a set.
LIMIT = 100
# So many failures in a row are the model's, not the questions'.
MOST_FAILURES = 3
_SHARES = (
    "correct",
    "shown",
    "answered",
    "citation P",
    "citation R",
    "supported",
    "unmarked",
    "abstain P",
    "abstain R",
)
_AMOUNTS = ("first p50 s", "first p95 s", "total p50 s", "total p95 s", "prompt tokens", "completion tokens")


class Results:
    """The rows of a results file, which grows by one line a reply."""

    def __init__(self, path: Path) -> None:
        """A last line that was cut off by an interruption is asked again; any other bad line raises ValueError."""
        self._path = path
        self.rows: list[Row] = []
        lines = path.read_text(encoding="utf-8").split("\n") if path.is_file() else []
        for number, line in enumerate(lines, start=1):
            if not line:
                continue
            try:
                self.rows.append(Row(**json.loads(line)))
            except (ValueError, TypeError) as error:
                if number < len(lines):
                    raise ValueError(f"{path}:{number} is no result ({error}); move the file away") from error
        if lines and lines[-1]:
            path.write_text("".join(_line(row) for row in self.rows), encoding="utf-8")
        self._known = {row.key for row in self.rows}

    def has(self, key: tuple[str, str, str, str | None]) -> bool:
        return key in self._known

    def add(self, row: Row) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_line(row))
        self.rows.append(row)
        self._known.add(row.key)


def _line(row: Row) -> str:
    return json.dumps(row.to_dict(), ensure_ascii=False) + "\n"


def chosen(answer_set: AnswerSet, half: str, limit: int, every: int) -> AnswerSet:
    """The questions of a half, at most `limit`, evenly spread."""
    questions = answer_set.fit_half if half == "dev" else answer_set.report_half
    return AnswerSet(answer_set.name, answer_set.articles, spread(questions[::every], limit))


def ask_all(
    answer_set: AnswerSet, engines: Mapping[str, Engine], models: Mapping[str, str | None], results: Results
) -> None:
    """Every question of the set to every engine, one question at a time; what the results hold is not asked again.

    Raises RagError after MOST_FAILURES questions in a row that an engine failed on.
    """
    failures = dict.fromkeys(engines, 0)
    for number, question in enumerate(answer_set.questions, start=1):
        print(f"\r  {answer_set.name} {number}/{len(answer_set.questions)} ", end="", file=sys.stderr, flush=True)
        for name, ask in engines.items():
            if results.has((answer_set.name, question.text, name, models[name])):
                continue
            try:
                reply = ask(question.text, question.history)
            except RagError:
                failures[name] += 1
                if failures[name] == MOST_FAILURES:
                    raise
                continue
            failures[name] = 0
            results.add(judged(answer_set.name, question, name, models[name], reply))
    print("\r", end="", file=sys.stderr)


def figures_of(rows: Iterable[Row], keys: Iterable[tuple[str, str, str, str | None]]) -> list[dict[str, object]]:
    """The figures of each set and engine over the rows with these keys, and of all sets together."""
    wanted = set(keys)
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.key in wanted:
            groups.setdefault((row.set, row.engine), []).append(row)
    if len({name for name, _ in groups}) > 1:
        for (_, engine), listed in list(groups.items()):
            groups.setdefault(("all", engine), []).extend(listed)
    return [
        {"set": name, "engine": engine, "n": len(listed), **figures(listed)}
        for (name, engine), listed in groups.items()
    ]


def tables(found: Sequence[Mapping[str, object]]) -> str:
    return "\n\n".join(
        [
            "Shares (%)\n" + _table(found, (*_SHARES, "fell back"), percent),
            "Seconds and tokens\n" + _table(found, _AMOUNTS, lambda value: figure(value, 2)),
        ]
    )


def _table(found: Sequence[Mapping[str, object]], names: Sequence[str], shown: Callable[[float], str]) -> str:
    def cell(value: object) -> str:
        return shown(value) if isinstance(value, float) else "–"

    rows = [[f"{row['set']} · {row['engine']}", str(row["n"]), *(cell(row[name]) for name in names)] for row in found]
    return render(["set · engine", "n", *names], rows)


def sets(data: Path, articles: Path, names: Sequence[str]) -> list[AnswerSet]:
    makers: dict[str, Callable[[], AnswerSet]] = {
        "real-articles": lambda: real_articles(articles),
        "vinewsqa-gapped": lambda: vinewsqa_gapped(data),
        "xquad-gapped": lambda: xquad_gapped(data),
    }
    return [makers[name]() for name in names]


def engines_of(qa: NewsQA, names: Sequence[str]) -> tuple[dict[str, Engine], dict[str, str | None]]:
    """The engines with the models they write with. Raises SettingsError where one is needed and none is configured."""
    model = None if set(names) == {"quotes"} else qa.choice("llm").model or "the server's first"
    check = checker(qa)
    makers: dict[str, Callable[[], Engine]] = {
        "quotes": lambda: ours(qa, "quotes", check),
        "llm": lambda: ours(qa, "llm", check),
        "citation": lambda: citation_query_engine(qa, qa.model, check),
    }
    return {name: makers[name]() for name in names}, {name: None if name == "quotes" else model for name in names}


def names_among(known: Sequence[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        found = text.split(",")
        if unknown := [name for name in found if name not in known]:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
        return found

    return names


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--articles", type=Path, default=Path("../shared/articles"), help="folder of real articles")
    parser.add_argument("--half", choices=("dev", "test"), default="test")
    parser.add_argument("--engines", type=names_among(ENGINES), default=list(ENGINES))
    parser.add_argument("--sets", type=names_among(SETS), default=list(SETS))
    parser.add_argument("--limit", type=int, default=LIMIT, help="questions of a set, evenly spread")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every Nth question only")
    parser.add_argument("--homes", type=Path, default=Path("bench-results/homes"), help="archives, kept")
    parser.add_argument("--results", type=Path, default=Path("bench-results/llm.jsonl"), help="replies, kept")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    args = parser.parse_args(argv)
    public = [name.removesuffix("-gapped") for name in args.sets if name != "real-articles"]
    if reason := missing(args.data, public):
        print(reason)
        return 0
    if "real-articles" in args.sets and not args.articles.is_dir():
        print(f"Skipped: {args.articles} is no folder; name the folder of the real articles with --articles")
        return 0
    keys: list[tuple[str, str, str, str | None]] = []
    results = Results(args.results)
    try:
        for whole in sets(args.data, args.articles, args.sets):
            answer_set = chosen(whole, args.half, args.limit, args.every)
            with build(answer_set, args.homes) as qa:
                engines, models = engines_of(qa, args.engines)
                keys += [(answer_set.name, question.text, name, models[name])
                         for question in answer_set.questions for name in engines]  # fmt: skip
                ask_all(answer_set, engines, models, results)
    except RagError as error:
        print(
            f"\n{error}\nWhat was answered is kept in {args.results}; run the same command to go on.", file=sys.stderr
        )
        return 1
    found = figures_of(results.rows, keys)
    print(f"The {args.half} half\n\n{tables(found)}")
    unanswered = len(set(keys) - {row.key for row in results.rows})
    if unanswered:
        print(f"\n{unanswered} replies failed and are in no figure; run the same command to ask for them again")
    if args.out:
        write_json(args.out, {"half": args.half, "failed": unanswered, "figures": found})
    return 1 if unanswered else 0


if __name__ == "__main__":
    sys.exit(main())
