"""Judge sets: texts that people have judged against their evidence, to judge a check of faithfulness by.

RAGTruth (Niu et al. 2024), ViHallu (2025), BUMP (Ma et al. 2023), WiCE (Kamoi et al. 2023).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from eval.adapters.suite import JudgedClaim, Suite
from eval.lines import Fields, read_lines
from rag.text.normalise import normalise

VIHALLU_SUPPORTED = "no"
WICE_LABELS = ("supported", "partially_supported", "not_supported")


def read_ragtruth(path: Path) -> Suite:
    """Responses of language models; one with any span marked as hallucinated is not supported.

    The published files are response.jsonl and source_info.jsonl; responses.jsonl and sources.jsonl are read too.
    """
    published = (path / "source_info.jsonl").is_file()
    sources = {
        fields.text("source_id"): _source(fields)
        for fields in read_lines(path / ("source_info.jsonl" if published else "sources.jsonl"))
    }
    claims = []
    for fields in read_lines(path / ("response.jsonl" if published else "responses.jsonl")):
        source_id = fields.text("source_id")
        if source_id not in sources:
            fields.fail(f"no source has the id {source_id!r}")
        evidence, question = sources[source_id]
        labels = [label.text("label_type") for label in fields.objects("labels")]
        claims.append(
            JudgedClaim(
                fields.text("id"), normalise(fields.text("response")), evidence, "en",
                not labels, ", ".join(dict.fromkeys(labels)), question,
            )
        )  # fmt: skip
    return Suite("ragtruth", claims=tuple(claims))


def read_vihallu(path: Path) -> Suite:
    """Vietnamese answers, faithful or hallucinated against the context (intrinsic) or beyond it (extrinsic)."""
    claims = []
    for fields in read_lines(path / "items.jsonl"):
        label = fields.choice("label", (VIHALLU_SUPPORTED, "intrinsic", "extrinsic"))
        supported = label == VIHALLU_SUPPORTED
        claims.append(
            JudgedClaim(
                fields.text("id"), normalise(fields.text("response")), normalise(fields.text("context")), "vi",
                supported, "" if supported else label, fields.text("prompt", ""),
            )
        )  # fmt: skip
    return Suite("vihallu", claims=tuple(claims))


def read_bump(path: Path) -> Suite:
    """Pairs of a faithful summary and its minimally unfaithful edit."""
    articles = {
        fields.text("article_id"): normalise(fields.text("article")) for fields in read_lines(path / "articles.jsonl")
    }
    return Suite("bump", claims=tuple(_bump_pairs(path / "pairs.jsonl", articles)))


def _bump_pairs(path: Path, articles: dict[str, str]) -> Iterator[JudgedClaim]:
    for fields in read_lines(path):
        if fields.text("article_id") not in articles:
            fields.fail(f"no article has the id {fields.text('article_id')!r}")
        evidence, name = articles[fields.text("article_id")], fields.text("id")
        for ending, supported in (("faithful", True), ("unfaithful", False)):
            error = "" if supported else fields.text("error_type")
            claim = normalise(fields.text(f"{ending}_summary"))
            yield JudgedClaim(f"{name}-{ending}", claim, evidence, "en", supported, error)


def read_wice(path: Path) -> Suite:
    """Claims of Wikipedia against the pages they cite; a claim that is supported in part only is not supported."""
    claims = []
    for fields in read_lines(path / "claims.jsonl"):
        label = fields.choice("label", WICE_LABELS)
        supported = label == WICE_LABELS[0]
        evidence = normalise("\n".join(fields.texts("evidence")))
        claim, error = normalise(fields.text("claim")), "" if supported else label
        claims.append(JudgedClaim(fields.text("id"), claim, evidence, "en", supported, error))
    return Suite("wice", claims=tuple(claims))


def _source(fields: Fields) -> tuple[str, str]:
    """A source's text and its question, if it has one. The published set nests those of questions and of tables."""
    nested = fields.values.get("source_info")
    if isinstance(nested, dict):
        passages, question = nested.get("passages"), nested.get("question")
        text = (
            passages if isinstance(passages, str) else "\n".join(f"{name}: {value}" for name, value in nested.items())
        )
        return normalise(text), question if isinstance(question, str) else ""
    return normalise(fields.text("source_info" if "source_info" in fields else "context")), fields.text("question", "")
