"""`rag chat`: the chat page in a browser."""

from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path

from rag.commands import terminal
from rag.commands.base import DONE, AddCommand, add_address, address_of, open_archive
from rag.errors import UsageError
from rag.sample import SAMPLE


def add(command: AddCommand) -> None:
    chat = command("chat", "the chat page in a browser")
    add_address(chat)
    chat.add_argument("--no-browser", action="store_true", help="only print the address")
    chat.add_argument(
        "--sample", metavar="PATH", nargs="?", const=str(SAMPLE),
        help="if the archive is empty, ingest this first (default: the sample archive)",
    )  # fmt: skip
    chat.set_defaults(run=_chat)


def _chat(args: argparse.Namespace) -> int:
    with open_archive(args) as qa:
        settings = qa.settings
        host, port = address_of(args, settings)
        if args.sample and not qa.catalogue.count().articles:
            if not Path(args.sample).exists():
                raise UsageError(f"{args.sample}: there is no such file or folder; check the name")
            terminal.say(f"the archive is empty; ingesting {args.sample} (once) ...")
            report = qa.ingest([args.sample])
            terminal.say(f"{report.added} articles ingested")
        terminal.say("opening the page ...")
        from rag.server import listen
        from ui import server
        from ui.users import Users

        server.checked_host(host, signs_in=settings.signs_in)
        listen.check_free(host, port)
        users = Users.load(settings.users) if settings.users else None
        app = server.create(qa, users=users, at_once=settings.concurrent_questions)
        address = f"{listen.address(host, port)}/"

        def started() -> None:
            print(f"The page is open at {address} (Ctrl+C ends it)", flush=True)
            if not args.no_browser:
                # Says whether one was found; without one the address on the terminal is enough.
                webbrowser.open(address)

        listen.serve(app, host, port, started)
    return DONE
