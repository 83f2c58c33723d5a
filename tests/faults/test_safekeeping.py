"""Backups taken while articles come in, and `kill -9` at random moments of saving and of restoring."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from random import Random

import pytest
from test_ingest import sound

from faults import afterwards
from faults.conftest import counts
from faults.town import Town
from faults.workers import Worker
from rag.store.backup import back_up
from rag.store.backup_file import unpack
from rag.store.catalogue import Catalogue
from rag.store.restoring import restore


@pytest.mark.timeout(0)
def test_saved_while_articles_come_in(tmp_path: Path, worker: Worker, kills: int, seed: int) -> None:
    random, count = Random(seed), counts["backup while in use"]
    home, town = tmp_path / "home", Town(tmp_path / "news", random)
    town.add(4)
    worker.done("ingest", home=str(home), news=str(town.folder))
    for number in range(max(1, kills // 10)):
        before = len(town.figures)
        town.add(15)
        worker.run("ingest", home=str(home), news=str(town.folder))
        time.sleep(random.uniform(0, 0.5))
        path, manifest = back_up(home, tmp_path / f"{number}.zip")
        assert worker.wait()[0] == 0
        restore(path, tmp_path / "restored")
        with Catalogue.open(tmp_path / "restored") as catalogue:
            sound(catalogue)
            assert before <= catalogue.count().articles == manifest.articles <= len(town.figures)
        shutil.rmtree(tmp_path / "restored")
        count["times"] += 1
        count["completed"] += 1
    afterwards.check(home, town, town.figures, random, counts["ingested to the end"])


@pytest.mark.timeout(0)
def test_saving_that_is_killed(tmp_path: Path, worker: Worker, kills: int, seed: int) -> None:
    random, count = Random(seed), counts["kill -9 of a backup"]
    home, town, shelf = tmp_path / "home", Town(tmp_path / "news", random), tmp_path / "shelf"
    town.add(40)
    shelf.mkdir()
    worker.done("ingest", home=str(home), news=str(town.folder), characters=30_000)
    began = time.monotonic()
    worker.done("save", home=str(home), target=str(shelf / "whole.zip"))
    takes = time.monotonic() - began
    for number in range(max(2, kills // 4)):
        worker.run("save", home=str(home), target=str(shelf / f"{number}.zip"))
        time.sleep(random.uniform(0, takes))
        worker.kill()
        worker.wait()
        count["times"] += 1
        if (shelf / f"{number}.zip").exists():
            assert unpack(shelf / f"{number}.zip", None).articles == 40, "what has its name is whole"
            count["completed"] += 1
    afterwards.check(home, town, town.figures, random, counts["ingested to the end"])


@pytest.mark.timeout(0)
def test_restoring_that_is_killed(tmp_path: Path, worker: Worker, kills: int, seed: int) -> None:
    random, count = Random(seed), counts["kill -9 of a restore"]
    home, town = tmp_path / "home", Town(tmp_path / "news", random)
    town.add(30)
    worker.done("ingest", home=str(home), news=str(town.folder), characters=30_000)
    saved, _ = back_up(home, tmp_path / "saved.zip")
    old = dict(town.figures)
    town.change(10)
    town.add(10)
    worker.done("ingest", home=str(home), news=str(town.folder), characters=30_000)
    whole = Path(shutil.copytree(home, tmp_path / "whole"))
    began = time.monotonic()
    worker.done("bring_back", backup=str(saved), home=str(home))
    takes = time.monotonic() - began
    later = Town(tmp_path / "later", random, dict(old))
    for _ in range(max(2, kills // 4)):
        shutil.rmtree(home)
        shutil.copytree(whole, home)
        worker.run("bring_back", backup=str(saved), home=str(home))
        time.sleep(random.uniform(0, takes))
        worker.kill()
        status, _ = worker.wait()
        with Catalogue.open(home) as catalogue:
            held = catalogue.count().articles
        assert held in (len(town.figures), len(old)), "the new archive or the old one"
        assert held == len(old) or status != 0
        present = later if held == len(old) else town
        count["completed"] += present is later
        afterwards.check(home, present, present.figures, random, count)
        restore(saved, home, replace=True)
        afterwards.repaired(home, count, with_index=False)
        assert not list(home.glob(".restoring-*"))
