"""What went wrong, as the page says it: in the reader's language, without the machine's paths."""

from __future__ import annotations

import ast
import sqlite3
from pathlib import Path

import pytest

from rag import errors
from rag.answer.messages import MODEL_TROUBLE, model_trouble
from rag.errors import ArchiveError, ModelBusy, ModelError, RagError, SettingsError, UnknownArticle
from ui.faults import file_reason, line_of

READERS = Path(__file__).resolve().parents[1] / "rag" / "readers"


def kinds_of(parent: type[RagError]) -> list[type[RagError]]:
    known = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in known if issubclass(kind, parent) and kind is not parent]


def test_every_trouble_of_a_model_has_its_vietnamese_words() -> None:
    assert {kind for kind, _ in MODEL_TROUBLE} == set(kinds_of(ModelError))
    assert model_trouble(ModelBusy("wait"), "en") == "wait"
    assert line_of(ModelBusy("wait"), "vi") == (
        "Mô hình ngôn ngữ không trả lời: quá nhiều yêu cầu hoặc hết hạn mức, hãy thử lại sau."
    )


@pytest.mark.parametrize("kind", kinds_of(RagError), ids=lambda kind: kind.__name__)
def test_no_english_stands_on_the_vietnamese_page(kind: type[RagError]) -> None:
    said = line_of(kind("it went wrong"), "vi")
    assert "it went wrong" not in said and said


@pytest.mark.parametrize("kind", [ArchiveError, SettingsError, UnknownArticle])
def test_paths_of_the_machine_stay_in_its_log(kind: type[RagError]) -> None:
    for language in ("vi", "en"):
        assert "/srv/archive" not in line_of(kind("/srv/archive/x cannot be read"), language)


def test_an_archive_that_another_process_writes_to() -> None:
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
    error = ArchiveError("/srv/archive: another process")
    error.__cause__ = cause
    assert line_of(error, "en").startswith("Another process is writing")
    assert line_of(error, "vi").startswith("Một tiến trình khác")


def written_reasons() -> list[str]:
    """Every line that the readers give, what is put in by a value left out."""
    found = []
    for path in READERS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ReadError" and node.args:
                said = node.args[0]
                parts = said.values if isinstance(said, ast.JoinedStr) else [said]
                words = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
                found.append("0".join(words))
    return [reason for reason in found if reason]


def test_the_reasons_are_found() -> None:
    assert len(written_reasons()) > 20


@pytest.mark.parametrize("reason", written_reasons())
def test_why_a_file_is_not_taken_is_said_in_vietnamese(reason: str) -> None:
    assert file_reason(reason, "en") == reason
    assert file_reason(reason, "vi") != reason
