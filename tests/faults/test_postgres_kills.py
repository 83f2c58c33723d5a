"""`kill -9` of PostgreSQL and of one of two workers that ingest into it, at random moments."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest
from postgres_server import Server

from faults import afterwards
from faults.conftest import counts
from faults.town import Town
from faults.workers import Worker, reported
from rag.store.catalogue import Catalogue


@pytest.mark.timeout(0)
def test_a_server_that_is_killed(tmp_path: Path, postgres: Server, worker: Worker, kills: int, seed: int) -> None:
    """What was reported before the kill is there after it, and the next run brings the rest."""
    random, count = Random(seed), counts["kill -9 of PostgreSQL"]
    home, town, url = tmp_path / "home", Town(tmp_path / "news", random), postgres.new_database()
    town.add(20)
    worker.done("ingest", home=str(tmp_path / "other"), news=str(town.folder), url=postgres.new_database())
    for _ in range(max(1, kills // 4)):
        new = town.add(7)
        before = _stored(home, url)
        worker.run("ingest", home=str(home), news=str(town.folder), url=url)
        time.sleep(random.uniform(0, 1.5))
        postgres.kill()
        status, told = worker.wait()
        postgres.start()
        count["completed"] += status == 0
        if status:
            assert any(line.startswith("error ArchiveError: postgresql://") for line in told), told
        waiting = sorted(set(town.figures) - before)
        afterwards.check(home, town, before | set(waiting[: reported(told)]), random, count, url)
        assert new
    worker.done("ingest", home=str(home), news=str(town.folder), url=url)
    afterwards.check(home, town, town.figures, random, counts["ingested to the end"], url)


@pytest.mark.timeout(0)
def test_workers_with_homes_of_their_own(
    tmp_path: Path, postgres: Server, worker: Worker, others: list[Worker], kills: int, seed: int
) -> None:
    """As on three machines: the database is all that they share, and one of them dies."""
    random, count = Random(seed), counts["three machines, one dies"]
    town, url = Town(tmp_path / "news", random), postgres.new_database()
    for _ in range(max(1, kills // 10)):
        town.add(8)
        town.change(3)
        town.drop(2)
        for number, one in enumerate((worker, *others)):
            one.run("ingest", home=str(tmp_path / f"home{number}"), news=str(town.folder), url=url)
        time.sleep(random.uniform(0, 3))
        worker.kill()
        worker.wait()
        for one in others:
            status, told = one.wait()
            assert status == 0, told
            count["completed"] += 1
        with Catalogue.open(tmp_path / "home1", url=url) as catalogue:
            assert catalogue.count().articles == len(town.figures)
        afterwards.check(tmp_path / "home1", town, town.figures, random, count, url)


def _stored(home: Path, url: str) -> set[str]:
    with Catalogue.open(home, url=url) as catalogue:
        return {Path(path).name for (path,) in catalogue.query("SELECT path FROM locations")}
