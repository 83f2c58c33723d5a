"""The check of written sentences, applied to what any engine wrote: the same judge for ours and for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.replies import Cited
from rag.answer.evidence import Evidence, key_of
from rag.answer.verify import Verifier
from rag.newsqa import NewsQA
from rag.retrieve.dense import centred
from rag.text.language import detect
from rag.text.normalise import normalise
from rag.text.sentences import sentences
from rag.types import Verdict

# A written sentence, the places of the sources it cites, and all sources -> supported, unsupported or unchecked.
Check = Callable[[str, Sequence[int], Sequence[Cited]], Verdict]

# Characters in front of a quote in which the sentence before it is looked for.
_BEFORE = 600


def checker(qa: NewsQA) -> Check:
    """The check over the articles of one archive. Sources that are quotes of none of them are no evidence."""
    means = qa.retriever.means().sentences
    article_of = cache(qa.article)

    @cache
    def vector(text: str, language: str) -> NDArray[np.float32]:
        embedded = np.asarray(qa.embedder.get_text_embedding(text), dtype=np.float32)
        return centred(embedded, means.get(language))

    def embed(texts: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        return np.stack([vector(text, language) for text, language in texts])

    @cache
    def evidence_of(source: Cited) -> Evidence | None:
        article = article_of(source.article_id)
        text = normalise(source.quote)
        start = article.text.find(text)
        if start < 0:
            return None
        told = detect(text)
        language = told if told != "und" else article.language
        in_front = article.text[max(0, start - _BEFORE) : start]
        spans = sentences(in_front)
        before = in_front[spans[-1].start : spans[-1].end] if spans else ""
        return Evidence(
            key_of(article.id, start), article.id, start, start + len(text), text, language, before, article.title,
            article.source, article.published, 0.0, vector(text, language),
        )  # fmt: skip

    verifier = Verifier(embed)

    def check(text: str, cited: Sequence[int], sources: Sequence[Cited]) -> Verdict:
        found = [(place, evidence) for place, source in enumerate(sources) if (evidence := evidence_of(source))]
        places = [at for at, (place, _) in enumerate(found) if place in cited]
        verdict = verifier.verify(text, detect(text), places, [evidence for _, evidence in found]).verdict
        return "supported" if verdict == "supported" else "unsupported" if verdict == "unsupported" else "unchecked"

    return check
