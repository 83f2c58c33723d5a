"""The language model client, against a real server process that behaves well or badly."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.llms import ChatMessage
from model_server import ModelServer

from rag.errors import (
    ModelBroken,
    ModelBusy,
    ModelError,
    ModelKeyError,
    ModelRefused,
    ModelUnknown,
    ModelUnreachable,
)
from rag.models import writing as writing_module
from rag.models.choose import choose
from rag.models.client import ChatModel
from rag.models.writing import Writing
from rag.settings import Settings
from rag.types import Turn

KEY = "sk-very-secret-0123456789"
TEXT = "Cầu Trâm mở ngày 29/4. Giá vé là 5.000 đồng."
TURNS = [Turn("system", "Trả lời ngắn."), Turn("user", "Cầu mở khi nào?")]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing_module, "PAUSES", (0.01, 0.01, 0.01))


@pytest.fixture
def settings(model_server: ModelServer, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, llm_base_url=model_server.url, llm_model="scripted-model", llm_api_key=KEY)


def opened(settings: Settings, **changed: Any) -> ChatModel:
    changed_settings = replace(settings, **changed)
    return ChatModel.open(changed_settings, choose(changed_settings))


@pytest.fixture
def model(settings: Settings) -> ChatModel:
    return opened(settings)


def failure(writing: Writing, kind: type[ModelError]) -> str:
    """The one line of the failure."""
    with pytest.raises(ModelError) as caught:
        list(writing)
    message = str(caught.value)
    assert type(caught.value) is kind, message
    assert "\n" not in message
    assert KEY not in message
    assert "http://127.0.0.1" in message
    return message


def test_pieces_as_they_arrive(model_server: ModelServer, model: ChatModel) -> None:
    model_server.say(TEXT, chunk=10, usage={"prompt_tokens": 11, "completion_tokens": 7})
    writing = model.write(TURNS, max_tokens=99)
    assert not model_server.requests  # nothing is asked before the first piece
    assert list(writing) == [TEXT[at : at + 10] for at in range(0, len(TEXT), 10)]
    assert (writing.text, writing.finish_reason) == (TEXT, "stop")
    assert (writing.usage, writing.estimated) == ({"prompt_tokens": 11, "completion_tokens": 7}, False)
    (request,) = model_server.requests
    assert request["path"] == "/v1/chat/completions"
    assert request["headers"]["authorization"] == f"Bearer {KEY}"
    assert request["body"] == {
        "model": "scripted-model",
        "messages": [{"role": "system", "content": "Trả lời ngắn."}, {"role": "user", "content": "Cầu mở khi nào?"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.0,
        "max_tokens": 99,
    }


def test_tokens_are_estimated_where_none_are_given(model_server: ModelServer, model: ChatModel) -> None:
    model_server.say("abc" * 34)
    writing = model.write([Turn("user", "xyz" * 34)])
    list(writing)
    assert writing.estimated
    assert writing.usage == {"prompt_tokens": 30, "completion_tokens": 30}  # 102 bytes, 3.4 to a token


def test_cut_off_replies_say_so(model_server: ModelServer, model: ChatModel) -> None:
    model_server.say(TEXT, finish_reason="length")
    writing = model.write(TURNS)
    assert "".join(writing) == TEXT
    assert writing.finish_reason == "length"


def test_the_first_model_of_a_server(model_server: ModelServer, settings: Settings) -> None:
    model_server.serve("một", "hai")
    model = opened(settings, llm_model=None)
    assert model.metadata.model_name == ""  # nothing is asked before first use
    assert (model.name, model.metadata.model_name) == ("một", "một")
    list(model.write(TURNS))
    assert model_server.bodies[0]["model"] == "một"


def test_a_server_without_models(model_server: ModelServer, settings: Settings) -> None:
    model_server.serve()
    with pytest.raises(ModelUnknown, match="offers no model; load one there, or set LLM_MODEL"):
        _ = opened(settings, llm_model=None).name


@pytest.mark.parametrize("status", [401, 403])
def test_wrong_key_at_once(model_server: ModelServer, model: ChatModel, status: int) -> None:
    model_server.fail(status, f"Incorrect API key provided: {KEY}", times=None)
    assert "set LLM_API_KEY" in failure(model.write(TURNS), ModelKeyError)
    assert len(model_server.requests) == 1


def test_a_server_that_asks_for_a_key(model_server: ModelServer, settings: Settings) -> None:
    model_server.require_key(KEY)
    assert list(opened(settings).write(TURNS))
    failure(opened(settings, llm_api_key="other").write(TURNS), ModelKeyError)
    with pytest.raises(ModelKeyError, match="refused the key"):
        _ = opened(settings, llm_model=None, llm_api_key=None).name


def test_openai_without_a_key(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, llm_api_key="x")
    choice = choose(settings)
    with pytest.raises(ModelKeyError, match="OPENAI_API_KEY is not set"):
        ChatModel.open(replace(settings, llm_api_key=None), choice).write(TURNS)


def test_unknown_model(model_server: ModelServer, model: ChatModel) -> None:
    model_server.fail(404, "The model does not exist")
    assert "check LLM_MODEL" in failure(model.write(TURNS), ModelUnknown)


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 429, "headers": {"Retry-After": "0"}},
        {"status": 429, "headers": {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}},
        {"status": 500},
        {"status": 502, "raw": "<html>Bad gateway</html>"},
        {"status": 503},
        {"status": 504},
        {"drop_after": 0},
    ],
)
def test_passing_trouble_is_asked_again(model_server: ModelServer, model: ChatModel, trouble: dict[str, Any]) -> None:
    model_server.say("", **trouble)
    model_server.say(TEXT)
    assert "".join(model.write(TURNS)) == TEXT
    assert len(model_server.requests) == 2


def test_lasting_trouble_ends(model_server: ModelServer, model: ChatModel) -> None:
    model_server.fail(500, f"boom\nfor {KEY}", times=None)
    assert "HTTP 500: boom for ***" in failure(model.write(TURNS), ModelBroken)
    assert len(model_server.requests) == 4


def test_a_long_wish_to_wait_is_told(model_server: ModelServer, model: ChatModel) -> None:
    model_server.fail(429, "slow down", headers={"Retry-After": "3600"}, times=None)
    assert "ask again in 3600 s" in failure(model.write(TURNS), ModelBusy)
    assert len(model_server.requests) == 1


@pytest.mark.parametrize(
    ("trouble", "kind", "told"),
    [
        ({"drop_after": 2}, ModelBroken, "broke off"),
        ({"error_after": 2}, ModelBroken, "broke off (scripted failure in the stream)"),
        ({"garble_after": 2}, ModelBroken, "no JSON object"),
        ({"finish_reason": None, "chunk": 1000}, ModelBroken, "the reply has no end"),
    ],
)
def test_never_asked_again_after_text(
    model_server: ModelServer, model: ChatModel, trouble: dict[str, Any], kind: type[ModelError], told: str
) -> None:
    model_server.say(TEXT, times=None, **trouble)
    writing = model.write(TURNS)
    assert told in failure(writing, kind)
    assert TEXT.startswith(writing.text)
    assert writing.text
    assert writing.usage["completion_tokens"] > 0
    assert len(model_server.requests) == 1


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ({"wait": 600.0}, "gave no sign of life for 0.3 s"),
        ({"stall_after": 1}, "gave no sign of life for 0.3 s"),
        ({"drip": "bytes"}, "gave no sign of life for 0.3 s"),
        ({"drip": "comments"}, "was not done after 1.2 s"),
        ({"drip": "empty"}, "was not done after 1.2 s"),
    ],
)
def test_nothing_hangs(model_server: ModelServer, settings: Settings, trouble: dict[str, Any], told: str) -> None:
    model_server.say(TEXT, times=None, **trouble)
    assert told in failure(opened(settings, llm_timeout=0.3).write(TURNS), ModelUnreachable)
    assert len(model_server.requests) == 1


def test_nobody_listens(settings: Settings) -> None:
    with ModelServer() as server:
        url = server.url
    writing = opened(settings, llm_base_url=url).write(TURNS)
    assert "cannot be reached; check LLM_BASE_URL" in failure(writing, ModelUnreachable)


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        ("<html>", "text/html"),
        ("{broken", "application/json"),
        ('{"hello": "world"}', "application/json"),
        ("[1]", "application/json"),
        ("data: 7\n\n", "text/event-stream"),
        ('data: {"choices": [{"delta": 7}]}\n\n', "text/event-stream"),
        ("", "text/event-stream"),
    ],
)
def test_nonsense_is_refused(model_server: ModelServer, model: ChatModel, raw: str, content_type: str) -> None:
    model_server.say("", raw=raw, content_type=content_type)
    assert "OpenAI-compatible" in failure(model.write(TURNS), ModelBroken)


@pytest.mark.parametrize(
    ("reply", "kind", "told"),
    [
        ({}, ModelBroken, "gave an empty answer"),
        ({"text": " \n"}, ModelBroken, "gave an empty answer"),
        ({"finish_reason": "length"}, ModelBroken, "raise LLM_MAX_TOKENS"),
        ({"finish_reason": "content_filter"}, ModelRefused, "filtered"),
    ],
)
def test_empty_replies(
    model_server: ModelServer, model: ChatModel, reply: dict[str, Any], kind: type[ModelError], told: str
) -> None:
    model_server.say(reply.pop("text", ""), **reply)
    assert told in failure(model.write(TURNS), kind)


def test_a_reply_without_end_is_stopped(model_server: ModelServer, model: ChatModel) -> None:
    model_server.say("word " * 40_000, chunk=100)
    writing = model.write(TURNS, max_tokens=50)
    assert 600 < len("".join(writing)) <= 700
    assert writing.finish_reason == "length"


def test_far_too_many_bytes(model_server: ModelServer, model: ChatModel) -> None:
    model_server.say("", raw="data: " + "x" * 17_000_000, content_type="text/event-stream")
    assert "far more than was asked for" in failure(model.write(TURNS), ModelBroken)


@pytest.mark.parametrize("name", ["temperature", "system", "stream", "stream_options", "max_tokens"])
def test_what_is_refused_is_not_sent_again(model_server: ModelServer, model: ChatModel, name: str) -> None:
    model_server.refuse(name)
    model_server.say(TEXT, TEXT)
    assert "".join(model.write(TURNS)) == TEXT
    assert len(model_server.requests) == 2
    assert "".join(model.write(TURNS)) == TEXT
    assert len(model_server.requests) == 3


def test_all_refused_at_once(model_server: ModelServer, model: ChatModel) -> None:
    model_server.refuse("temperature", "system", "stream", "stream_options", "max_tokens", "max_completion_tokens")
    model_server.say(TEXT)
    assert "".join(model.write(TURNS)) == TEXT
    assert model_server.bodies[-1] == {
        "model": "scripted-model",
        "messages": [{"role": "user", "content": "Trả lời ngắn.\n\nCầu mở khi nào?"}],
    }


def test_a_refusal_that_teaches_nothing(model_server: ModelServer, model: ChatModel) -> None:
    model_server.fail(400, "I do not like this", times=None)
    assert "HTTP 400: I do not like this" in failure(model.write(TURNS), ModelRefused)
    assert len(model_server.requests) == 1


def test_too_much_evidence(model_server: ModelServer, model: ChatModel) -> None:
    model_server.fail(400, "max_tokens is too large: this model's maximum context length is 4096 tokens")
    assert "lower LLM_EVIDENCE_TOKENS or LLM_MAX_TOKENS" in failure(model.write(TURNS), ModelRefused)
    assert len(model_server.requests) == 1


def test_a_server_that_ignores_streaming(model_server: ModelServer, model: ChatModel) -> None:
    model_server.say(TEXT, whole=True, usage={"prompt_tokens": 1, "completion_tokens": 2})
    writing = model.write(TURNS)
    assert list(writing) == [TEXT]
    assert writing.usage == {"prompt_tokens": 1, "completion_tokens": 2}


def test_thoughts_are_no_part_of_the_answer(model_server: ModelServer, model: ChatModel) -> None:
    model_server.say(f"<think>Let me see, {TEXT}</think>\n\n{TEXT}", chunk=3)
    assert "".join(model.write(TURNS)) == TEXT
    model_server.say(TEXT, reasoning="Let me see")
    assert "".join(model.write(TURNS)) == TEXT


def test_closing_stops_the_server(model_server: ModelServer, model: ChatModel) -> None:
    model_server.say("word " * 2000, delay=0.02)
    writing = model.write(TURNS)
    assert next(writing)
    writing.close()
    assert list(writing) == []
    assert writing.finish_reason is None
    assert writing.usage["completion_tokens"] > 0
    # The server notices at its next piece; its reply has hours to go.
    wait_until(lambda: model_server.abandoned == 1)


def test_closing_wakes_another_thread(model_server: ModelServer, model: ChatModel) -> None:
    model_server.say(TEXT, stall_after=1)
    writing = model.write(TURNS)
    next(writing)
    rest: list[list[str]] = []
    reader = threading.Thread(target=lambda: rest.append(list(writing)))
    reader.start()
    writing.close()
    reader.join(30)
    assert rest == [[]]


def test_closing_before_the_start(model_server: ModelServer, model: ChatModel) -> None:
    writing = model.write(TURNS)
    writing.close()
    assert list(writing) == []
    assert not model_server.requests


def test_credentials_of_an_address_are_used_and_not_shown(model_server: ModelServer, settings: Settings) -> None:
    model_server.fail(400, "user ann with password pass%word")
    url = model_server.url.replace("//", "//ann:pass%25word@")
    message = failure(opened(settings, llm_base_url=url).write(TURNS), ModelRefused)
    assert "user *** with password ***" in message
    assert model_server.requests[0]["headers"]["authorization"].startswith("Basic ")


def test_redirects_are_not_followed(model_server: ModelServer, model: ChatModel) -> None:
    model_server.fail(307, "moved", headers={"Location": "http://127.0.0.1:1/v1/chat/completions"})
    assert "HTTP 307" in failure(model.write(TURNS), ModelRefused)


def test_azure(model_server: ModelServer, settings: Settings) -> None:
    model = opened(settings, llm_base_url=model_server.root, llm_api_version="2024-10-21", llm_model="my-deployment")
    assert list(model.write(TURNS))
    (request,) = model_server.requests
    assert request["path"] == "/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21"
    assert request["headers"]["api-key"] == KEY


def test_llama_index_interface(model_server: ModelServer, model: ChatModel) -> None:
    model_server.say(*[TEXT] * 4)
    said = model.chat([ChatMessage(role="system", content="a"), ChatMessage(role="user", content="b")])
    assert (said.message.role.value, said.message.content) == ("assistant", TEXT)
    assert model.complete("c").text == TEXT
    assert "".join(part.delta or "" for part in model.stream_chat([ChatMessage(content="d")])) == TEXT
    parts = list(model.stream_complete("e"))
    assert (parts[-1].text, "".join(part.delta or "" for part in parts)) == (TEXT, TEXT)
    assert [[(m["role"], m["content"]) for m in body["messages"]] for body in model_server.bodies] == [
        [("system", "a"), ("user", "b")],
        [("user", "c")],
        [("user", "d")],
        [("user", "e")],
    ]
    assert model.metadata.is_chat_model
    assert (model.metadata.num_output, model.metadata.context_window) == (600, 8192)
    assert KEY not in str(model.to_payload())
    assert KEY not in repr(model)


def test_a_stream_ends_with_its_tokens(model_server: ModelServer, model: ChatModel) -> None:
    """A server counts them when all is said."""
    model_server.say(TEXT, TEXT, usage={"prompt_tokens": 7, "completion_tokens": 3})
    *_, last = model.stream_chat([ChatMessage(content="a")])
    counted = {name: last.additional_kwargs[name] for name in ("prompt_tokens", "completion_tokens")}
    assert counted == {"prompt_tokens": 7, "completion_tokens": 3}
    assert (last.message.content, last.delta) == (TEXT, "")


async def _async_forms(model: ChatModel) -> list[str]:
    chat = await model.achat([ChatMessage(content="a")])
    complete = await model.acomplete("b")
    streamed = "".join([part.delta or "" async for part in await model.astream_chat([ChatMessage(content="c")])])
    completed = "".join([part.delta or "" async for part in await model.astream_complete("d")])
    return [str(chat.message.content), complete.text, streamed, completed]


def test_async_forms(model_server: ModelServer, model: ChatModel) -> None:
    import asyncio

    model_server.say(TEXT, times=None)
    assert asyncio.run(_async_forms(model)) == [TEXT] * 4


def test_leaving_a_stream_stops_the_server(model_server: ModelServer, model: ChatModel) -> None:
    model_server.say("word " * 2000, delay=0.02)
    stream = model.stream_complete("a")
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    wait_until(lambda: model_server.abandoned == 1)


def wait_until(happened: Any) -> None:
    """Up to half a minute; asking again takes the time that passes between."""
    assert any(happened() for _ in range(10_000))
