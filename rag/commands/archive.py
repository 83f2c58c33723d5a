"""The commands that fill, empty, correct and show the archive: `ingest`, `remove`, `edit`, `list`, `show`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from rag.commands import terminal
from rag.commands.base import DONE, FAILED, AddCommand, open_archive, print_json, printer
from rag.errors import UsageError
from rag.fetch.addresses import is_address
from rag.newsqa import NewsQA

if TYPE_CHECKING:
    from rag.ingest.pipeline import Progress


_EDITED = ("title", "source", "published", "author")


def add(command: AddCommand) -> None:
    ingest = command("ingest", "add or update articles; safe to repeat and to interrupt")
    ingest.add_argument(
        "paths", metavar="PATH", nargs="*",
        help="a file, a folder, or the address (https://...) of an article, a feed or a sitemap",
    )  # fmt: skip
    add_web_options(ingest)
    ingest.add_argument("--rebuild", action="store_true", help="embed everything again, for a changed embedder")
    ingest.add_argument(
        "--field", metavar="NAME=FIELD", action="append", default=[],
        help="which field of JSON records holds what, as text=body (may be repeated)",
    )  # fmt: skip
    ingest.add_argument(
        "--prune", action="store_true", help="remove the articles of a folder even where all its files are gone"
    )
    ingest.set_defaults(run=_ingest)

    remove = command("remove", "remove articles")
    remove.add_argument("ids", metavar="ID", nargs="*")
    remove.add_argument("--source", metavar="NAME", help="remove every article of this outlet")
    remove.add_argument("--yes", action="store_true", help="do not ask")
    remove.set_defaults(run=_remove)

    listing = command("list", "what is in the archive")
    listing.add_argument("--json", action="store_true", help="one array of article objects, without texts")
    listing.set_defaults(run=_list)

    show = command("show", "one article: metadata and the stored text")
    show.add_argument("id", metavar="ID")
    show.add_argument("--json", action="store_true", help="one object")
    show.set_defaults(run=_show)

    edit = command("edit", "correct what is known of an article; kept until its file itself says otherwise")
    edit.add_argument("id", metavar="ID")
    for field in _EDITED:
        edit.add_argument(f"--{field}", metavar=field.upper(), help="'' for unknown")
    edit.add_argument("--json", action="store_true", help="the article as one object, without its text")
    edit.set_defaults(run=_edit)


def add_web_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-private", action="store_true", help="also read addresses of this machine and its network"
    )
    parser.add_argument(
        "--most-pages",
        metavar="N",
        type=whole_number,
        help="pages to fetch of what a feed or sitemap lists (default: 100)",
    )


def whole_number(text: str) -> int:
    """A number above zero, as an option's `type`."""
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) < 9):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def _progress() -> AbstractContextManager[Callable[[Progress], None] | None]:
    """What an ingestion reports to: a bar on a terminal, None elsewhere."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rag.commands.pages import progress_bar

    return progress_bar()


def _ingest(args: argparse.Namespace) -> int:
    if not args.paths and not args.rebuild:
        raise UsageError("nothing to ingest; name files or folders, as in: rag ingest articles/")
    for path in args.paths:
        if not is_address(path) and not Path(path).exists():
            raise UsageError(f"{path}: there is no such file or folder; check the name")
    with open_archive(args) as qa, _progress() as on_progress:
        report = qa.ingest(
            args.paths,
            field_map=field_map(args.field),
            on_progress=on_progress,
            rebuild=args.rebuild,
            prune=args.prune,
            allow_private=args.allow_private,
            most_pages=args.most_pages,
        )
    for failure in (*report.failed, *report.missing):
        print(terminal.safe_line(f"{failure.path}: {failure.reason}"), file=sys.stderr)
    if report.left_out:
        terminal.say(_left_out(report.left_out))
    printer().report(report)
    return DONE if not report.failed or report.added + report.updated + report.unchanged else FAILED


def _left_out(types: Sequence[tuple[str, int]]) -> str:
    """ "7 files of other types left out: 5 .mov, 2 .psd"."""
    count = sum(number for _, number in types)
    files = "file of another type" if count == 1 else "files of other types"
    return f"{count} {files} left out: {', '.join(f'{number} {suffix}' for suffix, number in types)}"


def field_map(pairs: Sequence[str]) -> dict[str, str] | None:
    """What `--field` options say. Raises UsageError for one that is not NAME=FIELD."""
    mapping = {}
    for pair in pairs:
        name, equals, field = pair.partition("=")
        if not (name and equals and field):
            raise UsageError(f"--field {pair!r} is not understood; write NAME=FIELD, as in: --field text=body")
        mapping[name] = field
    return mapping or None


def _remove(args: argparse.Namespace) -> int:
    if bool(args.ids) == bool(args.source):
        raise UsageError("name the articles to remove by ID, or an outlet by --source NAME")
    with open_archive(args) as qa:
        if args.source and not args.yes and not _confirmed(qa, args.source):
            terminal.say("nothing was removed")
            return FAILED
        removed = qa.remove(args.ids, sources=[args.source] if args.source else [])
    print(f"removed {removed}")
    return DONE


def _confirmed(qa: NewsQA, source: str) -> bool:
    """Whether a person agrees to remove all of an outlet; a program is not asked."""
    count = len(qa.catalogue.of_source(source))
    return not count or terminal.agrees(f"Remove all {count} of {source}? [y/N] ")


def _list(args: argparse.Namespace) -> int:
    with open_archive(args) as qa:
        articles = qa.articles()
    if args.json:
        print_json([article.to_dict() for article in articles])
    elif articles:
        printer().articles(articles)
    else:
        terminal.say("the archive is empty; add articles with: rag ingest PATH")
    return DONE


def _edit(args: argparse.Namespace) -> int:
    changes = {field: getattr(args, field) for field in _EDITED if getattr(args, field) is not None}
    if not changes:
        raise UsageError(f"nothing to change; give one of: {', '.join(f'--{field}' for field in _EDITED)}")
    with open_archive(args) as qa:
        article = qa.edit(args.id, **changes)
    if args.json:
        print_json(article.to_dict())
    else:
        for name, value in terminal.facts(article):
            print(f"{name}: {value}")
    return DONE


def _show(args: argparse.Namespace) -> int:
    with open_archive(args) as qa:
        article = qa.article(args.id)
    if args.json:
        print_json(article.to_dict(with_text=True))
    else:
        printer().article(article)
    return DONE
