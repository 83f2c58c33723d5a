"""What must hold after every fault: all that was reported is there once and answers, and a repair finds no problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random

from conftest import HashingEmbedder
from test_ingest import sound

from faults.town import Town, fact_of, question_of
from faults.workers import opened
from rag.ingest.repair import repair
from rag.settings import ChromaServer
from rag.store.catalogue import Catalogue

# Questions after each fault, of those that could be asked.
SOME = 6
# The vector index is read through by a repair after every so many faults: each time a process loads Chroma for it.
# Questions open it after every fault.
SELDOM = 5


def check(
    home: Path,
    town: Town,
    told: Iterable[str],
    random: Random,
    count: Counter[str],
    url: str | None = None,
    server: ChromaServer | None = None,
) -> None:
    """`told` are the files whose articles were reported as added or updated, in their present state.

    `url` is that of a shared catalogue, `server` where the vector index is.
    """
    names = sorted(told)
    count["times"] += 1
    count["reported"] += len(names)
    if not url and not (home / "catalogue.sqlite3").exists():
        assert not names
        return
    with Catalogue.open(home, url=url) as catalogue:
        sound(catalogue)
        is_told_once(catalogue, town, names, count)
    repaired(home, count, with_index=count["times"] % SELDOM == 1, url=url, server=server)
    asked = random.sample(names, min(SOME, len(names)))
    answers(home, town, asked, count, url, server)


def is_told_once(catalogue: Catalogue, town: Town, names: Iterable[str], count: Counter[str]) -> None:
    sql = "SELECT locations.path, text FROM locations JOIN articles ON articles.id = article_id"
    places: dict[str, list[str]] = {}
    for path, text in catalogue.query(sql):
        places.setdefault(Path(path).name, []).append(text)
    for name in names:
        texts = places.get(name, [])
        count["doubled"] += len(texts) > 1
        count["lost"] += not any(fact_of(name, town.figures[name]) in text for text in texts)
    titles = Counter(info.title for info in catalogue.list_articles())
    count["doubled"] += sum(number - 1 for number in titles.values())
    assert not count["doubled"] and not count["lost"]


def repaired(
    home: Path,
    count: Counter[str],
    *,
    with_index: bool = True,
    url: str | None = None,
    server: ChromaServer | None = None,
) -> None:
    """The catalogue never needs mending; the vector index, which is derived, may."""
    for found in repair(home, HashingEmbedder, server, catalogue_url=url):  # type: ignore[arg-type]
        if found.status == "mended" and found.name == "index":
            count["index built"] += 1
        elif found.status != "ok" and found.name != "left over":
            count["problems"] += 1
            raise AssertionError(found)
        if found.name == "log" and not with_index:
            return


def answers(
    home: Path,
    town: Town,
    names: Iterable[str],
    count: Counter[str],
    url: str | None = None,
    server: ChromaServer | None = None,
) -> None:
    with opened(str(home), url, server.url if server else None) as qa:
        for name in names:
            quotes = [citation.quote for citation in qa.ask(question_of(name)).citations]
            assert fact_of(name, town.figures[name]) in quotes, (name, quotes)
            count["answered"] += 1
