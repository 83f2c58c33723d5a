"""Several workers that ingest the same news share the work: no text is embedded twice, whoever dies."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import HashingEmbedder
from test_ingest import RIVER, consistent, ingest, lines, outcome, page

from rag.errors import EmbedderError
from rag.ingest import batch as batches
from rag.ingest import claims
from rag.ingest.batch import Batch
from rag.ingest.claims import Claims
from rag.ingest.place import Incoming, Reading, content_hash
from rag.store.catalogue import Catalogue
from rag.store.rows import Claim, FileState
from rag.types import Article

ARTICLES = 40

WORKING = """
import json, sys, time
from pathlib import Path
sys.path[:0] = {paths!r}
from conftest import HashingEmbedder
from rag.ingest import batch, pipeline
from rag.store.catalogue import Catalogue

class Noting(HashingEmbedder):
    def get_text_embedding_batch(self, texts):
        # One write: the lines of several processes do not mix.
        with open({notes!r}, "ab", buffering=0) as file:
            file.write("".join(json.dumps(text) + "\\n" for text in texts).encode())
        print("embedding", flush=True)
        time.sleep({pause})
        return super().get_text_embedding_batch(texts)

batch._CHARACTERS = 2_000
with Catalogue.open({home!r}) as catalogue:
    report = pipeline.ingest(catalogue, Noting(), [Path({news!r})])
print(report.added, report.unchanged, report.updated, len(report.failed), flush=True)
"""


class Workers:
    """Processes that ingest `news` into one archive, and what they embedded."""

    def __init__(self, folder: Path, news: Path) -> None:
        self.home, self.news, self.notes = folder / "home", news, folder / "notes"
        self.notes.touch()

    def start(self, pause: float = 0.02) -> subprocess.Popen[str]:
        paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
        script = WORKING.format(paths=paths, home=str(self.home), news=str(self.news), notes=str(self.notes),
                                pause=pause)  # fmt: skip
        return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)

    def embedded(self) -> Counter[str]:
        return Counter(json.loads(line) for line in self.notes.read_text(encoding="utf-8").splitlines())


def end(process: subprocess.Popen[str]) -> list[int]:
    """What a worker that is left alone reports: added, unchanged, updated, failed."""
    told = process.communicate(timeout=60)[0]
    assert process.returncode == 0
    return [int(word) for word in told.splitlines()[-1].split()]


def body(number: int) -> str:
    return " ".join(f"Bài {number} câu {line}: mực nước đo được {number * 100 + line} phân." for line in range(12))


@pytest.fixture(params=["folder", "one file"])
def workers(request: pytest.FixtureRequest, tmp_path: Path) -> Workers:
    news = tmp_path / "news"
    news.mkdir()
    if request.param == "folder":
        for number in range(ARTICLES):
            page(news, f"{number}.md", body(number), title=f"Tin {number}")
    else:
        lines(news, "all.jsonl", *({"title": f"Tin {number}", "text": body(number)} for number in range(ARTICLES)))
    return Workers(tmp_path, news)


def everything_is_stored(workers: Workers) -> None:
    with Catalogue.open(workers.home) as catalogue:
        consistent(catalogue)
        titles = sorted(info.title or "" for info in catalogue.list_articles())
        assert titles == sorted(f"Tin {number}" for number in range(ARTICLES))
        assert catalogue.query("SELECT count(*) FROM locations") == [(ARTICLES,)]
        assert catalogue.query("SELECT count(*) FROM claims") == [(0,)]
        embedder = HashingEmbedder()
        assert outcome(ingest(catalogue, embedder, workers.news)) == (0, 0, ARTICLES, 0, 0)
        assert embedder.texts == 0


@pytest.mark.parametrize("count", [2, 3])
def test_nothing_is_embedded_twice(workers: Workers, count: int) -> None:
    reports = [end(process) for process in [workers.start() for _ in range(count)]]
    assert set(workers.embedded().values()) == {1}
    assert sum(report[0] for report in reports) == ARTICLES
    assert [report[0] + report[1] for report in reports] == [ARTICLES] * count
    assert all(report[2:] == [0, 0] for report in reports)
    everything_is_stored(workers)


def test_the_others_finish_what_a_killed_one_began(workers: Workers) -> None:
    with workers.start(pause=60) as killed:
        assert killed.stdout
        assert killed.stdout.readline() == "embedding\n"
        lost = workers.embedded()
        others = [workers.start() for _ in range(2)]
        # By then they wait for the texts of the one that is stuck, and for no other.
        while len(workers.embedded()) < ARTICLES * 13:
            time.sleep(0.02)
        time.sleep(0.3)
        assert all(process.poll() is None for process in others)
        killed.send_signal(signal.SIGKILL)
    reports = [end(process) for process in others]
    assert sum(report[0] for report in reports) == ARTICLES
    assert lost
    assert workers.embedded() == {text: 1 + lost[text] for text in workers.embedded()}
    everything_is_stored(workers)


def test_a_failing_worker_claims_nothing_any_more(tmp_path: Path, catalogue: Catalogue) -> None:
    class Failing(HashingEmbedder):
        def get_text_embedding_batch(self, texts: object) -> list[list[float]]:
            assert catalogue.query("SELECT count(*) FROM claims") == [(1,)]
            raise EmbedderError("the server is gone")

    page(tmp_path / "news", "a.md", RIVER)
    with pytest.raises(EmbedderError):
        ingest(catalogue, Failing(), tmp_path / "news")
    assert catalogue.query("SELECT count(*) FROM claims") == [(0,)]


class TestPutAside:
    """A batch of one file's records; the first is claimed by a worker of another machine."""

    TEXTS = (body(1), body(2))

    @pytest.fixture
    def records(self, catalogue: Catalogue) -> list[Incoming]:
        reading = Reading(FileState("/news/a.jsonl", 1, 1, "d"), "a.jsonl")
        articles = [Article("7", text) for text in self.TEXTS]
        found = [Incoming(one, content_hash(one), f"#{key}", reading) for key, one in enumerate(articles)]
        with catalogue.transaction() as writer:
            writer.ledger.claim(Claim(found[0].content_hash, "another-machine/1/x", int(time.time()) + 60))
        return found

    def test_of_two_with_one_id_the_first_has_it(self, catalogue: Catalogue, records: list[Incoming]) -> None:
        with Batch(catalogue, HashingEmbedder()) as batch:  # type: ignore[arg-type]
            for record in records:
                batch.add(record)
            batch.end(records[0].reading)
            batch.write()
            assert batch.write() == {}, "waits for the first"
            assert catalogue.count().articles == 0
            assert catalogue.ledger.file("/news/a.jsonl") is None, "what waits is not read yet"
            release(catalogue)
            assert batch.finish()["added"] == 2
        assert catalogue.article("7").text == self.TEXTS[0]
        assert catalogue.ledger.file("/news/a.jsonl") == records[0].reading.state

    def test_nothing_more_is_read_while_much_waits(
        self, catalogue: Catalogue, records: list[Incoming], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = []

        class Stopping(threading.Event):
            def wait(self, seconds: float | None = None) -> bool:
                looks.append(seconds)
                if len(looks) == 3:
                    release(catalogue)
                return False

        monkeypatch.setattr(batches, "_ASIDE_RECORDS", 1)
        with Batch(catalogue, HashingEmbedder()) as batch:  # type: ignore[arg-type]
            batch._stopping = Stopping()
            batch.add(records[0])
            batch.write()
            assert batch.write()["added"] == 1
        assert len(looks) == 3

    def test_who_is_interrupted_does_not_wait_for_others(
        self, catalogue: Catalogue, records: list[Incoming], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(batches, "_ASIDE_RECORDS", 1)
        with pytest.raises(KeyboardInterrupt), Batch(catalogue, HashingEmbedder()) as batch:  # type: ignore[arg-type]
            batch.add(records[0])
            batch.write()
            raise KeyboardInterrupt
        assert catalogue.count().articles == 0

    def test_the_next_batch_is_read_while_one_is_embedded(self, catalogue: Catalogue, records: list[Incoming]) -> None:
        read_on = threading.Event()

        class Waiting(HashingEmbedder):
            def get_text_embedding_batch(self, texts: Sequence[str]) -> list[list[float]]:
                assert read_on.wait(20)
                return super().get_text_embedding_batch(texts)

        with Batch(catalogue, Waiting()) as batch:  # type: ignore[arg-type]
            batch.add(records[1])
            assert batch.write() == {}
            read_on.set()
            assert batch.finish()["added"] == 1


def release(catalogue: Catalogue) -> None:
    with catalogue.transaction() as writer:
        writer.ledger.release("another-machine/1/x")


class TestTaking:
    NOW = 1_800_000_000

    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(claims.time, "time", lambda: float(self.NOW))

    def claimed(self, catalogue: Catalogue, worker: str, until: int) -> bool:
        """Whether "a" can be taken although `worker` claims it."""
        with catalogue.transaction() as writer:
            writer.ledger.claim(Claim("a", worker, until))
        return Claims(catalogue).take(["a", "b"]) == {"a", "b"}

    def test_a_claim_of_a_living_worker_stands(self, catalogue: Catalogue) -> None:
        here = f"{socket.gethostname()}/{os.getpid()}/x"
        assert not self.claimed(catalogue, here, self.NOW + 60)
        assert not self.claimed(catalogue, "another-machine/1/x", self.NOW + 1)

    def test_one_that_ran_out_does_not(self, catalogue: Catalogue) -> None:
        assert self.claimed(catalogue, "another-machine/1/x", self.NOW)

    def test_nor_one_by_a_clock_that_is_wrong(self, catalogue: Catalogue) -> None:
        assert self.claimed(catalogue, "another-machine/1/x", self.NOW + 3_600)

    def test_nor_one_of_a_process_that_is_gone(self, catalogue: Catalogue) -> None:
        with subprocess.Popen([sys.executable, "-c", ""]) as gone:
            pass
        assert self.claimed(catalogue, f"{socket.gethostname()}/{gone.pid}/x", self.NOW + 60)

    def test_a_long_batch_renews_its_claims(self, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(claims, "_RENEWED_SECONDS", 0.01)
        own = Claims(catalogue)
        own.take(["a"])
        monkeypatch.setattr(claims.time, "time", lambda: float(self.NOW + 50))
        with own.kept():
            while catalogue.ledger.claim_on("a") != Claim("a", own.worker, self.NOW + 110):
                time.sleep(0.01)
        own.release()
        assert catalogue.ledger.claim_on("a") is None
