"""`rag doctor`: prints what `rag.doctor` finds."""

from __future__ import annotations

import argparse

from rag.commands.base import DONE, FAILED, AddCommand, print_json, printer


def add(command: AddCommand) -> None:
    doctor = command("doctor", "what is configured, what is reachable, what is missing")
    doctor.add_argument("--json", action="store_true", help="one object")
    doctor.set_defaults(run=_doctor)


def _doctor(args: argparse.Namespace) -> int:
    from rag.doctor import examine

    checks = examine(getattr(args, "home", None))
    healthy = all(check.status != "problem" for check in checks)
    if args.json:
        print_json({"healthy": healthy, "checks": [check.to_dict() for check in checks]})
    else:
        printer().checks(checks)
    return DONE if healthy else FAILED
