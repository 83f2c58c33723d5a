"""Reads the public sets of written sentences with sources: what people say is supported, and what is not.

Each half is by source (article, passage, page): `fit_verify` looks at one, `verify` reports on the other. Nothing of
the sets is kept in the project.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import regex as re
from numpy.typing import NDArray

from eval.benchmarks.answer_sets import CORPUS
from eval.benchmarks.datasets import json_lines
from rag.answer.evidence import Evidence
from rag.answer.verify import Embed
from rag.answer.verify.verifier import clauses
from rag.embed.base import Embedder
from rag.retrieve.dense import centred, priors
from rag.text.normalise import normalise
from rag.text.sentences import sentences
from rag.text.terms import content_terms

# A cited web page may have hundreds of sentences; those that share the most words with the claim are looked at.
MOST_SENTENCES = 60


@dataclass(frozen=True, slots=True)
class Source:
    """The sentences that something was written from."""

    id: str
    sentences: tuple[str, ...]
    language: str
    title: str | None = None
    published: str | None = None

    @property
    def fit(self) -> bool:
        """Whether the source belongs to the half for fitting."""
        return hashlib.sha256(self.id.encode()).digest()[0] % 2 == 0

    def among(self, every: int) -> bool:
        """Whether the source is among one in `every`, for quick trials."""
        return hashlib.sha256(self.id.encode()).digest()[1] % every == 0

    def evidence(self, embed: Embed) -> list[Evidence]:
        vectors = embed([(text, self.language) for text in self.sentences])
        starts = np.cumsum([0, *(len(text) + 1 for text in self.sentences)])
        before = ("", *self.sentences)
        return [
            Evidence(
                key=str(place), article_id=self.id, start=int(starts[place]), end=int(starts[place]) + len(text),
                text=text, language=self.language, before=before[place], title=self.title, source=None,
                published=self.published, chance=1.0, vector=vectors[place],
            )
            for place, text in enumerate(self.sentences)
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A text of one or more sentences written from a source.

    `truth` says of each sentence whether it is supported, None where only the whole text was judged; `supported` says
    it of the whole. `kind` is the set's own label or error, `gold` the places of the sentences that support it.
    """

    id: str
    source: Source
    language: str
    claims: tuple[str, ...]
    supported: bool
    truth: tuple[bool | None, ...]
    kind: str = ""
    gold: tuple[frozenset[int], ...] = ()


def sentence_embed(embedder: Embedder) -> Embed:
    """Unit vectors [n, d] centred on the shipped means of sentences, as an archive of both languages would have."""

    def embed(texts: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        vectors = embedder.embed([text for text, _ in texts])
        means = [priors().get(f"sentence-{language}") for _, language in texts]
        return np.stack([centred(vector, mean) for vector, mean in zip(vectors, means, strict=True)])

    return embed


def split(text: str) -> tuple[str, ...]:
    plain = normalise(text)
    return tuple(plain[span.start : span.end] for span in sentences(plain))


def vihallu(data: Path) -> list[Written]:
    """Vietnamese answers to questions about a passage: no, intrinsic (against it) or extrinsic (beyond it)."""
    out = []
    for item in json_lines(data / "vihallu" / "items.jsonl"):
        claims = split(item["response"])
        supported = item["label"] == "no"
        truth: tuple[bool | None, ...] = (None,) * len(claims)
        if supported or len(claims) == 1:
            truth = (supported,) * len(claims)
        source = Source(_digest(item["context"]), split(item["context"]), "vi")
        out.append(Written(item["id"], source, "vi", claims, supported, truth, item["label"]))
    return out


def ragtruth(data: Path, task: str) -> list[Written]:
    """English answers ("QA") or summaries ("Summary") of six models, with what people marked as made up."""
    sources = {
        row["source_id"]: Source(row["source_id"], split(_without_passage_marks(row["context"])), "en")
        for row in json_lines(data / "ragtruth" / "sources.jsonl")
        if row["task"] == task
    }
    out = []
    for row in json_lines(data / "ragtruth" / "responses.jsonl"):
        if row["source_id"] not in sources:
            continue
        text = row["response"]
        spans = sentences(text)
        truth = tuple(
            not any(label["start"] < span.end and span.start < label["end"] for label in row["labels"])
            for span in spans
        )
        claims = tuple(normalise(text[span.start : span.end]) for span in spans)
        out.append(Written(row["id"], sources[row["source_id"]], "en", claims, not row["labels"], truth, task))
    return out


def bump(data: Path) -> list[tuple[Written, Written]]:
    """Pairs of a faithful summary of a news article and one with a single error."""
    sources = {
        row["article_id"]: Source(row["article_id"], split(row["article"]), "en")
        for row in json_lines(data / "bump" / "articles.jsonl")
    }
    out = []
    for row in json_lines(data / "bump" / "pairs.jsonl"):
        source, kind = sources[row["article_id"]], _error(row["error_type"])
        good, bad = split(_untokenised(row["faithful_summary"])), split(_untokenised(row["unfaithful_summary"]))
        out.append(
            (
                Written(f"{row['id']}+", source, "en", good, True, (True,) * len(good), kind),
                Written(f"{row['id']}-", source, "en", bad, False, tuple(claim in good for claim in bad), kind),
            )
        )
    return out


def wice(data: Path) -> list[Written]:
    """English claims of Wikipedia with the web page they cite; `gold` names sentences of the page."""
    out = []
    for row in json_lines(data / "wice" / "claims.jsonl"):
        claim = normalise(row["claim"])
        title, published, page = _page(row["evidence"])
        kept = _closest(claim, page)
        gold = tuple(
            frozenset(kept.index(place) if place in kept else -1 for place in group)
            for group in row["supporting_sentences"]
            if group
        )
        source = Source(row["id"], tuple(page[place] for place in kept), "en", title, published)
        supported = row["label"] == "supported"
        out.append(Written(row["id"], source, "en", (claim,), supported, (supported,), row["label"], gold))
    return out


def translations(data: Path) -> list[Written]:
    """Sentences of XQuAD's passages and of the sample archive's twin articles, against the passage in the other
    language: with their translation in it, and with it taken out. Of long ones a clause is tried as well."""
    out = []
    for name, texts in [*_xquad_texts(data), *_twin_texts()]:
        both = {language: split(text) for language, text in texts.items()}
        if len(both["vi"]) != len(both["en"]) or len(both["vi"]) < 3:
            continue
        for language, other in (("vi", "en"), ("en", "vi")):
            whole = Source(name, both[other], other)
            for place in range(0, len(both[language]), 2):
                less = Source(name, tuple(text for at, text in enumerate(both[other]) if at != place), other)
                for part, claim in enumerate(_whole_and_part(both[language][place])):
                    label, gold = f"{name}-{language}-{place}-{part}", (frozenset({place}),)
                    out.append(Written(f"{label}+", whole, language, (claim,), True, (True,), gold=gold))
                    out.append(Written(f"{label}-", less, language, (claim,), False, (False,)))
    return out


def _whole_and_part(sentence: str) -> list[str]:
    """A sentence, and its longest clause where it has several: an answer rarely says all that a source says."""
    return [sentence, *sorted(clauses(sentence), key=len)[-1:]]


def _xquad_texts(data: Path) -> list[tuple[str, dict[str, str]]]:
    return [
        (f"xquad-{row['pid']}", {"vi": row["text_vi"], "en": row["text_en"]})
        for row in json_lines(data / "xquad" / "passages.jsonl")
    ]


def _twin_texts() -> list[tuple[str, dict[str, str]]]:
    """Paragraphs of the articles that the sample archive holds in both languages."""
    out = []
    for vietnamese in sorted((CORPUS / "retold").glob("*.vi.md")):
        english = vietnamese.with_name(vietnamese.name.replace(".vi.", ".en."))
        both = [
            [part for part in path.read_text(encoding="utf-8").split("---\n", 2)[2].split("\n\n") if part.strip()]
            for path in (vietnamese, english)
        ]
        if len(both[0]) == len(both[1]):
            out += [
                (f"{vietnamese.stem}-{at}", {"vi": vi, "en": en}) for at, (vi, en) in enumerate(zip(*both, strict=True))
            ]
    return out


def _page(lines: Sequence[str]) -> tuple[str | None, str | None, list[str]]:
    """Title, date and sentences of a WiCE page, whose first lines are marked as metadata; places are kept."""
    title = published = None
    for line in lines:
        if match := re.match(r"\(meta data\) TITLE: (.+)", line):
            title = match[1]
        if match := re.match(r"\(meta data\) PUBLISHED DATETIME: (\d{4}-\d\d-\d\d)", line):
            published = match[1]
    return title, published, [normalise(re.sub(r"^\(meta data\) [A-Z ]+: |^#+ ", "", line)) for line in lines]


def _closest(claim: str, page: Sequence[str]) -> list[int]:
    """The places of the sentences that share the most words with the claim, in order, none of them empty."""
    words = set(content_terms(claim))
    filled = [place for place, text in enumerate(page) if text.strip()]
    ranked = sorted(filled, key=lambda place: -len(words & set(content_terms(page[place]))))
    return sorted(ranked[:MOST_SENTENCES])


def _untokenised(text: str) -> str:
    """BUMP writes a space before each stop."""
    return re.sub(r"\s+([.,;:!?’])", r"\1", text)


def _without_passage_marks(text: str) -> str:
    return re.sub(r"\bpassage \d+:\s*", "\n", text)


def _error(kind: str) -> str:
    return kind.removesuffix(" Error").lower()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
