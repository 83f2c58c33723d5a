"""How `rag serve` bears many people who ask at a time: answers a second, waiting, refusals, memory.

    python -m eval.benchmarks.load [--askers 20,200] [--seconds 120] [--out report.json]

A server of its own over corpus/, on this machine's loopback, with a key for each asker; who asks is a process of its
own (`load_askers`), without a pause between questions, so that so many askers stand for many more people. The status
is 1 if anything but an answer or a refusal that says when to try again came back.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.benchmarks.load_askers import Asked, Plan
from eval.benchmarks.served import Served, Watch
from eval.benchmarks.speed import sizes
from eval.benchmarks.table import figure, render, write_json
from eval.cases import load
from rag.newsqa import NewsQA
from rag.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "eval" / "datasets" / "corpus.jsonl"
ALONE = 5
# What a phase may take beyond its seconds: the last questions end, and nothing hangs for ever.
_PATIENCE_SECONDS = 150

Figures = dict[str, Any]


def questions() -> list[Asked]:
    """Those of our own cases, each with the conversation that it follows."""
    return [
        Asked(case.question, tuple({"role": turn.role, "content": turn.content} for turn in case.history))
        for case in load(CASES)
    ]


def key(number: int) -> str:
    return f"load-test-key-{number:05}"


def ask_together(served: Served, plan: Plan) -> Figures:
    """One phase: what the askers counted, what the server took, and how it answers one question afterwards."""
    with Watch(served.pid) as watch:
        done = subprocess.run(
            [sys.executable, "-m", "eval.benchmarks.load_askers"],
            input=json.dumps(asdict(plan)), capture_output=True, text=True, check=False,
            timeout=plan.seconds + _PATIENCE_SECONDS, cwd=ROOT,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"the askers failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    counted: Figures = json.loads(done.stdout)
    return {**counted, **watch.figures(), "afterwards ms": alone(served, plan)}


def alone(served: Served, plan: Plan) -> list[float]:
    """Milliseconds of a few questions one after another, when nobody else asks. Raises SystemExit if one fails."""
    return [served.ask(plan.keys[0], asked.question) for asked in plan.questions[:ALONE]]


def faults(phase: Mapping[str, Any]) -> list[str]:
    """What must not happen under any load, a line each."""
    found = [f"{phase['askers']} askers: {number} x {kind}" for kind, number in phase["errors"].items()]
    if phase["refused"] > phase["refused with Retry-After"]:
        found.append(f"{phase['askers']} askers: a refusal without Retry-After")
    if not phase["answered"]:
        found.append(f"{phase['askers']} askers: nothing was answered")
    return found


def report(settings: Mapping[str, object], before: Sequence[float], phases: Sequence[Mapping[str, Any]]) -> str:
    head = ["", *(f"{phase['askers']} askers" for phase in phases)]
    rows = [
        _row("answers/s", phases, lambda phase: figure(phase["answered"] / phase["seconds"])),
        _row("answered", phases, lambda phase: figure(phase["answered"], 0)),
        *(_row(f"{name} ms", phases, lambda phase, name=name: figure(phase[f"{name} ms"], 0))
          for name in ("p50", "p95", "max")),
        _row("p95 ms with refused tries", phases, lambda phase: figure(phase["p95 ms with refused tries"], 0)),
        _row("429s", phases, lambda phase: figure(phase["refused"], 0)),
        _row("429s with Retry-After", phases, lambda phase: figure(phase["refused with Retry-After"], 0)),
        _row("positions streamed", phases, lambda phase: figure(phase["positions"], 0)),
        _row("farthest position", phases, lambda phase: figure(phase["farthest position"], 0)),
        _row("errors", phases, lambda phase: figure(sum(phase["errors"].values()), 0)),
        *(_row(f"server MB, {when}", phases, lambda phase, when=when: figure(phase["memory MB"][when], 0))
          for when in ("start", "peak", "end")),
        _row("server's cores", phases, lambda phase: figure(phase["server cores"], 2)),
        _row("askers' cores", phases, lambda phase: figure(phase["client cores"], 2)),
        _row("askers' lag p95 ms", phases, lambda phase: figure(phase["client lag p95 ms"])),
        _row(f"alone before ({ALONE}, worst), ms", phases, lambda _: figure(max(before), 0)),
        _row(f"alone afterwards ({ALONE}, worst), ms", phases, lambda phase: figure(max(phase["afterwards ms"]), 0)),
    ]  # fmt: skip
    told = ", ".join(f"{name}={value}" for name, value in settings.items())
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
    return "\n\n".join([f"{told}\n{machine}", render(head, rows), *map(_limit, phases)])


def _row(name: str, phases: Sequence[Mapping[str, Any]], of: Any) -> list[str]:
    return [name, *(of(phase) for phase in phases)]


def _limit(phase: Mapping[str, Any]) -> str:
    """Whether the askers themselves held the figures down."""
    busy = phase["client cores"] > 0.5
    said = "are a limit of their own: take the figures as a lower bound" if busy else "did not hold the server up"
    return f"{phase['askers']} askers {said} ({100 * phase['client cores']:.0f}% of one core)."


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m eval.benchmarks.load", description="Ask a server together.")
    parser.add_argument("--askers", type=sizes, default=[20, 200], help="how many ask at a time, separated by commas")
    parser.add_argument("--seconds", type=float, default=120, help="how long they ask")
    parser.add_argument("--concurrent", type=int, default=2, help="RAG_CONCURRENT")
    parser.add_argument("--articles", type=Path, default=ROOT / "corpus", help="what the archive is made of")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    given = parser.parse_args(arguments)
    keys = [key(number) for number in range(max(given.askers))]
    settings = {"RAG_ENGINE": "quotes", "RAG_CONCURRENT": given.concurrent, "RAG_REQUESTS_A_MINUTE": 0}
    with tempfile.TemporaryDirectory(prefix="trich-dan-load-") as name:
        home = Path(name) / "home"
        with NewsQA.open(settings=Settings(home=home)) as qa:
            articles = qa.ingest([given.articles]).added
        environment = {**{name: str(value) for name, value in settings.items()}, "API_KEYS": ",".join(keys)}
        with Served(home, environment) as served:
            plans = [Plan(served.url, keys[:count], count, given.seconds, questions()) for count in given.askers]
            alone(served, plans[0])
            before = alone(served, plans[0])
            phases = []
            for plan in plans:
                print(f"{plan.askers} askers for {plan.seconds:g} s ...", file=sys.stderr)
                phases.append(ask_together(served, plan))
    told = {**settings, "API_KEYS": f"{len(keys)} keys", "articles": articles}
    print(report(told, before, phases))
    found = [fault for phase in phases for fault in faults(phase)]
    for fault in found:
        print(f"FAIL: {fault}", file=sys.stderr)
    if given.out:
        write_json(given.out, {"settings": told, "cores": os.cpu_count(), "before ms": before, "phases": phases})
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
