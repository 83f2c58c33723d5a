"""The vector index: whatever happens to Chroma, the nearest passages are found."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import HashingEmbedder, store

from rag.errors import EmbedderMismatch
from rag.store import vectors as vectors_module
from rag.store.catalogue import Catalogue
from rag.store.chroma import Chroma, ChromaError, ef_search, slug
from rag.store.exact import ExactIndex
from rag.store.vectors import Index, VectorIndex
from rag.types import Article

WORDS = ["sông", "cầu", "lũ", "chợ", "trường", "đường", "nhà", "cây", "biển", "núi", "đảo", "rừng", "mưa", "nắng"]


def articles(first: int, count: int) -> list[Article]:
    """Each of three different words; English ones are every fifth."""
    made = []
    for number in range(first, first + count):
        words = [WORDS[(number * step) % len(WORDS)] for step in (1, 3, 7)]
        if number % 5:
            made.append(Article(f"a{number}", f"Bài số {number} kể về {', '.join(words)} của chúng ta.", language="vi"))
        else:
            made.append(
                Article(f"a{number}", f"Story number {number} is about the weather and the people.", language="en")
            )
    return made


def question(text: str) -> np.ndarray:
    return np.array(HashingEmbedder().get_query_embedding(text), dtype=np.float32)


QUESTION = question("cầu và sông và 7")


def by_hand(catalogue: Catalogue, k: int) -> list[float]:
    _, matrix = catalogue.vectors("vi")
    return sorted((float(cosine) for cosine in matrix @ QUESTION), reverse=True)[:k]


def cosines(hits: list[tuple[int, float]]) -> list[float]:
    return [cosine for _, cosine in hits]


def agrees(index: Index, catalogue: Catalogue) -> bool:
    """Whether the index finds what an exact search does (of equal cosines any)."""
    found, exact = index.search(QUESTION, "vi", 10), ExactIndex(catalogue).search(QUESTION, "vi", 10)
    return len(found) == len(exact) and np.allclose(cosines(found), cosines(exact), atol=1e-3)


@pytest.fixture
def index(catalogue: Catalogue) -> Iterator[VectorIndex]:
    opened = VectorIndex(catalogue)
    yield opened
    opened.close()


def test_exact_search_is_exact_and_follows_the_archive(catalogue: Catalogue) -> None:
    exact = ExactIndex(catalogue)
    assert exact.search(QUESTION, "vi", 5) == []
    store(catalogue, *articles(0, 40))
    hits = exact.search(3 * QUESTION, "vi", 5)
    assert np.allclose(cosines(hits), by_hand(catalogue, 5))
    assert all(0 < cosine <= 1 for _, cosine in hits)
    with catalogue.transaction() as writer:
        writer.remove(catalogue.passages([hits[0][0]])[hits[0][0]].passage.article_id)
    store(catalogue, *articles(40, 10))
    assert np.allclose(cosines(exact.search(QUESTION, "vi", 50)), by_hand(catalogue, 50))
    assert len(exact.search(QUESTION, "en", 50)) == 10


def test_a_vector_of_another_dimension_is_refused(catalogue: Catalogue, index: VectorIndex) -> None:
    store(catalogue, *articles(0, 5))
    with pytest.raises(EmbedderMismatch, match="7 numbers"):
        index.search(np.ones(7, dtype=np.float32), "vi", 3)


def test_chroma_finds_the_same_and_follows_the_archive(catalogue: Catalogue, index: VectorIndex) -> None:
    assert index.search(QUESTION, "vi", 3) == []
    store(catalogue, *articles(0, 60))
    assert index.sync()
    assert index.backend == "chroma"
    assert agrees(index, catalogue)
    with catalogue.transaction() as writer:
        writer.remove("a1")
        writer.remove("a7")
    store(catalogue, *articles(60, 20))
    assert agrees(index, catalogue), "a search catches up by itself"
    assert len(index.search(QUESTION, "en", 50)) == 16
    assert index.search(QUESTION, "fr", 3) == []


def test_the_collections_name_model_dimension_and_language(catalogue: Catalogue, index: VectorIndex) -> None:
    store(catalogue, *articles(0, 6), embedder=HashingEmbedder("Some/Model v2"))
    index.sync()
    index.close()
    chroma = Chroma.folder(catalogue.home / "chroma", "some-model-v2-64-")
    assert chroma.counts() == {"vi": 4, "en": 2}
    chroma.close()
    assert slug("Việt/…") == "vi-t"


def test_a_second_owner_searches_exactly_until_the_first_is_gone(catalogue: Catalogue, index: VectorIndex) -> None:
    store(catalogue, *articles(0, 30))
    index.sync()
    with Catalogue.open(catalogue.home) as other_catalogue:
        other = VectorIndex(other_catalogue)
        assert agrees(other, catalogue)
        assert other.backend == "exact"
        assert not other.sync()
        store(other_catalogue, *articles(30, 10))
        assert agrees(other, catalogue)
        assert agrees(index, catalogue)
        index.close()
        assert other.sync()
        assert other.backend == "chroma"
        assert agrees(other, catalogue)
        other.close()


def reopened(catalogue: Catalogue) -> str:
    """Which backend a new owner ends up with, having checked that it is right."""
    index = VectorIndex(catalogue)
    assert agrees(index, catalogue)
    backend = index.backend
    index.close()
    return backend


def built(catalogue: Catalogue) -> Path:
    """An archive with a clean index; its folder."""
    store(catalogue, *articles(0, 50))
    index = VectorIndex(catalogue)
    index.sync()
    index.close()
    return catalogue.home / "chroma"


def inode(folder: Path) -> int:
    return (folder / "chroma.sqlite3").stat().st_ino


def test_a_clean_index_is_not_built_again(catalogue: Catalogue) -> None:
    folder = built(catalogue)
    before = inode(folder)
    assert [reopened(catalogue) for _ in range(3)] == ["chroma"] * 3
    store(catalogue, *articles(50, 5))
    assert reopened(catalogue) == "chroma"
    index = VectorIndex(catalogue)
    assert index.search(QUESTION, "fr", 3) == []
    index.close()
    assert reopened(catalogue) == "chroma"
    assert inode(folder) == before


def corrupt_database(folder: Path) -> None:
    path = folder / "chroma.sqlite3"
    path.write_bytes(os.urandom(path.stat().st_size))


def truncate_vectors(folder: Path) -> None:
    for path in folder.rglob("*.bin"):
        path.write_bytes(path.read_bytes()[:50])


def lose_a_file(folder: Path) -> None:
    next(folder.rglob("header.bin")).unlink()


def lose_the_note(folder: Path) -> None:
    (folder / "state.json").unlink()


def spoil_the_note(folder: Path) -> None:
    (folder / "state.json").write_text('{"archive": 3')


def lose_everything(folder: Path) -> None:
    shutil.rmtree(folder)


def put_a_file_there(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "chroma.sqlite3").write_text("not a database")


@pytest.mark.parametrize(
    "damage",
    [
        corrupt_database,
        truncate_vectors,
        lose_a_file,
        lose_the_note,
        spoil_the_note,
        lose_everything,
        put_a_file_there,
    ],
)
def test_a_damaged_index_is_built_anew_from_the_catalogue(catalogue: Catalogue, damage: Callable[[Path], None]) -> None:
    damage(built(catalogue))
    assert reopened(catalogue) == "chroma"


def test_the_index_of_another_archive_is_not_trusted(catalogue: Catalogue, tmp_path: Path) -> None:
    built(catalogue)
    with Catalogue.open(tmp_path / "other") as other:
        store(other, *articles(100, 50))
        shutil.copytree(catalogue.home / "chroma", other.home / "chroma")
        assert reopened(other) == "chroma"


def test_an_index_ahead_of_a_restored_catalogue_is_not_trusted(catalogue: Catalogue, tmp_path: Path) -> None:
    store(catalogue, *articles(0, 20))
    catalogue.tidy()
    backup = (catalogue.home / "catalogue.sqlite3").read_bytes()
    built_later = articles(100, 20)
    store(catalogue, *built_later)
    index = VectorIndex(catalogue)
    index.sync()
    index.close()
    catalogue.close()
    for path in catalogue.home.glob("catalogue.sqlite3*"):
        path.unlink()
    (catalogue.home / "catalogue.sqlite3").write_bytes(backup)
    assert reopened(catalogue) == "chroma"


def test_a_question_does_not_wait_for_a_long_build(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_module, "AT_ONCE", 10)
    store(catalogue, *articles(0, 40))
    index = VectorIndex(catalogue)
    assert agrees(index, catalogue)
    assert index.backend == "exact"
    assert index.sync()
    assert index.backend == "chroma"
    store(catalogue, *articles(40, 40))
    assert agrees(index, catalogue)
    index.close()


def test_a_failure_of_chroma_while_searching_is_bridged(catalogue: Catalogue, index: VectorIndex) -> None:
    store(catalogue, *articles(0, 40))
    index.sync()
    assert index._chroma
    index._chroma._client.delete_collection("hashing-64-vi")
    assert agrees(index, catalogue)
    assert index.backend == "exact"
    assert index.sync()
    assert agrees(index, catalogue)
    assert index.backend == "chroma"


KILLED = """
import sys
sys.path[:0] = {paths!r}
from rag.store.catalogue import Catalogue
from rag.store.vectors import VectorIndex
index = VectorIndex(Catalogue.open({home!r}))
index.sync()
print("synced", flush=True)
from test_vectors import articles, store
for number in range(1000, 100000, 20):
    with index._catalogue.transaction() as writer:
        for info in index._catalogue.list_articles()[:10]:
            writer.remove(info.id)
    store(index._catalogue, *articles(number, 20))
    index.sync()
"""


@pytest.mark.parametrize("delay", [0.0, 0.13, 0.41])
def test_killed_while_writing(catalogue: Catalogue, delay: float) -> None:
    store(catalogue, *articles(0, 60))
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    script = textwrap.dedent(KILLED.format(paths=paths, home=str(catalogue.home)))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"synced\n"
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
    assert reopened(catalogue) == "chroma"


def test_a_folder_that_could_not_be_opened_can_be_later(tmp_path: Path) -> None:
    # As on a disk that was full: Chroma keeps its half-opened database for the rest of the process.
    (tmp_path / "chroma" / "chroma.sqlite3").mkdir(parents=True)
    with pytest.raises(ChromaError):
        Chroma.folder(tmp_path / "chroma", "a-")
    (tmp_path / "chroma" / "chroma.sqlite3").rmdir()
    chroma = Chroma.folder(tmp_path / "chroma", "a-")
    assert chroma.counts() == {}
    chroma.close()


def test_an_index_of_an_earlier_setting_is_searched_as_thoroughly(tmp_path: Path) -> None:
    import chromadb

    def effort() -> int:
        client = chromadb.PersistentClient(tmp_path)
        found = client.get_collection("model-vi", embedding_function=None).configuration_json["hnsw"]["ef_search"]
        client.close()
        return int(found)

    client = chromadb.PersistentClient(tmp_path)
    client.create_collection("model-vi", configuration={"hnsw": {"ef_search": 400}}, embedding_function=None)
    client.close()
    assert effort() == 400
    # A client that was closed may hold its database for a moment longer.
    for last in (False,) * 20 + (True,):
        chroma = Chroma.folder(tmp_path, "model-")
        try:
            chroma.counts()
            break
        except ChromaError:
            if last:
                raise
            time.sleep(0.2)
        finally:
            chroma.close()
    assert effort() == 1200


def test_a_larger_index_is_searched_more_thoroughly() -> None:
    assert [ef_search(vectors) for vectors in (0, 576_000, 576_001, 1_000_000)] == [1200, 1200, 2400, 2400]
