"""`rag watch` as a process of its own: what changes in a folder or a feed is in the archive soon, restarts included."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from test_fetch import page
from web_server import XML, web_server

from rag import NewsQA
from rag.fetch import watched

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 120.0


@contextmanager
def watching(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "rag.cli", "watch", *arguments, "--home", str(home)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said


def titles(home: Path) -> set[str | None]:
    with NewsQA.open(home) as qa:
        return {info.title for info in qa.articles()}


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_a_folder(tmp_path: Path) -> None:
    folder, home = tmp_path / "in", tmp_path / "home"
    folder.mkdir()
    (folder / "a.html").write_text(page("Cầu mở"), encoding="utf-8")
    with watching(home, str(folder)):
        until(lambda: watched.read(home) is not None and titles(home) == {"Cầu mở"})
        (folder / "b.html").write_text(page("Chợ mở"), encoding="utf-8")
        until(lambda: titles(home) == {"Cầu mở", "Chợ mở"})
    # What happens while nobody watches is seen at the next start.
    (folder / "a.html").unlink()
    (folder / "c.html").write_text(page("Phà nghỉ"), encoding="utf-8")
    with watching(home, str(folder)):
        until(lambda: titles(home) == {"Chợ mở", "Phà nghỉ"})
    last = watched.read(home)
    assert last is not None
    assert (last.watched, last.added, last.removed) == ((str(folder),), 1, 1)


def test_a_feed(tmp_path: Path) -> None:
    with web_server() as site:
        site.add("/a", page("Cầu mở"))
        feed = "<rss><channel><title>Báo</title><item><title>x</title><link>ROOT/a</link></item></channel></rss>"
        site.add("/feed", feed, XML)
        with watching(tmp_path, f"{site.address}/feed", "--allow-private"):
            until(lambda: watched.read(tmp_path) is not None and titles(tmp_path) == {"Cầu mở"})


def test_what_was_written_wrongly_is_nothing(tmp_path: Path) -> None:
    assert watched.read(tmp_path) is None
    for text in (
        "",
        "[]",
        "{}",
        json.dumps({"at": "x", "watched": []}),
        json.dumps({"at": "2026-05-05", "watched": 3}),
    ):
        (tmp_path / "watch.json").write_text(text, encoding="utf-8")
        assert watched.read(tmp_path) is None
