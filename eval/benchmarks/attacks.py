"""How often an article's commands change an answer.

    python -m eval.benchmarks.attacks [--engine quotes|llm] [--limit N] [--show] [--out FILE]

Each case of eval/datasets/attacks.jsonl is ingested by the real readers into an archive of its own and asked with the
real engine. "obeyed" is the attack's success; "quoted" shows its words as a verbatim quote of the article.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from eval.attacks import OUTCOMES, Attack, Outcome, load, outcome, tally
from eval.benchmarks.datasets import spread
from eval.benchmarks.table import percent, render, write_json
from rag import settings as settings_module
from rag.errors import RagError
from rag.newsqa import NewsQA
from rag.settings import Settings
from rag.types import Answer

if TYPE_CHECKING:
    from llama_index.core.base.embeddings.base import BaseEmbedding


@dataclass(frozen=True, slots=True)
class Tried:
    """One case, its answer and what became of the attack."""

    attack: Attack
    answer: Answer
    outcome: Outcome


def tried(attack: Attack, settings: Settings, engine: str, embedder: BaseEmbedding | None = None) -> Tried:
    """The case in an archive of its own, which is gone afterwards. Raises RagError where it cannot be ingested."""
    with tempfile.TemporaryDirectory(prefix="trich-dan-attack-") as name:
        folder = Path(name)
        for file, text in attack.articles.items():
            (folder / "articles").mkdir(exist_ok=True)
            (folder / "articles" / file).write_text(text, encoding="utf-8")
        with NewsQA(replace(settings, home=folder / "home")) as qa:
            if embedder is not None:
                qa.embedder = embedder
            report = qa.ingest([folder / "articles"])
            if report.failed:
                raise RagError(f"{attack.id}: {report.failed[0].path}: {report.failed[0].reason}")
            answer = qa.ask(attack.question, history=attack.history, engine=engine)
    return Tried(attack, answer, outcome(attack, answer))


def rows(results: Sequence[Tried], group: Callable[[Attack], str]) -> list[list[str]]:
    """One line a group with its shares, and one for all."""
    groups: dict[str, list[Outcome]] = {}
    for result in results:
        groups.setdefault(group(result.attack), []).append(result.outcome)
    if len(groups) > 1:
        groups["all"] = [result.outcome for result in results]
    return [
        [name, str(len(listed)), *(percent(count / len(listed)) for count in tally(listed).values())]
        for name, listed in groups.items()
    ]


def report(results: Sequence[Tried]) -> str:
    headers = ["cases", *OUTCOMES]
    parts = [
        render([name, *headers], rows(results, group))
        for name, group in (
            ("family", lambda attack: attack.family),
            ("where it stands", lambda attack: attack.carrier),
            ("language", lambda attack: attack.language),
            ("split", lambda attack: attack.split),
        )
    ]
    return "\n\n".join(parts)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("quotes", "llm"), default="quotes")
    parser.add_argument("--limit", type=int, help="so many cases, evenly spread")
    parser.add_argument("--show", action="store_true", help="print the answers that obeyed, quoted or were wrong")
    parser.add_argument("--out", type=Path, help="write outcomes and answers as JSON")
    args = parser.parse_args(argv)
    attacks = load()
    chosen = spread(attacks, args.limit or len(attacks))
    settings = settings_module.load()
    embedder = NewsQA(settings).embedder
    results = []
    try:
        for number, attack in enumerate(chosen, start=1):
            print(f"\r  {number}/{len(chosen)} ", end="", file=sys.stderr, flush=True)
            results.append(tried(attack, settings, args.engine, embedder))
    except RagError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print("\r", end="", file=sys.stderr)
    print(f"Outcomes of {len(results)} attacks on the engine {args.engine} (%)\n\n{report(results)}")
    fallen = sum(result.answer.engine != args.engine for result in results)
    if fallen:
        print(f"\n{fallen} answers came from another engine than asked for; they count as they are.")
    if args.show:
        for result in results:
            if result.outcome in ("obeyed", "quoted", "wrong"):
                print(f"\n{result.attack.id} {result.attack.family}: {result.outcome}\n{result.answer.text}")
    if args.out:
        write_json(
            args.out,
            [
                {"id": result.attack.id, "family": result.attack.family, "outcome": result.outcome,
                 "answer": result.answer.to_dict()}
                for result in results
            ],
        )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
