"""`rag model pull|list|remove`: the language model on this machine."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from rag.commands import terminal
from rag.commands.base import DONE, FAILED, AddCommand
from rag.errors import UsageError


def add(command: AddCommand) -> None:
    model = command("model", "the language model on this machine: pull (fetch it), list, remove")
    model.add_argument(
        "action", choices=("pull", "list", "remove"),
        help="pull: fetch it (about 1.1 GB) or go on; list: what is here; remove: forget it, delete what was fetched",
    )  # fmt: skip
    model.add_argument("--path", metavar="FILE.gguf", help="with pull: use this file, where it is")
    model.set_defaults(run=_model)


def _model(args: argparse.Namespace) -> int:
    if args.path and args.action != "pull":
        raise UsageError("--path belongs to: rag model pull --path FILE.gguf")
    actions: dict[str, Callable[[argparse.Namespace], int]] = {"pull": _pull, "list": _list, "remove": _remove}
    return actions[args.action](args)


def _pull(args: argparse.Namespace) -> int:
    if args.path:
        from rag.models.shelf import accept

        model = accept(Path(args.path))
    else:
        from rag.models.pull import QWEN, pull
        from rag.models.shelf import models_folder

        terminal.say(f"{QWEN.name} ({QWEN.license}), {QWEN.size / 1e9:.2f} GB, into {models_folder()}")
        with _progress(QWEN.size) as on_progress:
            model = pull(on_progress=on_progress)
    print(terminal.safe_line(f"{model.name}: {model.path} (SHA-256 {model.sha256})"))
    if importlib.util.find_spec("xllamacpp") is None:
        terminal.say(f"to run it, install: {Path(sys.executable).name} -m pip install xllamacpp")
    terminal.say("to answer with it, set LLM_MODEL=local in .env or the environment")
    return DONE


def _list(_: argparse.Namespace) -> int:
    from rag.models.shelf import current

    model = current()
    print(terminal.safe_line(f"{model.name}: {model.path}, {model.size / 1e9:.2f} GB (SHA-256 {model.sha256})"))
    return DONE


def _remove(_: argparse.Namespace) -> int:
    from rag.models.shelf import forget

    model = forget()
    if model is None:
        terminal.say("there is no local language model to remove")
        return FAILED
    print(terminal.safe_line(f"{'deleted' if model.is_fetched else 'forgotten'}: {model.path}"))
    return DONE


def _progress(total: int) -> AbstractContextManager[Callable[[int], None] | None]:
    """A bar over the bytes on a terminal; elsewhere nothing."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rag.commands.pages import bytes_bar

    return bytes_bar(total)
