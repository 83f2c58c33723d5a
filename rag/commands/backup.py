"""The commands that keep an archive safe: `backup` and `restore`."""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.commands import terminal
from rag.commands.base import DONE, AddCommand
from rag.errors import UsageError
from rag.settings import Settings, load


def add(command: AddCommand) -> None:
    backup = command("backup", "save the archive and its conversations to one file, also while they are in use")
    backup.add_argument("target", metavar="FILE|DIR", help="a new file, or a folder for a file named by the time")
    backup.set_defaults(run=_backup)

    restore = command("restore", "put the archive of a backup into --home, which nobody may use meanwhile")
    restore.add_argument("backup", metavar="FILE", help="what `rag backup` wrote")
    restore.add_argument(
        "--replace", action="store_true", help="also where an archive is; its files are kept in a folder beside"
    )
    restore.set_defaults(run=_restore)


def _backup(args: argparse.Namespace) -> int:
    from rag.store.backup import back_up

    settings = load(getattr(args, "home", None))
    _require_file(settings)
    path, manifest = back_up(settings.home, Path(args.target))
    files, size = len(manifest.files), path.stat().st_size / 1e6
    print(f"{path}: articles {manifest.articles}, files {files}, {size:.1f} MB, checked")
    users = settings.users
    if users and users.exists() and not users.absolute().is_relative_to(settings.home.absolute()):
        terminal.say(f"{users} (RAG_USERS) lies outside {settings.home} and is not in it; copy it yourself")
    return DONE


def _require_file(settings: Settings) -> None:
    if settings.catalogue_url:
        raise UsageError(
            "the catalogue is in PostgreSQL (CATALOGUE_URL): save it with pg_dump and bring it back with pg_restore; "
            f"conversations and uploads are the files in {settings.home}"
        )


def _restore(args: argparse.Namespace) -> int:
    from rag.store.restoring import restore

    settings = load(getattr(args, "home", None))
    _require_file(settings)
    home = settings.home
    manifest, kept = restore(Path(args.backup), home, replace=args.replace)
    print(f"{home}: articles {manifest.articles}, as saved at {manifest.made}")
    if kept:
        terminal.say(f"the files that were replaced are kept in {kept}; remove it when nothing in it is missed")
    terminal.say("the next `rag ingest` or `rag doctor --repair` builds the vector index")
    return DONE
