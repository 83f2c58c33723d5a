"""Trains the reader; goes on where it was stopped.

python -m eval.training.fit_reader --data ../shared/train --tokens 20e6 [--decay 6e6] [--folder .train]
"""

from __future__ import annotations

import argparse
import random
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from eval.training import sources
from eval.training.readings import Reading
from eval.training.sources import Example, Pair, Source
from eval.training.torch_reader import TorchReader, word_table
from eval.training.written import written
from rag.embed.tokeniser import installed_tokeniser
from rag.embed.weights import Weights
from rag.read.layout import Layout, laid_out
from rag.read.pieces import PieceCutter

SEED = 1
BATCH_TOKENS = 2048
LONGEST = 224
BUCKET = 32
HELD_BACK = 160


@dataclass(frozen=True, slots=True)
class Item:
    """An example as the network reads it; `first` and `last` token of the answer, 0 where there is none."""

    layout: Layout
    first: int = 0
    last: int = 0
    label: int | None = None


def everything(train: Path, sets: Path) -> list[Source]:
    documents = sources.documents(train)
    return [
        *sources.public_questions(train, sets),
        *sources.follow_ups(sets),
        *sources.claims(train),
        *sources.aligned(documents.values()),
        *sources.abstracts(sets),
        *written(documents, sets),
    ]


def split(source: Source) -> tuple[list[Any], Source]:
    """One document, or one row, in twenty, to choose by, and the source without them."""

    def is_kept(at: int, row: Any) -> bool:
        return (zlib.crc32(row["document"].encode()) if isinstance(row, dict) else at) % 20 == 7

    kept = [row for at, row in enumerate(source.rows) if is_kept(at, row)]
    rest = [row for at, row in enumerate(source.rows) if not is_kept(at, row)]
    return kept, replace(source, rows=rest)


class Items:
    """Turns examples into tokens."""

    def __init__(self, cutter: PieceCutter) -> None:
        self._cutter = cutter

    def item(self, example: Example) -> Item | None:
        reading = example if isinstance(example, Reading) else Reading(example.claim, example.evidence, None)
        layout = laid_out(self._cutter, reading.question, reading.title, reading.text, LONGEST)
        if isinstance(example, Pair):
            return Item(layout, label=example.label)
        if reading.answer is None:
            return Item(layout)
        inside = layout.tokens_of(reading.answer)
        return Item(layout, inside[0], inside[1]) if inside else None


def drawn(found: Sequence[Source], items: Items, draws: random.Random) -> Iterator[Item]:
    """Items without end: sources by their shares, rows of each in a new order in each pass."""
    orders: dict[str, list[Any]] = {source.name: [] for source in found}
    shares = [source.share for source in found]
    while True:
        (source,) = draws.choices(found, shares)
        order = orders[source.name]
        if not order:
            order.extend(source.rows)
            draws.shuffle(order)
        example = source.draw(order.pop(), draws)
        item = items.item(example) if example else None
        if item:
            yield item


def batches(stream: Iterator[Item]) -> Iterator[list[Item]]:
    """Items of about equal length, always as many of one length, questions and claims apart.

    Few shapes let the network be compiled once for each.
    """
    waiting: dict[tuple[int, bool], list[Item]] = defaultdict(list)
    for item in stream:
        length = rounded(len(item.layout))
        batch = waiting[length, item.label is None]
        batch.append(item)
        if len(batch) == BATCH_TOKENS // length:
            yield waiting.pop((length, item.label is None))


def rounded(length: int) -> int:
    return -(-length // BUCKET) * BUCKET


class Trainer:
    def __init__(self, model: TorchReader, table: Tensor, device: str) -> None:
        self.model, self.table, self.device = model.to(device), table, device
        if device == "cpu":
            # Layers alike share one compiled graph for each shape.
            torch._dynamo.config.recompile_limit = 64
            for layer in model.layers:
                layer.compile(dynamic=False)

    def losses(self, batch: Sequence[Item]) -> tuple[Tensor, Tensor]:
        """Mean loss, and the scores behind it: spans [n, tokens, 2], or claims [n, 3]."""
        longest = rounded(max(len(item.layout) for item in batch))
        ids, kinds = (
            torch.zeros(len(batch), longest, dtype=torch.long),
            torch.zeros(len(batch), longest, dtype=torch.long),
        )
        valid, allowed = (
            torch.zeros(len(batch), longest, dtype=torch.bool),
            torch.zeros(len(batch), longest, dtype=torch.bool),
        )
        for at, item in enumerate(batch):
            layout = item.layout
            ids[at, : len(layout)] = torch.tensor(layout.ids)
            kinds[at, layout.second : len(layout)] = 1
            valid[at, : len(layout)] = True
            allowed[at, 0] = True
            allowed[at, layout.text : layout.text + len(layout.pieces)] = True
        words = self.table[ids].float().to(self.device)
        kinds, valid, allowed = kinds.to(self.device), valid.to(self.device), allowed.to(self.device)
        with torch.autocast(self.device, dtype=torch.bfloat16):
            spans, claims = self.model(words, kinds, valid)
        if batch[0].label is not None:
            truth = torch.tensor([item.label for item in batch], device=self.device)
            chances = functional.log_softmax(claims.float(), -1)
            either = torch.logsumexp(chances[:, 1:], -1)
            of_class = chances.gather(1, truth.clamp(max=2)[:, None])[:, 0]
            return -torch.where(truth == 3, either, of_class).mean(), claims
        scores = spans.float().masked_fill(~allowed[..., None], -1e4)
        truth = torch.tensor([(item.first, item.last) for item in batch], device=self.device)
        loss = functional.cross_entropy(scores[..., 0], truth[:, 0]) + functional.cross_entropy(
            scores[..., 1], truth[:, 1]
        )
        return loss / 2, scores

    def report(self, held_back: dict[str, list[Item]]) -> str:
        """By source: exact spans among the answered, and answers or not told rightly."""
        self.model.eval()
        parts = []
        # Compiling for the shapes of so few batches would take longer than they do.
        with torch.no_grad(), torch.compiler.set_stance("force_eager"):
            for name, items in held_back.items():
                exact, judged, answered = [], [], []
                ordered = sorted(items, key=lambda item: len(item.layout))
                for left in range(0, len(ordered), 20):
                    batch = ordered[left : left + 20]
                    _, scores = self.losses(batch)
                    for item, score in zip(batch, scores, strict=True):
                        if item.label is not None:
                            best = int(score.argmax())
                            judged.append(min(best, 1) == min(item.label, 1))
                            continue
                        first, last = score[1:].argmax(0).tolist()
                        none = float(score[0].sum() - score[1:].max(0).values.sum())
                        judged.append((none < 0) == bool(item.first))
                        if item.first:
                            exact.append((first + 1, last + 1) == (item.first, item.last))
                            answered.append(item.first <= first + 1 <= item.last)
                parts.append(f"{name} {_share(exact)}/{_share(answered)}/{_share(judged)}")
        self.model.train()
        return "exact/start within/answers or not: " + "  ".join(parts)


def _share(values: Sequence[bool]) -> str:
    return f"{np.mean(values):.2f}" if values else "-"


def rate_at(done: float, given: argparse.Namespace) -> float:
    """Warm-up, then level; over the last `decay` tokens down to a fiftieth."""
    warm = min(1.0, done / 400_000 + 0.02)
    left = (given.tokens - done) / given.decay if given.decay else 1.0
    return float(given.rate) * warm * max(0.02, min(1.0, left))


@dataclass
class Progress:
    """What is kept when training is stopped: the weights, the optimiser's state, the tokens read."""

    checkpoint: Path
    model: TorchReader
    optimiser: torch.optim.Optimizer
    tokens: float = 0.0

    def load(self, device: str) -> None:
        if self.checkpoint.exists():
            state = torch.load(self.checkpoint, map_location=device)
            self.model.load_state_dict(state["model"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.tokens = state["tokens"]

    def save(self) -> None:
        part = self.checkpoint.with_suffix(".part")
        kept = {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "tokens": self.tokens}
        torch.save(kept, part)
        part.replace(self.checkpoint)


def optimiser_for(model: TorchReader, rate: float) -> torch.optim.Optimizer:
    parameters = list(model.parameters())
    groups = [
        {"params": [parameter for parameter in parameters if parameter.dim() > 1], "weight_decay": 0.01},
        {"params": [parameter for parameter in parameters if parameter.dim() <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)


def held_back_of(found: Sequence[Source], items: Items) -> tuple[dict[str, list[Item]], list[Source]]:
    """Items to choose by, the same in every run, and the sources without their rows."""
    held_back, rest = {}, []
    for source in found:
        kept, trained_on = split(source)
        draws = random.Random(SEED)
        made = (items.item(example) for row in kept if (example := source.draw(row, draws)))
        held_back[source.name] = [item for item in made if item][:HELD_BACK]
        rest.append(trained_on)
        print(f"{source.name}: {len(trained_on.rows)} rows, share {source.share}", flush=True)
    return held_back, rest


def train(
    trainer: Trainer, progress: Progress, batched: Iterator[list[Item]], given: argparse.Namespace
) -> Iterator[int]:
    """Trains until `given.tokens` are read; yields the number of each step."""
    began, before = time.time(), progress.tokens
    losses: dict[str, list[float]] = {"span": [], "claim": []}
    for step, batch in enumerate(batched, 1):
        if progress.tokens >= given.tokens:
            return
        for group in progress.optimiser.param_groups:
            group["lr"] = rate_at(progress.tokens, given)
        loss, _ = trainer.losses(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trainer.model.parameters(), 1.0)
        progress.optimiser.step()
        progress.optimiser.zero_grad()
        progress.tokens += sum(len(item.layout) for item in batch)
        losses["span" if batch[0].label is None else "claim"].append(loss.item())
        if step % 100 == 0:
            means = {name: round(float(np.mean(values[-80:])), 3) for name, values in losses.items() if values}
            speed = (progress.tokens - before) / (time.time() - began)
            print(f"{step} {means} {progress.tokens / 1e6:.2f}M tokens, {speed:.0f}/s", flush=True)
        yield step


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/train"))
    parser.add_argument("--sets", type=Path, default=Path("../shared/data"))
    parser.add_argument("--folder", type=Path, default=Path(".train"))
    parser.add_argument("--tokens", type=float, default=20e6)
    parser.add_argument("--decay", type=float, default=0, help="tokens over which the rate falls at the end")
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--frozen", type=int, default=0, help="layers left as they are, from the first")
    given = parser.parse_args(argv)
    torch.manual_seed(SEED)
    given.folder.mkdir(parents=True, exist_ok=True)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    weights = Weights.installed()
    items = Items(PieceCutter(installed_tokeniser()))
    held_back, trained_on = held_back_of(everything(given.data, given.sets), items)
    trainer = Trainer(TorchReader(weights, given.frozen), word_table(weights), device)
    progress = Progress(given.folder / "reader.pt", trainer.model, optimiser_for(trainer.model, given.rate))
    progress.load(device)
    draws = random.Random(SEED + int(progress.tokens))
    for step in train(trainer, progress, batches(drawn(trained_on, items, draws)), given):
        if step % 400 == 0:
            progress.save()
        if step % 1200 == 0:
            print(trainer.report(held_back), flush=True)
    progress.save()
    print(trainer.report(held_back), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
