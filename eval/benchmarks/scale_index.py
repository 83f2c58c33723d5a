"""Chroma's index with several settings of HNSW over one archive's vectors: recall, latency, time to build, disk."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.speed import disk_megabytes
from eval.benchmarks.table import figure, render
from rag.store.catalogue import Catalogue
from rag.store.rows import Vector

if TYPE_CHECKING:
    from chromadb.api.client import Client

# (max_neighbors, ef_construction), Chroma's default first. One index serves all of EF_SEARCH.
BUILT = ((16, 100), (16, 200), (32, 200))
EF_SEARCH = (100, 200, 400, 800, 1600)
NEAREST = 10
# As many as the retriever asks for.
ASKED = 60
_PAGE = 2000


def sweep(home: Path, questions: Vector, folder: Path) -> list[dict[str, Any]]:
    """Figures of each setting over the Vietnamese passages in `home`; `folder` is used and removed."""
    with Catalogue.open(home) as catalogue:
        rowids, rows = catalogue.vectors("vi")
        moved = questions - catalogue.means()["vi"][1]
    exact = [rowids[np.argpartition(-(rows @ vector), NEAREST)[:NEAREST]] for vector in moved]
    return [
        figures
        for neighbours, construction in BUILT
        for figures in _settings(rowids, rows, moved, exact, neighbours, construction, folder)
    ]


def _settings(
    rowids: NDArray[np.int64],
    rows: Vector,
    questions: Vector,
    exact: Sequence[NDArray[np.int64]],
    neighbours: int,
    construction: int,
    folder: Path,
) -> list[dict[str, Any]]:
    import chromadb
    from chromadb.config import Settings

    shutil.rmtree(folder, ignore_errors=True)
    settings = Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]
    client = cast("Client", chromadb.PersistentClient(folder, settings))
    hnsw = {"space": "cosine", "max_neighbors": neighbours, "ef_construction": construction}
    collection = client.create_collection("sweep", configuration={"hnsw": hnsw}, embedding_function=None)  # type: ignore[arg-type]
    began = time.perf_counter()
    for start in range(0, len(rows), _PAGE):
        collection.upsert(
            ids=[str(rowid) for rowid in rowids[start : start + _PAGE]], embeddings=rows[start : start + _PAGE]
        )
    built = time.perf_counter() - began
    figures = []
    for ef_search in EF_SEARCH:
        collection.modify(configuration={"hnsw": {"ef_search": ef_search}})
        # An open index keeps the setting that it was opened with.
        client.close()
        client = cast("Client", chromadb.PersistentClient(folder, settings))
        collection = client.get_collection("sweep", embedding_function=None)
        taken, shares = [], []
        for vector, wanted in zip(questions, exact, strict=True):
            began = time.perf_counter()
            found = collection.query(query_embeddings=[vector.tolist()], n_results=ASKED, include=["distances"])
            taken.append(1000 * (time.perf_counter() - began))
            nearest = {int(rowid) for rowid in found["ids"][0][:NEAREST]}
            shares.append(len(nearest & set(wanted.tolist())) / NEAREST)
        figures.append(
            {
                "max_neighbors": neighbours,
                "ef_construction": construction,
                "ef_search": ef_search,
                "recall@10": float(np.mean(shares)),
                "p50 ms": float(np.percentile(taken, 50)),
                "p95 ms": float(np.percentile(taken, 95)),
                "build s": built,
                "disk MB": disk_megabytes(folder),
            }
        )
    client.close()
    shutil.rmtree(folder, ignore_errors=True)
    return figures


def report(rows: Sequence[dict[str, Any]]) -> str:
    digits = {"recall@10": 3, "p50 ms": 1, "p95 ms": 1, "build s": 0, "disk MB": 0}
    names = ("max_neighbors", "ef_construction", "ef_search")
    return render(
        ["M, ef_construction, ef_search", *digits],
        [
            [", ".join(str(row[name]) for name in names), *(figure(row[key], places) for key, places in digits.items())]
            for row in rows
        ],
    )
