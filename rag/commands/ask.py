"""`rag ask`: one question, or a file of them."""

from __future__ import annotations

import argparse
import sys

from rag.commands.base import DONE, AddCommand, open_archive, print_json, printer
from rag.errors import UsageError
from rag.settings import ENGINES
from rag.types import Filters

# Characters; what is longer is no question, and its beginning is searched.
READ_AT_MOST = 100_000


def add(command: AddCommand) -> None:
    ask = command("ask", "answer a question, or a file of questions")
    ask.add_argument("question", metavar="QUESTION", nargs="*", help="- reads standard input")
    ask.add_argument("--json", action="store_true", help="one object")
    ask.add_argument("--from", metavar="DATE", dest="since", help="published on or after 2024-06-19, 2024-06 or 2024")
    ask.add_argument("--to", metavar="DATE", dest="until", help="published on or before")
    ask.add_argument("--source", metavar="NAME", help="only this outlet")
    ask.add_argument("--author", metavar="NAME", help="only articles by this author")
    ask.add_argument("--language", choices=("vi", "en"), help="only passages in this language")
    ask.add_argument("--engine", choices=ENGINES, help="what answers (default: $RAG_ENGINE, else auto)")
    ask.add_argument("--batch", metavar="IN.jsonl", help="answer each line's question; - reads standard input")
    ask.add_argument("--out", metavar="OUT.jsonl", help="where a batch is written, line by line as it is answered")
    ask.set_defaults(run=_ask)


def _ask(args: argparse.Namespace) -> int:
    if bool(args.question) == bool(args.batch):
        raise UsageError('ask one question, as in: rag ask "When did the bridge open?", or a file of them by --batch')
    if args.out and not args.batch:
        raise UsageError("--out belongs to --batch IN.jsonl; an answer to one question goes to standard output")
    filters = Filters(
        since=args.since,
        until=args.until,
        sources=(args.source,) if args.source else (),
        languages=(args.language,) if args.language else (),
        authors=(args.author,) if args.author else (),
    )
    with open_archive(args) as qa:
        if args.batch:
            from rag.commands.batch import answer_file

            return answer_file(qa, args.batch, args.out, filters, args.engine)
        question = sys.stdin.read(READ_AT_MOST) if args.question == ["-"] else " ".join(args.question)
        if not question.strip():
            raise UsageError("the question is empty; write what you would like to know")
        if args.json:
            print_json(qa.ask(question, filters=filters, engine=args.engine).to_dict())
        else:
            printer().stream(qa.stream(question, filters=filters, engine=args.engine))
    return DONE
