"""`kill -9` at random moments of ingestions: of new, changed and removed articles, and of the vector index."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from faults import afterwards
from faults.conftest import counts
from faults.town import Town
from faults.workers import Worker, reported
from rag.store.catalogue import Catalogue

# Kills that one archive goes through.
LIVES = 10


@pytest.mark.timeout(0)
def test_killed_at_any_moment(tmp_path: Path, worker: Worker, kills: int, seed: int) -> None:
    for first in range(0, kills, LIVES):
        random = Random(seed * 1_000_003 + first)
        _one_archive(tmp_path / str(first), worker, min(LIVES, kills - first), random)


def _one_archive(folder: Path, worker: Worker, kills: int, random: Random) -> None:
    count = counts["kill -9 of an ingestion"]
    home, town = folder / "home", Town(folder / "news", random)
    town.add(20)
    began = time.monotonic()
    worker.done("ingest", home=str(folder / "undisturbed"), news=str(town.folder))
    takes = time.monotonic() - began
    known: set[str] = set()
    for _ in range(kills):
        new = {*town.add(6), *town.change(3)}
        # A file that goes may be one that was to be read.
        gone = set(town.drop(2))
        waiting = sorted(({*town.figures} - known) | new - gone)
        worker.run("ingest", home=str(home), news=str(town.folder))
        time.sleep(random.uniform(0, takes * 1.1))
        worker.kill()
        status, told = worker.wait()
        count["completed"] += status == 0
        stored = set(waiting[: reported(told)])
        known = (known - new - gone) | stored
        afterwards.check(home, town, known, random, count)
        known |= stored_unreported(home, town)
    worker.done("ingest", home=str(home), news=str(town.folder))
    with Catalogue.open(home) as catalogue:
        assert catalogue.count().articles == len(town.figures)
        assert catalogue.ledger.nowhere() == []
    afterwards.check(home, town, town.figures, random, counts["ingested to the end"])


def stored_unreported(home: Path, town: Town, url: str | None = None) -> set[str]:
    """Committed in the moment of the kill: told by nobody, and not to be read again."""
    if not url and not (home / "catalogue.sqlite3").exists():
        return set()
    with Catalogue.open(home, url=url) as catalogue:
        sql = "SELECT locations.path, text FROM locations JOIN articles ON articles.id = article_id"
        return {
            name
            for path, text in catalogue.query(sql)
            if (name := Path(path).name) in town.figures and f"hút {town.figures[name]} mét" in text
        }
