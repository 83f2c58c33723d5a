"""How rightly web pages are read, over generated pages of invented outlets.

    python -m eval.benchmarks.pages [--count 200] [--seed 0] [--all] [--show] [--out FILE]

Reported: the share of pages with the right publication date, headline and author (unknown where the page tells none),
and F1 of what may be quoted against the article's words. Layouts of the `held` half are not worked on; `--all` adds
the other half. Reading is timed in this process.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.benchmarks.page_layouts import Page, page
from eval.benchmarks.table import percent, render, write_json
from rag.errors import ReadError
from rag.readers.record import Record, finish
from rag.readers.web import read_pages
from rag.text.terms import terms


@dataclass(frozen=True, slots=True)
class Read:
    """One page and what was read from it; None where nothing was."""

    page: Page
    record: Record | None

    @property
    def has_date(self) -> bool:
        told = self.page.published
        return self.record is not None and self.record.published == (told.isoformat() if told else None)

    @property
    def has_title(self) -> bool:
        return self.record is not None and self.record.title == self.page.story.headline

    @property
    def has_author(self) -> bool:
        return self.record is not None and self.record.author == self.page.author

    @property
    def f1(self) -> float:
        """Of the words that may be quoted, with the article's."""
        if self.record is None:
            return 0.0
        said, true = Counter(terms(quotable(self.record))), Counter(terms(self.page.body))
        shared = sum((said & true).values())
        return 2 * shared / (sum(said.values()) + sum(true.values()))


def quotable(record: Record) -> str:
    """The text without what may not be quoted."""
    kept, end = [], 0
    for span in record.unquotable:
        kept.append(record.text[end : span.start])
        end = span.end
    return "\n".join([*kept, record.text[end:]])


def read(one: Page) -> Read:
    try:
        (first, *_) = read_pages(one.html)
    except ReadError:
        return Read(one, None)
    return Read(one, finish(first, "page.html"))


def shares(results: Sequence[Read]) -> dict[str, float]:
    count = len(results)
    return {
        "date": sum(one.has_date for one in results) / count,
        "headline": sum(one.has_title for one in results) / count,
        "author": sum(one.has_author for one in results) / count,
        "body F1": sum(one.f1 for one in results) / count,
    }


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="eval.benchmarks.pages", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--all", action="store_true", help="the layouts that were worked on, too")
    parser.add_argument("--show", action="store_true", help="each page that is not wholly right")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args(argv)
    figures, rows = {}, []
    for name, held in (("held", True), ("worked on", False)) if args.all else (("held", True),):
        pages = [page(args.seed * 1_000_000 + i, held=held) for i in range(args.count)]
        began = time.perf_counter()
        results = [read(one) for one in pages]
        seconds = time.perf_counter() - began
        figures[name] = shares(results)
        rows.append([name, str(len(pages)), *map(percent, figures[name].values()), f"{len(pages) / seconds:.0f}"])
        if args.show:
            for i, result in enumerate(results):
                _show(i, result)
    print(render(["layouts", "pages", *next(iter(figures.values())), "pages/s"], rows))
    if args.out:
        write_json(args.out, figures)
    return 0


def _show(number: int, result: Read) -> None:
    if result.has_date and result.has_title and result.has_author and result.f1 > 0.97:
        return
    read_as = result.record
    print(f"{number}: F1 {result.f1:.2f}  {result.page.layout}", file=sys.stderr)
    if read_as:
        told = result.page
        print(
            f"   {read_as.published} ({told.published})  {read_as.author!r} ({told.author!r})  "
            f"{read_as.title!r} ({told.story.headline!r})",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
