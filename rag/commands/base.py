"""What every command needs: how it is added to the parser, the archive it is about, and a printer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from rag.commands import terminal
from rag.newsqa import NewsQA
from rag.types import Answer, AnswerEvent, Article, IngestReport

if TYPE_CHECKING:
    from rag.doctor import Check
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


def open_archive(args: argparse.Namespace) -> NewsQA:
    return NewsQA.open(getattr(args, "home", None))
