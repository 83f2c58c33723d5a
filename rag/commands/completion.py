"""`rag completion SHELL`: the script by which a shell completes commands, options and files."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from rag.commands.base import DONE, AddCommand

_FILES = ("PATH", "FILE", "IN.jsonl", "OUT.jsonl")
_EPILOG = """
bash:  source <(rag completion bash)                   in ~/.bashrc
zsh:   rag completion zsh > "${fpath[1]}/_rag"
tcsh:  rag completion tcsh > rag.csh                   and source it in ~/.tcshrc
"""


def add(command: AddCommand) -> None:
    completion = command("completion", "completion of commands and options for a shell")
    completion.formatter_class = argparse.RawDescriptionHelpFormatter
    completion.epilog = _EPILOG
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    completion.set_defaults(run=_completion)


def _completion(args: argparse.Namespace) -> int:
    import shtab

    for action in _actions(args.parser):
        if action.metavar in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar == "DIR":
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    print(shtab.complete(args.parser, shell=args.shell))
    return DONE


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from _actions(inner)
