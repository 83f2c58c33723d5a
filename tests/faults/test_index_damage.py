"""Files of the vector index that something overwrote, cut or removed: questions go on, and a repair builds it anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from random import Random

import pytest

from faults import afterwards
from faults.conftest import counts
from faults.town import Town, fact_of, question_of
from faults.workers import Worker


@pytest.mark.timeout(0)
@pytest.mark.parametrize("told", [True, False], ids=["other times", "the same times"])
def test_damaged_files(tmp_path: Path, worker: Worker, kills: int, seed: int, told: bool) -> None:
    random = Random(seed)
    whole, town = tmp_path / "whole", Town(tmp_path / "news", random)
    town.add(30)
    worker.done("ingest", home=str(whole), news=str(town.folder), characters=30_000)
    for _ in range(max(1, kills // (2 if told else 5))):
        home = Path(shutil.copytree(whole, tmp_path / "home"))
        damage(home, random, keeps_times=not told)
        count = counts["damaged index" if told else "damaged index, same times"]
        if not told:
            # Only reading all of it shows such damage.
            afterwards.repaired(home, count)
        names = random.sample(sorted(town.figures), 5)
        worker.run("ask", home=str(home), questions=[question_of(name) for name in names])
        status, lines = worker.wait()
        count["times"] += 1
        count["completed"] += status == 0
        for name, line in zip(names, lines, strict=False):
            assert fact_of(name, town.figures[name]) in line
            count["answered"] += 1
        assert (status, lines[-1]) == (0, "backend chroma")
        if told:
            afterwards.repaired(home, count)
        shutil.rmtree(home)


def damage(home: Path, random: Random, *, keeps_times: bool) -> None:
    """One to three files of the index, its note apart."""
    files = sorted(path for path in (home / "chroma").rglob("*") if path.is_file() and path.name != "state.json")
    for path in random.sample(files, random.randint(1, 3)):
        state, content = path.stat(), bytearray(path.read_bytes())
        kind = "overwritten" if keeps_times else random.choice(["overwritten", "cut", "longer", "removed"])
        if kind == "removed":
            path.unlink()
            continue
        if kind == "cut":
            content = content[: random.randint(0, len(content))]
        elif kind == "longer":
            content += random.randbytes(random.randint(1, 5000))
        elif content:
            start = random.randint(0, len(content) - 1)
            length = min(len(content) - start, random.choice([1, 64, 4096, 100_000]))
            content[start : start + length] = random.randbytes(length)
        path.write_bytes(content)
        if keeps_times:
            os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
