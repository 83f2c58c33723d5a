"""`kill -9` of a Chroma server and of who writes to it, at random moments, and a server that has lost its folder."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from chroma_server import Server

from faults import afterwards
from faults.conftest import counts
from faults.test_kills import stored_unreported
from faults.town import Town, fact_of, question_of
from faults.workers import Worker, reported
from rag.store.catalogue import Catalogue
from rag.store.chroma import connect
from rag.store.index_note import IndexNote

FAILED = "error ArchiveError: the vector index cannot be written: "


@dataclass
class Archive:
    """News, the homes and the catalogue that they come into, and the server that is killed."""

    town: Town
    home: Path
    url: str | None
    chroma: Server

    @property
    def where(self) -> dict[str, str | None]:
        return {"url": self.url, "chroma": self.chroma.settings.url}

    def ingesting(self, home: Path | None = None) -> dict[str, str | None]:
        return {"home": str(home or self.home), "news": str(self.town.folder), **self.where}

    def check(self, told: set[str], random: Random, count: Counter[str]) -> None:
        afterwards.check(self.home, self.town, told, random, count, self.url, self.chroma.settings)

    def check_server(self) -> None:
        """It holds the catalogue's passages, all of them and nothing else."""
        with Catalogue.open(self.home, url=self.url) as catalogue:
            note = IndexNote(catalogue.archive_id(), "hashing", 64, applied=0)
            with closing(connect(self.home, self.chroma.settings, note)) as server:
                assert server.counts() == dict(catalogue.count().languages)
                for language in server.counts():
                    rowids = catalogue.vectors(language)[0].tolist()
                    assert server.vectors(language, rowids)[0] == rowids


@pytest.fixture
def archive(tmp_path: Path, seed: int, request: pytest.FixtureRequest) -> Iterator[Archive]:
    """In PostgreSQL, where the note and the writer's lock are in the database; or in SQLite: they are in the home."""
    is_file = getattr(request, "param", "postgresql") == "sqlite"
    url = None if is_file else request.getfixturevalue("postgres").new_database()
    with Server(tmp_path / "chroma") as chroma:
        yield Archive(Town(tmp_path / "news", Random(seed)), tmp_path / "home", url, chroma)


@pytest.mark.timeout(0)
@pytest.mark.parametrize("archive", ["sqlite", "postgresql"], indirect=True)
def test_a_server_killed_while_articles_come_in(archive: Archive, worker: Worker, kills: int, seed: int) -> None:
    random, count = Random(seed), counts["kill -9 of Chroma, writing"]
    town, known = archive.town, set[str]()
    town.add(12)
    began = time.monotonic()
    worker.done("ingest", **{**archive.ingesting(archive.home.with_name("undisturbed")), "url": None})
    takes = time.monotonic() - began
    for _ in range(max(1, kills // 8)):
        new = {*town.add(6), *town.change(3)}
        gone = set(town.drop(2))
        waiting = sorted(({*town.figures} - known) | new - gone)
        worker.run("ingest", **archive.ingesting())
        time.sleep(random.uniform(0, takes * 1.1))
        archive.chroma.kill()
        status, told = worker.wait()
        archive.chroma.start()
        count["completed"] += status == 0
        if status:
            count["cut short"] += 1
            assert told[-1].startswith(FAILED), told
        known = (known - new - gone) | set(waiting[: reported(told)])
        archive.check(known, random, count)
        known |= stored_unreported(archive.home, town, archive.url)
    worker.done("ingest", **archive.ingesting())
    archive.check_server()
    archive.check({*town.figures}, random, counts["ingested to the end"])


@pytest.mark.timeout(0)
def test_a_server_killed_while_questions_are_asked(archive: Archive, worker: Worker, kills: int, seed: int) -> None:
    random, count = Random(seed), counts["kill -9 of Chroma, asking"]
    names = archive.town.add(20)
    worker.done("ingest", **archive.ingesting())
    for _ in range(max(1, kills // 16)):
        asked = random.sample(names, len(names))
        worker.run("ask", home=str(archive.home), questions=[question_of(name) for name in asked], **archive.where)
        time.sleep(random.uniform(0, 1.5))
        archive.chroma.kill()
        count["times"] += 1
        count["completed"] += _are_right(archive, asked, worker.wait(), count) == "chroma"
        archive.chroma.start()
    told = worker.done("ask", home=str(archive.home), questions=[question_of(names[0])], **archive.where)
    assert told[-1] == "backend chroma"
    archive.check_server()


@pytest.mark.timeout(0)
def test_a_server_that_lost_its_folder(archive: Archive, worker: Worker, kills: int, seed: int) -> None:
    """Found out and built again by the next ingestion; answers are right before, meanwhile and after."""
    random, count = Random(seed), counts["a Chroma that lost its folder"]
    names = archive.town.add(10)
    worker.done("ingest", **archive.ingesting())
    for _ in range(max(1, kills // 32)):
        archive.chroma.lose()
        archive.chroma.start()
        count["times"] += 1
        asked = random.sample(names, 5)
        questions = {"questions": [question_of(name) for name in asked], "home": str(archive.home), **archive.where}
        worker.run("ask", **questions)
        _are_right(archive, asked, worker.wait(), count)
        worker.done("ingest", **archive.ingesting())
        worker.run("ask", **questions)
        assert _are_right(archive, asked, worker.wait(), count) == "chroma"
        count["completed"] += 1
        count["index built"] += 1
        archive.check_server()


@pytest.mark.timeout(0)
def test_a_writer_killed_while_another_goes_on(
    archive: Archive, worker: Worker, others: list[Worker], kills: int, seed: int
) -> None:
    """With a home of its own where the catalogue is shared, as on another machine."""
    random, count = Random(seed), counts["who writes to Chroma killed"]
    town, home = archive.town, archive.home.with_name("other") if archive.url else archive.home
    for _ in range(max(1, kills // 16)):
        town.add(8)
        town.change(3)
        town.drop(2)
        worker.run("ingest", **archive.ingesting())
        others[0].run("ingest", **archive.ingesting(home))
        time.sleep(random.uniform(0, 2))
        worker.kill()
        worker.wait()
        status, told = others[0].wait()
        assert status == 0, told
        count["completed"] += 1
        archive.check({*town.figures}, random, count)
    archive.check_server()


def _are_right(archive: Archive, asked: list[str], ended: tuple[int, list[str]], count: Counter[str]) -> str:
    """Checks every answer; what was open to answer at last, "chroma" or "exact"."""
    status, told = ended
    assert status == 0, told
    answers = [line for line in told if line.startswith("answer ")]
    for name, answer in zip(asked, answers, strict=True):
        assert fact_of(name, archive.town.figures[name]) in answer
        count["answered"] += 1
    return told[-1].removeprefix("backend ")
