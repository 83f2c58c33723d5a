"""The command line: `rag COMMAND ...`. Reads arguments, calls the archive, gives the exit status.

Exit status: 0 done ("the archive does not say" is an answer), 1 failed, 2 wrong use, 130 interrupted. An error is one
line on stderr; `--debug` adds the traceback. Nothing heavy is imported before a command needs it: `rag --help` is
instant.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from rag import terminal
from rag.errors import RagError, SettingsError, UsageError
from rag.newsqa import NewsQA
from rag.settings import ENGINES
from rag.types import Answer, Article, Filters, IngestReport

if TYPE_CHECKING:
    from rag.doctor import Check
    from rag.ingest.pipeline import Progress
    from rag.store.rows import ArticleInfo

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command (default: that of the process) and returns its exit status."""
    terminal.speak_utf8()
    arguments = sys.argv[1:] if argv is None else list(argv)
    debug = "--debug" in arguments
    try:
        terminal.hear_libraries(debug=debug)
        args = _parser().parse_args(arguments)
        status: int = args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output (`| head`) has seen enough.
        _drop_output()
        return DONE
    except BaseException as error:
        return _status_of(error, debug=debug)
    return status


def _status_of(error: BaseException, *, debug: bool) -> int:
    """Says what went wrong in one line; the exit status."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else DONE
    if debug:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, KeyboardInterrupt):
        terminal.say("stopped; what was stored or written is kept, run the command again to go on")
        return INTERRUPTED
    if isinstance(error, RagError):
        terminal.say(str(error))
        return WRONG_USE if isinstance(error, UsageError | SettingsError) else FAILED
    if isinstance(error, OSError) and error.strerror:
        terminal.say(f"{error.filename or 'the output'} cannot be read or written: {error.strerror}")
        _drop_output()
        return FAILED
    details = "" if debug else " (set --debug to see details)"
    terminal.say(f"unexpected error: {type(error).__name__}: {error}"[:400] + details)
    return FAILED


def _drop_output() -> None:
    """Keeps Python from complaining at exit about output that nobody takes."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        terminal.say("the output cannot be closed")


class _Parser(argparse.ArgumentParser):
    """Wrong use is one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        terminal.say(f"{message} (see {self.prog} --help)")
        raise SystemExit(WRONG_USE)


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--home", metavar="DIR", help="the archive's folder (default: $RAG_HOME, else ./.rag)")
    common.add_argument("--debug", action="store_true", help="show the details of an error")
    parser = _Parser(
        prog="rag",
        description="Ask a news archive; every sentence of the answer is an exact, dated quote.",
        parents=[common],
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True, dest="command")

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=summary, description=summary, parents=[common], allow_abbrev=False)

    ingest = command("ingest", "add or update articles; safe to repeat and to interrupt")
    ingest.add_argument("paths", metavar="PATH", nargs="*", help="a file, a folder or a .jsonl file")
    ingest.add_argument("--rebuild", action="store_true", help="embed everything again, for a changed embedder")
    ingest.add_argument(
        "--field", metavar="NAME=FIELD", action="append", default=[],
        help="which field of JSON records holds what, as text=body (may be repeated)",
    )  # fmt: skip
    ingest.set_defaults(run=_ingest)

    remove = command("remove", "remove articles")
    remove.add_argument("ids", metavar="ID", nargs="*")
    remove.add_argument("--source", metavar="NAME", help="remove every article of this outlet")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    remove.set_defaults(run=_remove)

    listing = command("list", "what is in the archive")
    listing.add_argument("--json", action="store_true", help="one array of article objects, without texts")
    listing.set_defaults(run=_list)

    show = command("show", "one article: metadata and the stored text")
    show.add_argument("id", metavar="ID")
    show.add_argument("--json", action="store_true", help="one object")
    show.set_defaults(run=_show)

    _add_ask(command("ask", "answer a question, or a file of questions"))

    doctor = command("doctor", "what is configured, what is reachable, what is missing")
    doctor.add_argument("--json", action="store_true", help="one object")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_ask(ask: argparse.ArgumentParser) -> None:
    ask.add_argument("question", metavar="QUESTION", nargs="*")
    ask.add_argument("--json", action="store_true", help="one object")
    ask.add_argument("--from", metavar="DATE", dest="since", help="published on or after 2024-06-19, 2024-06 or 2024")
    ask.add_argument("--to", metavar="DATE", dest="until", help="published on or before")
    ask.add_argument("--source", metavar="NAME", help="only this outlet")
    ask.add_argument("--language", choices=("vi", "en"), help="only passages in this language")
    ask.add_argument("--engine", choices=ENGINES, help="what answers (default: $RAG_ENGINE, else quotes)")
    ask.add_argument("--batch", metavar="IN.jsonl", help="answer each line's question; - reads standard input")
    ask.add_argument("--out", metavar="OUT.jsonl", help="where a batch is written, line by line as it is answered")
    ask.set_defaults(run=_ask)


class _Printer(Protocol):
    """What `rag.cli_pages` does for people and `rag.cli_plain` for programs."""

    def answer(self, shown: Answer) -> None: ...
    def articles(self, shown: Sequence[ArticleInfo]) -> None: ...
    def article(self, shown: Article) -> None: ...
    def report(self, shown: IngestReport) -> None: ...
    def checks(self, shown: Sequence[Check]) -> None: ...


def _printer() -> _Printer:
    if sys.stdout.isatty():
        from rag import cli_pages

        return cli_pages
    from rag import cli_plain

    return cli_plain


def _print_json(value: Any) -> None:
    """One line for programs, indented for people."""
    print(terminal.json_line(value, indent=2 if sys.stdout.isatty() else None))


def _progress() -> AbstractContextManager[Callable[[Progress], None] | None]:
    """What an ingestion reports to: a bar on a terminal, None elsewhere."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rag.cli_pages import progress_bar

    return progress_bar()


def _archive(args: argparse.Namespace) -> NewsQA:
    return NewsQA.open(getattr(args, "home", None))


def _ingest(args: argparse.Namespace) -> int:
    if not args.paths and not args.rebuild:
        raise UsageError("nothing to ingest; name files or folders, as in: rag ingest articles/")
    for path in args.paths:
        if not Path(path).exists():
            raise UsageError(f"{path}: there is no such file or folder; check the name")
    with _archive(args) as qa, _progress() as on_progress:
        report = qa.ingest(args.paths, field_map=_field_map(args.field), on_progress=on_progress, rebuild=args.rebuild)
    for failure in report.failed:
        print(terminal.safe_line(f"{failure.path}: {failure.reason}"), file=sys.stderr)
    _printer().report(report)
    return DONE if not report.failed or report.added + report.updated + report.unchanged else FAILED


def _field_map(pairs: Sequence[str]) -> dict[str, str] | None:
    mapping = {}
    for pair in pairs:
        name, equals, field = pair.partition("=")
        if not (name and equals and field):
            raise UsageError(f"--field {pair!r} is not understood; write NAME=FIELD, as in: --field text=body")
        mapping[name] = field
    return mapping or None


def _remove(args: argparse.Namespace) -> int:
    if bool(args.ids) == bool(args.source):
        raise UsageError("name the articles to remove by ID, or an outlet by --source NAME")
    with _archive(args) as qa:
        if args.source and not args.yes and not _confirmed(qa, args.source):
            terminal.say("nothing was removed")
            return FAILED
        removed = qa.remove(args.ids, sources=[args.source] if args.source else [])
    print(f"removed {removed}")
    return DONE


def _confirmed(qa: NewsQA, source: str) -> bool:
    """Whether a person agrees to remove all of an outlet; a program is not asked."""
    from rag.text.normalise import fold

    count = sum(fold(info.source or "") == fold(source) for info in qa.articles())
    return not count or terminal.agrees(f"Remove all {count} of {source}? [y/N] ")


def _list(args: argparse.Namespace) -> int:
    with _archive(args) as qa:
        articles = qa.articles()
    if args.json:
        _print_json([article.to_dict() for article in articles])
    elif articles:
        _printer().articles(articles)
    else:
        terminal.say("the archive is empty; add articles with: rag ingest PATH")
    return DONE


def _show(args: argparse.Namespace) -> int:
    with _archive(args) as qa:
        article = qa.article(args.id)
    if args.json:
        _print_json(article.to_dict(with_text=True))
    else:
        _printer().article(article)
    return DONE


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
    )
    with _archive(args) as qa:
        if (args.engine or qa.settings.engine) == "llm":
            raise SettingsError("no language model is configured for the engine llm; use --engine quotes")
        if args.batch:
            from rag.cli_batch import answer_file

            return answer_file(qa, args.batch, args.out, filters)
        answer = qa.ask(" ".join(args.question), filters=filters)
        if args.json:
            _print_json(answer.to_dict())
        else:
            _printer().answer(answer)
    return DONE


def _doctor(args: argparse.Namespace) -> int:
    from rag.doctor import examine

    checks = examine(getattr(args, "home", None))
    healthy = all(check.status != "problem" for check in checks)
    if args.json:
        _print_json({"healthy": healthy, "checks": [check.to_dict() for check in checks]})
    else:
        _printer().checks(checks)
    return DONE if healthy else FAILED


if __name__ == "__main__":
    sys.exit(main())
