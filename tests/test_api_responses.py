"""OpenAI's newer interface, JSON, annotations, images and behind-the-scenes requests, by OpenAI's own client."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from api_server import ApiServer
from openai import OpenAI
from pydantic import BaseModel

from rag import NewsQA
from rag.server.chores import chore
from rag.types import Turn

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
FERRY = "How much is a monthly card of the Luu River Line?"
PIXEL = "data:image/png;base64," + "A" * 2_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    home = tmp_path_factory.mktemp("responses") / "home"
    article = shutil.copy(CORPUS / "delta-courier/2025-09-18-ferry-fares.md", home.parent)
    with NewsQA.open(home=home) as qa:
        assert qa.ingest([article]).added == 1
    with ApiServer(home) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: ApiServer) -> OpenAI:
    return OpenAI(base_url=f"{server.url}/v1", api_key="none", http_client=openai.DefaultHttpxClient(trust_env=False))


def test_a_response_holds_the_same_answer(client: OpenAI, server: ApiServer) -> None:
    response = client.responses.create(model="trich-dan", input=FERRY, instructions="Speak like a pirate.")
    answer = server.ask(FERRY).json()
    assert (response.output_text, response.status) == (answer["text"], "completed")
    assert response.model_extra and response.model_extra["citations"] == answer["citations"]
    assert response.usage and response.usage.total_tokens == 0


def test_annotations_point_at_the_markers(client: OpenAI, server: ApiServer) -> None:
    citations = server.ask(FERRY).json()["citations"]
    response = client.responses.create(model="trich-dan-footnotes", input=FERRY)
    (part,) = response.output[0].content  # type: ignore[union-attr]
    message = client.chat.completions.create(
        model="trich-dan", messages=[{"role": "user", "content": FERRY}]
    ).choices[0].message  # fmt: skip
    assert message.content and message.annotations
    for text, found in (
        (part.text, part.annotations), (message.content, [one.url_citation for one in message.annotations])
    ):  # type: ignore[union-attr]  # fmt: skip
        assert [text[one.start_index : one.end_index] for one in found] == [
            f"[{citation['marker']}]" for citation in citations
        ]
        assert [(one.url, one.title) for one in found] == [(each["url"], each["title"]) for each in citations]


def test_a_streamed_response_ends_as_the_whole_one(client: OpenAI) -> None:
    with client.responses.stream(model="trich-dan", input=[{"role": "user", "content": FERRY}]) as stream:
        events = list(stream)
        final = stream.get_final_response()
    whole = client.responses.create(model="trich-dan", input=FERRY)
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == final.output_text == whole.output_text
    assert final.output[0].content[0].annotations == whole.output[0].content[0].annotations  # type: ignore[union-attr]
    assert [event.sequence_number for event in events] == sorted({event.sequence_number for event in events})
    assert events[-1].type == "response.completed"


def test_follow_ups_and_other_items(client: OpenAI) -> None:
    response = client.responses.create(
        model="trich-dan",
        input=[
            {"role": "user", "content": [{"type": "input_text", "text": FERRY}]},
            {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
            {"role": "assistant", "content": "17,000 dong [1]."},
            {"role": "user", "content": "And to Ba Mien Lock?"},
        ],
    )
    assert "11,000 dong" in response.output_text


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"input": FERRY, "previous_response_id": "resp_1"}, openai.BadRequestError),
        ({"input": FERRY, "extra_body": {"sorce": "x"}}, openai.BadRequestError),
        ({"input": []}, openai.UnprocessableEntityError),
        ({"input": FERRY, "model": "gpt-4o"}, openai.NotFoundError),
    ],
)
def test_refused_responses(client: OpenAI, asked: dict[str, Any], kind: type[openai.APIStatusError]) -> None:
    with pytest.raises(kind) as raised:
        client.responses.create(**{"model": "trich-dan", **asked})
    if "extra_body" in asked:
        assert raised.value.param == "sorce"
        assert "sorce: there is no such field; what an answer is limited to: from, to, source" in str(raised.value)


class Found(BaseModel):
    found: bool
    text: str


def test_json_is_the_object_of_the_api(client: OpenAI, server: ApiServer) -> None:
    answer = {**server.ask(FERRY).json(), "seconds": None}
    messages: list[Any] = [{"role": "user", "content": FERRY}]
    chat = client.chat.completions.create(
        model="trich-dan-footnotes", messages=messages, response_format={"type": "json_object"}
    )
    assert {**json.loads(chat.choices[0].message.content or ""), "seconds": None} == answer
    parsed = client.chat.completions.parse(model="trich-dan", messages=messages, response_format=Found)
    assert parsed.choices[0].message.parsed == Found(found=True, text=answer["text"])
    response = client.responses.parse(model="trich-dan", input=FERRY, text_format=Found)
    assert response.output_parsed == Found(found=True, text=answer["text"])
    chunks = client.chat.completions.create(
        model="trich-dan", messages=messages, response_format={"type": "json_object"}, stream=True
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert {**json.loads(text), "seconds": None} == answer


def test_an_image_is_said_to_be_ignored(client: OpenAI) -> None:
    image = {"type": "image_url", "image_url": {"url": PIXEL}}
    messages: list[Any] = [{"role": "user", "content": [{"type": "text", "text": FERRY}, image]}]
    completion = client.chat.completions.create(model="trich-dan", messages=messages)
    said = "Images and files that were sent are not read, only words are."
    assert (completion.choices[0].message.content or "").endswith(f"\n\n---\n\n{said}")
    assert completion.model_extra and completion.model_extra["notice"] == said
    with pytest.raises(openai.UnprocessableEntityError, match="put the question into words"):
        client.chat.completions.create(model="trich-dan", messages=[{"role": "user", "content": [image]}])  # type: ignore[list-item]


# What chat programs ask behind the scenes, in their own form and our words

WEBUI = """### Task:
{task}
### Output:
JSON format: {{ "{key}": {example} }}
### Chat History:
<chat_history>
USER: How much is the ferry fare
ASSISTANT: 17,000 dong [1].
</chat_history>"""


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (WEBUI.format(task="Name the chat in a few words.", key="title", example='"a title"'),
         '{"title": "How much is the ferry fare"}'),
        (WEBUI.format(task="Give tags.", key="tags", example='["a"]'), '{"tags": ["News"]}'),
        (WEBUI.format(task="Suggest questions.", key="follow_ups", example='["a"]'), '{"follow_ups": []}'),
        (WEBUI.format(task="Decide on searches.", key="queries", example='["a"]'), '{"queries": []}'),
        ("Write a short title for this conversation, without quotes.\n\nUser: Who won?\nAI: Nobody.", "Who won?"),
        ("Hãy đặt tiêu đề cho cuộc trò chuyện này.", "Giá vé phà là bao nhiêu?"),
        ("Give the title of the article on the chat between Putin and Kim.", None),
        ("What is the name of the ferry?", None),
        ("# Task force of Hanoi: who leads it?", None),
    ],
)  # fmt: skip
def test_chores(message: str, told: str | None) -> None:
    assert chore(message, [Turn("user", "Giá vé phà là bao nhiêu?")]) == told


def test_a_title_is_short() -> None:
    told = chore("Generate a title for the conversation", [Turn("user", "word " * 40)])
    assert told == " ".join(["word"] * 12) + "…"


def test_chores_need_no_search(client: OpenAI, server: ApiServer) -> None:
    message = WEBUI.format(task="Name the chat.", key="title", example='"a title"') + "\n" * 3000
    completion = client.chat.completions.create(model="trich-dan", messages=[{"role": "user", "content": message}])
    assert json.loads(completion.choices[0].message.content or "") == {"title": "How much is the ferry fare"}
    assert completion.model_extra and completion.model_extra["citations"] == []
    chunks = client.chat.completions.create(
        model="trich-dan", messages=[{"role": "user", "content": message}], stream=True
    )
    assert (
        "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == '{"title": "How much is the ferry fare"}'
    )
