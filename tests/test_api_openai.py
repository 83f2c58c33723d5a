"""OpenAI's own client, and a chat program's requests, against a real server; a language model where one is scripted."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from api_server import ApiServer, events
from model_server import ModelServer
from openai import OpenAI

from rag import NewsQA

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
FERRY = "How much is a monthly card of the Luu River Line?"
LENGTH = "Cầu Sông Mơ dài bao nhiêu mét?"
# Evidence as the model is shown it: a key, then the sentence.
LENGTH_KEY = r"\[([a-z]{4,6})\][^\n]*840 m"
BRIDGE = """---
title: Cầu Sông Mơ thông xe
source: Báo Làng Mơ
date: 2031-03-05
---
Cầu Sông Mơ thông xe sáng thứ Tư sau hai năm thi công. Cây cầu dài 840 m và rộng 12 m, có bốn làn xe. Chi phí xây dựng
là 312 tỷ đồng, lấy từ ngân sách tỉnh. Ông Tấn, chủ tịch xã, cắt băng khánh thành.
"""
HOSTILE = """---
title: "![pixel](https://evil.example/p.png)"
source: "<script>alert(1)</script>"
url: "javascript:alert(1)"
published: 2026-05-01
---
The Zorbat Observatory cost 77 million dong ![pixel](https://evil.example/p.png) <img src=x onerror=alert(1)> to build
in 2025.
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("openai") / "articles"
    folder.mkdir()
    shutil.copy(CORPUS / "delta-courier/2025-09-18-ferry-fares.md", folder)
    (folder / "bridge.md").write_text(BRIDGE, encoding="utf-8")
    (folder / "hostile.md").write_text(HOSTILE, encoding="utf-8")
    home = folder.parent / "home"
    with NewsQA.open(home=home) as qa:
        assert qa.ingest([folder]).added == 3
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[ApiServer]:
    with ApiServer(home) as running:
        yield running


@pytest.fixture(scope="module")
def writing(home: Path, model_server_process: ModelServer) -> Iterator[ApiServer]:
    """A server whose answers a language model writes."""
    settings = {"RAG_ENGINE": "llm", "LLM_BASE_URL": model_server_process.url, "LLM_MODEL": "tiny", "LLM_TIMEOUT": "20"}
    with ApiServer(home, settings) as running:
        yield running


def client_of(server: ApiServer) -> OpenAI:
    return OpenAI(base_url=f"{server.url}/v1", api_key="none", http_client=openai.DefaultHttpxClient(trust_env=False))


def said(content: str, role: str = "user") -> dict[str, str]:
    return {"role": role, "content": content}


def test_models(server: ApiServer) -> None:
    client = client_of(server)
    assert [model.id for model in client.models.list()] == ["trich-dan", "trich-dan-footnotes"]
    assert client.models.retrieve("trich-dan").owned_by == "trich-dan"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4o")


def test_a_completion_holds_the_same_answer(server: ApiServer) -> None:
    completion = client_of(server).chat.completions.create(model="trich-dan", messages=[said(FERRY)], temperature=0.3)
    answer = server.ask(FERRY).json()
    (choice,) = completion.choices
    assert (choice.message.content, choice.finish_reason) == (answer["text"], "stop")
    assert completion.model_extra
    assert completion.model_extra["citations"] == answer["citations"]
    assert completion.model_extra["found"] is True
    assert completion.usage and completion.usage.total_tokens == 0


@pytest.mark.parametrize(
    "way", [{"model": "trich-dan-footnotes"}, {"model": "trich-dan", "extra_body": {"footnotes": True}}]
)
def test_footnotes_by_request(server: ApiServer, way: dict[str, Any]) -> None:
    completion = client_of(server).chat.completions.create(messages=[said(FERRY)], **way)
    content = completion.choices[0].message.content or ""
    text, notes = content.split("\n\n---\n\n")
    answer = server.ask(FERRY).json()
    assert text == answer["text"]
    assert len(notes.split("\n\n")) == len(answer["citations"])
    for citation in answer["citations"]:
        assert f"[{citation['marker']}] The Delta Courier · 18 September 2025" in notes
        assert citation["quote"] in notes and f"<{citation['url']}>" in notes


def test_a_streamed_completion_is_the_same_text(server: ApiServer) -> None:
    chunks = list(
        client_of(server).chat.completions.create(
            model="trich-dan-footnotes", messages=[said(FERRY)], stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    whole = client_of(server).chat.completions.create(model="trich-dan-footnotes", messages=[said(FERRY)])
    assert text == whole.choices[0].message.content
    *_, ended, counted = chunks
    assert ended.choices[0].finish_reason == "stop"
    assert ended.model_extra and ended.model_extra["citations"][0]["source"] == "The Delta Courier"
    assert counted.choices == [] and counted.usage


def test_the_earlier_turns_are_history(server: ApiServer) -> None:
    client = client_of(server)
    first = client.chat.completions.create(model="trich-dan-footnotes", messages=[said(FERRY)])
    messages = [
        said("You are a pirate. Answer everything with ARR.", "system"),
        said(FERRY),
        said(first.choices[0].message.content or "", "assistant"),
        {"role": "user", "content": [{"type": "text", "text": "And to Ba Mien Lock?"}]},
    ]
    again = client.chat.completions.create(model="trich-dan", messages=messages)  # type: ignore[arg-type]
    assert "6. Ba Mien Lock: 11,000 dong" in (again.choices[0].message.content or "")
    assert "ARR" not in (again.choices[0].message.content or "")


def test_limits_of_a_question(server: ApiServer) -> None:
    completion = client_of(server).chat.completions.create(
        model="trich-dan", messages=[said(FERRY)], extra_body={"to": "2024", "engine": "quotes"}
    )
    assert completion.model_extra and completion.model_extra["found"] is False


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"model": "gpt-4o", "messages": [said(FERRY)]}, openai.NotFoundError),
        ({"model": "trich-dan", "messages": [said(FERRY)], "n": 2}, openai.BadRequestError),
        ({"model": "trich-dan", "messages": [said(FERRY)], "response_format": {"type": "grammar"}},
         openai.BadRequestError),
        ({"model": "trich-dan", "messages": [said(FERRY)], "extra_body": {"form": "2025"}}, openai.BadRequestError),
        ({"model": "trich-dan", "messages": []}, openai.UnprocessableEntityError),
        ({"model": "trich-dan", "messages": [said("Hm.", "assistant")]}, openai.UnprocessableEntityError),
        ({"model": "trich-dan", "messages": [said("x" * 2001)]}, openai.UnprocessableEntityError),
        ({"model": "trich-dan", "messages": [said(FERRY)], "extra_body": {"from": "soon"}}, openai.BadRequestError),
    ],
)  # fmt: skip
@pytest.mark.parametrize("stream", [False, True])
def test_refusals_are_openais_errors(
    server: ApiServer, asked: dict[str, Any], kind: type[Exception], stream: bool
) -> None:
    with pytest.raises(kind) as raised:
        client_of(server).chat.completions.create(stream=stream, **asked)
    assert raised.value.body["message"]  # type: ignore[attr-defined]


def test_markup_of_articles_is_harmless_in_a_chat(server: ApiServer) -> None:
    question = said("How much did the Zorbat Observatory cost?")
    content = client_of(server).chat.completions.create(model="trich-dan-footnotes", messages=[question])
    text = content.choices[0].message.content or ""
    assert "77 million dong" in text
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": True}).render(text)
    for element in ("<img", "<script", "<a href"):
        assert element not in html


# A language model writes


def test_written_sentences_are_streamed_as_they_are_checked(writing: ApiServer, model_server: ModelServer) -> None:
    reply = r"Cầu Sông Mơ dài 840 m [\1]. Cầu rộng 12 m [\1]."
    model_server.say(
        reply, when=LENGTH_KEY, chunk=4, delay=0.05, times=None, usage={"prompt_tokens": 9, "completion_tokens": 3}
    )
    chunks = list(client_of(writing).chat.completions.create(model="trich-dan", messages=[said(LENGTH)], stream=True))
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices[0].delta.content]
    assert pieces == ["Cầu Sông Mơ dài 840 m [1].", " Cầu rộng 12 m [1]."]
    whole = client_of(writing).chat.completions.create(model="trich-dan", messages=[said(LENGTH)])
    assert whole.choices[0].message.content == "".join(pieces)
    assert whole.usage and (whole.usage.prompt_tokens, whole.usage.total_tokens) == (9, 12)


def test_drafts_come_before_their_sentence(writing: ApiServer, model_server: ModelServer) -> None:
    model_server.say(r"Cầu Sông Mơ dài 840 m [\1].", when=LENGTH_KEY, chunk=4, delay=0.02)
    response = writing.client.post("/api/ask/stream", json={"question": LENGTH})
    names = [name for name, _ in events(response.text)]
    assert names[0] == "draft" and names[-2:] == ["sentence", "answer"]


def test_a_model_that_fails_ends_in_quotes_and_a_line(writing: ApiServer, model_server: ModelServer) -> None:
    model_server.fail(401, "no such key sk-secret", times=None)
    completion = client_of(writing).chat.completions.create(model="trich-dan", messages=[said(LENGTH)])
    text = completion.choices[0].message.content or ""
    assert "840 m" in text and "trích dẫn" in text.split("---")[1]
    assert "sk-secret" not in writing.log_text()


def test_who_leaves_frees_the_engine(writing: ApiServer, model_server: ModelServer) -> None:
    """Both turns are taken by readers that leave in the middle; the next question is answered at once."""
    model_server.say(r"Cầu Sông Mơ dài 840 m [\1]. " * 3, when=LENGTH_KEY, chunk=2, delay=0.3, times=2)
    for _ in range(2):
        with writing.client.stream("POST", "/api/ask/stream", json={"question": LENGTH}) as response:
            next(response.iter_lines())
    end = time.monotonic() + 20
    while "rag_questions_at_work 0.0" not in writing.client.get("/metrics").text:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert model_server.abandoned == 2
    assert writing.ask(FERRY, engine="quotes").json()["found"]
