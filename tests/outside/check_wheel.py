"""The wheel as others install it, on every Python that is here: `make test-wheel`.

It needs a package index, so it is no part of `make test`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from api_server import free_port

from outside.environment import ROOT, Environment, build_wheel, pythons
from rag import __version__

# Seconds: packages are fetched and unpacked.
pytestmark = pytest.mark.timeout(1800)
MOST_BYTES = 60_000_000
FERRY = "How much is a monthly card of the Luu River Line?"
ARTICLE = "---\ntitle: The bridge opens\npublished: 2026-04-29\n---\n\nThe bridge of Tram cost 1,912 billion dong.\n"
CASE = {
    "id": "bridge", "split": "dev", "question": "How much did the bridge of Tram cost?", "language": "en",
    "kind": "how_many", "answerable": True, "expected": [["1,912 billion dong"]],
    "gold": [{"file": "bridge.md", "quote": "The bridge of Tram cost 1,912 billion dong."}],
}  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module", params=pythons())
def installed(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    folder = tmp_path_factory.mktemp(f"python{request.param}") / "venv"
    constraints = ["-c", str(ROOT / "constraints.txt")]
    return Environment.make(folder, pythons()[request.param], f"{wheel}[mcp]", "pytest", "mypy", *constraints)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Another project, with folders named as packages of ours (no __init__.py in them) and a test of its own."""
    for name in ("eval", "ui"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "theirs.py").write_text("ANSWER = 42\n", encoding="utf-8")
    (tmp_path / "test_theirs.py").write_text(
        "from eval.theirs import ANSWER\nfrom ui import theirs\n\n"
        "def test_theirs():\n    assert ANSWER == theirs.ANSWER == 42\n",
        encoding="utf-8",
    )
    return tmp_path


@contextmanager
def opened_page(installed: Environment, folder: Path) -> Iterator[str]:
    """The address of `rag chat --sample`, while it runs in that folder."""
    port = free_port()
    command = [str(installed.folder / "bin" / "rag"), "chat", "--sample", "--no-browser", "--port", str(port)]
    with subprocess.Popen(command, cwd=folder, env=installed.surroundings(), stdout=subprocess.PIPE, text=True) as page:
        try:
            assert page.stdout
            said = page.stdout.readline()
            assert "The page is open" in said
            yield f"http://127.0.0.1:{port}/"
        finally:
            page.terminate()


def test_the_wheel_is_small_and_whole(wheel: Path) -> None:
    assert wheel.stat().st_size <= MOST_BYTES
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"rag/py.typed", "rag/corpus/delta-courier/2025-09-18-ferry-fares.md"} <= names
    tracked = subprocess.run(
        ["git", "ls-files", "rag"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(tracked) - names == set()
    assert {name.split("/")[0] for name in names} == {"rag", f"trich_dan-{__version__}.dist-info"}
    assert not [name for name in names if name.startswith(("tests/", "docs/"))]


def test_other_projects_tests_run(installed: Environment, project: Path) -> None:
    done = installed.run("python", "-m", "pytest", "-q", cwd=project)
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout + done.stderr


def test_commands_work_from_any_folder(installed: Environment, tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.md").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "cases.jsonl").write_text(json.dumps(CASE) + "\n", encoding="utf-8")

    def rag(*arguments: str) -> str:
        done = installed.run("rag", *arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert rag("--version").startswith("rag 0.")
    assert "added 1" in rag("ingest", "articles")
    assert "1,912 billion dong" in rag("ask", CASE["question"])  # type: ignore[arg-type]
    assert "The bridge opens" in rag("list")
    assert json.loads(rag("doctor", "--json"))["healthy"]
    assert "1 right" in rag("eval", "cases.jsonl", "--articles", "articles")
    assert "every gold quote stands" in rag("eval", "check")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\naddopts = -p rag.pytest_plugin\nrag_cases = cases.jsonl\nrag_home = .rag\n", encoding="utf-8"
    )
    (tmp_path / "test_cases.py").write_text("def test_right(rag_case):\n    assert rag_case.is_right\n", "utf-8")
    done = installed.run("pytest", "-q", cwd=tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_a_strictly_typed_program(installed: Environment, tmp_path: Path) -> None:
    (tmp_path / "bridge.md").write_text(ARTICLE, encoding="utf-8")
    program = shutil.copy(ROOT / "tests" / "outside" / "clients" / "typed_program.py", tmp_path)
    done = installed.run("python", program, "bridge.md", cwd=tmp_path)
    assert done.returncode == 0 and "1,912 billion dong" in done.stdout, done.stdout + done.stderr
    checked = installed.run("mypy", "--strict", program, cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout


def test_importing_is_quick(installed: Environment, tmp_path: Path) -> None:
    """What takes long to import is imported by who needs it; the seconds are told, and decide nothing."""
    code = (
        "import time; begun = time.perf_counter(); import rag; took = time.perf_counter() - begun; import sys; "
        "print(took, sorted({'asyncio', 'chromadb', 'llama_index', 'numpy', 'openai', 'onnxruntime'} & {*sys.modules}))"
    )
    installed.run("python", "-c", code, cwd=tmp_path)
    seconds, heavy = installed.run("python", "-c", code, cwd=tmp_path).stdout.split(" ", 1)
    print(f"import rag: {float(seconds):.3f} s")
    assert heavy == "[]\n"


def test_the_sample_archive_needs_no_path(installed: Environment, tmp_path: Path) -> None:
    with opened_page(installed, tmp_path) as address, urllib.request.urlopen(address, timeout=30) as page:
        assert page.status == 200
    done = installed.run("rag", "ask", FERRY, cwd=tmp_path)
    assert "The Delta Courier" in done.stdout, done.stdout + done.stderr
