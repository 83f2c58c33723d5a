"""Finds how large each channel of the encoder's states gets, for the conversion to 8-bit integers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.embed.engines import PASSAGE_PREFIX
from rag.embed.graph import build_graph
from rag.embed.onnx_engine import open_session
from rag.embed.prepare import prepare
from rag.embed.tokeniser import Tokeniser
from rag.embed.weights import Floats, Weights

if TYPE_CHECKING:
    import onnx


def channel_spreads(weights: Weights, tokeniser: Tokeniser, texts: Sequence[str]) -> dict[str, Floats]:
    """For each normalisation the square root of each channel's largest absolute value over `texts`.

    The root shares the range evenly between activations and weights (SmoothQuant's alpha = 0.5).
    """
    model = build_graph(weights, signed=False, spreads={})
    rows = (tokeniser.with_ends(tokeniser.ids(PASSAGE_PREFIX + prepare(text))) for text in texts)
    return spreads_of(model, ({"words": weights.word_vectors(np.array([ids]))} for ids in rows))


def spreads_of(model: onnx.ModelProto, inputs: Iterable[Mapping[str, Floats]]) -> dict[str, Floats]:
    """The same of any model over the inputs given. Its weights must be unsigned, which overflow on no CPU."""
    largest = _largest(model, inputs)
    return {name: np.sqrt(np.maximum(values, values.max() / 1_000)) for name, values in largest.items()}


def _largest(model: onnx.ModelProto, inputs: Iterable[Mapping[str, Floats]]) -> dict[str, Floats]:
    from onnx import TensorProto, helper

    names = [node.output[0] for node in model.graph.node if node.op_type == "LayerNormalization"]
    shown = {output.name for output in model.graph.output}
    for name in (name for name in names if name not in shown):
        value = helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "tokens", "hidden"])
        model.graph.output.append(value)
    session = open_session(model.SerializeToString())
    largest: dict[str, Floats] = {}
    for given in inputs:
        for name, values in zip(names, session.run(names, given), strict=True):
            found = np.abs(values).max(axis=(0, 1))
            largest[name] = np.maximum(largest.get(name, found), found)
    return largest
