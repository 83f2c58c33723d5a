"""OpenAI's client for Python, any version: chat, stream, JSON, responses. Arguments: the server's address."""

import sys

import openai
from openai import OpenAI

FERRY = "How much is a monthly card of the Luu River Line?"
client = OpenAI(base_url=f"{sys.argv[1]}/v1", api_key="none")
messages = [{"role": "user", "content": FERRY}]

assert "trich-dan" in [model.id for model in client.models.list()]
message = client.chat.completions.create(model="trich-dan", messages=messages).choices[0].message
assert "280,000 dong" in message.content, message.content
assert message.annotations[0].url_citation.url.startswith("https://deltacourier.example/")
chunks = client.chat.completions.create(model="trich-dan", messages=messages, stream=True)
assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == message.content
response = client.responses.create(model="trich-dan", input=FERRY)
assert response.output_text == message.content
with client.responses.stream(model="trich-dan", input=FERRY) as stream:
    assert [event.type for event in stream][-1] == "response.completed"
try:
    client.chat.completions.create(model="trich-dan", messages=messages, extra_body={"form": "2025"})
except openai.BadRequestError as error:
    assert error.param == "form", error
else:
    raise AssertionError("an unknown field was taken")
print("openai", openai.__version__)
