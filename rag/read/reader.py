"""The reader: a question and a passage -> which words answer, beside the chance that none do.

A cross-encoder of the shape of the bundled embedder, trained by `python -m eval.training.fit_reader` (docs/models.md),
in 8-bit integers on ONNX Runtime. Spans as in Devlin et al., "BERT" (2019), section 4.3: each token has a score as
the answer's start and one as its end, and the first token stands for "no answer".
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from rag.embed.batches import equal_lengths, in_parallel
from rag.embed.onnx_engine import open_session
from rag.embed.tokeniser import Tokeniser, installed_tokeniser
from rag.embed.weights import Floats, Weights
from rag.errors import RagError, ReaderError
from rag.read.layout import Layout, laid_out
from rag.read.pieces import PieceCutter
from rag.types import Span

log = logging.getLogger(__name__)

MODEL = Path(__file__).with_name("reader.onnx")
# Tokens of a question and a passage together; the model has not seen longer ones.
LONGEST = 256
_EDGES = " .,;:!?…\"'“”‘’«»()[]|*"
# An answer is a few words; longer spans are runs from one likely start to another's likely end.
LONGEST_ANSWER = 48


@dataclass(frozen=True, slots=True)
class Text:
    """What is read at once: some sentences of an article below its title. `sentences` are ranges of `text`."""

    title: str
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """`log_odds`: that the sentence answers, beside that nothing in the text does. `answer`: its words, of the text.

    A sentence that did not fit into what is read at once has no answer and no odds (minus infinity).
    """

    log_odds: float
    answer: Span | None


class Reader:
    """Safe to call from several threads at once."""

    def __init__(self, model: Path, weights: Weights, tokeniser: Tokeniser) -> None:
        """Raises ReaderError when the model cannot be run."""
        try:
            self._session = open_session(str(model))
        # ONNX Runtime's errors have no base class of their own.
        except Exception as error:
            raise ReaderError(f"{model.name}, the reading model, cannot be opened ({error}); install again") from error
        self._weights = weights
        self._cutter = PieceCutter(tokeniser)

    def read(self, question: str, texts: Sequence[Text]) -> list[list[ReadSentence]]:
        """For each text its sentences as read, in order."""
        layouts = [laid_out(self._cutter, question, text.title, text.text, LONGEST) for text in texts]
        batches = equal_lengths(range(len(texts)), lambda at: len(layouts[at]))
        read: dict[int, list[ReadSentence]] = {}
        for batch, spans in zip(batches, in_parallel(lambda some: self._run(layouts, some), batches), strict=True):
            for at, scores in zip(batch, spans, strict=True):
                read[at] = [
                    _read_sentence(texts[at].text, sentence, layouts[at], scores) for sentence in texts[at].sentences
                ]
        return [read[at] for at in range(len(texts))]

    def _run(self, layouts: Sequence[Layout], batch: Sequence[int]) -> Floats:
        """Scores of start and end, [batch, tokens, 2]."""
        words = self._weights.word_vectors(np.array([layouts[at].ids for at in batch]))
        kinds = np.zeros((*words.shape[:2], 1), np.float32)
        for row, at in enumerate(batch):
            kinds[row, layouts[at].second :] = 1
        spans: Floats = self._session.run(["spans"], {"words": words, "kinds": kinds})[0]
        return spans


def _read_sentence(text: str, sentence: Span, layout: Layout, scores: Floats) -> ReadSentence:
    tokens = layout.tokens_of(sentence)
    if tokens is None:
        return ReadSentence(float("-inf"), None)
    first, last = tokens[0], tokens[1] + 1
    # Sums [start, end] of the spans inside the sentence, those that end before they start left out.
    sums = scores[first:last, 0][:, None] + scores[first:last, 1][None, :]
    lengths = np.arange(last - first)[None, :] - np.arange(last - first)[:, None]
    sums = np.where((lengths >= 0) & (lengths < LONGEST_ANSWER), sums, -np.inf)
    start, end = np.unravel_index(int(np.argmax(sums)), sums.shape)
    pieces, base = layout.pieces, first - layout.text
    answer = _trimmed(text, pieces.starts[base + start], pieces.ends[base + end])
    return ReadSentence(float(sums[start, end] - scores[0].sum()), answer)


def _trimmed(text: str, start: int, end: int) -> Span:
    """Without the stops and marks at either end, which pieces hold beside words; all of it where nothing else is."""
    words = text[start:end]
    left = len(words) - len(words.lstrip(_EDGES))
    right = len(words.rstrip(_EDGES))
    return Span(start + left, start + right) if left < right else Span(start, end)


@cache
def default_reader() -> Reader | None:
    """The one that ships, loaded on first use; None, after one line in the log, where it cannot be run."""
    try:
        return Reader(MODEL, Weights.installed(), installed_tokeniser())
    except RagError as error:
        log.warning("Nothing is read on this machine, answers are those of the search alone: %s", error)
        return None
