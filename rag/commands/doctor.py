"""`rag doctor`: prints what `rag.doctor` finds, after mending what can be mended where that is asked for."""

from __future__ import annotations

import argparse
import stat
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag import settings
from rag.commands.base import DONE, FAILED, AddCommand, print_json, printer
from rag.errors import SettingsError

if TYPE_CHECKING:
    from rag.doctor.check import Check


def add(command: AddCommand) -> None:
    doctor = command("doctor", "what is configured, what is reachable, what is missing")
    doctor.add_argument("--json", action="store_true", help="one object")
    doctor.add_argument("--repair", action="store_true", help="check the whole archive and mend what can be mended")
    doctor.set_defaults(run=_doctor)


def _doctor(args: argparse.Namespace) -> int:
    from rag.doctor.examine import examine

    home = getattr(args, "home", None)
    checks = [*(_repaired(home) if args.repair else ()), *examine(home), *_check_users(home)]
    healthy = all(check.status != "problem" for check in checks)
    if args.json:
        print_json({"healthy": healthy, "checks": [check.to_dict() for check in checks]})
    else:
        printer().checks(checks)
    return DONE if healthy else FAILED


def _check_users(home: str | None) -> Iterator[Check]:
    """Whether those of RAG_USERS can sign in, and whether only they have their hashes. Here, for it asks the page."""
    from rag.doctor.check import Check
    from ui import users

    try:
        path = settings.load(home).users
        if path is None:
            return
        names = users.names(path)
    except SettingsError as error:
        # Wrong settings were told already.
        if "RAG_USERS" in str(error):
            yield Check("users", "problem", str(error))
        return
    if not names:
        yield Check("users", "problem", f"{path} (RAG_USERS) holds no user", "add one with: rag user add NAME")
    elif path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield Check("users", "warning", f"{path} can be read by others on this machine", f"run: chmod 600 {path}")
    else:
        yield Check("users", "ok", f"{path}, users: {len(names)}")


def _repaired(home: str | None) -> Iterator[Check]:
    from rag.doctor.check import Check
    from rag.embed import open_embedder
    from rag.ingest.repair import repair

    loaded = settings.load(home)
    for found in repair(loaded.home, lambda: open_embedder(loaded), loaded.chroma_server, loaded.catalogue_url):
        yield Check(f"repair {found.name}", found.status, found.detail, found.advice)
