"""The fast local embedder against the plain one: speed, agreement, independence of the batch, retrieval.

    python -m eval.benchmarks.embedding --data ../shared/data [--out report.json]

Both engines take turns in one run, so that a busy machine slows both; quote the ratios. Texts come from XQuAD
and vietnews. Tokens are those of the texts, prefixes, start and end included, padding excluded.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from rag.embed.batches import available_cores
from rag.embed.engines import PASSAGE_PREFIX, Engine, PlainEngine
from rag.embed.local import open_engine
from rag.embed.onnx_engine import OnnxEngine
from rag.embed.prepare import prepare
from rag.embed.tokeniser import Tokeniser
from rag.embed.weights import Floats, Weights

HOSTILE = {
    "U+FDFA": "\ufdfa" * 5_000,
    "NFD": "e\u0302\u0323" * 500,
    "emoji": "😀🎉" * 2_000,
    "NUL": "a\x00b\x00c",
    "lone surrogate": "x\ud800y",
    "1 MB line": "một dòng rất dài " * 60_000,
    "one 1 MB word": "x" * 1_000_000,
    "empty": "",
    "special pieces": "</s> <mask> <s>",
}
# The plain engine is given fewer texts, only to keep the run short.
PLAIN_SHARE = 4


@dataclass
class Sample:
    """XQuAD passages in both languages, row by row translations, their questions, and Vietnamese news."""

    passages: dict[str, list[str]]
    questions: dict[str, list[str]]
    gold: list[int]
    news: list[str] = field(default_factory=list)


def load_sample(data: Path, passages: int, texts: int) -> Sample:
    """`passages` of XQuAD, evenly spread, with their questions; news so that there are `texts` in all."""
    rows = _json_lines(data / "xquad" / "passages.jsonl")
    chosen = rows[:: max(1, len(rows) // passages)][:passages]
    place = {row["pid"]: number for number, row in enumerate(chosen)}
    asked = [row for row in _json_lines(data / "xquad" / "questions.jsonl") if row["pid"] in place]
    sample = Sample(
        {language: [row[f"text_{language}"] for row in chosen] for language in ("vi", "en")},
        {language: [row[f"question_{language}"] for row in asked] for language in ("vi", "en")},
        [place[row["pid"]] for row in asked],
    )
    wanted = max(0, texts - 2 * len(chosen) - 2 * len(asked))
    sample.news = [row["abstract"] for row in _json_lines(data / "vietnews" / "articles.jsonl")[:wanted]]
    return sample


def compare_speed(plain: Engine, fast: Engine, texts: Sequence[str], rounds: int) -> dict[str, float]:
    """Tokens a second of both engines, by the clock and by the processor's time; medians of alternating rounds."""
    tokeniser = Tokeniser(Weights.installed().vocabulary())
    counts = [len(tokeniser.with_ends(tokeniser.ids(PASSAGE_PREFIX + prepare(text)))) for text in texts]
    part = len(texts) // PLAIN_SHARE
    measured: dict[str, list[float]] = {"plain": [], "fast": [], "plain_cpu": [], "fast_cpu": []}
    for _ in range(rounds):
        for name, engine, size in (("plain", plain, part), ("fast", fast, len(texts))):
            wall, cpu = time.perf_counter(), time.process_time()
            engine.embed(texts[:size], query=False)
            tokens = sum(counts[:size])
            measured[name].append(tokens / (time.perf_counter() - wall))
            measured[f"{name}_cpu"].append(tokens / (time.process_time() - cpu))
    median = {name: statistics.median(values) for name, values in measured.items()}
    return {
        "plain tokens/s": median["plain"],
        "fast tokens/s": median["fast"],
        "ratio": median["fast"] / median["plain"],
        "ratio by processor time": median["fast_cpu"] / median["plain_cpu"],
    }


def query_milliseconds(plain: Engine, fast: Engine, questions: Sequence[str]) -> dict[str, float]:
    """Median time of one question, the engines taking turns."""
    taken: dict[str, list[float]] = {"plain ms": [], "fast ms": []}
    for question in questions:
        for name, engine in (("plain ms", plain), ("fast ms", fast)):
            start = time.perf_counter()
            engine.embed([question], query=True)
            taken[name].append(1_000 * (time.perf_counter() - start))
    return {name: statistics.median(values) for name, values in taken.items()}


def agreement(plain: Floats, fast: Floats) -> dict[str, float]:
    cosines = np.sum(plain * fast, axis=1)
    return {"texts": len(cosines), "median cosine": float(np.median(cosines)), "minimum": float(cosines.min())}


def hostile(plain: Engine, fast: Engine) -> dict[str, dict[str, float]]:
    """For each hostile text the cosine of the engines, and the seconds of the fast one."""
    results = {}
    for name, text in HOSTILE.items():
        start = time.perf_counter()
        vector = fast.embed([text], query=False)[0]
        seconds = time.perf_counter() - start
        results[name] = {"cosine": float(vector @ plain.embed([text], query=False)[0]), "seconds": seconds}
    return results


def recall_at_1(passages: dict[str, Floats], questions: dict[str, Floats], gold: Sequence[int]) -> dict[str, float]:
    """How often the nearest passage is the right one: in the question's language, and Vietnamese -> English."""
    pairs = {"vi": ("vi", "vi"), "en": ("en", "en"), "vi->en": ("vi", "en")}
    return {
        name: float(np.mean((questions[asked] @ passages[pool].T).argmax(axis=1) == np.array(gold)))
        for name, (asked, pool) in pairs.items()
    }


def measure(data: Path, passages: int, texts: int, rounds: int) -> dict[str, Any]:
    """All figures. Raises SystemExit when the fast engine does not run here."""
    sample = load_sample(data, passages, texts)
    plain = PlainEngine()
    with tempfile.TemporaryDirectory() as folder:
        converting = _seconds(lambda: open_engine(Path(folder)))
        loading = _seconds(lambda: open_engine(Path(folder)))
        fast = open_engine(Path(folder))
    if not isinstance(fast, OnnxEngine):
        raise SystemExit("The fast engine does not run on this machine; there is nothing to compare.")
    vectors = {name: _all_vectors(engine, sample) for name, engine in (("plain", plain), ("fast", fast))}
    every = {name: np.concatenate([*p.values(), *q.values(), n]) for name, (p, q, n) in vectors.items()}
    mixed = random.Random(0).sample(sample.news + sample.questions["en"], 40)
    alone = np.concatenate([fast.embed([text], query=False) for text in mixed])
    sentences = (sample.questions["vi"] + sample.questions["en"] + sample.news)[:600]
    long = [text for pair in zip(sample.passages["vi"], sample.passages["en"], strict=True) for text in pair]
    random.Random(0).shuffle(sentences)
    return {
        "cores": available_cores(),
        "seconds": {"convert": converting, "load": loading},
        "agreement": agreement(every["plain"], every["fast"]),
        "hostile": hostile(plain, fast),
        "largest difference alone / in a batch": float(np.abs(alone - fast.embed(mixed, query=False)).max()),
        "recall@1": {name: recall_at_1(p, q, sample.gold) for name, (p, q, _) in vectors.items()},
        "sentences": compare_speed(plain, fast, sentences, rounds),
        "passages": compare_speed(plain, fast, long[:48], rounds),
        "query": query_milliseconds(plain, fast, sample.questions["vi"][:30]),
    }


def _all_vectors(engine: Engine, sample: Sample) -> tuple[dict[str, Floats], dict[str, Floats], Floats]:
    passages = {language: engine.embed(texts, query=False) for language, texts in sample.passages.items()}
    questions = {language: engine.embed(texts, query=True) for language, texts in sample.questions.items()}
    return passages, questions, engine.embed(sample.news, query=False)


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _json_lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _print(figures: dict[str, Any], indent: str = "") -> None:
    for name, value in figures.items():
        if isinstance(value, dict):
            print(f"{indent}{name}")
            _print(value, indent + "  ")
        else:
            print(f"{indent}{name:<40}{value:>12.5g}")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.embedding", description="Compare the embedders.")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds xquad/ and vietnews/")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--passages", type=int, default=60, help="XQuAD passages of each language (240 are all)")
    parser.add_argument("--texts", type=int, default=1_000, help="texts whose vectors are compared")
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds of each engine")
    given = parser.parse_args(arguments)
    if not (given.data / "xquad").is_dir():
        print(f"{given.data} holds no folder xquad; give --data the folder of the public data sets", file=sys.stderr)
        return 2
    figures = measure(given.data, given.passages, given.texts, given.rounds)
    _print(figures)
    if given.out:
        given.out.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
