"""A suite: cases and the articles they are about, and its archive brought up to date before it is asked."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval import adapters
from eval.cases import Case, Gold, read_all
from eval.lines import write_lines
from rag.errors import UsageError
from rag.newsqa import NewsQA
from rag.sample import SAMPLE
from rag.settings import Settings
from rag.types import Article

ROOT = Path(__file__).resolve().parents[1]
DATASETS = ROOT / "eval" / "datasets"
DEFAULT = "corpus"
# The suites of this project with the articles they are about; the other files in `eval/datasets` are not cases.
OWN = {DEFAULT: SAMPLE, "newsroom": DATASETS / "newsroom"}


@dataclass(frozen=True, slots=True)
class Suite:
    """`articles` is what the archive is made from: a file or folder, or the articles themselves; None where an archive
    is asked as it is. `left_out` counts the questions of a public set that could not be made into cases; `places` are
    the file and line of each case of a file.
    """

    name: str
    cases: tuple[Case, ...]
    articles: Path | tuple[Article, ...] | None = None
    left_out: int = 0
    places: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """A checksum of the cases."""
        content = "\n".join(repr(case) for case in self.cases)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def find(name: str = DEFAULT, articles: Path | None = None, problems: list[str] | None = None) -> Suite:
    """The suite of that name in `eval/datasets` over its own articles; that of a file of cases, over `articles`; or a
    public data set (a folder, a SQuAD .json file) over its own articles.

    What is wrong with lines of a file is added to `problems`; without such a list the first is raised. Raises
    UsageError naming the suites there are.
    """
    if name in OWN:
        return _of_file(DATASETS / f"{name}.jsonl", articles or OWN[name], problems)
    path = Path(name)
    if path.is_dir() or path.suffix == ".json":
        public = adapters.read(path)
        if not public.cases:
            raise UsageError(f"{path} asks no questions; claims that people judged are for: rag eval judge {path}")
        return Suite(public.name, public.cases, articles or public.articles, len(public.left_out))
    if not path.is_file():
        raise UsageError(f"{name}: no such suite or file of cases; the project's own: {', '.join(OWN)}")
    return _of_file(path, articles, problems)


def _of_file(path: Path, articles: Path | None, problems: list[str] | None) -> Suite:
    reading = read_all(path)
    if reading.problems and problems is None:
        raise UsageError(reading.problems[0])
    if problems is not None:
        problems += reading.problems or ([] if reading.cases else [f"{path}: no case in it"])
    return Suite(path.stem, tuple(reading.cases.values()), articles, places=tuple(reading.cases))


def chosen(cases: Sequence[Case], *, split: str | None = None, limit: int | None = None, seed: int = 0) -> list[Case]:
    """The cases of a split; at most `limit`, drawn by `seed` evenly from every kind, in the suite's order."""
    pool = [case for case in cases if split is None or case.split == split]
    if limit is None or limit >= len(pool):
        return pool
    by_kind: dict[str, list[Case]] = {}
    for case in random.Random(seed).sample(pool, len(pool)):  # noqa: S311 - a sample, no secret
        by_kind.setdefault(case.kind, []).append(case)
    taken: set[str] = set()
    rounds = max(map(len, by_kind.values()))
    for turn in range(rounds):
        for kind in sorted(by_kind):
            if turn < len(by_kind[kind]) and len(taken) < limit:
                taken.add(by_kind[kind][turn].id)
    return [case for case in pool if case.id in taken]


def open_archive(suite: Suite, settings: Settings, cache: Path) -> NewsQA:
    """The suite's archive, in its own folder below `cache`; the archive of `settings` where it has no articles."""
    if suite.articles is None:
        return NewsQA(settings)
    embedder = settings.embed_model.replace("/", "-")
    if isinstance(suite.articles, Path):
        if not suite.articles.exists():
            raise UsageError(f"{suite.articles}: there are no articles; name a file or folder by --articles")
        place = hashlib.sha256(str(suite.articles.resolve()).encode()).hexdigest()[:8]
        home, source = cache / f"{suite.articles.stem}-{embedder}-{place}", suite.articles
    else:
        home = cache / f"{suite.name}-{embedder}"
        source = home / "articles.jsonl"
        home.mkdir(parents=True, exist_ok=True)
        write_lines((_record(article) for article in suite.articles), source)
    qa = NewsQA.open(home=home, settings=settings)
    report = qa.ingest([source])
    if report.failed:
        failure = report.failed[0]
        raise UsageError(f"{failure.path} cannot be ingested: {failure.reason}")
    return qa


def _record(article: Article) -> dict[str, str]:
    """An article as `rag ingest` reads it; what is not known is left out, and languages are for the archive to tell."""
    fields = ("id", "title", "source", "author", "published", "url", "text")
    return {name: value for name in fields if (value := getattr(article, name))}


class Library:
    """The articles that cases, quotes and hits are about, by id; found by the file that a gold quote names."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self.articles = {article.id: article for article in articles}

    @classmethod
    def gather(cls, qa: NewsQA, cases: Iterable[Case], ids: Iterable[str] = ()) -> Library:
        """The articles of those ids and of the cases' gold; unknown ones are left out."""
        files = {gold.file for case in cases for gold in case.gold}
        wanted = set(ids)
        listed = qa.articles()
        by_ending: dict[str, str] = {}
        for info in listed:
            pieces = info.path.split("/")
            for place in range(len(pieces)):
                by_ending.setdefault("/".join(pieces[place:]), info.id)
            by_ending.setdefault(info.id, info.id)
        wanted |= {by_ending[file] for file in files if file in by_ending}
        return cls(qa.article(info.id) for info in listed if info.id in wanted)

    def named(self, gold: Gold) -> Article | None:
        return next((each for each in self.articles.values() if gold.names(each.id, each.path)), None)
