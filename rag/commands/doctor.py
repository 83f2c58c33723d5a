"""`rag doctor`: prints what `rag.doctor` finds, after mending what can be mended where that is asked for."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.commands.base import DONE, FAILED, AddCommand, print_json, printer

if TYPE_CHECKING:
    from rag.doctor import Check


def add(command: AddCommand) -> None:
    doctor = command("doctor", "what is configured, what is reachable, what is missing")
    doctor.add_argument("--json", action="store_true", help="one object")
    doctor.add_argument("--repair", action="store_true", help="check the whole archive and mend what can be mended")
    doctor.set_defaults(run=_doctor)


def _doctor(args: argparse.Namespace) -> int:
    from rag.doctor import examine

    home = getattr(args, "home", None)
    checks = [*(_repaired(home) if args.repair else ()), *examine(home)]
    healthy = all(check.status != "problem" for check in checks)
    if args.json:
        print_json({"healthy": healthy, "checks": [check.to_dict() for check in checks]})
    else:
        printer().checks(checks)
    return DONE if healthy else FAILED


def _repaired(home: str | None) -> Iterator[Check]:
    from rag.doctor import Check
    from rag.embed import open_embedder
    from rag.ingest.repair import repair
    from rag.settings import load

    settings = load(home)
    for found in repair(settings.home, lambda: open_embedder(settings), settings.chroma_url):
        yield Check(f"repair {found.name}", found.status, found.detail, found.advice)
