"""The pure parts of the language model client: the choice, events, thoughts, dialects, counts, addresses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import SettingsError
from rag.models.choose import choose
from rag.models.dialect import Dialect, is_too_long
from rag.models.events import events
from rag.models.local import threads
from rag.models.thinking import ThinkingFilter
from rag.models.tokens import estimated_tokens
from rag.settings import Settings
from rag.text.address import credentials, one_line, without_credentials
from rag.types import Turn

AZURE = "https://mine.openai.azure.com"


def pieces_of(text: str, sizes: list[int]) -> list[str]:
    """`text` cut into pieces of these sizes in turn, the rest as one."""
    pieces = []
    for size in sizes:
        pieces.append(text[:size])
        text = text[size:]
    return [*pieces, text]


@pytest.mark.parametrize(
    ("settings", "chosen"),
    [
        ({}, ("quotes", None, None, None)),
        ({"engine": "quotes", "llm_api_key": "k"}, ("quotes", None, None, None)),
        ({"llm_api_key": "k"}, ("llm", "openai", "gpt-4o-mini", None)),
        ({"llm_api_key": "k", "llm_model": "m"}, ("llm", "openai", "m", None)),
        ({"llm_base_url": "http://h:1/v1"}, ("llm", "server", None, "http://h:1/v1")),
        ({"llm_base_url": "http://h:1"}, ("llm", "server", None, "http://h:1/v1")),
        ({"llm_base_url": "http://h:1/", "llm_model": "m"}, ("llm", "server", "m", "http://h:1/v1")),
        ({"llm_base_url": "http://h/api/"}, ("llm", "server", None, "http://h/api")),
        ({"llm_base_url": "http://h", "llm_model": "local"}, ("llm", "local", "local", None)),
        ({"llm_base_url": AZURE, "llm_model": "d"}, ("llm", "server", "d", f"{AZURE}/openai/v1")),
        (
            {"llm_base_url": f"{AZURE}/", "llm_model": "d", "llm_api_version": "v"},
            ("llm", "azure", "d", f"{AZURE}/openai"),
        ),
        (
            {"llm_base_url": f"{AZURE}/openai/deployments/d", "llm_api_version": "v"},
            ("llm", "azure", "d", f"{AZURE}/openai/deployments/d"),
        ),
    ],
)
def test_the_choice(settings: dict[str, Any], chosen: tuple[str | None, ...]) -> None:
    choice = choose(Settings(home=Path("h"), **settings))
    assert (choice.engine, choice.provider, choice.model, choice.base_url) == chosen
    assert choice.why


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"engine": "llm"}, "no language model is configured"),
        ({"llm_base_url": "localhost:8000/v1"}, "write it as http://host:port/v1"),
        ({"llm_base_url": "ftp://h/v1"}, "write it as http://host:port/v1"),
        ({"llm_base_url": "http://[bad"}, "no web address"),
        ({"llm_base_url": "http://ann:hidden@h:port/"}, "no web address"),
        ({"llm_base_url": "ann:hidden@h/"}, "no web address"),
        ({"llm_base_url": AZURE}, "set LLM_MODEL to the name of your deployment"),
    ],
)
def test_settings_that_allow_no_choice(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        choose(Settings(home=Path("h"), **settings))
    assert told in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_events_of_a_stream() -> None:
    stream = b': hello\n\nevent: x\ndata: {"a": 1}\n\ndata:{"b": "\xc3\xa0\xe2\x80\xa8"}\r\n\r\n'
    stream += b'data: {"c":\ndata: 3}\n\ndata: {"d": 4}\ndata: {"e": 5}\n\ndata: [DONE]\n\ndata: {"f": 6}\n\n'
    expected = [{}, {"a": 1}, {"b": "à\u2028"}, {"c": 3}, {"d": 4}, {"e": 5}]
    assert list(events([stream])) == expected
    assert list(events(stream[at : at + 1] for at in range(len(stream)))) == expected


@pytest.mark.parametrize(
    "stream", [b"data: {\n\n", b"data: 7\n\n", b"data: {", b"data: [1]\n\n", b"data: " + b"[" * 9999]
)
def test_events_that_are_none(stream: bytes) -> None:
    with pytest.raises(ValueError, match="data that"):
        list(events([stream]))


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=20), min_size=1), max_size=5),
    st.lists(st.integers(1, 9), max_size=30),
)
def test_events_do_not_depend_on_how_bytes_arrive(values: list[dict[str, str]], sizes: list[int]) -> None:
    stream = "".join(f"data: {json.dumps(value, ensure_ascii=True)}\n\n" for value in values)
    assert list(events(piece.encode() for piece in pieces_of(stream, sizes))) == values


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("Cầu mở.", "Cầu mở."),
        ("<think>Hmm < 3 </ think</think>\n\nCầu mở.", "Cầu mở."),
        ("\n <think></think>Cầu mở.", "Cầu mở."),
        ("<think>one</think><think>two</think> Three.", "Three."),
        ("<think>never ends", ""),
        ("<thin air", "<thin air"),
        ("<thi", "<thi"),
        ("Một <think>hai</think>", "Một <think>hai</think>"),
        ("", ""),
    ],
)
@given(sizes=st.lists(st.integers(1, 9), max_size=30))
def test_thoughts_are_taken_out(reply: str, answer: str, sizes: list[int]) -> None:
    thinking = ThinkingFilter()
    assert "".join([thinking.feed(piece) for piece in pieces_of(reply, sizes)] + [thinking.end()]) == answer


TURNS = [Turn("system", "S"), Turn("user", "A"), Turn("assistant", "B"), Turn("user", "C")]


@pytest.mark.parametrize(
    ("message", "parameter", "learnt"),
    [
        ("Unsupported value: 'temperature' does not support 0.0 with this model.", "temperature", "temperature"),
        ("temperature is not supported", None, "temperature"),
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.", "max_tokens", "max_tokens"),
        ("Extra inputs are not permitted: stream_options", None, "stream_options"),
        ("Streaming is not supported for this model", None, "stream"),
        ("System role not supported", None, "system"),
        ("Developer instruction is not enabled: system instruction unsupported", None, "system"),
        ("Conversation roles must alternate user/assistant/user/assistant/...", None, "system"),
        ("Only user and assistant roles are supported!", None, "system"),
        ("This model's maximum context length is 4096 tokens; reduce max_tokens", "max_tokens", None),
        ("the operating system failed", None, None),
        ("Bad request", None, None),
    ],
)
def test_what_a_refusal_teaches(message: str, parameter: str | None, learnt: str | None) -> None:
    dialect = Dialect()
    request = dialect.request(TURNS, "m", temperature=0.0, max_tokens=9)
    assert dialect.learn(request, message, parameter) is (learnt is not None)
    assert dialect.refused == ({learnt} if learnt else set())
    # The same words teach nothing twice: there is always an end.
    again = dialect.request(TURNS, "m", temperature=0.0, max_tokens=9)
    dialect.learn(again, message, parameter)
    assert not dialect.learn(dialect.request(TURNS, "m", temperature=0.0, max_tokens=9), message, parameter)


def test_requests_without_a_system_role() -> None:
    request = Dialect(["system", "max_tokens"]).request(TURNS, "m", temperature=None, max_tokens=9)
    assert request == {
        "model": "m",
        "messages": [
            {"role": "user", "content": "S\n\nA"},
            {"role": "assistant", "content": "B"},
            {"role": "user", "content": "C"},
        ],
        "stream": True,
        "max_completion_tokens": 9,
        "stream_options": {"include_usage": True},
    }


def test_too_long() -> None:
    assert is_too_long("request (10030 tokens) exceeds the available context size (3840 tokens)")
    assert is_too_long("Please reduce the length: prompt is too long")
    assert not is_too_long("Unsupported parameter: 'max_tokens'")


def test_estimated_tokens() -> None:
    assert [estimated_tokens(text) for text in ("", "a", "abcd", "ệ" * 34)] == [0, 1, 2, 30]
    assert estimated_tokens("\ud800") == 1


def test_threads() -> None:
    assert 1 <= threads() <= 8


def test_addresses_and_secrets() -> None:
    assert without_credentials("https://ann:p%20w@host/v1?key=k") == "https://host/v1"
    assert credentials("https://ann:p%20w@host/v1") == ("ann", "p%20w", "p w")
    assert credentials("http://[bad") == ()
    assert one_line("a\n key-123 and key-12345", "key-123", "key-12345", None, "") == "a *** and ***"
    assert one_line("x" * 300, limit=10) == "x" * 10
