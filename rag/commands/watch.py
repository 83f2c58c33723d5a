"""`rag watch`: keeps the archive current with folders, files, feeds and sitemaps until it is stopped.

Nothing has to be remembered from one start to the next: the catalogue knows what was read in which state. Between two
runs the archive is not held open, so that the page and other commands have it.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.commands import terminal
from rag.commands.archive import add_web_options, field_map, whole_number
from rag.commands.base import DONE, AddCommand, open_archive
from rag.errors import ArchiveError, EmbedderError, EmbedderMismatch, UsageError
from rag.fetch import watched
from rag.fetch.addresses import is_address
from rag.types import IngestReport

# Seconds. What a program writes in pieces is read once it has been quiet; after a failure of the archive's it is tried
# again.
_QUIET_MS, _RETRY = 1_500, 60.0


def add(command: AddCommand) -> None:
    watch = command("watch", "keep the archive current with folders and feeds until stopped")
    watch.add_argument(
        "paths", metavar="PATH", nargs="+", help="a folder, a file, or the address (https://...) of a feed or sitemap"
    )
    watch.add_argument(
        "--every", metavar="MINUTES", type=whole_number, default=15, help="how often addresses are asked (default: 15)"
    )
    watch.add_argument(
        "--field", metavar="NAME=FIELD", action="append", default=[],
        help="which field of records holds what, as for `rag ingest`",
    )  # fmt: skip
    add_web_options(watch)
    watch.set_defaults(run=_watch)


def _watch(args: argparse.Namespace) -> int:
    folders = [path for path in args.paths if not is_address(path)]
    for path in folders:
        if not Path(path).exists():
            raise UsageError(f"{path}: there is no such file or folder; check the name")
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    with open_archive(args) as qa:
        home = qa.settings.home
    addresses = [path for path in args.paths if is_address(path)]
    retry = _run(args, args.paths)
    next_visit = time.monotonic() + args.every * 60
    for has_changed in _changes(folders, home, stopped) if folders else _nothing(stopped):
        now = time.monotonic()
        is_again = bool(retry) and now >= retry
        paths = folders if has_changed or is_again else []
        if addresses and (now >= next_visit or is_again):
            paths = [*paths, *addresses]
            next_visit = now + args.every * 60
        if paths:
            retry = _run(args, paths)
    terminal.say("stopped watching")
    return DONE


def _run(args: argparse.Namespace, paths: Sequence[str]) -> float:
    """Ingests, and tells what came of it; when to try again after a failure, 0 where there was none."""
    try:
        with open_archive(args) as qa:
            report = qa.ingest(
                paths,
                field_map=field_map(args.field),
                allow_private=args.allow_private,
                most_pages=args.most_pages,
            )
            watched.write(qa.settings.home, args.paths, report)
    except EmbedderMismatch:
        raise
    except (ArchiveError, EmbedderError, OSError) as error:
        terminal.say(f"{error}; trying again in a minute")
        return time.monotonic() + _RETRY
    _tell(report)
    return 0.0


def _tell(report: IngestReport) -> None:
    for failure in report.failed:
        print(terminal.safe_line(f"{failure.path}: {failure.reason}"), file=sys.stderr)
    changed = {name: count for name, count in terminal.counts(report).items() if count and name != "unchanged"}
    if changed:
        stamp = time.strftime("%Y-%m-%d %H:%M:%S")
        print(f"{stamp}  {'  '.join(f'{name} {count}' for name, count in changed.items())}", flush=True)


def _changes(paths: Sequence[str], home: Path, stopped: threading.Event) -> Iterator[bool]:
    """True after changes below the paths, False each second or so without; until `stopped`.

    The system tells of changes where it can (inotify and its like); elsewhere the files are looked at again and again.
    """
    import watchfiles

    own = home.absolute()

    def concerns_us(_: watchfiles.Change, path: str) -> bool:
        changed = Path(path)
        return not changed.is_relative_to(own) and not changed.name.startswith((".", "~$"))

    polling = False
    while not stopped.is_set():
        try:
            for changes in watchfiles.watch(
                *paths,
                watch_filter=concerns_us,
                debounce=_QUIET_MS,
                stop_event=stopped,
                rust_timeout=1_000,
                yield_on_timeout=True,
                force_polling=polling or None,
                raise_interrupt=True,
            ):
                yield bool(changes)
            return
        except (OSError, RuntimeError) as error:
            if not polling:
                terminal.say(f"the system cannot tell of changes ({error}); looking at the files instead")
            polling = True
            stopped.wait(1.0)


def _nothing(stopped: threading.Event) -> Iterator[bool]:
    while not stopped.wait(1.0):
        yield False
