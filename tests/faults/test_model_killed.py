"""`kill -9` of the language model's server while its answer streams through `rag serve`, at random moments."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest
from api_server import ApiServer, events, free_port
from model_server import ModelServer

from faults.conftest import counts
from rag import NewsQA
from rag.settings import Settings

ARTICLE = """---
title: Cầu Sông Mơ thông xe
source: Báo Làng Mơ
published: 2031-03-05
language: vi
---
Sáng 5/3/2031, cầu Sông Mơ ở huyện Mơ chính thức thông xe sau bốn năm thi công.

Cây cầu dài 840 m, do Công ty Xây dựng Đá Trắng thi công với tổng kinh phí 312 tỷ đồng.
"""
QUESTION = "Cầu Sông Mơ dài bao nhiêu mét?"
KEY = r"\[(\w+)\] [^\n]*Cây cầu dài 840 m"
WRITTEN = r"Cầu Sông Mơ dài 840 m [\1]. Cầu do Công ty Xây dựng Đá Trắng thi công [\1]."
# The whole answer streams for about a second.
PACE = {"when": KEY, "chunk": 4, "delay": 0.04}
STREAMS_SECONDS = 1.0


@pytest.mark.timeout(0)
def test_the_models_server_is_killed(tmp_path: Path, kills: int, seed: int) -> None:
    random, count = Random(seed), counts["kill -9 of the model"]
    home, port = tmp_path / "home", free_port()
    (tmp_path / "bridge.md").write_text(ARTICLE, encoding="utf-8")
    with NewsQA.open(settings=Settings(home=home)) as qa:
        assert qa.ingest([tmp_path / "bridge.md"]).failed == ()
    settings = {"RAG_ENGINE": "auto", "LLM_BASE_URL": f"http://127.0.0.1:{port}/v1", "LLM_MODEL": "tiny"}
    with ApiServer(home, settings) as served, ThreadPoolExecutor(1) as other:
        quoted = served.ask(QUESTION, engine="quotes").json()
        for _ in range(kills):
            count["times"] += 1
            with_model = ModelServer(port)
            with_model.__enter__()
            with_model.say(WRITTEN, **PACE)
            asked = other.submit(streamed, served)
            time.sleep(random.uniform(0, STREAMS_SECONDS * 1.2))
            with_model.kill()
            check(asked.result(timeout=60), quoted, count)
            with ModelServer(port) as again:
                again.say(WRITTEN, when=KEY)
                answer = streamed(served)
            assert (answer["engine"], answer["notice"]) == ("llm", None)
            assert len(answer["sentences"]) == 2
            count["answered"] += 1
        assert served.process.poll() is None
    assert "Traceback" not in served.log_text()


def streamed(served: ApiServer) -> dict[str, Any]:
    """The last event's answer; the stream ends with one, whatever happened to the model."""
    response = served.client.post("/api/ask/stream", json={"question": QUESTION})
    assert response.status_code == 200, response.text
    name, answer = events(response.text)[-1]
    assert name == "answer", answer
    return dict(answer)


def check(answer: dict[str, Any], quoted: dict[str, Any], count: Any) -> None:
    """The model's whole answer, the sentences that were whole, or quotes; all but the first say what happened."""
    for citation in answer["citations"]:
        assert citation["quote"] in ARTICLE
    if not answer["notice"]:
        assert (answer["engine"], len(answer["sentences"])) == ("llm", 2)
        count["completed"] += 1
        return
    count["reported"] += 1
    assert "\n" not in answer["notice"]
    if answer["engine"] == "quotes":
        assert answer["text"] == quoted["text"]
    else:
        assert [sentence["text"] for sentence in answer["sentences"]] == ["Cầu Sông Mơ dài 840 m."]
        count["cut short"] += 1
