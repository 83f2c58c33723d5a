"""Many who ask at a time, in a process of their own: reads a plan from standard input, prints what they met as JSON.

Each has its own key and connection, asks its next question once the last is answered, and comes again after as many
seconds as a refusal says. They stop at the plan's end; only what is under way then is waited for.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np

# What the askers use, in turn: most send the plain question.
WAYS = ("ask", "ask", "ask", "stream", "completions")
# Tries of one asker, whatever happens.
MOST_TRIES = 20_000
_TIMEOUT_SECONDS = 120.0
# After a failure, and where a refusal does not say when to come again.
_PAUSE_SECONDS = 1.0
_LAG_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Asked:
    question: str
    # The conversation before it: role and content of each turn.
    history: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    url: str
    keys: Sequence[str]
    askers: int
    seconds: float
    questions: Sequence[Asked]


@dataclass(slots=True)
class Met:
    """What came back to all of them; times in seconds."""

    taken: list[float] = field(default_factory=list)
    # From the first try on, refused ones and the pauses after them included.
    with_refused: list[float] = field(default_factory=list)
    refused: int = 0
    told_when: int = 0
    positions: list[int] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    lags: list[float] = field(default_factory=list)


class Refused(Exception):
    """429; `seconds` is its Retry-After, None where there is none."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        super().__init__()


class Failed(Exception):
    """Neither an answer nor a refusal; the message is a short name for the kind of failure."""


async def ask_all(plan: Plan) -> dict[str, Any]:
    """The figures of one phase."""
    met, began, cpu = Met(), time.perf_counter(), time.process_time()
    lag = asyncio.create_task(_watch_lag(met))
    await asyncio.gather(*(_asker(number, plan, began + plan.seconds, met) for number in range(plan.askers)))
    seconds = time.perf_counter() - began
    lag.cancel()
    return {
        "askers": plan.askers,
        "seconds": seconds,
        "answered": len(met.taken),
        **{f"{name} ms": _milliseconds(met.taken, share) for name, share in (("p50", 50), ("p95", 95), ("max", 100))},
        "p95 ms with refused tries": _milliseconds(met.with_refused, 95),
        "refused": met.refused,
        "refused with Retry-After": met.told_when,
        "positions": len(met.positions),
        "farthest position": max(met.positions, default=0),
        "errors": dict(met.errors),
        "client cores": (time.process_time() - cpu) / seconds,
        "client lag p95 ms": _milliseconds(met.lags, 95),
    }


async def _asker(number: int, plan: Plan, end: float, met: Met) -> None:
    way = WAYS[number % len(WAYS)]
    headers = {"Authorization": f"Bearer {plan.keys[number]}"}
    # Plain HTTP: certificates would only be loaded. Another way out than the loopback is not taken.
    async with httpx.AsyncClient(
        base_url=plan.url, headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False, verify=False
    ) as client:
        # Askers begin at different questions, as far apart as may be.
        at = number * len(plan.questions) // plan.askers
        first_try = time.perf_counter()
        for _ in range(MOST_TRIES):
            began = time.perf_counter()
            if began >= end:
                return
            try:
                await _ask(client, way, plan.questions[at % len(plan.questions)], met)
            except Refused as refused:
                met.refused += 1
                met.told_when += refused.seconds is not None
                await _pause(_PAUSE_SECONDS if refused.seconds is None else refused.seconds, end)
                continue
            except (Failed, httpx.HTTPError, ValueError) as error:
                met.errors[str(error) if isinstance(error, Failed) else type(error).__name__] += 1
                await _pause(_PAUSE_SECONDS, end)
            else:
                met.taken.append(time.perf_counter() - began)
                met.with_refused.append(time.perf_counter() - first_try)
            at, first_try = at + 1, time.perf_counter()


async def _pause(seconds: float, end: float) -> None:
    await asyncio.sleep(max(0.0, min(seconds, end - time.perf_counter())))


async def _ask(client: httpx.AsyncClient, way: str, asked: Asked, met: Met) -> None:
    """One answer. Raises Refused, Failed, and what httpx and json do."""
    history = list(asked.history)
    question: dict[str, Any] = {"question": asked.question, **({"history": history} if history else {})}
    if way == "stream":
        await _ask_stream(client, question, met)
    elif way == "completions":
        messages = [*history, {"role": "user", "content": asked.question}]
        response = await client.post("/v1/chat/completions", json={"model": "trich-dan", "messages": messages})
        _check_status(response)
        if not response.json()["choices"][0]["message"]["content"]:
            raise Failed("an empty answer")
    else:
        response = await client.post("/api/ask", json=question)
        _check_status(response)
        if not response.json()["sentences"] and not response.json()["text"]:
            raise Failed("an empty answer")


async def _ask_stream(client: httpx.AsyncClient, question: Mapping[str, Any], met: Met) -> None:
    async with client.stream("POST", "/api/ask/stream", json=question) as response:
        _check_status(response)
        name = ""
        async for line in response.aiter_lines():
            field_name, _, value = line.partition(": ")
            if field_name == "event":
                name = value
            elif field_name == "data" and name == "waiting":
                met.positions.append(json.loads(value)["position"])
    if name != "answer":
        raise Failed(f"a stream that ends with {name or 'nothing'}")


def _check_status(response: httpx.Response) -> None:
    if response.status_code == 429:
        told = response.headers.get("retry-after", "")
        raise Refused(float(told) if told.isdigit() else None)
    if response.status_code != 200:
        raise Failed(f"status {response.status_code}")


async def _watch_lag(met: Met) -> None:
    """How late this process does what it is to do now: where that is much, its figures are too high."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_LAG_SECONDS)
        met.lags.append(time.perf_counter() - began - _LAG_SECONDS)


def _milliseconds(seconds: Sequence[float], share: float) -> float | None:
    """That percentile; None where nothing was measured."""
    return 1_000 * float(np.percentile(seconds, share)) if seconds else None


def main() -> int:
    given = json.load(sys.stdin)
    questions = [Asked(asked["question"], tuple(asked["history"])) for asked in given.pop("questions")]
    print(json.dumps(asyncio.run(ask_all(Plan(**given, questions=questions)))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
