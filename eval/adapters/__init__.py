"""Public data sets from a path, whatever their format: `read(path)` gives their articles, cases and judged claims."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from eval.adapters.beir import read_beir
from eval.adapters.conversations import read_vicoqa
from eval.adapters.judged import read_bump, read_ragtruth, read_vihallu, read_wice
from eval.adapters.multihop import read_multihop
from eval.adapters.squad import read_mlqa, read_squad, read_vinewsqa, read_xquad
from eval.adapters.suite import JudgedClaim, Suite
from eval.lines import read_lines
from rag.errors import UsageError

__all__ = ["JudgedClaim", "Suite", "read"]

Reader = Callable[[Path], Suite]

# The files by which a folder is recognised, and a field that its second file's first line has where names are shared.
FOLDERS: tuple[tuple[tuple[str, ...], str, Reader], ...] = (
    (("corpus.jsonl", "queries.jsonl", "qrels"), "", read_beir),
    (("corpus.json", "MultiHopRAG.json"), "", read_multihop),
    (("evidence.jsonl", "questions.jsonl"), "evidence", read_multihop),
    (("articles.jsonl", "conversations.jsonl"), "turns", read_vicoqa),
    (("articles.jsonl", "pairs.jsonl"), "faithful_summary", read_bump),
    (("articles.jsonl", "questions.jsonl"), "answers", read_vinewsqa),
    (("passages.jsonl", "questions.jsonl"), "pid_vi", read_mlqa),
    (("passages.jsonl", "questions.jsonl"), "answer_vi", read_xquad),
    (("source_info.jsonl", "response.jsonl"), "", read_ragtruth),
    (("sources.jsonl", "responses.jsonl"), "", read_ragtruth),
    (("items.jsonl",), "label", read_vihallu),
    (("claims.jsonl",), "label", read_wice),
)


def read(path: Path) -> Suite:
    """The suite of a folder, or of a SQuAD file. Raises UsageError, one line, for one that is not recognised."""
    if path.is_file() and path.suffix == ".json":
        return read_squad(path)
    for files, field, reader in FOLDERS:
        if all((path / name).exists() for name in files) and (not field or _has(path / files[-1], field)):
            return reader(path)
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder; check the name")
    raise UsageError(
        f"{path}: no known data set; give a SQuAD .json file, or a folder of BEIR, MultiHop-RAG, XQuAD, MLQA, "
        "ViNewsQA, ViCoQA, RAGTruth, ViHallu, BUMP or WiCE"
    )


def _has(path: Path, field: str) -> bool:
    first = next(read_lines(path), None)
    return first is not None and field in first.values
