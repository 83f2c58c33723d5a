"""What every command needs: how it is added to the parser, the archive it is about, and a printer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from rag.commands import terminal
from rag.errors import UsageError
from rag.newsqa import NewsQA
from rag.settings import Settings
from rag.types import Answer, AnswerEvent, Article, IngestReport

if TYPE_CHECKING:
    from rag.doctor.check import Check
    from rag.store.rows import ArticleInfo

DONE, FAILED = 0, 1

# Name and summary -> the parser of a new command; `set_defaults(run=...)` on it says what runs.
AddCommand = Callable[[str, str], argparse.ArgumentParser]


def interleaved(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Lets options stand between the names that a command takes, which argparse does not do for subcommands."""
    plain = parser.parse_known_args
    known: dict[str, Any] = vars(parser)

    def parse(args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None) -> Any:
        # What it calls in turn is the plain one.
        known["parse_known_args"] = plain
        try:
            return parser.parse_known_intermixed_args(args, namespace)
        finally:
            known["parse_known_args"] = parse

    known["parse_known_args"] = parse
    return parser


class Printer(Protocol):
    """What `pages` does for people and `plain` for programs."""

    def answer(self, shown: Answer) -> None: ...
    def stream(self, events: Iterator[AnswerEvent]) -> None: ...
    def articles(self, shown: Sequence[ArticleInfo]) -> None: ...
    def article(self, shown: Article) -> None: ...
    def report(self, shown: IngestReport) -> None: ...
    def checks(self, shown: Sequence[Check]) -> None: ...


def printer() -> Printer:
    if sys.stdout.isatty():
        from rag.commands import pages

        return pages
    from rag.commands import plain

    return plain


def print_json(value: Any) -> None:
    """One line for programs, indented for people."""
    print(terminal.json_line(value, indent=2 if sys.stdout.isatty() else None))


def add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="ADDRESS", help="where to listen (default: $RAG_HOST, else 127.0.0.1)")
    parser.add_argument("--port", metavar="N", type=int, help="which port (default: $RAG_PORT, else 7860)")


def address_of(args: argparse.Namespace, settings: Settings) -> tuple[str, int]:
    """Host and port to listen on. Raises UsageError for what is no port."""
    port = settings.port if args.port is None else args.port
    if not 0 < port < 65536:
        raise UsageError(f"--port is {port}; use a number from 1 to 65535")
    return args.host or settings.host, port


def open_archive(args: argparse.Namespace) -> NewsQA:
    return NewsQA.open(getattr(args, "home", None))
