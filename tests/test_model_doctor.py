"""`rag doctor` on the language model: every finding, on a real server process and on real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from model_server import ModelServer

from rag.cli import main
from rag.doctor.check import Check
from rag.doctor.configured import check_model, check_settings
from rag.models import health, shelf
from rag.settings import Settings

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def checks(**settings: Any) -> dict[str, Check]:
    found = list(check_model(Settings(home=Path("home"), **settings)))
    assert KEY not in str(found)
    return {check.name: check for check in found}


def test_quotes() -> None:
    assert checks() == {"engine": Check("engine", "ok", "quotes, since no language model is configured")}
    assert checks(engine="quotes", llm_api_key=KEY)["engine"].detail == "quotes, as asked for"


def test_a_server_that_knows_the_model(model_server: ModelServer) -> None:
    model_server.require_key(KEY)
    found = checks(llm_base_url=model_server.url, llm_api_key=KEY, llm_model="scripted-model")
    assert found["engine"].detail == "llm (server), since a base URL is set"
    assert found["model"].status == "ok"
    assert found["model"].detail.endswith("/v1 answers, accepts the key, and knows 'scripted-model'")
    assert not model_server.requests  # nothing was asked of the model


def test_a_server_without_key_or_name(model_server: ModelServer) -> None:
    found = checks(llm_base_url=model_server.url)
    assert found["model"].detail.endswith("answers, asks for no key, and serves 'scripted-model' first")


def test_a_server_that_does_not_know_the_model(model_server: ModelServer) -> None:
    found = checks(llm_base_url=model_server.url, llm_model="other")["model"]
    assert (found.status, found.advice) == ("warning", "set LLM_MODEL to one of: scripted-model")


def test_a_wrong_key(model_server: ModelServer) -> None:
    model_server.require_key("right")
    found = checks(llm_base_url=model_server.url, llm_api_key=KEY)["model"]
    assert found.status == "problem"
    assert "refused the key (HTTP 401: Incorrect API key provided: ***.); set LLM_API_KEY" in found.detail


def test_nobody_listens() -> None:
    with ModelServer() as server:
        url = server.url
    found = checks(llm_base_url=url)["model"]
    assert found.status == "problem"
    assert "cannot be reached; check LLM_BASE_URL" in found.detail


def test_azure(model_server: ModelServer) -> None:
    found = checks(llm_base_url=model_server.root, llm_api_version="1", llm_model="mine", llm_api_key=KEY)
    assert found["engine"].detail == "llm (azure), since a base URL and LLM_API_VERSION are set"
    assert found["model"].status == "ok"


def test_the_local_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = checks(llm_model="local")
    assert missing["engine"].detail == "llm (local), since LLM_MODEL=local"
    assert missing["model"].detail.endswith("run: rag model pull")
    file = tmp_path / "tiny.gguf"
    file.write_bytes(b"GGUF and more")
    shelf.accept(file)
    monkeypatch.setattr(health, "LIBRARY", "no-such-library")
    assert checks(llm_model="local")["model"].detail.endswith("run: pip install no-such-library")
    monkeypatch.setattr(health, "LIBRARY", "numpy")
    found = checks(llm_model="local")["model"]
    assert found.status == "ok"
    assert (
        f"{file}, 0.00 GB, unchanged since its SHA-256 was {shelf.digest(file)[:12]}..., run by numpy" in found.detail
    )
    file.write_bytes(b"GGUF and something else")
    assert "has changed since it was accepted" in checks(llm_model="local")["model"].detail
    file.unlink()
    assert "is gone; run: rag model pull --path FILE.gguf" in checks(llm_model="local")["model"].detail


def test_bad_settings_are_told_once() -> None:
    settings = Settings(home=Path("home"), llm_base_url="localhost:8000")
    assert list(check_model(settings)) == []
    assert check_settings(settings).status == "problem"


def test_the_whole_command_hides_the_key(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LLM_API_KEY", KEY)
    monkeypatch.setenv("LLM_BASE_URL", model_server.url.replace("//", "//ann:hidden@"))
    main(["doctor", "--json", "--home", str(tmp_path / "home")])
    printed = capsys.readouterr().out
    assert KEY not in printed
    assert "hidden" not in printed
    assert "model" in [check["name"] for check in json.loads(printed)["checks"]]
