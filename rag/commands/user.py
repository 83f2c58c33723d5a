"""`rag user`: who may sign in to the web page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rag.commands import terminal
from rag.commands.base import DONE, AddCommand
from rag.errors import SettingsError, UsageError


def add(command: AddCommand) -> None:
    user = command("user", "who may sign in to the web page: add, remove, list")
    user.add_argument("action", choices=("add", "remove", "list"), help="`add` also gives a user a new password")
    user.add_argument("name", metavar="NAME", nargs="?")
    user.add_argument("--password-stdin", action="store_true", help="read the password's line from standard input")
    user.set_defaults(run=_user)


def _user(args: argparse.Namespace) -> int:
    if bool(args.name) == (args.action == "list"):
        raise UsageError("write one of: rag user add NAME, rag user remove NAME, rag user list")
    from ui import users

    path = _path(args)
    if args.action == "add":
        is_new = users.add(path, args.name, _password(args.name, from_stdin=args.password_stdin))
        print(f"added {args.name}" if is_new else f"changed the password of {args.name}")
    elif args.action == "remove":
        users.remove(path, args.name)
        print(f"removed {args.name}")
    else:
        _list(path)
    return DONE


def _list(path: Path) -> None:
    from ui import users

    names = users.names(path)
    for name in names:
        print(terminal.safe_line(name))
    if not names:
        terminal.say(f"{path} holds no user yet; add one with: rag user add NAME")


def _path(args: argparse.Namespace) -> Path:
    from rag.settings import load

    path = load(getattr(args, "home", None)).users
    if path is None:
        raise SettingsError("RAG_USERS is not set; name the file of users there, e.g. RAG_USERS=./.rag/users.json")
    return path


def _password(name: str, *, from_stdin: bool) -> str:
    """Asked for twice on a terminal and never shown there; raises UsageError where nobody can be asked."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask for the password on; use --password-stdin")
    from getpass import getpass

    password = getpass(f"Password for {terminal.safe_line(name)}: ")
    if getpass("The same again: ") != password:
        raise UsageError("the two passwords differ; nothing was changed")
    return password
