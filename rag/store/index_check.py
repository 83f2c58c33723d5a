"""Whether Chroma holds exactly the catalogue's vectors and finds them again; read in a process of its own.

A damaged index ends the process that reads it, or keeps it for ever; and sizes and times of its files do not show
every damage.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from rag.errors import ArchiveError
from rag.settings import ChromaServer
from rag.store.catalogue import Catalogue
from rag.store.chroma import Chroma, ChromaError, connect
from rag.store.index_note import IndexNote
from rag.store.rows import Vector

_ROOT = str(Path(__file__).resolve().parents[2])
_COMMAND = "import sys; sys.path.insert(0, sys.argv[1]); from rag.store.index_check import main; main()"
# Seconds to start, and passages to read in one.
_START, _RATE = 60, 500
# Of every page one vector is looked for; an approximate index misses a few.
_PAGE, _LEAST_FOUND = 200, 0.9
# The catalogue's float16 numbers, normalised by Chroma.
_TOLERANCE = 2e-3


def is_whole(catalogue: Catalogue, note: IndexNote, server: ChromaServer | None) -> bool:
    """Whether the index is as the note says; nobody else may use it meanwhile."""
    asked = {
        "home": str(catalogue.home.absolute()),
        "catalogue": catalogue.url,
        "server": asdict(server) if server else None,
        "note": asdict(note),
    }
    seconds = _START + catalogue.count().passages / _RATE
    try:
        done = subprocess.run(  # noqa: S603 - our own program; what it is told goes through its input
            [sys.executable, "-P", "-c", _COMMAND, _ROOT],
            input=json.dumps(asked),
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def main() -> None:
    asked = json.load(sys.stdin)
    note = IndexNote(**asked["note"])
    home = Path(asked["home"])
    server = ChromaServer(**asked["server"]) if asked["server"] else None
    try:
        with Catalogue.open(home, url=asked["catalogue"], readonly=True) as catalogue:
            chroma = connect(home / "chroma", server, note)
            try:
                whole = _agree(catalogue, chroma, note)
            finally:
                chroma.close()
    except (ArchiveError, ChromaError):
        whole = False
    sys.exit(0 if whole else 1)


def _agree(catalogue: Catalogue, chroma: Chroma, note: IndexNote) -> bool:
    counts = chroma.counts()
    if counts != note.counts:
        return False
    # What came and went since belongs to the index's next step.
    changes = catalogue.changes(note.applied, limit=1_000_000)
    late = {rowid for some in changes.added.values() for rowid in some}
    looked = found = 0
    for language in catalogue.count().languages:
        for rowids, wanted in catalogue.vector_pages(language, _PAGE):
            kept = [place for place, rowid in enumerate(rowids) if rowid not in late]
            if not kept:
                continue
            expected = [rowids[place] for place in kept]
            held, vectors = chroma.vectors(language, expected)
            if held != expected or not np.allclose(_units(vectors), _units(wanted[kept]), atol=_TOLERANCE):
                return False
            looked += 1
            nearest = chroma.query(wanted[kept[0]], language, min(10, counts[language]))
            # Reprints have the same vector: any of them will do.
            found += bool(nearest) and nearest[0][1] > 1 - _TOLERANCE
    return found >= _LEAST_FOUND * looked


def _units(vectors: Vector) -> Vector:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), dtype=np.float32)
