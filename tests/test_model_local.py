"""The real local model, where `rag model pull` has fetched it: a skip here says that nothing below was checked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ModelMissing, ModelRefused, ModelUnreachable
from rag.models import shelf
from rag.models.choose import choose
from rag.models.client import ChatModel
from rag.settings import Settings
from rag.types import Turn

SETTINGS = Settings(home=Path("home"), llm_model="local", llm_timeout=250.0)
_ASK = [Turn("user", "Thủ đô của Việt Nam là thành phố nào? Trả lời một câu.")]
_CHILD = """
from pathlib import Path
from rag.models.choose import choose
from rag.models.client import ChatModel
from rag.settings import Settings
from rag.types import Turn
settings = Settings(home=Path("home"), llm_model="local", llm_timeout=250.0)
writing = ChatModel.open(settings, choose(settings)).write([Turn("user", "Count to one hundred.")])
print(next(writing) != "")
"""


@pytest.fixture(scope="module")
def real() -> Iterator[ChatModel]:
    pytest.importorskip("xllamacpp", reason="the local model's library is not installed (pip install xllamacpp)")
    try:
        shelf.current()
    except ModelMissing as error:
        pytest.skip(str(error))
    model = ChatModel.open(SETTINGS, choose(SETTINGS))
    yield model
    model.close()


def test_it_answers_in_vietnamese(real: ChatModel, capfd: pytest.CaptureFixture[str]) -> None:
    writing = real.write(_ASK, max_tokens=30)
    assert "Hà Nội" in "".join(writing)
    assert (writing.estimated, writing.finish_reason) == (False, "stop")
    assert writing.usage["prompt_tokens"] > 10
    assert real.name == shelf.current().name
    assert capfd.readouterr() == ("", "")  # its logs stay off the terminal


def test_only_who_has_the_key_is_answered(real: ChatModel) -> None:
    import httpx2

    endpoint = real._endpoint()
    assert endpoint.base_url.startswith("http://127.0.0.1:")
    assert str(endpoint.key) not in repr(endpoint)
    with httpx2.Client(trust_env=False) as client:
        assert client.post(f"{endpoint.base_url}/chat/completions", json={"messages": []}).status_code == 401


def test_too_long_a_prompt_is_told(real: ChatModel) -> None:
    with pytest.raises(ModelRefused, match="lower LLM_EVIDENCE_TOKENS"):
        list(real.write([Turn("user", "con sông " * 9_000)]))


def test_closed_and_used_again(real: ChatModel) -> None:
    real.close()
    assert next(real.write(_ASK, max_tokens=5))


def test_unloaded_as_soon_as_loaded(real: ChatModel) -> None:
    real.close()
    for _ in range(3):
        real._endpoint()
        real.close()


def test_a_program_that_ends_while_it_writes(real: ChatModel) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD], capture_output=True, text=True, timeout=250, check=False,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None) -> ChatModel:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if content is not None:
        (tmp_path / "model.gguf").write_bytes(content)
        shelf.accept(tmp_path / "model.gguf")
    return ChatModel.open(SETTINGS, choose(SETTINGS))


def test_no_model_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelMissing, match="run: rag model pull"):
        opened(tmp_path, monkeypatch, None).write(_ASK)


def test_a_missing_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(ModelMissing, match="run: pip install xllamacpp"):
        opened(tmp_path, monkeypatch, b"GGUF").write(_ASK)


def test_a_file_that_is_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    pytest.importorskip("xllamacpp", reason="the local model's library is not installed (pip install xllamacpp)")
    with pytest.raises(ModelUnreachable, match="cannot be loaded") as caught:
        opened(tmp_path, monkeypatch, b"GGUF, but not a model").write(_ASK)
    assert "\n" not in str(caught.value)


def test_the_context_holds_the_evidence() -> None:
    settings = replace(SETTINGS, llm_evidence_tokens=3_000, llm_max_tokens=500)
    assert ChatModel.open(settings, choose(settings)).metadata.context_window == 5_500
