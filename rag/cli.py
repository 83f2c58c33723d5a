"""The command line: `rag COMMAND ...`. Reads arguments, runs the command, gives the exit status.

Exit status: 0 done ("the archive does not say" is an answer), 1 failed, 2 wrong use, 130 interrupted. An error is one
line on stderr; `--debug` adds the traceback. Nothing heavy is imported before a command needs it: `rag --help` is
instant.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from rag import __version__, parts
from rag.commands import (
    archive,
    ask,
    backup,
    chat,
    completion,
    doctor,
    evaluate,
    mcp,
    model,
    serve,
    terminal,
    user,
    watch,
)
from rag.errors import RagError, SettingsError, UsageError

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

# Each adds its commands to the parser.
COMMANDS = (archive, watch, ask, chat, serve, mcp, evaluate, model, user, doctor, backup, completion)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command (default: that of the process) and returns its exit status."""
    terminal.speak_utf8()
    parts.make_importable()
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
    parser.add_argument("--version", action="version", version=f"rag {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, dest="command")

    def command(name: str, summary: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=summary, description=summary, parents=[common], allow_abbrev=False)

    for module in COMMANDS:
        module.add(command)
    # Its completion is made from it.
    parser.set_defaults(parser=parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
