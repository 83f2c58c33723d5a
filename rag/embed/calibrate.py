"""Finds how large each channel of the encoder's states gets, for the conversion to 8-bit integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.embed.engines import PASSAGE_PREFIX
from rag.embed.graph import build_graph
from rag.embed.onnx_engine import open_session
from rag.embed.prepare import prepare
from rag.embed.tokeniser import Tokeniser
from rag.embed.weights import Floats, Weights


def channel_spreads(weights: Weights, tokeniser: Tokeniser, texts: Sequence[str]) -> dict[str, Floats]:
    """For each normalisation the square root of each channel's largest absolute value over `texts`.

    The root shares the range evenly between activations and weights (SmoothQuant's alpha = 0.5).
    """
    largest = _largest(weights, tokeniser, texts)
    return {name: np.sqrt(np.maximum(values, values.max() / 1_000)) for name, values in largest.items()}


def _largest(weights: Weights, tokeniser: Tokeniser, texts: Sequence[str]) -> dict[str, Floats]:
    from onnx import TensorProto, helper

    # Unsigned weights overflow on no CPU.
    model = build_graph(weights, signed=False, spreads={})
    names = [node.output[0] for node in model.graph.node if node.op_type == "LayerNormalization"]
    for name in names:
        value = helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "tokens", weights.shape.hidden])
        model.graph.output.append(value)
    session = open_session(model.SerializeToString())
    largest = {name: np.zeros(weights.shape.hidden, np.float32) for name in names}
    for text in texts:
        ids = tokeniser.with_ends(tokeniser.ids(PASSAGE_PREFIX + prepare(text)))
        states = session.run(names, {"words": weights.word_vectors(np.array([ids]))})
        for name, values in zip(names, states, strict=True):
            np.maximum(largest[name], np.abs(values).max(axis=(0, 1)), out=largest[name])
    return largest
