"""The load benchmark: a real server, three askers, a second; and what they count of refusals and failures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from eval.benchmarks import load
from eval.benchmarks.load_askers import Asked, Plan, ask_all

ARTICLE = """---
title: Cầu Sông Mơ thông xe
source: Báo Làng Mơ
published: 2031-03-05
language: vi
---
Cây cầu dài 840 m, do Công ty Xây dựng Đá Trắng thi công với tổng kinh phí 312 tỷ đồng.
"""


def test_a_real_server_answers_three_askers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    articles, out = tmp_path / "articles", tmp_path / "report.json"
    articles.mkdir()
    (articles / "bridge.md").write_text(ARTICLE, encoding="utf-8")
    given = ["--askers", "3", "--seconds", "1", "--articles", str(articles), "--out", str(out)]
    assert load.main(given) == 0
    written = json.loads(out.read_text(encoding="utf-8"))
    (phase,) = written["phases"]
    assert phase["askers"] == 3
    assert phase["answered"] >= 3
    assert (phase["errors"], phase["refused"]) == ({}, 0)
    assert phase["p50 ms"] <= phase["p95 ms"] <= phase["max ms"]
    assert len(phase["afterwards ms"]) == load.ALONE
    assert written["settings"]["RAG_CONCURRENT"] == 2
    assert "RAG_REQUESTS_A_MINUTE=0" in capsys.readouterr().out


class Scripted(BaseHTTPRequestHandler):
    """Refuses, fails, hangs up, answers; by what the question says, once, and answers afterwards."""

    protocol_version = "HTTP/1.1"
    seen: set[str] = set()  # noqa: RUF012 - what all of its connections have seen

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        question = asked["question"] if "question" in asked else asked["messages"][-1]["content"]
        answer: dict[str, Any] = {"text": "a", "sentences": [], "choices": [{"message": {"content": "a"}}]}
        first = question not in self.seen
        self.seen.add(question)
        if first and question.startswith("hang up"):
            self.close_connection = True
        elif self.path.endswith("/stream"):
            events = [("waiting", {"position": 7}), ("waiting", {"position": 1}), ("answer", answer)]
            if question.startswith("break off"):
                events.pop()
            text = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
            self.send(200, text.encode())
        elif first and question.startswith("fail"):
            self.send(500, b"{}")
        elif first and question.startswith("refuse"):
            self.send(429, b"{}", {"Retry-After": "0"} if question.endswith("politely") else {})
        else:
            self.send(200, json.dumps(answer).encode())

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def scripted() -> Iterator[str]:
    Scripted.seen = set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def met(url: str, question: str, askers: int = 1) -> dict[str, Any]:
    plan = Plan(url, ["a key"] * askers, askers, 0.3, [Asked(question)])
    return asyncio.run(ask_all(plan))


def test_refusals_are_counted_by_whether_they_say_when_to_come_again(scripted: str) -> None:
    polite = met(scripted, "refuse politely")
    assert (polite["refused"], polite["refused with Retry-After"]) == (1, 1)
    bare = met(scripted, "refuse barely")
    assert (bare["refused"], bare["refused with Retry-After"], bare["answered"]) == (1, 0, 0)
    assert load.faults(bare) == ["1 askers: a refusal without Retry-After", "1 askers: nothing was answered"]


@pytest.mark.parametrize(
    ("question", "askers", "kind"),
    [
        ("fail", 1, "status 500"),
        ("hang up", 1, "RemoteProtocolError"),
        # The fourth asker is the one that streams.
        ("break off", 4, "a stream that ends with waiting"),
    ],
)
def test_failures_are_counted_by_their_kind(scripted: str, question: str, askers: int, kind: str) -> None:
    counted = met(scripted, question, askers)
    assert counted["errors"] == {kind: 1}
    assert f"{askers} askers: 1 x {kind}" in load.faults(counted)


def test_positions_in_line_are_those_that_were_streamed(scripted: str) -> None:
    counted = met(scripted, "wait", askers=4)
    assert counted["positions"] >= 2
    assert counted["farthest position"] == 7
    assert counted["errors"] == {}
