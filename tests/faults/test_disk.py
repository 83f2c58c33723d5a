"""A disk that fills up in the middle of an ingestion, and a home that cannot be written."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from faults import afterwards
from faults.conftest import counts
from faults.town import Town, fact_of, question_of
from faults.workers import Worker, reported
from rag.cli import main


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """A file system of its own: called with mount options, it is made or changed; its folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted: list[bool] = []

    def mount(options: str) -> Path:
        options = f"remount,{options}" if mounted else options
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("nothing can be mounted here")
        mounted.append(True)
        return folder

    yield mount
    if mounted:
        subprocess.run(["umount", str(folder)], check=False)


def _fill(home: Path, town: Town, worker: Worker, count: Counter[str], *, file_limit: int = 0) -> list[str]:
    """Ingests until nothing more can be written; the files whose articles were reported."""
    worker.run("ingest", home=str(home), news=str(town.folder), file_limit=file_limit)
    status, told = worker.wait()
    count["completed"] += status == 0
    if status:
        assert status == 1, "neither a crash nor a signal"
        assert told[-1].startswith("error ArchiveError: ")
    return sorted(town.figures)[: reported(told)]


@pytest.mark.timeout(0)
def test_a_full_disk(tmp_path: Path, disk: Callable[[str], Path], worker: Worker, kills: int, seed: int) -> None:
    random = Random(seed)
    for trial in range(max(1, kills // 5)):
        place = disk(f"size={random.randint(300, 3000)}k")
        town = Town(tmp_path / f"news{trial}", random)
        town.add(120)
        home = place / str(trial)
        stored = _fill(home, town, worker, counts["full disk (tmpfs)"])
        if stored:
            # Still full: what is there answers.
            afterwards.answers(home, town, random.sample(stored, min(3, len(stored))), Counter())
        disk("size=64m")
        afterwards.check(home, town, stored, random, counts["full disk (tmpfs)"])
        worker.done("ingest", home=str(home), news=str(town.folder))
        afterwards.check(home, town, town.figures, random, counts["ingested to the end"])
        subprocess.run(["rm", "-rf", str(home)], check=True)


@pytest.mark.timeout(0)
def test_files_that_may_not_grow(tmp_path: Path, worker: Worker, kills: int, seed: int) -> None:
    random = Random(seed)
    for trial in range(max(1, kills // 5)):
        town, home = Town(tmp_path / f"news{trial}", random), tmp_path / f"home{trial}"
        town.add(120)
        limit = random.randint(100_000, 1_500_000)
        stored = _fill(home, town, worker, counts["full disk (file size)"], file_limit=limit)
        afterwards.check(home, town, stored, random, counts["full disk (file size)"])
        worker.done("ingest", home=str(home), news=str(town.folder))
        afterwards.check(home, town, town.figures, random, counts["ingested to the end"])


@pytest.mark.timeout(0)
@pytest.mark.parametrize("killed", [False, True], ids=["closed", "killed"])
def test_a_home_that_cannot_be_written(
    tmp_path: Path, disk: Callable[[str], Path], worker: Worker, seed: int, killed: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    random, count = Random(seed), counts["read-only home"]
    home, town = disk("size=64m") / "home", Town(tmp_path / "news", random)
    names = town.add(8)
    worker.done("ingest", home=str(home), news=str(town.folder))
    if killed:
        # What it committed last stands in SQLite's log only.
        names += town.add(8)
        worker.run("ingest", home=str(home), news=str(town.folder), killed_after=4)
        assert worker.wait()[0] == -9
        names = names[:12]
        assert (home / "catalogue.sqlite3-wal").stat().st_size
    disk("ro")
    assert not os.access(home, os.W_OK)
    told = worker.done("ask", home=str(home), questions=[question_of(name) for name in names])
    for name, line in zip(names, told, strict=False):
        assert fact_of(name, town.figures[name]) in line
    count["answered"] += len(names)
    town.add(1)
    worker.run("ingest", home=str(home), news=str(town.folder))
    status, told = worker.wait()
    assert status == 1 and "read-only" in told[-1]
    for command in (["list"], ["doctor"], ["doctor", "--repair"], ["backup", str(tmp_path / "b.zip")]):
        main([*command, "--home", str(home)])
        assert "unexpected error" not in capsys.readouterr().err
    assert (tmp_path / "b.zip").exists(), "what cannot be written can be saved"
    disk("rw")
    afterwards.check(home, town, names, random, count)
