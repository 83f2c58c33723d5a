"""`rag doctor`: every finding on real archives and real (local) servers; secrets never shown, nothing changed."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock

from rag.cli import main
from rag.doctor import chroma_server, configured, embedder, machine
from rag.doctor.check import Check
from rag.doctor.examine import examine
from rag.settings import Settings
from rag.text.address import without_credentials
from ui import users

TEXT = "Bãi xe ven hồ đóng cửa từ 22 giờ. Người dân gửi xe ở chợ Cây Sung, giá 4.000 đồng một lượt."


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doctor")
    (folder / "tin.txt").write_text(TEXT, encoding="utf-8")
    assert main(["ingest", str(folder / "tin.txt"), "--home", str(folder / "home")]) == 0
    return folder / "home"


@pytest.fixture
def home(shared_home: Path, tmp_path: Path) -> Path:
    # With times as they were: the index's note speaks of them.
    return Path(shutil.copytree(shared_home, tmp_path / "home"))


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("RAG_HOME", "RAG_ENGINE", "RAG_TOP_K", "CHROMA_URL"):
        monkeypatch.delenv(name, raising=False)
    for name in ("LLM_MODEL", "LLM_BASE_URL", "LLM_API_KEY", "LLM_API_VERSION", "LLM_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)
    for name in ("EMBED_MODEL", "EMBED_BASE_URL", "EMBED_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


class _Server(BaseHTTPRequestHandler):
    """Embeds every text to [3, 4], and beats like Chroma under /chroma's port."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        data = [{"object": "embedding", "index": i, "embedding": [3, 4]} for i, _ in enumerate(asked["input"])]
        self._send({"object": "list", "data": data, "model": asked["model"], "usage": {}})

    def do_GET(self) -> None:
        self._send({"nanosecond heartbeat": 1}, 200 if self.path == "/api/v2/heartbeat" else 404)

    def _send(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server that embeds and beats."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as running:
        threading.Thread(target=running.serve_forever, args=[0.01], daemon=True).start()
        yield f"127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def closed() -> str:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


def found(home: Path) -> dict[str, Check]:
    return {check.name: check for check in examine(str(home))}


def test_a_healthy_archive(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json", "--home", str(home)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["healthy"] is True
    assert all(list(check) == ["name", "status", "detail", "advice"] for check in printed["checks"])
    checks = {check["name"]: check for check in printed["checks"]}
    assert list(checks) == [
        "python", "libraries", "scans", "settings", "home", "disk", "embedder", "engine", "archive", "vectors", "index",
    ]  # fmt: skip
    assert checks["archive"]["detail"] == "articles: 1, outlets: 0, passages: 1 (vi 1), no article is dated"
    assert checks["index"] == {
        "name": "index", "status": "ok", "detail": "Chroma's index is whole, passages: 1", "advice": "",
    }  # fmt: skip
    assert "384 numbers" in checks["embedder"]["detail"]


def test_plain_lines(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--home", str(home)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.split()[0] in ("ok", "warning") for line in lines)
    assert f"ok       home       {home} can be written" in lines


def test_nothing_is_changed(home: Path) -> None:
    def state() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}

    before = state()
    examine(str(home))
    assert {path: data for path, data in state().items() if not path.endswith(("-shm", "-wal"))} == before


def test_no_archive_yet(tmp_path: Path) -> None:
    checks = found(tmp_path / "a" / "new")
    assert (checks["home"].status, checks["archive"].status) == ("ok", "warning")
    assert checks["archive"].advice == "add articles with: rag ingest PATH"
    assert not (tmp_path / "a").exists()


def test_an_empty_archive(tmp_path: Path) -> None:
    assert main(["list", "--home", str(tmp_path / "empty")]) == 0
    checks = found(tmp_path / "empty")
    assert (checks["archive"].status, checks["archive"].detail) == ("warning", "the archive is empty")


def test_a_home_that_is_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert found(tmp_path / "file")["home"].status == "problem"
    assert main(["doctor", "--home", str(tmp_path / "file" / "below")]) == 1
    assert "is a file, not a folder -> move it away or choose another --home" in capsys.readouterr().out


def test_a_damaged_catalogue(home: Path) -> None:
    (home / "catalogue.sqlite3").write_bytes(b"no database, but long enough to be taken for one" * 40)
    check = found(home)["archive"]
    assert check.status == "problem"
    assert "this is no archive" in check.detail


def test_the_index_of_another_process(home: Path) -> None:
    with FileLock(home / "chroma.lock"):
        check = found(home)["index"]
    assert (check.status, "another process" in check.detail) == ("ok", True)


def test_an_interrupted_index(home: Path) -> None:
    (home / "chroma" / "state.json").unlink()
    check = found(home)["index"]
    assert (check.status, check.advice) == ("warning", "the next `rag ingest` mends it")


def test_an_index_that_something_else_wrote_to(home: Path) -> None:
    (home / "chroma" / "odd").write_text("x", encoding="utf-8")
    assert found(home)["index"].status == "warning"


def test_little_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage(home).free
    monkeypatch.setattr(machine, "LITTLE_DISK", free * 2)
    assert machine.check_disk(home).status == "warning"
    monkeypatch.setattr(machine, "NO_DISK", free * 2)
    assert machine.check_disk(home).status == "problem"


def test_a_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LIBRARIES", ("numpy", "no-such-library"))
    check = machine.check_libraries()
    assert (check.status, check.detail) == ("problem", "missing: no-such-library")


def test_bad_settings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RAG_TOP_K", "0")
    assert main(["doctor"]) == 1
    assert "problem  settings   RAG_TOP_K is 0" in capsys.readouterr().out


def test_the_language_model_that_is_not_there(tmp_path: Path) -> None:
    assert configured.check_settings(Settings(home=tmp_path, engine="llm")).status == "problem"


def test_secrets_are_never_shown(
    home: Path, server: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBED_API_KEY", "sk-hidden")
    monkeypatch.setenv("EMBED_MODEL", "tiny")
    monkeypatch.setenv("EMBED_BASE_URL", f"http://ann:hidden@{server}/v1?key=hidden")
    monkeypatch.setenv("CHROMA_URL", f"http://ann:hidden@{server}")
    for argv in (["doctor"], ["doctor", "--json"]):
        main([*argv, "--home", str(home)])
        printed = "".join(capsys.readouterr())
        assert "hidden" not in printed
        assert f"EMBED_BASE_URL=http://{server}/v1" in printed
        assert "EMBED_API_KEY=set" in printed


def test_a_server_that_embeds_for_another_archive(home: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBED_MODEL", "tiny")
    monkeypatch.setenv("EMBED_BASE_URL", f"http://{server}/v1")
    checks = found(home)
    assert checks["embedder"].status == "ok"
    assert "tiny (tiny) embeds a sentence to 2 numbers" in checks["embedder"].detail
    assert checks["vectors"].status == "problem"
    assert "rag ingest --rebuild" in checks["vectors"].detail


def test_servers_that_do_not_answer(tmp_path: Path, silent: str, closed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedder, "EMBEDDER_SECONDS", 0.2)
    monkeypatch.setattr(chroma_server, "SERVER_SECONDS", 0.2)
    for address in (silent, closed):
        settings = Settings(home=tmp_path, embed_model="tiny", embed_base_url=f"http://{address}/v1")
        opened, check = embedder.check_embedder(settings)
        assert (opened, check.status) == (None, "problem")
        assert chroma_server.check_chroma_server(f"http://{address}").status == "problem"


def test_openai_without_a_key(tmp_path: Path) -> None:
    opened, check = embedder.check_embedder(Settings(home=tmp_path, embed_model="text-embedding-3-small"))
    assert (opened, check.status) == (None, "problem")
    assert "EMBED_API_KEY is not set" in check.detail


def test_chroma_server(server: str) -> None:
    assert chroma_server.check_chroma_server(f"http://{server}") == Check("chroma", "ok", f"http://{server} answers")
    for url in ("localhost:8000", "http://[bad", "ftp://x:1", "http://x:port"):
        assert chroma_server.check_chroma_server(url).advice == "write it as http://host:port"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (None, "not set"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://ann:pass@host/v1?key=k", "https://host/v1"),
        ("http://[bad", "set, but no proper address"),
    ],
)
def test_addresses_without_credentials(url: str | None, shown: str) -> None:
    assert without_credentials(url) == shown


@pytest.mark.parametrize(
    ("content", "rights", "status", "told"),
    [
        ('{"version": 1, "users": {}}', 0o600, "problem", "holds no user"),
        ("{", 0o600, "problem", "is no file of users"),
        (None, 0o600, "problem", "holds no user"),
        ("good", 0o644, "warning", "can be read by others"),
        ("good", 0o600, "ok", "users: 1"),
    ],
)
def test_the_file_of_users(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    content: str | None, rights: int, status: str, told: str,
) -> None:  # fmt: skip
    path = tmp_path / "users.json"
    if content == "good":
        users.add(path, "reader", "a long password")
    elif content:
        path.write_text(content)
    if content:
        path.chmod(rights)
    monkeypatch.setenv("RAG_USERS", str(path))
    main(["doctor", "--json", "--home", str(home)])
    (found,) = [check for check in json.loads(capsys.readouterr().out)["checks"] if check["name"] == "users"]
    assert found["status"] == status and told in found["detail"]
    assert "scrypt" not in json.dumps(found)
