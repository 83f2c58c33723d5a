"""A language model behind an OpenAI-compatible address, asked for one word, for `verify --judge`."""

from __future__ import annotations

from collections.abc import Callable

TIMEOUT = 120.0


def served(base_url: str, model: str) -> Callable[[str], str]:
    """A function that answers a prompt with the model's first words."""
    import httpx

    client = httpx.Client(base_url=base_url.rstrip("/") + "/", timeout=TIMEOUT)

    def complete(prompt: str) -> str:
        body = {
            "model": model,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0,
            "max_tokens": 4,
        }
        answer = client.post("chat/completions", json=body)
        answer.raise_for_status()
        return str(answer.json()["choices"][0]["message"]["content"])

    return complete
