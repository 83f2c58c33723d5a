"""Several processes that ingest the same news at once, one of them killed at a random moment."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from faults import afterwards
from faults.conftest import counts
from faults.town import Town
from faults.workers import Worker
from rag.store.catalogue import Catalogue


@pytest.mark.timeout(0)
def test_writers_at_once(tmp_path: Path, worker: Worker, others: list[Worker], kills: int, seed: int) -> None:
    random, count = Random(seed), counts["three writers, one killed"]
    home, town = tmp_path / "home", Town(tmp_path / "news", random)
    for _ in range(max(1, kills // 10)):
        town.add(8)
        town.change(3)
        town.drop(2)
        for one in (worker, *others):
            one.run("ingest", home=str(home), news=str(town.folder))
        time.sleep(random.uniform(0, 3))
        worker.kill()
        worker.wait()
        for one in others:
            status, told = one.wait()
            assert status == 0, told
            count["completed"] += 1
        with Catalogue.open(home) as catalogue:
            assert catalogue.count().articles == len(town.figures)
        afterwards.check(home, town, town.figures, random, count)
