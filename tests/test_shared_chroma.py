"""Machines that share one PostgreSQL catalogue and one Chroma server: two answer while a third ingests."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import chroma_server
import httpx
import pytest
from api_server import ApiServer, surroundings
from faults.town import Town, fact_of, question_of
from postgres_server import Server

from rag.store.catalogue import Catalogue
from rag.store.chroma import connect
from rag.store.index_note import IndexNote


@contextmanager
def counting(url: str) -> Iterator[tuple[str, Counter[str]]]:
    """The address of a relay to `url`, and how many searches it has passed on by the key of who asked."""
    searches: Counter[str] = Counter()

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle(self) -> None:
            # A client that is killed.
            try:
                super().handle()
            except ConnectionError:
                self.close_connection = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"] or 0))
            searches[self.headers["x-chroma-token"]] += self.path.split("?")[0].endswith("/query")
            kept = {name: value for name, value in self.headers.items() if name.lower() == "content-type"}
            answer = httpx.request(self.command, url + self.path, content=body, headers=kept, trust_env=False)
            self.send_response(answer.status_code)
            self.send_header("content-type", answer.headers.get("content-type", "application/json"))
            self.send_header("content-length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as relay:
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{relay.server_port}", searches
        relay.shutdown()


@pytest.mark.timeout(120)
def test_two_machines_answer_from_one_index_while_a_third_ingests(
    tmp_path: Path, postgres: Server, chroma: chroma_server.Server
) -> None:
    catalogue_url, town = postgres.new_database(), Town(tmp_path / "news", Random(0))
    first = town.add(6)
    with counting(chroma.settings.url) as (chroma_url, searches):
        settings = {
            "CATALOGUE_URL": catalogue_url,
            "CHROMA_URL": chroma_url,
            "CHROMA_TENANT": "default_tenant",
            "CHROMA_DATABASE": "default_database",
        }
        beginning = _ingest(tmp_path / "third", town, settings)
        with (
            ApiServer(tmp_path / "one", {**settings, "CHROMA_API_KEY": "key-one"}) as one,
            ApiServer(tmp_path / "two", {**settings, "CHROMA_API_KEY": "key-two"}) as two,
        ):
            assert beginning.wait(60) == 0
            town.add(24)
            ingesting = _ingest(tmp_path / "third", town, settings)
            asked: Counter[str] = Counter()
            while ingesting.poll() is None or asked["key-one"] < 6:
                for key, server in (("key-one", one), ("key-two", two)):
                    if server.process.poll() is None:
                        name = first[asked[key] % len(first)]
                        _is_right(server, town, name)
                        asked[key] += 1
                if asked["key-two"] == 3:
                    two.process.kill()
                    two.process.wait()
            assert ingesting.returncode == 0
            assert two.process.poll() is not None
            for name in sorted(town.figures)[::5]:
                _is_right(one, town, name)
            assert all(searches[key] >= asked[key] for key in ("key-one", "key-two"))
            assert "searching without it" not in one.log_text() + two.log_text()
    _holds_the_catalogue(tmp_path, catalogue_url, chroma)


def _ingest(home: Path, town: Town, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "rag.cli", "ingest", str(town.folder), "--home", str(home)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, env={**surroundings(), **settings}, **quiet)


def _is_right(server: ApiServer, town: Town, name: str) -> None:
    answer = server.ask(question_of(name)).json()
    assert fact_of(name, town.figures[name]) in [citation["quote"] for citation in answer["citations"]], answer


def _holds_the_catalogue(tmp_path: Path, catalogue_url: str, chroma: chroma_server.Server) -> None:
    """Row for row, and nothing twice or left over."""
    with Catalogue.open(tmp_path / "third", url=catalogue_url) as catalogue:
        embedder = catalogue.embedder()
        assert embedder
        with closing(connect(tmp_path, chroma.settings, IndexNote(catalogue.archive_id(), *embedder, 0))) as index:
            assert index.counts() == dict(catalogue.count().languages)
            for language in index.counts():
                rowids = catalogue.vectors(language)[0].tolist()
                assert index.vectors(language, rowids)[0] == rowids
