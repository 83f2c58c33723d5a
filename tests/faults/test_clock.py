"""A clock that jumps between ingestions, forwards and back, and files whose times say nothing."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from random import Random

import pytest

from faults import afterwards
from faults.conftest import counts
from faults.town import Town
from faults.workers import Worker

DAY = 86_400
JUMPS = (-400 * DAY, 3650 * DAY, -1, -30 * 365 * DAY, 3600, 0, -2 * DAY, 60 * DAY)


@pytest.mark.timeout(0)
def test_a_clock_that_jumps(tmp_path: Path, kills: int, seed: int) -> None:
    if not shutil.which("faketime"):
        pytest.skip("faketime (Debian: faketime) is not installed")
    random, count = Random(seed), counts["clock that jumps"]
    home, town = tmp_path / "home", Town(tmp_path / "news", random)
    town.add(4)
    for jump in JUMPS[: max(1, kills // 25)]:
        town.add(2)
        for name in town.change(3):
            # Written by whoever has this clock, too.
            town.write(name, town.figures[name], at=time.time() + jump)
        town.drop(1)
        worker = Worker(["faketime", "-f", f"{jump:+d}s"])
        try:
            worker.done("ingest", home=str(home), news=str(town.folder))
        finally:
            worker.close()
        count["completed"] += 1
        afterwards.check(home, town, town.figures, random, count)


@pytest.mark.timeout(0)
def test_changes_within_one_tick_of_the_clock(tmp_path: Path, worker: Worker, kills: int, seed: int) -> None:
    random, count = Random(seed), counts["changes within one tick"]
    home, town = tmp_path / "home", Town(tmp_path / "news", random)
    town.add(4)
    for _ in range(max(1, kills // 10)):
        now = float(int(time.time()))
        for name in sorted(town.figures):
            town.write(name, town.figures[name], at=now)
        worker.done("ingest", home=str(home), news=str(town.folder))
        for name in town.change(2):
            # As long as before, at the same time: on a file system of whole seconds this happens.
            town.write(name, town.figures[name], at=now)
        worker.done("ingest", home=str(home), news=str(town.folder))
        count["completed"] += 1
        afterwards.check(home, town, town.figures, random, count)
