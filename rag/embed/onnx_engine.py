"""The fast local engine: multilingual-e5-small in 8-bit integers on ONNX Runtime.

Texts longer than the model's 512 positions are cut into windows, whose means are averaged by their tokens, as
the plain engine does. Windows of equal length share a batch; batches run in parallel, each on one thread,
which needs no padding and stays fast when other processes want the cores too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rag.embed.batches import equal_lengths, in_parallel
from rag.embed.engines import PASSAGE_PREFIX, QUERY_PREFIX
from rag.embed.graph import SHARED
from rag.embed.prepare import prepare
from rag.embed.tokeniser import Tokeniser
from rag.embed.weights import Floats, Weights


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of a text that the model takes at once; `ids` include start and end."""

    text: int
    ids: list[int]


class OnnxEngine:
    identity = "e5-small-q4-onnx8"

    def __init__(self, model: bytes | str, weights: Weights, tokeniser: Tokeniser) -> None:
        """`model` is the graph or the path of its file. Raises whatever ONNX Runtime raises when it cannot run it."""
        self._session = open_session(model)
        self._weights = weights
        self._tokeniser = tokeniser

    @property
    def metadata(self) -> dict[str, str]:
        """What the conversion wrote into the model."""
        return dict(self._session.get_modelmeta().custom_metadata_map)

    def embed(self, texts: Sequence[str], *, query: bool) -> Floats:
        prefix = QUERY_PREFIX if query else PASSAGE_PREFIX
        windows = [window for number, text in enumerate(texts) for window in self._windows(number, prefix, text)]
        sums = np.zeros((len(texts), self._weights.shape.hidden), np.float32)
        batches = equal_lengths(windows, lambda window: len(window.ids))
        for batch, means in zip(batches, in_parallel(self._run, batches), strict=True):
            for window, mean in zip(batch, means, strict=True):
                sums[window.text] += (len(window.ids) - 2) * mean
        vectors: Floats = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return vectors

    def states(self, ids: Sequence[int]) -> Floats:
        """The states [1, tokens, hidden] of one window of ids, those of start and end included, that models share."""
        words = self._weights.word_vectors(np.array([ids]))
        states: Floats = self._session.run([SHARED], {"words": words})[0]
        return states

    def _windows(self, number: int, prefix: str, text: str) -> Iterator[_Window]:
        ids = self._tokeniser.ids(prefix + prepare(text))
        size = self._weights.shape.positions - 2
        for left in range(0, len(ids), size):
            yield _Window(number, self._tokeniser.with_ends(ids[left : left + size]))

    def _run(self, batch: Sequence[_Window]) -> Floats:
        words = self._weights.word_vectors(np.array([window.ids for window in batch]))
        means: Floats = self._session.run(["means"], {"words": words})[0]
        return means


def open_session(model: bytes | str) -> Any:
    """An ONNX Runtime session that computes on the thread of its caller. Raises whatever ONNX Runtime raises."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # One plan would be kept for each shape of a batch.
    options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
