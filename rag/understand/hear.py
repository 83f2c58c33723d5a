"""A message as it is heard: what is wanted, which of its words ask, and whether it leans on what was said before.

Two layers of a BERT on the states of the bundled embedder, trained by `python -m eval.training.fit_understand`, in
8-bit integers on ONNX Runtime: a message costs one run of the embedder and a sixth of another one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from rag.embed import default_embedder
from rag.embed.engines import QUERY_PREFIX
from rag.embed.onnx_engine import OnnxEngine, open_session
from rag.embed.tokeniser import installed_tokeniser
from rag.embed.weights import Floats
from rag.errors import RagError, ReaderError
from rag.read.pieces import PieceCutter, Pieces
from rag.types import INTENTS, Intent, Span
from rag.understand.bare import asking

log = logging.getLogger(__name__)

MODEL = Path(__file__).with_name("understand.onnx")
# Pieces of a message that are heard; what follows belongs to a pasted text.
LONGEST = 200
# What asks the articles nothing, and from which chance on it is left unsearched: a question that is not answered costs
# more than a search in vain.
TALKING: tuple[Intent, ...] = ("talk", "about", "recap", "cannot", "noise")
CERTAIN = 0.6
# Kinds of talk.
TALK = ("greeting", "thanks", "noted", "farewell")
# What a message may ask of the form of its answer, in the order of the model's outputs.
INSTRUCTIONS = ("one_sentence", "only_number", "cite", "in_vietnamese", "in_english", "short")
_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Heard:
    """`chances` of each intent add up to 1; `leans` and `several` are chances.

    `talk` is the kind of talk that it would be. `bare` is the range of the message that asks, None where no word does.
    """

    chances: Mapping[Intent, float]
    leans: float
    several: float
    instructions: frozenset[str]
    talk: str
    bare: Span | None

    @property
    def intent(self) -> Intent:
        """The likeliest; one that searches nothing only where such a one is likely enough."""
        searched = [intent for intent in INTENTS if intent not in TALKING]
        left_alone = 1 - sum(self.chances[intent] for intent in searched)
        among = TALKING if left_alone > CERTAIN else searched
        return max(among, key=self.chances.__getitem__)


class Listener:
    """Safe to call from several threads at once."""

    def __init__(self, engine: OnnxEngine, model: Path) -> None:
        """Raises ReaderError when the model cannot be run."""
        try:
            self._session = open_session(str(model))
        # ONNX Runtime's errors have no base class of their own.
        except Exception as error:
            raise ReaderError(f"{model.name} cannot be opened ({error}); install again") from error
        self._engine = engine
        self._cutter = PieceCutter(installed_tokeniser())
        self._prefix = self._cutter.cut(QUERY_PREFIX).ids
        self.hear = lru_cache(maxsize=_REMEMBERED)(self._hear)

    def _hear(self, message: str) -> Heard:
        pieces = self._cutter.cut(message).between(0, LONGEST)
        ids = [self._cutter.start, *self._prefix, *pieces.ids, self._cutter.end]
        told, kept = self._session.run(["told", "kept"], {"words": self._engine.states(ids)})
        first = 1 + len(self._prefix)
        return _heard(message, pieces, told[0], kept[0, first : first + len(pieces), 0])


def _heard(message: str, pieces: Pieces, told: Floats, kept: Floats) -> Heard:
    wanted = np.exp(told[: len(INTENTS)] - told[: len(INTENTS)].max())
    leans, *formed, several = 1 / (1 + np.exp(-told[len(INTENTS) : -len(TALK)].astype(np.float64)))
    return Heard(
        {intent: float(chance) for intent, chance in zip(INTENTS, wanted / wanted.sum(), strict=True)},
        float(leans),
        float(several),
        frozenset(code for code, chance in zip(INSTRUCTIONS, formed, strict=True) if chance > 0.5),
        TALK[int(np.argmax(told[-len(TALK) :]))],
        asking(message, pieces, kept.tolist()),
    )


# A message that nothing hears is a question that stands alone, with nothing to take away.
_UNHEARD = Heard({intent: float(intent == "question") for intent in INTENTS}, 0.0, 0.0, frozenset(), TALK[0], None)


def hear(message: str) -> Heard:
    """NFC `message` as the model that ships hears it, or as a plain question where that cannot be run."""
    listener = default_listener()
    return listener.hear(message) if listener else _UNHEARD


@cache
def default_listener() -> Listener | None:
    """The one that ships, loaded on first use; None, after one line in the log, where it cannot be run."""
    try:
        engine = default_embedder().engine
        if isinstance(engine, OnnxEngine):
            return Listener(engine, MODEL)
        reason = "ONNX Runtime does not run here"
    except RagError as error:
        reason = str(error)
    log.warning("Messages are taken as plain questions on this machine: %s", reason)
    return None
