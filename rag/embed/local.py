"""Opens the local engine: the fast one, converted once into a cache, or else the plain one with a warning.

The converted model is one file, named by the format and by a hash of the weights it is made from, written under a
temporary name and moved into place: two processes may convert at once, and a killed one leaves nothing behind
that is read. It carries the plain engine's vectors of a few sentences, against which it is checked.
"""

from __future__ import annotations

import base64
import logging
import os
import tempfile
from pathlib import Path

import numpy as np

from rag.cache import cache_folder
from rag.embed.engines import Engine, PlainEngine
from rag.embed.onnx_engine import OnnxEngine
from rag.embed.tokeniser import Tokeniser, installed_tokeniser
from rag.embed.weights import Floats, Weights
from rag.errors import EmbedderError

log = logging.getLogger(__name__)

FORMAT = 2
LEAST_COSINE = 0.998
_REFERENCE = "reference"
# The first alone is checked on every start, so it is short.
CHECK_TEXTS = (
    "Giá cà phê hôm nay ra sao?",
    "The harbour reopened on 3 May after two weeks of repairs.",
    "Mưa lớn làm ngập nhiều tuyến phố, 1.250 hộ dân phải sơ tán trong đêm.",
    "NASA: 7,09% 😀 — mixed “quotes”, số liệu và English trong một câu.",
    "Ban tổ chức cho biết giải chạy năm nay có hơn bốn nghìn người tham dự, tăng một phần ba so với mùa trước, "
    "và toàn bộ tiền thu được sẽ dành cho các lớp học bơi miễn phí ở vùng sông nước.",
    "The council voted nine to four to keep the old bridge open to cyclists while engineers study whether its "
    "stone piers, last inspected in 1998, can carry a second footpath.",
)
# Repetition drives channels of the states further than prose does.
_CALIBRATION_TEXTS = (*CHECK_TEXTS, "ệ" * 300)


def open_engine(cache: Path | None = None) -> Engine:
    """The fast engine; the plain one, after one line in the log, where the fast one cannot serve.

    `cache` is the folder of the converted model (default: the user's cache folder for this program).
    Raises EmbedderError when the model itself is missing.
    """
    weights = Weights.installed()
    try:
        return _fast_engine(weights, cache or cache_folder())
    # ONNX Runtime's errors have no base class of their own, and a missing library may raise anything on import.
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        log.warning(
            "The fast embedder cannot run here (%s); using the plain one, which is several times slower", reason
        )
        return PlainEngine()


def _fast_engine(weights: Weights, cache: Path) -> OnnxEngine:
    tokeniser = installed_tokeniser()
    path = cache / f"e5-small-onnx8-v{FORMAT}-{weights.encoder_digest()}.onnx"
    if path.is_file():
        try:
            engine = OnnxEngine(str(path), weights, tokeniser)
            _check(engine, _reference(engine), CHECK_TEXTS[:1])
        except Exception as error:
            log.info("Converting the embedding model again: %s is damaged or from another CPU (%s)", path, error)
        else:
            return engine
    return _converted(weights, tokeniser, path)


def _converted(weights: Weights, tokeniser: Tokeniser, path: Path) -> OnnxEngine:
    """A new engine, checked and stored at `path`. Raises EmbedderError when its vectors are wrong on this CPU."""
    from onnx import helper

    from rag.embed.calibrate import channel_spreads
    from rag.embed.graph import build_graph

    log.info("Converting the embedding model for this machine, once (a few seconds): %s", path)
    spreads = channel_spreads(weights, tokeniser, _CALIBRATION_TEXTS)
    reference = PlainEngine().embed(CHECK_TEXTS, query=False)
    for signed in (True, False):
        model = build_graph(weights, signed=signed, spreads=spreads)
        helper.set_model_props(model, {_REFERENCE: base64.b85encode(reference.tobytes()).decode()})
        content = model.SerializeToString()
        engine = OnnxEngine(content, weights, tokeniser)
        try:
            _check(engine, reference, CHECK_TEXTS)
        except EmbedderError as error:
            log.info("8-bit weights (signed: %s) do not serve on this CPU: %s", signed, error)
        else:
            _store(content, path)
            return engine
    raise EmbedderError("8-bit integers give other vectors on this CPU")


def _reference(engine: OnnxEngine) -> Floats:
    stored = base64.b85decode(engine.metadata[_REFERENCE])
    return np.frombuffer(stored, np.float32).reshape(len(CHECK_TEXTS), -1)


def _check(engine: OnnxEngine, reference: Floats, texts: tuple[str, ...]) -> None:
    """Raises EmbedderError when the engine's vectors of `texts` are not those of `reference`."""
    vectors = engine.embed(texts, query=False)
    cosine = float(np.min(np.sum(vectors * reference[: len(texts)], axis=1)))
    if not cosine >= LEAST_COSINE:
        raise EmbedderError(f"cosine to the plain engine {cosine:.4f}, below {LEAST_COSINE}")


def _store(content: bytes, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        log.warning("The converted embedding model cannot be kept (%s); it is made anew on every start", error)
