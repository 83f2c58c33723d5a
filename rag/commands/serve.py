"""`rag serve`: the HTTP API, with the chat page beside it."""

from __future__ import annotations

import argparse

from rag.commands import terminal
from rag.commands.base import DONE, AddCommand, add_address, address_of, open_archive


def add(command: AddCommand) -> None:
    serve = command("serve", "the HTTP API and the chat page")
    add_address(serve)
    serve.add_argument("--no-page", action="store_true", help="the API alone")
    serve.set_defaults(run=_serve)


def _serve(args: argparse.Namespace) -> int:
    with open_archive(args) as qa:
        settings = qa.settings
        host, port = address_of(args, settings)
        from rag.server import access, listen, logs, traces
        from rag.server.app import create_api
        from rag.server.line import Queue

        with_page = not args.no_page and (settings.signs_in or listen.is_this_machine(host))
        access.check_host(host, settings, with_page=with_page)
        listen.check_free(host, port)
        traces.begin(settings)
        terminal.say("opening the archive ...")
        page = None
        line = Queue(settings.concurrent_questions)
        if with_page:
            from ui import server
            from ui.users import Users

            users = Users.load(settings.users) if settings.users else None
            page = server.create(qa, users=users, line=line)
        else:
            if not args.no_page:
                terminal.say("the page is left out: add a user with `rag user add NAME` and set RAG_USERS to that file")
            qa.warm_up()
        api = create_api(qa, line=line, page=page)
        address = listen.address(host, port)

        def started() -> None:
            print(f"The API is open at {address}/docs (Ctrl+C ends it)", flush=True)
            if page:
                print(f"The page is open at {address}/", flush=True)
            logs.log_to_stderr()

        listen.serve(api, host, port, started, log_config=None)
    return DONE
