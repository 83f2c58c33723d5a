"""What people read on a terminal, set by rich: wrapped to its width, coloured where it can be (rich minds NO_COLOR).

Text is passed as `Text`, never as markup: square brackets in an article are square brackets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rag.commands import terminal
from rag.types import Answer, AnswerEvent, Article, Citation, IngestReport, Settled

if TYPE_CHECKING:
    from rag.doctor.check import Check
    from rag.ingest.pipeline import Progress
    from rag.store.rows import ArticleInfo

# Longer lines are hard to read.
_WIDTH = 100
_OPENING = ("“", '"', "«")
_STATUS_STYLE = {"ok": "green", "mended": "cyan", "warning": "yellow", "problem": "bold red"}


def _console(limit: int | None = None) -> Console:
    console = Console(markup=False, highlight=False, emoji=False)
    if limit:
        console.width = min(console.width, limit)
    return console


def answer(shown: Answer) -> None:
    """The answer with hanging opening quotation marks, the answering words bold; then the sources or nearest titles."""
    console = _console(_WIDTH)
    quotes = Table.grid()
    quotes.add_column(width=2, justify="right")
    quotes.add_column(overflow="fold")
    for line in _marked(shown).split("\n", allow_blank=True):
        opening = line.plain[0] if line.plain.startswith(_OPENING) else ""
        quotes.add_row(opening, line[len(opening) :])
    console.print(quotes)
    for doubt in terminal.doubts(shown):
        console.print(Text(f"  {doubt}", style="yellow"))
    if shown.citations:
        console.print()
        sources = [_source(citation, shown.language, quoted=shown.model is not None) for citation in shown.citations]
        console.print(_hanging(sources))
    if shown.nearest:
        console.print(Text(f"\n  {terminal.nearest_label(shown.language)}", style="dim"))
        console.print(_hanging([(Text("-"), Text(terminal.safe_line(title))) for title in shown.nearest]))


def _marked(shown: Answer) -> Text:
    """The answer's text, markers and the words that answer standing out."""
    words = Text(terminal.safe(shown.text), style="" if shown.found else "yellow")
    words.highlight_regex(r"\[\d+\]", "bold cyan")
    for citation in shown.citations:
        at = shown.text.find(citation.quote)
        if citation.answer and at >= 0:
            words.stylize("bold", at + citation.answer.start, at + citation.answer.end)
    return words


def stream(events: Iterator[AnswerEvent]) -> None:
    """The answer while it is written (what is not checked yet is dim), then the answer itself in its place."""
    from rich.live import Live

    console = _console(_WIDTH)
    settled = Text()
    with Live(console=console, transient=True, auto_refresh=False) as live:
        for event in events:
            if isinstance(event, Answer):
                live.stop()
                answer(event)
            elif isinstance(event, Settled):
                settled.append(f"{terminal.safe_line(event.sentence.text)} ")
                live.update(settled, refresh=True)
            else:
                draft = Text(terminal.safe_line(event.text), style="dim")
                live.update(Text.assemble(settled, draft), refresh=True)


def _source(citation: Citation, language: str, *, quoted: bool = False) -> tuple[Text, Text]:
    """`quoted` adds the quote, where the answer is not made of quotes itself."""
    words = Text(f"{terminal.described(citation, language)}\n")
    if quoted:
        words.append(f"{terminal.safe(citation.quote)}\n", style="italic")
    words.append(terminal.place(citation), style="dim")
    return Text(f"[{citation.marker}]", style="bold cyan"), words


def _hanging(rows: Sequence[tuple[Text, Text]]) -> Table:
    """Marks in the margin, words beside them."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for mark, words in rows:
        table.add_row("", mark, words)
    return table


def articles(shown: Sequence[ArticleInfo]) -> None:
    """One line an article: ids and dates whole, since they are copied; outlets and titles cut to the width."""
    console = _console()
    longest = max(len(terminal.safe_line(info.id)) for info in shown)
    widths = {"id": min(longest, console.width // 3), "date": 10, "outlet": console.width // 5, "lang": 4}
    gap = 2
    # Left to itself rich would rather drop the ids than cut the titles.
    widths["title"] = max(10, console.width - sum(widths.values()) - gap * len(widths))
    table = Table(box=None, header_style="bold", padding=(0, gap, 0, 0), pad_edge=False)
    for name, width in widths.items():
        whole = name == "id"
        table.add_column(name, width=width, no_wrap=not whole, overflow="fold" if whole else "ellipsis")
    for info in shown:
        table.add_row(*map(Text, terminal.listed(info)))
    console.print(table)


def article(shown: Article) -> None:
    """Metadata, then the text; what may not be quoted (advertising and the like) is dimmed."""
    console = _console(_WIDTH)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, value in terminal.facts(shown):
        table.add_row(name, Text(value))
    console.print(table)
    words = Text(terminal.safe(shown.text))
    for span in shown.unquotable:
        words.stylize("dim", span.start, span.end)
    console.print()
    console.print(words)


def report(shown: IngestReport) -> None:
    counts = terminal.counts(shown)
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for name in counts:
        table.add_column(name, justify="right", style="bold red" if name == "failed" and shown.failed else "")
    table.add_row(*map(str, counts.values()))
    console = _console(_WIDTH)
    console.print(table)
    console.print(Text(f"passages embedded: {shown.passages}, in {shown.seconds:.1f} s", style="dim"))


def checks(shown: Sequence[Check]) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in shown:
        words = Text(terminal.safe_line(check.detail))
        if check.advice:
            words.append(f"\n{terminal.safe_line(check.advice)}", style="bold")
        table.add_row(Text(check.status, style=_STATUS_STYLE[check.status]), Text(check.name), words)
    _console(_WIDTH).print(table)


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None]]:
    """A bar on stderr over the bytes to read, with articles and passages stored and time left; gone at the end."""
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("articles {task.fields[articles]}, passages {task.fields[passages]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=120) as bar:
        task = bar.add_task("", total=None, articles=0, passages=0)

        def show(state: Progress) -> None:
            bar.update(task, completed=state.done, total=state.total, articles=state.articles, passages=state.passages)

        yield show


@contextmanager
def bytes_bar(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr over the bytes to fetch, with speed and time left; gone at the end."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=120) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done)
