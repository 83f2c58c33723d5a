"""Ingestion among processes: killed at any moment, two at once, one asking meanwhile."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import numpy as np
import pytest
from conftest import HashingEmbedder
from test_ingest import RIVER, consistent, ingest, outcome, page

from rag.store.catalogue import Catalogue
from rag.store.exact import ExactIndex
from rag.store.vectors import VectorIndex

ARTICLES = 60

INGESTING = """
import sys
from pathlib import Path
sys.path[:0] = {paths!r}
from conftest import HashingEmbedder
from rag.ingest import pipeline
from rag.store.catalogue import Catalogue
from rag.store.vectors import VectorIndex
catalogue = Catalogue.open({home!r})
report = pipeline.ingest(
    catalogue, HashingEmbedder(), [Path({news!r})], on_progress=lambda step: print(step.articles, flush=True)
)
VectorIndex(catalogue).sync()
print("added", report.added, "unchanged", report.unchanged, "failed", len(report.failed), flush=True)
"""


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    for number in range(ARTICLES):
        page(folder, f"{number}.md", f"Bài số {number}. {RIVER * 60}", title=f"Bài {number}", date="2024-06-19")
    return folder


def start(home: Path, news: Path) -> subprocess.Popen[str]:
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    script = INGESTING.format(paths=paths, home=str(home), news=str(news))
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)


def everything_is_there(catalogue: Catalogue) -> None:
    consistent(catalogue)
    titles = sorted(info.title or "" for info in catalogue.list_articles())
    assert titles == sorted(f"Bài {number}" for number in range(ARTICLES))
    assert catalogue.query("SELECT count(*) FROM locations") == [(ARTICLES,)]
    assert catalogue.query("SELECT count(*) FROM files") == [(ARTICLES,)]


def agrees(index: VectorIndex, catalogue: Catalogue) -> bool:
    vector = np.array(HashingEmbedder().get_query_embedding("Bài số 7"), dtype=np.float32)
    found, exact = (searched.search(vector, "vi", 20) for searched in (index, ExactIndex(catalogue)))
    return np.allclose([cosine for _, cosine in found], [cosine for _, cosine in exact], atol=1e-3)


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_again_and_again_then_completed(tmp_path: Path, news: Path, seed: int) -> None:
    home, random = tmp_path / "home", Random(seed)
    stored = 0
    for _ in range(3):
        with start(home, news) as process:
            assert process.stdout
            for _ in range(random.randint(2, 12)):
                process.stdout.readline()
            time.sleep(random.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
        with Catalogue.open(home) as catalogue:
            consistent(catalogue)
            assert catalogue.count().articles >= stored, "what was stored stays stored"
            stored = catalogue.count().articles
    with Catalogue.open(home) as catalogue:
        embedder = HashingEmbedder()
        report = ingest(catalogue, embedder, news)
        assert (report.added, report.unchanged) == (ARTICLES - stored, stored)
        assert (embedder.texts == 0) == (stored == ARTICLES)
        everything_is_there(catalogue)
        index = VectorIndex(catalogue)
        assert index.sync()
        assert agrees(index, catalogue)
        index.close()


def test_two_at_once(tmp_path: Path, news: Path) -> None:
    home = tmp_path / "home"
    both = [start(home, news) for _ in range(2)]
    said = [process.communicate(timeout=60)[0].splitlines()[-1].split() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(int(words[1]) for words in said) == ARTICLES, "each article is added by one of them"
    assert [int(words[1]) + int(words[3]) for words in said] == [ARTICLES, ARTICLES]
    assert [words[5] for words in said] == ["0", "0"]
    with Catalogue.open(home) as catalogue:
        everything_is_there(catalogue)


def test_one_asks_while_another_ingests(tmp_path: Path, news: Path) -> None:
    home = tmp_path / "home"
    with Catalogue.open(home) as catalogue:
        ingest(catalogue, HashingEmbedder(), news / "0.md")
        index = VectorIndex(catalogue)
        assert index.sync()
        counts = []
        with start(home, news) as process:
            while process.poll() is None:
                counts.append(len(index.search(np.ones(64, dtype=np.float32), "vi", 10_000)))
                time.sleep(0.05)
        assert process.returncode == 0
        assert counts == sorted(counts)
        assert index.backend == "chroma"
        assert agrees(index, catalogue)
        everything_is_there(catalogue)
        index.close()


def test_after_the_owner_is_killed_another_takes_over(tmp_path: Path, news: Path) -> None:
    home = tmp_path / "home"
    with start(home, news) as process:
        assert process.stdout
        while "added" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGKILL)
    with Catalogue.open(home) as catalogue:
        index = VectorIndex(catalogue)
        assert agrees(index, catalogue)
        assert index.backend == "chroma"
        index.close()
        assert outcome(ingest(catalogue, HashingEmbedder(), news)) == (0, 0, ARTICLES, 0, 0)
