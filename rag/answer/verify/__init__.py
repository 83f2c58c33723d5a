"""The check of what a language model wrote, sentence by sentence, against the evidence it was given."""

from rag.answer.verify.verifier import Embed, Judge, Verifier

__all__ = ["Embed", "Judge", "Verifier"]
