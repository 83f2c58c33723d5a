"""Real clients against a running server, each in an environment of its own: `make test-clients`.

What cannot be installed here is left out, and pytest's summary says why.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_server import ApiServer, surroundings

from outside.environment import ROOT, Environment, NodeEnvironment
from rag import NewsQA
from rag.sample import SAMPLE

# Seconds: packages are fetched and unpacked.
pytestmark = pytest.mark.timeout(1800)
CLIENTS = Path(__file__).parent / "clients"
FERRY = "How much is a monthly card of the Luu River Line?"
# What is installed, and the program that is run with the server's address.
PYTHON_CLIENTS = {
    "openai 2": (("openai>=2,<3",), "openai_python.py"),
    "openai 3": (("openai>=3,<4",), "openai_python.py"),
    "LangChain": (("langchain-openai",), "langchain_chat.py"),
    "pydantic-ai": (("pydantic-ai-slim[openai]",), "pydantic_agent.py"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("clients") / "home"
    with NewsQA.open(home=home) as qa:
        assert qa.ingest([SAMPLE / "delta-courier" / "2025-09-18-ferry-fares.md"]).added == 1
    return home


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[ApiServer]:
    with ApiServer(home) as running:
        yield running


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> NodeEnvironment:
    return NodeEnvironment.make(tmp_path_factory.mktemp("inspector"), "@modelcontextprotocol/inspector")


@pytest.mark.parametrize("client", PYTHON_CLIENTS)
def test_python_clients(client: str, server: ApiServer, tmp_path: Path) -> None:
    packages, program = PYTHON_CLIENTS[client]
    environment = Environment.make(tmp_path / "venv", sys.executable, *packages)
    done = environment.run("python", CLIENTS / program, server.url, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_llm(server: ApiServer, tmp_path: Path) -> None:
    environment = Environment.make(tmp_path / "venv", sys.executable, "llm")
    settings = {"LLM_USER_PATH": str(tmp_path)}
    model = {"model_id": "archive", "model_name": "trich-dan", "api_base": f"{server.url}/v1"}
    # JSON is YAML.
    (tmp_path / "extra-openai-models.yaml").write_text(json.dumps([model]), encoding="utf-8")
    done = environment.run("llm", "-m", "archive", FERRY, cwd=tmp_path, settings=settings)
    assert "280,000 dong" in done.stdout, done.stdout + done.stderr
    done = environment.run("llm", "-c", "And to Ba Mien Lock?", cwd=tmp_path, settings=settings)
    assert "11,000 dong" in done.stdout, done.stdout + done.stderr


def test_openai_for_node(server: ApiServer, tmp_path: Path) -> None:
    environment = NodeEnvironment.make(tmp_path, "openai")
    shutil.copy(CLIENTS / "openai_node.mjs", tmp_path)
    done = environment.run("node", "openai_node.mjs", server.url)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("way", ["stdio", "http"])
def test_mcp_inspector(way: str, inspector: NodeEnvironment, home: Path, request: pytest.FixtureRequest) -> None:
    if way == "http":
        target = [f"{request.getfixturevalue('server').url}/mcp", "--transport", "http"]
    else:
        target = ["-e", f"PYTHONPATH={ROOT}", sys.executable, "-m", "rag.cli", "mcp", "--home", str(home)]

    def inspect(*arguments: str) -> dict[str, object]:
        done = inspector.run("mcp-inspector", "--cli", *target, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(json.loads(done.stdout))

    assert "outputSchema" in str(inspect("--method", "tools/list"))
    called = inspect("--method", "tools/call", "--tool-name", "ask", "--tool-arg", f"question={FERRY}")
    assert called["structuredContent"]["found"] is True  # type: ignore[index]
    assert "article://" in str(inspect("--method", "resources/list"))


def test_promptfoo(server: ApiServer, tmp_path: Path) -> None:
    environment = NodeEnvironment.make(tmp_path, "promptfoo")
    example = (ROOT / "docs" / "promptfoo.yaml").read_text(encoding="utf-8")
    (tmp_path / "promptfoo.yaml").write_text(example.replace("http://127.0.0.1:7860", server.url), encoding="utf-8")
    quiet = {"PROMPTFOO_CONFIG_DIR": str(tmp_path / "config"), "PROMPTFOO_DISABLE_TELEMETRY": "1",
             "PROMPTFOO_DISABLE_UPDATE": "1"}  # fmt: skip
    done = environment.run("promptfoo", "eval", "-c", "promptfoo.yaml", "--no-cache", "-o", "out.json", settings=quiet)
    assert done.returncode == 0, done.stdout + done.stderr
    stats = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["results"]["stats"]
    assert (stats["successes"], stats["failures"], stats["errors"]) == (2, 0, 0)


@pytest.mark.parametrize(
    ("packages", "reads"),
    [
        # ragas 0.4.3 imports what later versions of langchain-community have no more.
        (("ragas", "langchain-community<0.4"),
         "from ragas import EvaluationDataset as D; assert len(D.from_jsonl('sets/ragas.jsonl')) == 1"),
        (("deepeval",), "from deepeval.dataset import EvaluationDataset as D; d = D(); "
                     "d.add_goldens_from_jsonl_file('sets/deepeval.jsonl'); "
                     "assert '12,000' in d.goldens[0].actual_output and d.goldens[0].retrieval_context"),
    ],
    ids=["RAGAS", "DeepEval"],
)  # fmt: skip
def test_evaluation_tools_read_a_run(packages: tuple[str, ...], reads: str, tmp_path: Path) -> None:
    (tmp_path / "ferry.md").write_text("# Ferry\n\nA ferry ticket to Heron Island costs 12,000 dong.\n", "utf-8")
    case = {
        "id": "ferry", "split": "test", "question": "What does a ferry ticket to Heron Island cost?", "language": "en",
        "kind": "how_many", "answerable": True, "expected": [["12,000 dong"]],
        "gold": [{"file": "ferry.md", "quote": "A ferry ticket to Heron Island costs 12,000 dong."}],
    }  # fmt: skip
    (tmp_path / "cases.jsonl").write_text(json.dumps(case), encoding="utf-8")
    rag = [sys.executable, "-m", "rag.cli", "eval", "cases.jsonl", "--articles", "ferry.md", "--datasets", "sets"]
    given = {**surroundings(), "RAG_ENGINE": "quotes", "PYTHONPATH": str(ROOT)}
    subprocess.run(rag, cwd=tmp_path, env=given, check=True, capture_output=True, timeout=300)
    environment = Environment.make(tmp_path / "venv", sys.executable, *packages)
    done = environment.run("python", "-c", reads, cwd=tmp_path, settings={"DEEPEVAL_TELEMETRY_OPT_OUT": "YES"})
    assert done.returncode == 0, done.stdout + done.stderr
